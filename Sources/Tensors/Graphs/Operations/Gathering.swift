// SPDX-License-Identifier: Apache-2.0

/// Rows by number, and back.
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

  func shape(_ x: Value, _ indices: Value, batchRank: Int) throws(Mistake) -> Shape {
    switch self {
    case .gather:
      guard x.rank > batchRank, indices.rank >= batchRank,
        x.shape.prefix(batchRank).elementsEqual(indices.shape.prefix(batchRank))
      else {
        throw Mistake(
          name, "\(x.label) cannot be indexed by \(indices.label)",
          fix: "the table needs an axis to choose from, and equal batch axes")
      }
      return indices.shape + Shape(x.shape.dropFirst(batchRank + 1))
    case .scatterAdd(let count):
      var shape = Shape(x.shape.prefix(batchRank))
      shape.append(count)
      return shape + Shape(x.shape.dropFirst(indices.rank))
    }
  }
}

extension Value {
  package func gathered(
    _ indices: Value, batchRank: Int = 0, at site: CallSite? = nil
  ) -> Value {
    Value(.gathering(.gather, batchRank: batchRank), Inputs(self, indices), at: site)
  }

  package func scatterAdded(_ indices: Value, count: Int, batchRank: Int = 0) -> Value {
    Value(.gathering(.scatterAdd(count: count), batchRank: batchRank), Inputs(self, indices))
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
      try checkPositions(count, of: "the axis of classes", in: use.rawValue)
    }
    return checked(below: count, for: use).reshaped(to: shape + [1])
      .== Value.iota(count, .int32, in: use.rawValue, at: site)
  }
}
