// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// The derivation of a loss: its forward pass and its backward pass, line by line.
///
/// Everything is read off the graph of the loss and the graph that `gradient` makes of it, so any
/// expression can be explained. Tensors are called by the names that ``Tensor/named(_:)`` gave
/// them, others by numbered ones. x.g is ∂loss/∂x. Each line of the backward pass has its shape,
/// its cost, the Jacobian it stands for, and its error against central differences in Double,
/// along random directions that depend on the seed alone: of the tensors that are computed from x,
/// with their own derivatives given. So each line answers for itself, and the work grows with the
/// number of lines.
///
/// A mistake if the loss is not a scalar, or if its history has ended.
///
/// ```swift
/// let x = Tensor<Float>([3]).named("x"), w = Tensor<Float>([2]).named("w")
/// let derivation = explain((x * w).squared().sum(), withRespectTo: [w])
/// print(derivation.backward[1].name, "=", derivation.backward[1].formula)   // t1.g = 2 t1
/// print(derivation.backward[2].name, "=", derivation.backward[2].formula)   // w.g = t1.g * x
/// ```
public func explain<Scalar: FloatingPointScalar>(
  _ loss: Tensor<Scalar>, withRespectTo targets: [Tensor<Scalar>], seed: UInt64 = 0,
  file: StaticString = #fileID, line: UInt = #line
) -> Derivation {
  Derivation(
    of: loss.value, targets: targets.map(\.value), titles: [], seed: seed,
    at: CallSite(file, line))
}

/// The derivation of a loss for the parameters of a model, which are called by their paths:
/// `explain(loss, withRespectTo: model.parameters)`.
public func explain(
  _ loss: Tensor<Float>, withRespectTo parameters: Parameters, seed: UInt64 = 0,
  file: StaticString = #fileID, line: UInt = #line
) -> Derivation {
  let titles = parameters.map { ($0.parameter.value.value, $0.path) }
  return Derivation(
    of: loss.value, targets: titles.map(\.0), titles: titles, seed: seed,
    at: CallSite(file, line))
}
