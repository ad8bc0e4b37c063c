// SPDX-License-Identifier: Apache-2.0

/// Products summed over axes that two tensors share: C_brc = sum over p of A_brp B_bpc, where each
/// letter stands for any number of axes.
///
/// A: [batch..., rows..., inner...], B: [batch..., inner..., columns...], result
/// [batch..., rows..., columns...]; the operation counts the axes of each group, columns are what
/// is left of B. Matrix multiplication has one of each, and none of batch. The inner axes count as
/// one, in the order in which A has them. Beyond 400 steps it is cut into equal segments: two up to
/// 2048 steps, then as many as leave them 1024 at most, beyond 4096 as leave them 400. Each is one
/// chain of fused multiply-adds in increasing order (multiply, then add, where the processor has no
/// fused one); their sums are added in order.
///
/// A.g = C.g • Bᵀ over the columns, B.g = Aᵀ • C.g over the rows, ᵀ exchanging groups. Batching: a
/// new axis of A alone is one of rows, of B alone one of columns, of both one of batch.
func contractionDerivative(
  at index: Int, _ a: Value, _ b: Value, batch: Int, rows: Int, inner: Int, cotangent g: Value
) -> Value {
  let columns = b.rank - batch - inner
  return index == 0
    ? g.contracted(
      with: b.exchangingAxes(behind: batch, first: inner), batch: batch, rows: rows, inner: columns)
    : a.exchangingAxes(behind: batch, first: rows)
      .contracted(with: g, batch: batch, rows: inner, inner: rows)
}

func batchedContraction(
  _ inputs: BatchedInputs, batch: Int, rows: Int, inner: Int
) -> Value {
  let a = inputs.values[0], b = inputs.values[1]
  if inputs.isBatched[0], inputs.isBatched[1] {
    return a.contracted(with: b, batch: batch + 1, rows: rows, inner: inner)
  }
  if inputs.isBatched[0] {
    let moved = a.movingAxis(0, to: batch)
    return moved.contracted(with: b, batch: batch, rows: rows + 1, inner: inner)
      .movingAxis(batch, to: 0)
  }
  let moved = b.movingAxis(0, to: batch + inner)
  return a.contracted(with: moved, batch: batch, rows: rows, inner: inner)
    .movingAxis(batch + rows, to: 0)
}

/// A and B of one type of numbers, which the result has.
func contractionForm(
  _ a: some Formed, _ b: some Formed, batch: Int, rows: Int, inner: Int
) throws(FormFault) -> Form {
  if a.elementType != b.elementType { throw .elementTypes(.left, .right) }
  if a.elementType == .bool { throw .elementType(.left, .numbers) }
  if min(batch, rows, inner) < 0 || a.shape.rank != batch + rows + inner { throw .rank(.left) }
  if b.shape.rank < batch + inner { throw .rank(.right) }
  for axis in 0..<inner where a.shape[batch + rows + axis] != b.shape[batch + axis] {
    throw .extents(left: batch + rows + axis, right: batch + axis)
  }
  for axis in 0..<batch where a.shape[axis] != b.shape[axis] {
    throw .extents(left: axis, right: axis)
  }
  var shape = a.shape.leading(batch + rows)
  for axis in (batch + inner)..<b.shape.rank { shape.append(b.shape[axis]) }
  return Form(try shape.countable(), a.elementType)
}

/// As matrix multiplication where NumPy's matmul of these inputs is the same.
func contractionNotation(of b: Shape, batch: Int, rows: Int, inner: Int) -> Notation {
  let columns = b.rank - batch - inner
  return inner == 1 && columns == 1 && (rows == 1 || batch == 0 && rows > 1)
    ? .matmul : .contraction(batch: batch, rows: rows, inner: inner)
}

extension Value {
  package func contracted(
    with other: Value, batch: Int = 0, rows: Int = 1, inner: Int = 1
  ) -> Value {
    Value(.contraction(batch: batch, rows: rows, inner: inner), self, other)
  }

  package func swappingLastAxes() -> Value { exchangingAxes(behind: rank - 2, first: 1) }

  /// [batch..., first..., second...] as [batch..., second..., first...].
  func exchangingAxes(behind batch: Int, first: Int) -> Value {
    var order = Shape(axesOfRank: batch)
    for axis in (batch + first)..<rank { order.append(axis) }
    for axis in batch..<(batch + first) { order.append(axis) }
    return transposed(order)
  }

  /// With one axis at another place among the others.
  package func movingAxis(_ axis: Int, to place: Int) -> Value {
    if axis == place { return self }
    var order = Shape()
    for other in 0..<rank where other != axis {
      if order.rank == place { order.append(axis) }
      order.append(other)
    }
    if order.rank < rank { order.append(axis) }
    return transposed(order)
  }

  /// NumPy's matmul: vectors are rows on the left and columns on the right, and lose that axis
  /// again; leading axes broadcast.
  package func matmul(_ other: Value, at site: CallSite? = nil) -> Value {
    if rank == 2, other.rank == 2, shape[1] == other.shape[0] { return contracted(with: other) }
    let batch: Shape
    do throws(FormFault) {
      batch = try batchShape(of: shape, times: other.shape)
    } catch {
      error.stop(.contraction(batch: 0, rows: 1, inner: 1), Inputs(self, other), at: site)
    }
    let a = rank == 1 ? reshaped(to: [1] + shape) : self
    let b = other.rank == 1 ? other.reshaped(to: other.shape + [1]) : other
    let product = a.multiplied(by: b, batch, at: site)
    var kept = product.shape
    if other.rank == 1 { kept = Shape(kept.dropLast()) }
    if rank == 1 {
      kept = batch + (other.rank == 1 ? Shape() : Shape(kept.suffix(1)))
    }
    return product.reshaped(to: kept)
  }

  /// [..., n, k] times [..., k, m], whose leading axes broadcast to `batch`.
  ///
  /// The last of these along which the right operand is one matrix are rows: so many rows times one
  /// matrix are one product, and so is the gradient of the matrix.
  private func multiplied(by b: Value, _ batch: Shape, at site: CallSite?) -> Value {
    let missing = batch.rank - (b.rank - 2)
    var count = batch.rank
    while count > 0, count <= missing || b.shape[count - 1 - missing] == 1 { count -= 1 }
    let kept = Swift.max(count - missing, 0)
    let matrices = b.reshaped(to: b.shape.leading(kept) + Shape(b.shape.suffix(2)))
    return Value(
      .contraction(batch: count, rows: batch.rank - count + 1, inner: 1),
      expanded(to: batch + Shape(shape.suffix(2))),
      matrices.expanded(to: batch.leading(count) + Shape(b.shape.suffix(2))), at: site)
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
