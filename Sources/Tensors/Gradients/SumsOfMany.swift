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
  ///
  /// - Parameter ofNetworks: whether values have an axis of networks in front. What is joined for
  ///   one network alone is then joined for all of them, in the same order.
  static func summedTogether(_ values: [Value], ofNetworks: Bool) -> [Value] {
    if values.count < least { return values }
    // For each value its kind, and of each kind the values.
    var alike: [Joinable.Kind: [Joinable]] = [:]
    let parts = values.map { Joinable($0, ofNetworks: ofNetworks) }
    for case let part? in parts { alike[part.kind, default: []].append(part) }
    var summed: [Value] = [], joined: Set<Joinable.Kind> = []
    for (value, part) in zip(values, parts) {
      guard let part, let all = alike[part.kind], all.count >= least else {
        summed.append(value)
        continue
      }
      // By kinds: one value may stand here several times, as that of b in b + b.
      if joined.insert(part.kind).inserted { summed.append(Joinable.sum(of: all, in: value.shape)) }
    }
    return summed
  }
}

/// A value that is one with others of its kind when what they go over is joined.
private struct Joinable {
  enum Operation: Hashable {
    case product(rows: Int, inner: Int)
    case total(AxisSet)
    case collected(count: Int)
  }

  /// What values have in common then, of one network.
  struct Kind: Hashable {
    let operation: Operation
    /// The operands' extents.
    let extents: [Shape]
  }

  /// Which operands have the axis of networks: in front, or in the right one of a product that has
  /// it alone, in front of the columns.
  enum Networks {
    case none, both, left, right
  }

  let kind: Kind
  private let networks: Networks
  private let inputs: [Value]

  /// Rows of a use up to which products are joined: longer ones are not short. It is told by what
  /// all networks have in common.
  private static let mostRows = 128

  /// Nil for what is added up.
  init?(_ value: Value, ofNetworks: Bool) {
    let (node, place) = value.summing(ofNetworks: ofNetworks)
    inputs = Array(node.inputs.values)
    let operation: Operation
    switch node.operation {
    case .contraction(let batch, let rows, let inner):
      switch (batch, place) {
      case (0, _) where !ofNetworks: networks = .none
      case (1, 0) where ofNetworks: networks = .both
      case (0, rows): networks = .right
      case (0, 0): networks = .left
      default: return nil
      }
      operation = .product(rows: networks == .left ? rows - 1 : rows, inner: inner)
    case .reduction(.sum, let axes):
      if ofNetworks, place != 0 || axes.contains(0) { return nil }
      networks = ofNetworks ? .left : .none
      operation = .total(ofNetworks ? AxisSet(axes.sorted.map { $0 - 1 }) : axes)
    case .gathering(.scatterAdd(let count), let batchRank):
      if place != 0 || batchRank != (ofNetworks ? 1 : 0) { return nil }
      networks = ofNetworks ? .both : .none
      operation = .collected(count: count)
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .movement, .gathering:
      return nil
    }
    var extents = inputs.map(\.shape)
    if networks == .left || networks == .both { extents[0] = Shape(extents[0].dropFirst()) }
    if networks == .both { extents[1] = Shape(extents[1].dropFirst()) }
    if case .product(_, let inner) = operation {
      if networks == .right {
        extents[1] = extents[1].leading(inner) + extents[1].droppingLeading(inner + 1)
      }
      // Joining reads and writes the operands, adding the result.
      let rows = extents[1].leading(inner).elementCount
      if inner == 0 || rows > Joinable.mostRows { return nil }
    }
    // Stacked, those of networks have two axes more.
    if extents.contains(where: { $0.rank + 2 > AxisSet.highestRank }) { return nil }
    kind = Kind(operation: operation, extents: extents)
  }

  /// The sum of values of one kind, which came from the last use first.
  static func sum(of parts: [Joinable], in shape: Shape) -> Value {
    let first = parts[0]
    let isMixed = parts.contains { $0.networks != first.networks }
    let networks = isMixed ? .both : first.networks
    let inputs = parts.reversed().map { isMixed ? $0.withNetworks(shape[0]) : $0.inputs }
    let before = networks == .none ? 0 : 1
    func operands(_ index: Int, along axis: Int) -> Value {
      .stackedAsTheyWere(inputs.map { $0[index] }, along: axis)
    }
    let sum: Value
    switch first.kind.operation {
    case .product(let rows, let inner):
      let isLeft = networks == .left, isBoth = networks == .both
      let product = operands(0, along: isLeft || isBoth ? rows + 1 : rows)
        .contracted(
          with: operands(1, along: isBoth ? 1 : 0), batch: isBoth ? 1 : 0,
          rows: isLeft ? rows + 1 : rows, inner: inner + 1)
      sum = networks == .right ? product.movingAxis(rows, to: 0) : product
    case .total(let axes):
      sum = operands(0, along: before)
        .reduced(.sum, AxisSet([before] + axes.sorted.map { $0 + before + 1 }))
    case .collected(let count):
      sum = operands(0, along: before)
        .scatterAdded(operands(1, along: before), count: count, batchRank: before)
    }
    return sum.reshaped(to: shape)
  }

  /// The operands of a product with the axis of networks in front of both.
  private func withNetworks(_ count: Int) -> [Value] {
    guard case .product(_, let inner) = kind.operation else { return inputs }
    let (a, b) = (inputs[0], inputs[1])
    return switch networks {
    case .none, .both: inputs
    case .left: [a, b.expanded(to: [count] + b.shape)]
    case .right: [a.expanded(to: [count] + a.shape), b.movingAxis(inner, to: 0)]
    }
  }
}

extension Value {
  /// What was reshaped to this value, if something was; of networks, also what had their axis
  /// elsewhere, and where.
  fileprivate func summing(ofNetworks: Bool) -> (node: Node, place: Int) {
    var whole = self
    while whole.node.isRearrangement { whole = whole.node.inputs[0] }
    guard ofNetworks, case .movement(.transpose(let order)) = whole.node.operation,
      order.dropFirst().elementsEqual((0..<whole.rank).filter { $0 != order[0] })
    else { return (whole.node, 0) }
    return (whole.node.inputs[0].node, order[0])
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

extension Node {
  /// Whether the numbers are those of the input in another shape: a sum along extents of 1 is that
  /// alone, where a swarm has a reshape.
  fileprivate var isRearrangement: Bool {
    switch operation {
    case .movement(.reshape): true
    case .reduction(.sum, let axes): axes.sorted.allSatisfy { inputs[0].shape[$0] == 1 }
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      false
    }
  }
}
