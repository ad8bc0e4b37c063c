// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// What ``gradientCheck(_:at:seed:file:line:)-(_,Tensor<Scalar>,_,_,_)`` found.
public struct GradientCheck: Sendable, CustomStringConvertible {
  /// Of the random directions; the same seed gives the same check.
  public let seed: UInt64
  /// For the input, and for each parameter of a layer, how its gradient compares.
  public let checks: [(name: String, check: Check)]

  /// True if all gradients are right.
  public var passes: Bool { checks.allSatisfy(\.check.passes) }

  /// The errors and the seed: "x: 3e-11, weight: 2e-11 (seed 7)".
  public var description: String {
    checks.map { "\($0.name): \($0.check)" }.joined(separator: ", ") + " (seed \(seed))"
  }
}

/// Checks the gradient of a function against central differences, in Double, along random
/// directions: both of the input and of the output.
///
/// Function: x [...] to any shape. Float is checked too: the function's graph is written down once
/// more in Double. At a kink, any slope between those of both sides is right. Without a seed a new
/// one is drawn; the result prints it. A gradient written by hand (`withCustomGradient`) is held to
/// the function as it stands.
///
/// ```swift
/// let x: Tensor<Double> = [0.5, -2]
/// let check = gradientCheck({ tanh($0) * $0 }, at: x, seed: 7)
/// print(check.passes, check.seed)   // true 7
/// ```
public func gradientCheck<Scalar: FloatingPointScalar>(
  _ function: (Tensor<Scalar>) -> Tensor<Scalar>, at x: Tensor<Scalar>, seed: UInt64? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> GradientCheck {
  check(function(x).value, withRespectTo: [("x", x.value)], seed: seed, at: CallSite(file, line))
}

/// Checks the gradients of a layer for its input and for each of its parameters.
///
/// ```swift
/// let layer = Linear(3, 2).initialized(seed: 1)
/// print(gradientCheck(layer, at: [[1, 2, 3]], seed: 7).checks.map(\.name))
/// // ["x", "weight", "bias"]
/// ```
public func gradientCheck(
  _ layer: some Layer<Tensor<Float>, Tensor<Float>>, at x: Tensor<Float>, seed: UInt64? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> GradientCheck {
  let parameters = layer.parameters.map { ($0.path, $0.parameter.value.value) }
  return check(
    layer(x).value, withRespectTo: [("x", x.value)] + parameters, seed: seed,
    at: CallSite(file, line))
}

private func check(
  _ y: Value, withRespectTo targets: [(name: String, value: Value)], seed: UInt64?,
  at site: CallSite
) -> GradientCheck {
  let seed = seed ?? UInt64.random(in: 0..<1_000_000)
  // A sum with random weights stands for all elements of the result.
  let weights = Value.random(
    .normal, y.shape, y.elementType, key: RandomKey(seed: seed).folding(in: "weights"))
  evaluate([weights])
  let loss = (y * weights.detached()).reduced(.sum, AxisSet(all: y.rank))
  let found = gradients(of: loss, withRespectTo: targets.map(\.value), at: site)
  let isTarget = Set(targets.map(\.value.node.serial))
  let leaves = GraphOrder(of: [loss]) { isTarget.contains($0.serial) }
    .nodes.filter { $0.isStored || isTarget.contains($0.serial) }
  let results = checkedGradients(
    of: loss, Array(zip(targets.map(\.value), found)), given: leaves.map { Value($0) },
    seed: seed)
  return GradientCheck(seed: seed, checks: Array(zip(targets.map(\.name), results)))
}
