// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The last two axes' lower triangle, zeros above: y[..., i, j] = x[..., i, j] where
  /// j <= i + offset.
  ///
  /// An offset above 0 keeps as many diagonals above the main one, one below 0 drops as many.
  /// x.g = the lower triangle of y.g. A mistake if there are fewer than two axes.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     print(x.lowerTriangle())   // [[1. 0.]
  ///                                //  [3. 4.]]
  public func lowerTriangle(
    offset: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let mask = value.triangle(offset, in: "lowerTriangle", at: CallSite(file, line))
    return Tensor(.select(mask, value, 0))
  }

  /// The last two axes' upper triangle, zeros below: y[..., i, j] = x[..., i, j] where
  /// j >= i + offset.
  ///
  /// An offset above 0 drops as many diagonals from the main one on, one below 0 keeps as many
  /// below it. x.g = the upper triangle of y.g. A mistake if there are fewer than two axes.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     print(x.upperTriangle(offset: 1))   // [[0. 2.]
  ///                                         //  [0. 0.]]
  public func upperTriangle(
    offset: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let (less, overflow) = offset.subtractingReportingOverflow(1)
    let below = value.triangle(
      overflow ? offset : less, in: "upperTriangle", at: CallSite(file, line))
    return Tensor(.select(below, .constant(0, Scalar.elementType), value))
  }
}

extension Tensor where Scalar == Bool {
  /// True in the lower triangle: y[i, j] = (j <= i + offset). What a causal attention may look at.
  ///
  /// Result [rows, columns], square if no columns are said. A mistake if an extent is negative.
  ///
  ///     print(Tensor.triangularMask(2))   // [[ True False]
  ///                                       //  [ True  True]]
  public static func triangularMask(
    _ rows: Int, _ columns: Int? = nil, offset: Int = 0, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    Tensor(
      Value.triangle(
        rows, columns ?? rows, offset, in: "triangularMask", at: CallSite(file, line)))
  }
}

extension Value {
  fileprivate func triangle(_ offset: Int, in operation: String, at site: CallSite) -> Value {
    guard rank >= 2 else {
      Mistake(
        operation, "\(label) has fewer than two axes", fix: "use a matrix, or several"
      ).stop(at: site)
    }
    return .triangle(shape[rank - 2], shape[rank - 1], offset, in: operation, at: site)
  }

  /// [rows, columns]: true where column <= row + offset.
  fileprivate static func triangle(
    _ rows: Int, _ columns: Int, _ offset: Int, in operation: String, at site: CallSite
  ) -> Value {
    let row = iota(rows, .int32, in: operation, at: site).reshaped(to: [rows, 1])
    let column = iota(columns, .int32, in: operation, at: site)
    // Beyond the matrix all offsets are alike. The sum that is made is below the longer extent.
    let moved = constant(Double(Swift.min(Swift.max(offset, -rows), columns)), .int32)
    let (left, right) = offset > 0 ? (column - moved, row) : (column, row + moved)
    return left.compared(.lessOrEqual, to: right).expanded(to: [rows, columns])
  }
}
