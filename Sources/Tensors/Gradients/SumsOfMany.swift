// SPDX-License-Identifier: Apache-2.0

/// Cotangents that a tensor gets from many uses alike, such as those of a weight at each position
/// of a sequence: products, sums and collected rows, of different numbers. They are one product,
/// sum or collection, over the numbers of all uses side by side, in the order of the uses.
///
/// Adding them up would read and write the whole tensor for each use, and each product would be
/// short: of 512 positions with 32 rows, a weight's gradient is one product over 16,384 rows.
enum SumsOfMany {
  /// Uses from which on that is done: fewer are read more easily as what they are.
  private static let least = 8

  /// The same sum, of as few values as may be, in the order of the first of each kind.
  static func summedTogether(_ values: [Value]) -> [Value] {
    if values.count < least { return values }
    // For each value its kind, and of each kind the values.
    var alike: [Kind: [Value]] = [:]
    let kinds = values.map { Kind($0) }
    for (value, kind) in zip(values, kinds) {
      if let kind { alike[kind, default: []].append(value) }
    }
    var summed: [Value] = []
    for (value, kind) in zip(values, kinds) {
      guard let kind, let all = alike[kind], all.count >= least else {
        summed.append(value)
        continue
      }
      if all[0].node === value.node { summed.append(kind.joined(all)) }
    }
    return summed
  }
}

/// What values have in common that are one when what they go over is joined.
private struct Kind: Hashable {
  private enum Operation: Hashable {
    case product(rows: Int, inner: Int)
    case total(AxisSet)
    case collected(count: Int)
  }

  private let operation: Operation
  /// The operands' extents.
  private let extents: [Shape]

  /// Nil for what is added up.
  init?(_ value: Value) {
    let inputs = value.summing.node.inputs
    // Stacked, they have one axis more.
    if inputs.values.contains(where: { $0.rank >= AxisSet.highestRank }) { return nil }
    switch value.summing.node.operation {
    case .contraction(batch: 0, let rows, let inner):
      // Joining reads and writes the operands, adding the result.
      let count = inputs[0].shape.elementCount + inputs[1].shape.elementCount
      guard inner > 0, count <= value.shape.elementCount else { return nil }
      operation = .product(rows: rows, inner: inner)
      extents = [inputs[0].shape, inputs[1].shape]
    case .reduction(.sum, let axes):
      operation = .total(axes)
      extents = [inputs[0].shape]
    case .gathering(.scatterAdd(let count), batchRank: 0):
      operation = .collected(count: count)
      extents = [inputs[0].shape, inputs[1].shape]
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      return nil
    }
  }

  /// The sum of values of this kind.
  func joined(_ values: [Value]) -> Value {
    // Cotangents come from the last use first.
    let inputs = values.reversed().map(\.summing.node.inputs)
    func operands(_ index: Int, along axis: Int) -> Value {
      .stackedAsTheyWere(inputs.map { $0[index] }, along: axis)
    }
    let sum =
      switch operation {
      case .product(let rows, let inner):
        operands(0, along: rows)
          .contracted(with: operands(1, along: 0), rows: rows, inner: inner + 1)
      case .total(let axes):
        operands(0, along: 0).reduced(.sum, AxisSet([0] + axes.sorted.map { $0 + 1 }))
      case .collected(let count):
        operands(0, along: 0).scatterAdded(operands(1, along: 0), count: count, batchRank: 0)
      }
    return sum.reshaped(to: values[0].shape)
  }
}

extension Value {
  /// What was reshaped to this value, if something was.
  fileprivate var summing: Value {
    if case .movement(.reshape) = node.operation { node.inputs[0] } else { self }
  }

  /// Values side by side along a new axis; if all were transposed alike, they are
  /// stacked before that.
  fileprivate static func stackedAsTheyWere(_ values: [Value], along axis: Int) -> Value {
    guard case .movement(.transpose(let order)) = values[0].node.operation,
      values.allSatisfy({
        if case .movement(.transpose(order)) = $0.node.operation { true } else { false }
      })
    else { return stacked(values, along: axis) }
    let moved = Shape(order.map { $0 + 1 })
    return stacked(values.map { $0.node.inputs[0] })
      .transposed(moved.leading(axis) + [0] + moved.droppingLeading(axis))
  }
}
