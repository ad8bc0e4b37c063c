// SPDX-License-Identifier: Apache-2.0

/// Sums of products of elements, as a pattern of indices says: in `"ij,jk->ik"`
/// y_ik = Σ_j a_ij b_jk.
///
/// A letter names an axis of each operand in whose part of the pattern it stands, and axes of one
/// name have equal extents. Behind the arrow stand the axes of the result; what is missing there is
/// summed. A letter that stands twice in one operand takes its diagonal. `...` stands for the axes
/// that are not named; these broadcast, and are summed if the result lacks them. Without an arrow
/// the result has the axes of `...`, then the letters that stand once, in alphabetical order.
/// Spaces do not count.
///
/// Of more than two operands those two are multiplied first whose product takes the fewest
/// operations, then it and the rest likewise. Products are contractions of views: nothing is copied
/// first. The derivative for an operand is the sum of products of y.g and the other operands
/// that has its axes.
///
/// A mistake if the pattern is not one, has not as many parts as there are operands, or does not
/// fit their shapes.
///
///     let q: Tensor<Float> = [[1, 2], [3, 4]], k: Tensor<Float> = [[5, 6], [7, 8]]
///     print(einsum("qd,kd->qk", q, k))   // [[17. 23.]
///                                        //  [39. 53.]]
///     print(einsum("ii", q), einsum("i...->...", q))   // 5.0 [4. 6.]
///
/// - Parameters:
///   - pattern: the axes of each operand, with commas between them, and behind `->`
///     those of the result.
///   - operands: one for each part of the pattern.
public func einsum<Scalar: NumericScalar>(
  _ pattern: String, _ operands: Tensor<Scalar>...,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  einsum(pattern, operands, file: file, line: line)
}

/// The same for a list of operands.
public func einsum<Scalar: NumericScalar>(
  _ pattern: String, _ operands: [Tensor<Scalar>],
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let values = operands.map(\.value)
  let result = stopping(at: CallSite(file, line)) { () throws(Mistake) in
    try EinsumPattern(pattern).applied(to: values)
  }
  return Tensor(values.reduce(result) { $0.distinct(from: $1, by: "einsum") })
}

extension EinsumPattern {
  func applied(to values: [Value]) throws(Mistake) -> Value {
    var values = values
    let (labels, result) = try labels(of: &values)
    var rest: [LabelledValue] = []
    for (value, labels) in zip(values, labels) {
      rest.append(LabelledValue(value: value, labels: labels).withDiagonals())
    }
    while rest.count > 1 {
      let (i, j) = cheapestPair(of: rest)
      let right = rest.remove(at: j), left = rest.remove(at: i)
      let needed = Set(rest.flatMap(\.labels) + result)
      rest.append(
        left.summed(unless: needed.union(right.labels))
          .times(right.summed(unless: needed.union(left.labels)), keeping: needed, result))
    }
    return rest[0].summed(unless: Set(result)).arranged(as: result).value
  }

  /// The pair whose product takes the fewest operations; of several the first.
  private func cheapestPair(of operands: [LabelledValue]) -> (Int, Int) {
    var best = (0, 1), least = Double.infinity
    for i in operands.indices {
      for j in (i + 1)..<max(operands.count, i + 1) {
        let count = operands[i].operationCount(times: operands[j])
        if count < least { (best, least) = ((i, j), count) }
      }
    }
    return best
  }
}

/// A tensor whose axes have names.
private struct LabelledValue {
  let value: Value
  let labels: [EinsumPattern.Label]

  private func extent(_ label: EinsumPattern.Label) -> Int {
    value.shape[labels.firstIndex(of: label)!]
  }

  /// Multiplications of a product with another: one for each index of all axes that either has.
  func operationCount(times other: LabelledValue) -> Double {
    let own = labels.reduce(1.0) { $0 * Double(extent($1)) }
    return other.labels.reduce(own) {
      labels.contains($1) ? $0 : $0 * Double(other.extent($1))
    }
  }

  /// With each name once: where it stood twice, elements whose indices are equal.
  func withDiagonals() -> LabelledValue {
    for (axis, label) in labels.enumerated() {
      guard let other = labels[(axis + 1)...].firstIndex(of: label) else { continue }
      var rest = labels
      rest.remove(at: other)
      rest.remove(at: axis)
      return LabelledValue(value: value.diagonal(axis, other), labels: rest + [label])
        .withDiagonals()
    }
    return self
  }

  func summed(unless needed: Set<EinsumPattern.Label>) -> LabelledValue {
    let axes = AxisSet(labels.indices.filter { !needed.contains(labels[$0]) })
    if axes.isEmpty { return self }
    let sum = value.reduced(.sum, axes)
    return LabelledValue(
      value: sum.reshaped(to: value.shape.dropping(axes)),
      labels: labels.filter { needed.contains($0) })
  }

  /// With its axes in the order of `wanted`, which has them all.
  func arranged(as wanted: [EinsumPattern.Label]) -> LabelledValue {
    let order = wanted.map { labels.firstIndex(of: $0)! }
    return LabelledValue(value: value.transposed(Shape(order)), labels: wanted)
  }

  /// The product with another, summed over the axes of both that nobody needs.
  ///
  /// - Parameter result: in which order axes should come, so that little has to be
  ///   moved in the end.
  func times(
    _ other: LabelledValue, keeping needed: Set<EinsumPattern.Label>,
    _ result: [EinsumPattern.Label]
  ) -> LabelledValue {
    func inOrder(_ labels: [EinsumPattern.Label]) -> [EinsumPattern.Label] {
      result.filter(labels.contains) + labels.filter { !result.contains($0) }
    }
    let inner = labels.filter { other.labels.contains($0) && !needed.contains($0) }
    let batch = inOrder(labels.filter { other.labels.contains($0) && needed.contains($0) })
    let rows = inOrder(labels.filter { !other.labels.contains($0) })
    let columns = inOrder(other.labels.filter { !labels.contains($0) })
    // Without sums, and for sums of one row and one column, elements are multiplied one by one.
    if inner.isEmpty || rows.isEmpty && columns.isEmpty {
      return multiplied(by: other, batch + rows + columns + inner)
        .summed(unless: Set(batch + rows + columns))
    }
    // The operand whose axes come first in the result makes its rows.
    if let first = result.first(where: { (rows + columns).contains($0) }), columns.contains(first) {
      return other.contracted(with: self, batch: batch, rows: columns, inner: inner, columns: rows)
    }
    return contracted(with: other, batch: batch, rows: rows, inner: inner, columns: columns)
  }

  private func contracted(
    with other: LabelledValue, batch: [EinsumPattern.Label], rows: [EinsumPattern.Label],
    inner: [EinsumPattern.Label], columns: [EinsumPattern.Label]
  ) -> LabelledValue {
    let left = arranged(as: batch + rows + inner).value
    let right = other.arranged(as: batch + inner + columns).value
    let product = left.contracted(
      with: right, batch: batch.count, rows: rows.count, inner: inner.count)
    return LabelledValue(value: product, labels: batch + rows + columns)
  }

  /// Element by element over all of `wanted`.
  private func multiplied(
    by other: LabelledValue, _ wanted: [EinsumPattern.Label]
  ) -> LabelledValue {
    LabelledValue(value: over(wanted) * other.over(wanted), labels: wanted)
  }

  /// With an axis of extent 1 for each name that it lacks.
  private func over(_ wanted: [EinsumPattern.Label]) -> Value {
    let own = arranged(as: wanted.filter(labels.contains)).value
    return own.reshaped(to: Shape(wanted.map { labels.contains($0) ? extent($0) : 1 }))
  }
}

extension Value {
  /// The elements whose indices along two axes, of equal extents, are equal: the other axes, then
  /// one for the two.
  fileprivate func diagonal(_ first: Int, _ second: Int) -> Value {
    let others = shape.indices.filter { $0 != first && $0 != second }
    return transposed(Shape(others + [first, second])).diagonal(0)
  }
}
