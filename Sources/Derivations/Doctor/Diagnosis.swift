// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A mistake that hand-written gradients have.
public enum GradientFault: Sendable, Hashable {
  /// The gradient, or a factor of it, is transposed.
  case transposed
  /// A square was differentiated without the 2 in front.
  case missingFactorTwo
  /// There is a 2 in front that no square explains.
  case extraFactorTwo
  /// The mean over so many elements was differentiated like the sum.
  case missingDivision(by: Int)
  /// Divided by so many elements although the loss is not, or twice.
  case extraDivision(by: Int)
  /// Summed over another axis than the tensor was stretched along.
  case wrongAxis
  /// Not summed over the batch, or only one row of it taken.
  case missingBatchSum
  /// The gradient is that of -L.
  case sign
  /// A tensor that is used several times got one contribution instead of their sum.
  case overwritten
  /// The mask of relu, select, max or min applied to another tensor, taken from
  /// another, or left out.
  case wrongMask
  /// The numbers are right, an axis of extent 1 is not there.
  case droppedDimension
  /// The numbers are right, there is an axis of extent 1 too many.
  case extraDimension
  /// All elements are 0: nothing arrived.
  case zero
  /// A multiple of the true gradient, with a factor that nothing in the loss explains.
  case scaled(by: Double)
  /// None of these, nor several of them together as far as they are tried.
  case unknown
}

/// What ``diagnose(_:of:withRespectTo:file:line:)`` found.
public struct Diagnosis: Sendable, CustomStringConvertible {
  /// Mistakes that, made together, give exactly the gradient in question.
  public struct Finding: Sendable, CustomStringConvertible {
    /// The mistakes.
    public let faults: [GradientFault]
    /// In words, with the tensors' names.
    public let description: String
  }

  /// All explanations that fit, the most likely first; empty if the gradient is right.
  public let findings: [Finding]
  /// Where it differs most from the true gradient, if their shapes agree.
  public let worst: (index: [Int], given: Double, right: Double)?

  /// True if the gradient is the true one, up to rounding.
  public var isRight: Bool { findings.isEmpty }

  /// The most likely explanation first: "the gradient is transposed".
  public var description: String {
    if isRight { return "The gradient is right." }
    var lines = findings.enumerated().map { position, finding in
      (position == 0 ? "Wrong: " : "or: ") + finding.description
    }
    if let worst {
      lines.append("Worst at \(worst.index): \(worst.given) instead of \(worst.right).")
    }
    return lines.joined(separator: "\n")
  }
}

/// Compares a gradient written by hand with the true one, and names the mistake.
///
/// Each usual mistake is made on purpose, in the formula of the gradient itself, and the
/// results are compared with the given numbers. Several mistakes can give the same numbers
/// (with two rows a missing 1/N is an extra factor 2): all that fit are reported. A mistake if
/// the loss is not a scalar.
///
/// ```swift
/// let x: Tensor<Float> = [[1, 2], [3, 5], [0, 1]], y: Tensor<Float> = [[1], [2], [3]]
/// let w = Tensor<Float>([[1], [1]]).named("w")
/// let error = x • w - y
/// print(diagnose(x.transposed() • error, of: error.squared().sum(), withRespectTo: w))
/// // Wrong: a factor 2 is missing: the derivative of x² is 2 x
/// // Worst at [1, 0]: 32.0 instead of 64.0.
/// ```
public func diagnose<Scalar: FloatingPointScalar>(
  _ gradient: Tensor<Scalar>, of loss: Tensor<Scalar>, withRespectTo w: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Diagnosis {
  Doctor(of: loss.value, withRespectTo: w.value, at: CallSite(file, line))
    .diagnosis(of: gradient.value)
}
