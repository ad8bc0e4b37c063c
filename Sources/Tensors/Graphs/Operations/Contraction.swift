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

/// A and B of one type of numbers, which the result has.
func contractionForm(_ a: some Formed, _ b: some Formed, batchRank: Int) throws(FormFault) -> Form {
  if a.elementType != b.elementType { throw .elementTypes(.left, .right) }
  if a.elementType == .bool { throw .elementType(.left, .numbers) }
  if a.shape.rank != batchRank + 2 { throw .rank(.left) }
  if b.shape.rank != batchRank + 2 { throw .rank(.right) }
  if a.shape[batchRank + 1] != b.shape[batchRank] {
    throw .extents(left: batchRank + 1, right: batchRank)
  }
  for axis in 0..<batchRank where a.shape[axis] != b.shape[axis] {
    throw .extents(left: axis, right: axis)
  }
  var shape = a.shape
  shape[batchRank + 1] = b.shape[batchRank + 1]
  return Form(try shape.countable(), a.elementType)
}

extension Value {
  package func contracted(with other: Value, batchRank: Int) -> Value {
    Value(.contraction(batchRank: batchRank), self, other)
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
    let batch: Shape
    do throws(FormFault) {
      batch = try batchShape(of: shape, times: other.shape)
    } catch {
      error.stop(.contraction(batchRank: 0), Inputs(self, other), at: site)
    }
    let a = rank == 1 ? reshaped(to: [1] + shape) : self
    let b = other.rank == 1 ? other.reshaped(to: other.shape + [1]) : other
    let product = Value(
      .contraction(batchRank: batch.rank),
      a.expanded(to: batch + Shape(a.shape.suffix(2))),
      b.expanded(to: batch + Shape(b.shape.suffix(2))), at: site)
    var kept = product.shape
    if other.rank == 1 { kept = Shape(kept.dropLast()) }
    if rank == 1 {
      kept = batch + (other.rank == 1 ? Shape() : Shape(kept.suffix(1)))
    }
    return product.reshaped(to: kept)
  }
}

/// The broadcast leading axes of two operands as the user wrote them, if they can be multiplied.
private func batchShape(of a: Shape, times b: Shape) throws(FormFault) -> Shape {
  if a.isEmpty { throw .rank(.left) }
  if b.isEmpty { throw .rank(.right) }
  let columns = a.rank - 1, rows = max(b.rank - 2, 0)
  if a[columns] != b[rows] { throw .extents(left: columns, right: rows) }
  return try Shape(a.dropLast(2)).broadcast(.left, with: Shape(b.dropLast(2)), .right)
}

func contractionWords(for refusal: Refusal) -> Mistake? {
  switch refusal.fault {
  case .rank:
    let a = refusal.inputs[0], b = refusal.inputs[1]
    return a.rank == 0 || b.rank == 0
      ? refusal.mistake(
        "\(a.label) and \(b.label): a scalar is not a matrix",
        fix: "multiply by a scalar with *")
      : refusal.mistake(
        "\(a.label) and \(b.label) are not matrices of the same rank",
        fix: "matmul takes [..., n, k] and [..., k, m]; insert axes with .newAxis")
  case .extents(let columnAxis, let rowAxis):
    let a = refusal.inputs[0], b = refusal.inputs[1]
    // Else it is a batch axis.
    guard columnAxis == a.rank - 1 else { return nil }
    let ofLeft = a.rank == 1 ? "elements" : "columns", ofRight = b.rank == 1 ? "elements" : "rows"
    return refusal.mistake(
      "\(a.label) has \(a.shape[columnAxis]) \(ofLeft) (axis \(columnAxis)) but \(b.label) has "
        + "\(b.shape[rowAxis]) \(ofRight) (axis \(rowAxis))", fix: transposition(a, b))
  case .broadcast:
    let a = refusal.inputs[0], b = refusal.inputs[1]
    return refusal.mistake(
      "the batch axes \(Shape(a.shape.dropLast(2))) of \(a.label) and "
        + "\(Shape(b.shape.dropLast(2))) of \(b.label) do not broadcast",
      fix: "batch extents must be equal or 1")
  case .inputCount, .unsaid, .elementType, .elementTypes, .axes, .empty, .positions, .elementCount,
    .stretch, .outside, .negativeExtent, .uncountable:
    return nil
  }
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
