// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A tensor and its gradient `g` = ∂L/∂value, which the backward pass writes by hand.
///
/// The notes write `x.g` beside `x`; here both have one owner. It is a class because identity is
/// the point: a variable that two operations read collects the gradients of both.
///
/// ```swift
/// let x = Variable<Float>([[3, -2]])
/// mseGrad(x, [[1, 1]], .sum)
/// print(x.value, x.g)   // [[ 3. -2.]] [[ 4. -6.]]
/// ```
///
/// Use a variable on one thread at a time.
public final class Variable<Scalar: FloatingPointScalar> {
  /// The numbers of the forward pass.
  public let value: Tensor<Scalar>

  /// What has come back so far; nil before anything has.
  private var collected: Tensor<Scalar>?
  /// True once the backward pass has handed `g` on to what the variable was made of.
  private var isPassedOn = false

  /// A variable nothing has come back to yet.
  public init(_ value: Tensor<Scalar>) { self.value = value }

  /// The shape of the value, and of the gradient.
  public var shape: Shape { value.shape }

  /// ∂L/∂value, in the shape of the value: the sum of what all users of the variable sent back.
  ///
  /// Like every tensor it is written down first and computed when its numbers are read: the
  /// gradient of the data costs nothing unless somebody asks for it. A mistake before the backward
  /// pass has reached the variable.
  public var g: Tensor<Scalar> {
    guard let collected else {
      Mistake(
        "g", "no gradient has reached \(value.value.label)",
        fix: "call mseGrad first, then the others in reverse order of the forward pass"
      ).stop(at: nil)
    }
    return collected
  }

  /// Adds what one user of the variable sends back: its uses meet here.
  ///
  /// A mistake if the shape is not the variable's, or if `g` has been handed on: what comes late
  /// would be missing from every gradient behind it.
  func receive(_ contribution: Tensor<Scalar>, from operation: String, at site: CallSite) {
    guard contribution.shape == shape else {
      Mistake(
        operation, "a gradient of shape \(contribution.shape) is not one of \(value.value.label)",
        fix: "pass what the forward pass was given, in the same places"
      ).stop(at: site)
    }
    guard !isPassedOn else {
      Mistake(
        operation, "the gradient of \(value.value.label) has been handed on already",
        fix: "go through the forward pass in reverse, once"
      ).stop(at: site)
    }
    collected = collected.map { $0 + contribution } ?? contribution
  }

  /// The gradient, complete: nothing may be added from here on.
  func passOn() -> Tensor<Scalar> {
    isPassedOn = true
    return g
  }
}

extension Variable: CustomStringConvertible {
  /// The value, and the gradient as far as it has come back.
  public var description: String {
    "value \(value), g \(collected.map { "\($0)" } ?? "not there yet")"
  }
}
