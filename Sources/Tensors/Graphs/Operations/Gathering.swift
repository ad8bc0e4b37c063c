// SPDX-License-Identifier: Apache-2.0

/// Rows by number, and back.
///
/// Leaves because as a product with rows of a unit matrix they take `count` times as long.
package enum Gathering: Sendable, Hashable {
  /// y[b, i, ...] = x[b, index[b, i], ...]: x: [batch..., count, rest...], index: [batch..., i...]
  /// of Int32, result [batch..., i..., rest...]. x.g: y.g scatter-added.
  case gather
  /// y[b, r, ...] = sum over i with index[b, i] = r of x[b, i, ...]: the transpose of gather, into
  /// `count` rows, added in the order of i. x.g: y.g gathered.
  case scatterAdd(count: Int)

  package var name: String {
    switch self {
    case .gather: "gather"
    case .scatterAdd: "scatterAdd"
    }
  }

  func accessPattern(batchRank: Int) -> AccessPattern {
    switch self {
    case .gather: .rows(batchRank: batchRank)
    // Rows that are added up are read in order.
    case .scatterAdd: .whole(readsInOrder: true, takesBody: false)
    }
  }

  var notation: Notation {
    switch self {
    case .gather: .chosen
    case .scatterAdd(let count): .collected(count: count)
    }
  }

  func derivative(
    at index: Int, _ x: Value, _ indices: Value, batchRank: Int, cotangent g: Value
  ) -> Value? {
    guard index == 0 else { return nil }
    switch self {
    case .gather: return g.scatterAdded(indices, count: x.shape[batchRank], batchRank: batchRank)
    case .scatterAdd: return g.gathered(indices, batchRank: batchRank)
    }
  }

  /// Result: the type of x.
  func form(_ x: some Formed, _ indices: some Formed, batchRank: Int) throws(FormFault) -> Form {
    if indices.elementType != .int32 { throw .elementType(.right, .int32) }
    if indices.shape.rank < batchRank { throw .rank(.right) }
    // The axes that both begin with.
    let shared: Int
    switch self {
    case .gather: shared = batchRank
    case .scatterAdd: shared = indices.shape.rank
    }
    if x.shape.rank < shared { throw .rank(.left) }
    for axis in 0..<shared where x.shape[axis] != indices.shape[axis] {
      throw .extents(left: axis, right: axis)
    }
    var shape: Shape
    switch self {
    case .gather:
      if x.shape.rank == batchRank { throw .rank(.left) }
      if x.shape[batchRank] > Int(Int32.max) {
        throw .positions(.left, axis: batchRank, most: Int(Int32.max))
      }
      shape = indices.shape + Shape(x.shape.dropFirst(batchRank + 1))
    case .scatterAdd(let count):
      if x.elementType == .bool { throw .elementType(.left, .numbers) }
      if count < 0 { throw .outside(axis: batchRank) }
      shape = Shape(x.shape.prefix(batchRank))
      shape.append(count)
      shape = shape + Shape(x.shape.dropFirst(shared))
    }
    return Form(try shape.countable(), x.elementType)
  }

  func words(for refusal: Refusal) -> Mistake? {
    switch refusal.fault {
    case .rank where refusal.inputs[0].rank == 0:
      return refusal.mistake(
        "\(refusal.label(.left)) is a scalar and has no rows",
        fix: "gather takes a table of rank 1 or more")
    case .rank, .extents:
      return refusal.mistake(
        "\(refusal.label(.left)) cannot be indexed by \(refusal.label(.right))",
        fix: "the table needs an axis to choose from, and equal batch axes")
    case .inputCount, .unsaid, .elementType, .elementTypes, .broadcast, .axes, .empty, .positions,
      .elementCount, .stretch, .outside, .negativeExtent, .uncountable:
      return nil
    }
  }
}

extension Value {
  package func gathered(
    _ indices: Value, batchRank: Int = 0, at site: CallSite? = nil
  ) -> Value {
    Value(.gathering(.gather, batchRank: batchRank), self, indices, at: site)
  }

  package func scatterAdded(_ indices: Value, count: Int, batchRank: Int = 0) -> Value {
    Value(.gathering(.scatterAdd(count: count), batchRank: batchRank), self, indices)
  }

  /// The elements along an axis that positions choose, others for each place: all other
  /// extents are equal.
  package func gathered(_ positions: Value, along axis: Int) -> Value {
    swapped(axis).gathered(positions.swapped(axis), batchRank: rank - 1).swapped(axis)
  }

  /// The transpose: each element added where its position says, among `count` along the axis.
  package func scatterAdded(_ positions: Value, along axis: Int, count: Int) -> Value {
    swapped(axis).scatterAdded(positions.swapped(axis), count: count, batchRank: rank - 1)
      .swapped(axis)
  }

  /// The axis in the place of the last one, and back.
  private func swapped(_ axis: Int) -> Value {
    var order = Shape(axesOfRank: rank)
    order.swapAt(axis, rank - 1)
    return transposed(order)
  }

  /// 1 where the index equals the position along a new last axis, else 0.
  package func oneHot(
    _ count: Int, _ elementType: ElementType, for use: IndexUse, at site: CallSite? = nil
  ) -> Value {
    isOneHot(count, for: use, at: site).converted(to: elementType)
  }

  /// True where the index equals the position along a new last axis.
  package func isOneHot(_ count: Int, for use: IndexUse, at site: CallSite? = nil) -> Value {
    stopping(at: site) { () throws(Mistake) in
      try checkPositions(count, of: "the axis of classes", in: use.symbol)
    }
    let positions = Value.iota(count, .int32, in: use.symbol, at: site)
    return checked(below: count, for: use).reshaped(to: shape + [1]) .== positions
  }
}
