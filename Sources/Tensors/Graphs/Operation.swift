// SPDX-License-Identifier: Apache-2.0

/// What a node does: a closed set of families, each defined in one file of `Operations` with
/// meaning, shape, derivative and batching side by side.
package enum Operation: Sendable {
  case creation(Creation)
  /// With a key for all; or `of` examples that draw with a key each, which have the halves of a
  /// number folded in: inputs 0 and 1.
  case random(RandomDistribution, key: RandomKey, of: DrawnExample? = nil)
  case identity(Identity)
  case unary(Unary)
  case binary(Binary)
  case comparison(Comparison)
  /// x where a condition holds, else y. A leaf because a product with 0 and 1 is NaN of
  /// what is not finite.
  case selection
  /// Between element types. A leaf because no other operation changes them.
  case conversion
  case reduction(Reduction, axes: AxisSet)
  case scan(Scan, axis: Int, isReversed: Bool)
  /// Sums of products over shared axes. A leaf because products that are written down before they
  /// are added take memory for each of them.
  case contraction(batch: Int, rows: Int, inner: Int)
  case movement(Movement)
  case gathering(Gathering, batchRank: Int)
}

extension Operation {
  /// The operation as users know it, for messages and listings.
  package var name: String {
    switch self {
    case .creation(let creation): creation.name
    case .random(let distribution, _, _): distribution.symbol
    case .identity(let identity): identity.name
    case .unary(let unary): unary.symbol
    case .binary(let binary): binary.symbol
    case .comparison(let comparison): comparison.symbol
    case .selection: "select"
    case .conversion: "converted"
    case .reduction(let reduction, _): reduction.symbol
    case .scan(let scan, _, _): scan.name
    case .contraction: "matmul"
    case .movement(let movement): movement.name
    case .gathering(let gathering, _): gathering.name
    }
  }

  /// The cotangent of input `index`: what a change of that input does to the loss, given what a
  /// change of the result does (`cotangent`). Nil where the result does not depend on the input
  /// in a differentiable way.
  ///
  /// Rules only return; summing over stretched axes and over several uses is the walker's work.
  package func derivative(
    at index: Int, inputs: Inputs, result: Value, cotangent: Value
  ) -> Value? {
    switch self {
    case .creation, .random, .comparison: nil
    case .identity(let identity):
      identity.derivative(at: index, inputs: inputs, cotangent: cotangent)
    case .unary(let unary): unary.derivative(inputs[0], result: result, cotangent: cotangent)
    case .binary(let binary):
      binary.derivative(at: index, inputs[0], inputs[1], result: result, cotangent: cotangent)
    case .selection: selectionDerivative(at: index, inputs[0], cotangent: cotangent)
    case .conversion: conversionDerivative(inputs[0], cotangent: cotangent)
    case .reduction(let reduction, let axes):
      reduction.derivative(inputs[0], axes: axes, result: result, cotangent: cotangent)
    case .scan(let scan, let axis, let isReversed):
      scan.derivative(
        at: index, inputs, axis: axis, isReversed: isReversed, result: result,
        cotangent: cotangent)
    case .contraction(let batch, let rows, let inner):
      contractionDerivative(
        at: index, inputs[0], inputs[1], batch: batch, rows: rows, inner: inner,
        cotangent: cotangent)
    case .movement(let movement):
      movement.derivative(at: index, inputs[index], result: result, cotangent: cotangent)
    case .gathering(let gathering, let batchRank):
      gathering.derivative(
        at: index, inputs[0], inputs[1], batchRank: batchRank, cotangent: cotangent)
    }
  }

  /// This operation on inputs that have one more leading axis of extent `extent`: the same
  /// computation once for each index of that axis.
  ///
  /// Pointwise families broadcast and contractions put the axis where it is needed, so inputs
  /// without it may come as they are; to all other families the walker hands every input
  /// stretched along it.
  package func batched(_ inputs: BatchedInputs, result: Node, extent: Int) -> Value {
    switch self {
    case .creation: Value(result).expanded(to: [extent] + result.shape)
    case .random: Value(self, Inputs(inputs.stretched))
    case .identity(let identity): identity.batched(inputs, result: result)
    case .unary, .binary, .comparison, .selection, .conversion:
      Value(self, Inputs(inputs.aligned(to: result.shape.rank)), elementType: result.elementType)
    case .reduction(let reduction, let axes):
      Value(
        .reduction(reduction, axes: axes.shifted(by: 1)), Inputs(inputs.stretched),
        elementType: result.elementType)
    case .scan(let scan, let axis, let isReversed):
      Value(.scan(scan, axis: axis + 1, isReversed: isReversed), Inputs(inputs.stretched))
    case .contraction(let batch, let rows, let inner):
      batchedContraction(inputs, batch: batch, rows: rows, inner: inner)
    case .movement(let movement): movement.batched(inputs.stretched, result: result)
    case .gathering(let gathering, let batchRank):
      Value(.gathering(gathering, batchRank: batchRank + 1), Inputs(inputs.stretched))
    }
  }
}
