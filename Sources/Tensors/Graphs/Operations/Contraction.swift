// SPDX-License-Identifier: Apache-2.0

/// Matrix multiplication: C_ij = sum over p of A_ip B_pj.
///
/// A: [batch..., n, k], B: [batch..., k, m], result [batch..., n, m], with `batchRank` equal
/// leading axes. An inner axis of more than 400 steps is cut into equal segments: two up to 2048
/// steps, then as many as leave them 1024 at most, beyond 4096 as leave them 400. Each is one chain
/// of fused multiply-adds over p in increasing order (multiply, then add, where the processor has no
/// fused one); their sums are added in order.
///
/// A.g = C.g • Bᵀ, B.g = Aᵀ • C.g. Batching: one more batch axis.
func contractionDerivative(
  at index: Int, _ a: Value, _ b: Value, batchRank: Int, cotangent g: Value
) -> Value {
  index == 0
    ? g.contracted(with: b.swappingLastAxes(), batchRank: batchRank)
    : a.swappingLastAxes().contracted(with: g, batchRank: batchRank)
}

func contractionShape(_ a: Value, _ b: Value, batchRank: Int) throws(Mistake) -> Shape {
  guard a.rank == batchRank + 2, b.rank == batchRank + 2 else {
    throw Mistake(
      "matmul", "\(a.label) and \(b.label) are not matrices of the same rank",
      fix: "matmul takes [..., n, k] and [..., k, m]; insert axes with .newAxis")
  }
  let columns = a.shape[batchRank + 1]
  let rows = b.shape[batchRank]
  guard columns == rows else {
    let fits = b.shape[batchRank + 1] == columns
    throw Mistake(
      "matmul",
      "\(a.label) has \(columns) columns (axis \(batchRank + 1)) but \(b.label) has \(rows) rows "
        + "(axis \(batchRank))",
      fix: fits
        ? "transpose the right operand: matmul(a, b.transposed())"
        : "the inner extents must be equal: [n, k] • [k, m]")
  }
  for axis in 0..<batchRank where a.shape[axis] != b.shape[axis] {
    throw Mistake(
      "matmul",
      "\(a.label) and \(b.label) differ in batch axis \(axis): \(a.shape[axis]) against "
        + "\(b.shape[axis])", fix: "batch extents must be equal or 1")
  }
  var shape = a.shape
  shape[batchRank + 1] = b.shape[batchRank + 1]
  try countable(shape, in: "matmul")
  return shape
}

extension Value {
  package func contracted(with other: Value, batchRank: Int) -> Value {
    Value(.contraction(batchRank: batchRank), Inputs(self, other), elementType) {
      () throws(Mistake) in
      try contractionShape(self, other, batchRank: batchRank)
    }
  }

  package func swappingLastAxes() -> Value {
    var order = Shape(0..<rank)
    (order[rank - 2], order[rank - 1]) = (rank - 1, rank - 2)
    return transposed(order)
  }

  /// NumPy's matmul: vectors are rows on the left and columns on the right, and lose that axis
  /// again; leading axes broadcast.
  package func matmul(_ other: Value, at site: CallSite? = nil) -> Value {
    if rank == 2, other.rank == 2, shape[1] == other.shape[0] {
      return contracted(with: other, batchRank: 0)
    }
    let batch = stopping(at: site) { () throws(Mistake) in try batchShape(of: self, times: other) }
    let a = rank == 1 ? reshaped(to: [1] + shape) : self
    let b = other.rank == 1 ? other.reshaped(to: other.shape + [1]) : other
    let product = Value(
      .contraction(batchRank: batch.rank),
      Inputs(
        a.expanded(to: batch + Shape(a.shape.suffix(2))),
        b.expanded(to: batch + Shape(b.shape.suffix(2)))), at: site)
    var kept = product.shape
    if other.rank == 1 { kept = Shape(kept.dropLast()) }
    if rank == 1 {
      kept = batch + (other.rank == 1 ? Shape() : Shape(kept.suffix(1)))
    }
    return product.reshaped(to: kept)
  }
}

/// The broadcast leading axes of two operands as the user wrote them, if they can be multiplied.
private func batchShape(of a: Value, times b: Value) throws(Mistake) -> Shape {
  guard a.rank > 0, b.rank > 0 else {
    throw Mistake(
      "matmul", "\(a.label) and \(b.label): a scalar is not a matrix",
      fix: "multiply by a scalar with *")
  }
  let columnAxis = a.rank - 1, rowAxis = max(b.rank - 2, 0)
  let columns = a.shape[columnAxis], rows = b.shape[rowAxis]
  guard columns == rows else {
    let ofLeft = a.rank == 1 ? "elements" : "columns", ofRight = b.rank == 1 ? "elements" : "rows"
    throw Mistake(
      "matmul",
      "\(a.label) has \(columns) \(ofLeft) (axis \(columnAxis)) but \(b.label) has \(rows) "
        + "\(ofRight) (axis \(rowAxis))", fix: transposition(a, b))
  }
  let leading = Shape(a.shape.dropLast(2)), otherLeading = Shape(b.shape.dropLast(2))
  guard let batch = leading.broadcast(with: otherLeading) else {
    throw Mistake(
      "matmul",
      "the batch axes \(leading) of \(a.label) and \(otherLeading) of \(b.label) do not broadcast",
      fix: "batch extents must be equal or 1")
  }
  return batch
}

/// Which operand to transpose so that the inner extents meet.
private func transposition(_ a: Value, _ b: Value) -> String {
  func transposed(_ x: Value, _ name: String) -> String {
    let leading = (0..<(x.rank - 2)).map { "\($0), " }.joined()
    return "\(name).transposed(\(x.rank > 2 ? "\(leading)\(x.rank - 1), \(x.rank - 2)" : ""))"
  }
  let left = a.givenName ?? "a", right = b.givenName ?? "b"
  if b.rank > 1, b.shape[b.rank - 1] == a.shape[a.rank - 1] {
    return "transpose the right operand: matmul(\(left), \(transposed(b, right)))"
  }
  if a.rank > 1, a.shape[a.rank - 2] == b.shape[max(b.rank - 2, 0)] {
    return "transpose the left operand: matmul(\(transposed(a, left)), \(right))"
  }
  return "the inner extents must be equal: [n, k] • [k, m]"
}
