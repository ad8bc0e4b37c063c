// SPDX-License-Identifier: Apache-2.0

/// Products summed over the last axes of a and the first ones of b: matrix multiplication of
/// tensors of any rank.
///
/// a: [rows..., inner...], b: [inner..., columns...], result [rows..., columns...], with `axes`
/// inner axes: for 1 and two matrices `a • b`, for 0 ``outer(_:_:)``. a.g = y.g summed with b over
/// its columns, b.g = a summed with y.g over its rows. A mistake if an operand has fewer axes, or
/// if their extents differ.
///
///     let a: Tensor<Float> = [[1, 2], [3, 4]]
///     print(tensordot(a, a, axes: 2), tensordot(a, [1, 1], axes: 1))   // 30.0 [3. 7.]
public func tensordot<Scalar: NumericScalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, axes: Int = 2,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  stopping(at: site) { () throws(Mistake) in
    guard (0...min(a.rank, b.rank)).contains(axes) else {
      throw Mistake(
        "tensordot",
        "\(a.value.label) and \(b.value.label) do not share \(counted(axes, "axis", plural: "axes"))",
        fix: "sum over 0 to \(min(a.rank, b.rank)) of them")
    }
  }
  return tensordot(
    a, b, axes: (Array((a.rank - axes)..<a.rank), Array(0..<axes)), file: file, line: line)
}

/// Products summed over pairs of axes: axis `axes.0[i]` of a with axis `axes.1[i]` of b.
///
/// The result has the other axes of a, then the other axes of b, each in order; the sum goes over
/// the pairs as one axis, the last fastest. Negative axes count from the end. A mistake if an axis
/// does not exist or is named twice, or if the extents of a pair differ.
///
///     let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[10, 1], [0, 1]]
///     print(tensordot(a, b, axes: ([0], [0])))   // [[10.  4.]
///                                                //  [20.  6.]]
public func tensordot<Scalar: NumericScalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, axes: ([Int], [Int]),
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let product = stopping(at: CallSite(file, line)) { () throws(Mistake) in
    try a.value.summedWith(b.value, along: axes)
  }
  return Tensor(product)
}

/// Products of all pairs: y[i..., j...] = a[i...] b[j...].
///
/// a: any shape, b: any shape, result a's axes, then b's. a.g = y.g summed with b, b.g = y.g summed
/// with a.
///
///     print(outer(Tensor<Float>([1, 2]), [3, 4, 5]))   // [[ 3.  4.  5.]
///                                                      //  [ 6.  8. 10.]]
public func outer<Scalar: NumericScalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(a.value.outer(b.value))
}

extension Value {
  /// No contraction: products by themselves keep the sign of zero, and may be part of what follows.
  fileprivate func outer(_ other: Value) -> Value {
    reshaped(to: shape + Shape(repeating: 1, rank: other.rank)) * other
  }

  fileprivate func summedWith(
    _ other: Value, along axes: ([Int], [Int])
  ) throws(Mistake) -> Value {
    guard axes.0.count == axes.1.count else {
      throw Mistake(
        "tensordot", "\(axes.0) and \(axes.1) are not pairs of axes", fix: "name as many of each")
    }
    let own = try AxisSet(axes.0, rank: rank, of: label, in: "tensordot")
    let others = try AxisSet(axes.1, rank: other.rank, of: other.label, in: "tensordot")
    let inner = axes.0.map { $0 < 0 ? $0 + rank : $0 }
    let innerOfOther = axes.1.map { $0 < 0 ? $0 + other.rank : $0 }
    for (x, y) in zip(inner, innerOfOther) where shape[x] != other.shape[y] {
      throw Mistake(
        "tensordot",
        "\(label) has extent \(shape[x]) at axis \(x) but \(other.label) has \(other.shape[y]) at "
          + "axis \(y)",
        fix: "axes that are summed together need equal extents")
    }
    if inner.isEmpty { return outer(other) }
    let rows = (0..<rank).filter { !own.contains($0) }
    let columns = (0..<other.rank).filter { !others.contains($0) }
    return transposed(Shape(rows + inner)).contracted(
      with: other.transposed(Shape(innerOfOther + columns)), rows: rows.count, inner: inner.count)
  }
}
