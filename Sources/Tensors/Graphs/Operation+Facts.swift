// SPDX-License-Identifier: Apache-2.0

extension Operation {
  /// Whether its derivatives, as formulas have them, look at the numbers of what they are for.
  package var derivativeReadsInput: Bool {
    switch self {
    case .unary(let unary): unary.derivativeReadsInput
    case .binary(let binary): binary.derivativeReadsInput
    case .reduction(let reduction, _): reduction.derivativeReadsInput
    case .scan(let scan, _, _): scan.derivativeReadsInput
    // A rule of the user's may read anything.
    case .contraction, .identity(.custom): true
    case .creation, .random, .identity, .comparison, .selection, .conversion, .movement,
      .gathering:
      false
    }
  }

  /// Which elements of its inputs an element of its result is made of.
  package var accessPattern: AccessPattern {
    switch self {
    case .creation: .given
    case .random, .identity, .unary, .binary, .comparison, .selection, .conversion: .pointwise
    case .reduction(let reduction, let axes): .reduction(reduction, axes)
    case .scan: .whole(readsInOrder: true, takesBody: true)
    case .contraction: .whole(readsInOrder: false, takesBody: true)
    case .movement(let movement): movement.accessPattern
    case .gathering(let gathering, let batchRank): gathering.accessPattern(batchRank: batchRank)
    }
  }

  /// What it decides by looking at numbers, if anything.
  package var kink: Kink? {
    switch self {
    case .unary(let unary): unary.kink
    case .binary(let binary): binary.kink
    case .comparison: .relation
    case .conversion: .rounding
    case .reduction(let reduction, _): reduction.kink
    case .scan(let scan, let axis, let isReversed): scan.kink(axis: axis, isReversed: isReversed)
    case .creation, .random, .identity, .selection, .contraction, .movement, .gathering: nil
    }
  }

  /// How many operations on numbers a result takes: an addition and a multiplication each count.
  package func floatingPointOperations(on inputs: [Shape], result: Shape) -> Int {
    switch self {
    case .creation, .movement, .gathering(.gather, _), .identity(.named), .identity(.detached),
      .identity(.unchanged), .identity(.custom), .identity(.renewing):
      0
    case .random, .unary, .binary, .comparison, .selection, .conversion, .identity(.checked):
      result.elementCount
    case .reduction, .gathering(.scatterAdd, _): inputs[0].elementCount
    case .scan(let scan, let axis, _): scan.operationCount(on: result, axis: axis)
    case .contraction(let batch, let rows, _):
      2 * result.elementCount * inputs[0].droppingLeading(batch + rows).elementCount
    }
  }

  /// True if its derivative is the cotangent among zeros, or what was among zeros before:
  /// cotangents of many parts of one tensor are placed together, not added up.
  package var placesCotangent: Bool {
    switch self {
    case .movement(.slice), .movement(.transpose): true
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      false
    }
  }

  /// True for the derivative at `index` that is the cotangent itself.
  package func passesCotangent(at index: Int) -> Bool {
    switch self {
    case .identity(.named), .conversion, .binary(.add): true
    case .binary(.subtract): index == 0
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .reduction,
      .scan, .contraction, .movement, .gathering:
      false
    }
  }
}

extension Node {
  /// How it stands in a formula.
  package var notation: Notation {
    // What has lost its history is numbers, whatever made them.
    if isStored { return .words("numbers") }
    return switch operation {
    case .creation(let creation): creation.notation(self)
    case .random(let distribution, _, _): .random(distribution)
    case .identity(let identity): identity.notation
    case .unary(let unary): unary.notation
    case .binary(let binary): binary.notation(of: elementType)
    case .comparison(let comparison): .relation(comparison)
    case .selection: .choice
    case .conversion: .conversion
    case .reduction(let reduction, let axes): .reduction(reduction, axes)
    case .scan(let scan, let axis, let isReversed):
      scan.notation(axis: axis, isReversed: isReversed)
    case .contraction(let batch, let rows, let inner):
      contractionNotation(of: inputs[1].shape, batch: batch, rows: rows, inner: inner)
    case .movement(let movement): movement.notation(from: inputs.values.map(\.shape), to: shape)
    case .gathering(let gathering, _): gathering.notation
    }
  }

  /// True for stored numbers: data, and what has lost its history.
  package var isStored: Bool {
    switch operation {
    case .creation(.data): true
    case .creation, .random: false
    case .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      inputs.isEmpty
    }
  }
}
