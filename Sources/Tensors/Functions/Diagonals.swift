// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The diagonal of the last two axes, a view: y[..., i] = x[..., i, i + offset], from the first
  /// column on that exists; below 0, y[..., i] = x[..., i - offset, i].
  ///
  /// x: [..., n, m], result [..., as many as there are]. x.g = y.g on the diagonal, among zeros. A
  /// mistake if there are fewer than two axes.
  ///
  ///     let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     print(x.diagonal(), x.diagonal(offset: 1), x.diagonal(offset: -1))   // [1. 5.] [2. 6.] [4.]
  public func diagonal(
    offset: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    value.checkMatrices(in: "diagonal", at: CallSite(file, line))
    return Tensor(value.diagonal(offset))
  }
}

extension Tensor where Scalar: NumericScalar {
  /// Matrices with these diagonals, zeros beside them: y[..., i, i] = x[..., i].
  ///
  /// x: [..., n], result [..., n, n]. x.g = the diagonal of y.g. A mistake for a scalar.
  ///
  ///     print(Tensor<Float>([1, 2]).diagonalMatrix())   // [[1. 0.]
  ///                                                     //  [0. 2.]]
  public func diagonalMatrix(
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    guard let count = shape.last else {
      Mistake(
        "diagonalMatrix", "\(value.label) is a scalar", fix: "use a tensor of rank 1 or more"
      ).stop(at: site)
    }
    let rest = shape.leading(rank - 1)
    stopping(at: site) { () throws(Mistake) in
      try checkCountable(rest + [count, count], in: "diagonalMatrix")
    }
    return Tensor(
      Value.placed(
        [
          (
            value: value, starts: Shape(repeating: 0, rank: rank),
            strides: Shape(repeating: 1, rank: rank - 1) + [count + 1]
          )
        ], in: rest + [count * count]
      ).reshaped(to: rest + [count, count]))
  }

  /// The sum of the diagonal of the last two axes: y[...] = Σ x[..., i, i].
  ///
  /// x: [..., n, m], result [...]. x.g = y.g on the diagonal, among zeros. Int32 wraps. A mistake
  /// if there are fewer than two axes.
  ///
  ///     print(Tensor<Float>([[1, 2], [3, 4]]).trace())   // 5.0
  public func trace(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    value.checkMatrices(in: "trace", at: CallSite(file, line))
    return Tensor(value.diagonal(0).reduced(.sum, AxisSet([rank - 2])))
  }

  /// The unit matrix: 1 on the diagonal, else 0. Result [count, count]. A mistake if the
  /// count is negative.
  ///
  ///     print(Tensor<Float>.identity(2))   // [[1. 0.]
  ///                                        //  [0. 1.]]
  public static func identity(
    _ count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let places = Value.iota(count, .int32, in: "identity", at: CallSite(file, line))
    return Tensor((places.reshaped(to: [count, 1]) .== places).converted(to: Scalar.elementType))
  }
}

extension Value {
  fileprivate func checkMatrices(in operation: String, at site: CallSite) {
    if rank >= 2 { return }
    Mistake(
      operation, "\(label) has fewer than two axes", fix: "use a matrix, or several"
    ).stop(at: site)
  }

  /// Along rows one behind the other the next element of the diagonal is a row and one further.
  func diagonal(_ offset: Int) -> Value {
    let rows = shape[rank - 2], columns = shape[rank - 1], rest = shape.leading(rank - 2)
    // Beyond the matrix all offsets are alike.
    let offset = Swift.min(Swift.max(offset, -rows), columns)
    let row = Swift.max(-offset, 0), column = Swift.max(offset, 0)
    let count = Swift.min(rows - row, columns - column)
    let first = count == 0 ? 0 : row * columns + column
    return reshaped(to: rest + [rows * columns]).strided(
      from: Shape(repeating: 0, rank: rest.rank) + [first], extents: rest + [count],
      by: Shape(repeating: 1, rank: rest.rank) + [columns + 1])
  }
}
