// SPDX-License-Identifier: Apache-2.0

/// y = softmax(q • kᵀ / √d) • v: for each query a mean of the values, weighted by how well
/// their keys fit it.
///
/// q: [..., heads, n, d], k: [..., heads, m, d], v: [..., heads, m, e], result [..., heads, n, e];
/// without heads [n, d] and so on. With fewer heads of keys and values than of queries, each serves
/// as many neighbouring query heads (grouped-query attention). Derivatives are those of the
/// formula: v.g = pᵀ • y.g with p = softmax(...), s.g = p (p.g - Σ p.g p) with p.g = y.g • vᵀ,
/// q.g = s.g • k / √d, k.g = s.gᵀ • q / √d.
///
/// A query that may look at no key has y = 0. A mistake if shapes do not fit. A long causal run is
/// written down as several blocks of queries, each with the keys that it may look at: it takes half
/// the arithmetic of a mask.
///
///     let q: Tensor<Float> = [[0, 0]], k: Tensor<Float> = [[1, 0], [0, 1], [1, 1]]
///     let v: Tensor<Float> = [[1], [2], [6]]
///     print(scaledDotProductAttention(q, k, v))   // [[3.]]
///     print(scaledDotProductAttention(q, k, v, mask: [[true, true, false]]))   // [[1.5]]
///
/// Source: Vaswani et al., "Attention is all you need", NeurIPS 2017; Ainslie et al.,
/// "GQA", EMNLP 2023.
///
/// - Parameters:
///   - mask: true where a query may look at a key; its shape stretches to [..., heads, n, m].
///   - isCausal: whether a query sees only keys up to its own position. The last query stands at
///     the last key, so n queries of m keys are the last n of a sequence of m.
///   - scale: what q • kᵀ is multiplied by; 1 / √d if nothing is said.
public func scaledDotProductAttention<Scalar: FloatingPointScalar>(
  _ query: Tensor<Scalar>, _ key: Tensor<Scalar>, _ value: Tensor<Scalar>,
  mask: Tensor<Bool>? = nil, isCausal: Bool = false, scale: Double? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let (q, k, v) = (query.value, key.value, value.value)
  if let scale {
    checkFinite(scale, "scale", in: "scaledDotProductAttention", at: CallSite(file, line))
  }
  let groups = stopping(at: CallSite(file, line)) { () throws(Mistake) in
    try checkedGroups(q, k, v, mask?.value, isCausal: isCausal)
  }
  let factor: Value =
    scale.map { .constant($0, q.elementType) }
    ?? .count(1 / Double(Swift.max(q.shape.last ?? 1, 1)).squareRoot(), q.elementType)
  let attention = Attention<Scalar>(
    factor: factor, groups: groups, isCausal: isCausal, site: CallSite(file, line))
  return Tensor(attention.means(q, k, v, mask?.value))
}

private struct Attention<Scalar: FloatingPointScalar> {
  /// What q • kᵀ is multiplied by.
  let factor: Value
  /// How many heads of queries share a key.
  let groups: Int
  let isCausal: Bool
  let site: CallSite

  /// A long causal run goes by blocks of queries, each with the keys up to its last one: of the
  /// scores that nobody may see most are never computed.
  func means(_ q: Value, _ k: Value, _ v: Value, _ mask: Value?) -> Value {
    let rows = q.rank - 2, n = q.shape[rows], m = k.shape[rows]
    let block = isCausal ? Self.block(of: n, keys: m, heads: q.shape.dropLast(2).reduce(1, *)) : n
    if block >= n { return meansAtOnce(q, k, v, mask) }
    let parts = stride(from: 0, to: n, by: block).map { first in
      let queries = first..<Swift.min(first + block, n), keys = 0..<queries.upperBound + m - n
      return meansAtOnce(
        q.part(queries, along: rows), k.part(keys, along: rows), v.part(keys, along: rows),
        mask?.part(queries, along: -2).part(keys, along: -1))
    }
    return .joined(parts, along: rows)
  }

  /// How many queries go together. With b blocks, n / 2b queries' work is still in vain, and each
  /// block reads the keys before it again, half of them on average, which takes as long as 16
  /// queries do: both together are least for b = √(n / 32).
  private static func block(of n: Int, keys m: Int, heads: Int) -> Int {
    // Less takes longer to write down than it saves; of far more keys than queries most are seen.
    guard Double(heads) * Double(n) * Double(m) >= 0x1p19, m - n <= n else { return n }
    let blocks = Swift.max((Double(n) / 32).squareRoot().rounded(), 1)
    return Int((Double(n) / blocks / 8).rounded(.up)) * 8
  }

  private func meansAtOnce(_ q: Value, _ k: Value, _ v: Value, _ mask: Value?) -> Value {
    let rank = q.rank, (n, m, d) = (q.shape[rank - 2], k.shape[rank - 2], q.shape[rank - 1])
    // The queries that share a key are rows of one product: no key is repeated.
    let batch = Shape(k.shape.dropLast(2)), rows: Shape = [groups * n]
    let scores = (q * factor).reshaped(to: batch + rows + [d])
      .matmul(k.transposed(Shape(0..<rank - 2) + [rank - 1, rank - 2]))
      .reshaped(to: Shape(q.shape.dropLast()) + [m])
    let allowed = allowed(isCausal, mask, n, m)
    let least = Value.constant(-q.elementType.greatestFiniteNumber, q.elementType)
    let seen = allowed.map { Value.select($0, scores, least) } ?? scores
    let powers = Tensor<Scalar>(seen).powersBelowLargest(along: -1, at: site)
    let total = powers.sum(along: -1, keepingAxes: true)
    var weights = powers.value
    // Where nothing is allowed all weights are equal.
    if mask != nil, let allowed { weights = Value.select(allowed, weights, 0) }
    let sums = weights.reshaped(to: batch + rows + [m]).matmul(v)
      .reshaped(to: Shape(q.shape.dropLast()) + [v.shape[rank - 1]])
    // Divided by the total here and not where the weights are, so that the derivative asks for a
    // sum over features, which are fewer than keys. Without keys there is no total.
    return m == 0 ? sums : sums * (1 / total).value
  }
}

extension Value {
  /// A range of an axis, which may count from the end; all of it where it stretches or there is
  /// none.
  fileprivate func part(_ range: Range<Int>, along axis: Int) -> Value {
    let axis = axis < 0 ? rank + axis : axis
    if axis < 0 || shape[axis] == 1 { return self }
    var starts = Shape(repeating: 0, rank: rank), extents = shape
    (starts[axis], extents[axis]) = (range.lowerBound, range.count)
    return sliced(from: starts, extents: extents)
  }
}

/// Which keys a query may look at; nil if all.
private func allowed(_ isCausal: Bool, _ mask: Value?, _ n: Int, _ m: Int) -> Value? {
  guard isCausal else { return mask }
  let queries = (Value.iota(n, .int32) + .count(Double(m - n), .int32)).reshaped(to: [n, 1])
  let past = queries.compared(.greaterOrEqual, to: Value.iota(m, .int32))
  return mask.map { past.binary(.minimum, $0) } ?? past
}

/// How many queries share a key and a value; refuses shapes that do not fit.
private func checkedGroups(
  _ q: Value, _ k: Value, _ v: Value, _ mask: Value?, isCausal: Bool
) throws(Mistake) -> Int {
  let rank = q.rank
  func refuse(_ problem: String, fix: String) throws(Mistake) -> Never {
    throw Mistake("scaledDotProductAttention", problem, fix: fix)
  }
  func fit(_ left: Value, _ right: Value, at axis: Int, _ what: String) throws(Mistake) {
    if left.shape[axis] == right.shape[axis] { return }
    try refuse(
      "\(left.label) and \(right.label) differ in axis \(axis), that of \(what)",
      fix: "give queries [..., heads, n, d], keys [..., heads, m, d], values [..., heads, m, e]")
  }
  guard rank >= 2, k.rank == rank, v.rank == rank else {
    try refuse(
      "queries \(q.label), keys \(k.label) and values \(v.label) do not have the same axes",
      fix: "give [..., heads, positions, features] three times")
  }
  try fit(q, k, at: rank - 1, "features")
  try fit(k, v, at: rank - 2, "positions")
  for axis in 0..<Swift.max(rank - 3, 0) {
    try fit(q, k, at: axis, "examples")
    try fit(k, v, at: axis, "examples")
  }
  var groups = 1
  if rank > 2 {
    try fit(k, v, at: rank - 3, "heads")
    let (heads, shared) = (q.shape[rank - 3], k.shape[rank - 3])
    guard heads == shared || shared > 0 && heads % shared == 0 else {
      try refuse(
        "\(heads) heads of queries do not share \(shared) heads of keys evenly",
        fix: "let the number of heads be a multiple of that of keys and values")
    }
    groups = shared == 0 ? 1 : heads / shared
  }
  let scores = Shape(q.shape.dropLast()) + [k.shape[rank - 2]]
  if let mask, mask.shape.broadcast(with: scores) != scores {
    try refuse(
      "the mask \(mask.label) does not stretch to \(scores)", fix: "give one of [..., n, m]")
  }
  if isCausal, q.shape[rank - 2] > k.shape[rank - 2] {
    try refuse(
      "\(q.shape[rank - 2]) queries of a sequence of \(k.shape[rank - 2]) keys",
      fix: "give at least as many keys as queries, whose last positions are the same")
  }
  return groups
}
