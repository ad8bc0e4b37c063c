// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The elements in row-major order under another shape. x.g = y.g in the shape of x.
  ///
  /// One extent may be -1: it is what the others leave. A mistake if the counts differ, or if the
  /// others do not say what is left.
  ///
  ///     print(Tensor<Int32>(range: 0..<6).reshaped(to: [2, -1]))   // [[0 1 2]
  ///                                                                //  [3 4 5]]
  public func reshaped(
    to shape: Shape, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    var target = shape
    if let open = shape.firstIndex(of: -1) {
      target[open] = 1
      guard let rest = target.checkedElementCount, rest > 0, elementCount % rest == 0 else {
        Mistake(
          "reshaped",
          "no extent in place of -1 lets \(shape) hold the \(elementCount) elements of "
            + value.label,
          fix: "one extent may be -1; the product of the others must divide the number of elements"
        ).stop(at: CallSite(file, line))
      }
      target[open] = elementCount / rest
    }
    let reshaped = value.reshaped(to: target, at: CallSite(file, line))
    return Tensor(reshaped.distinct(from: value, by: "reshaped"))
  }

  /// All axes in reverse order: for a matrix, rows become columns. x.g = y.gᵀ.
  public func transposed() -> Tensor {
    let transposed = value.transposed(Shape((0..<rank).reversed()))
    return Tensor(transposed.distinct(from: value, by: "transposed"))
  }

  /// Axis i of the result is axis order[i] of x. A mistake if an axis is missing or named twice.
  ///
  ///     print(Tensor<Float>.zeros([2, 3, 4]).transposed(0, 2, 1).shape)   // [2, 4, 3]
  public func transposed(
    _ order: Int..., file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let counted = order.map { (-rank..<0).contains($0) ? $0 + rank : $0 }
    let transposed = value.transposed(Shape(counted), at: CallSite(file, line))
    return Tensor(transposed.distinct(from: value, by: "transposed"))
  }

  /// x repeated along axes of extent 1 and new leading axes, without copying: the repeated axis
  /// has stride 0. x.g = y.g summed over them.
  ///
  ///     print(Tensor<Int32>([[1], [2]]).expanded(to: [2, 3]))   // [[1 1 1]
  ///                                                             //  [2 2 2]]
  public func expanded(
    to shape: Shape, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let expanded = value.expanded(to: shape, at: CallSite(file, line))
    return Tensor(expanded.distinct(from: value, by: "expanded"))
  }

  /// x with a new axis of extent 1, so that it is axis `axis` of the result. A view.
  ///
  ///     print(Tensor<Float>([1, 2]).expandingShape(at: 1).shape)   // [2, 1]
  public func expandingShape(
    at axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let position = stopping(at: site) { () throws(Mistake) in
      try normalizedAxis(axis, rank: rank + 1, of: "the result", in: "expandingShape")
    }
    let extents = Array(shape)
    return Tensor(
      value.reshaped(to: Shape(extents[..<position] + [1] + extents[position...]), at: site))
  }

  /// Rows by number: y[i, ...] = x[indices[i], ...].
  ///
  /// x: [count, rest...], indices: [i...], result [i..., rest...]. x.g: the rows of y.g added up
  /// where they came from. Reading the numbers stops at the lowest index outside 0 ..< count.
  ///
  ///     let table: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
  ///     print(table.gathered([2, 0]))   // [[5. 6.]
  ///                                     //  [1. 2.]]
  public func gathered(
    _ indices: Tensor<Int32>, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let checked = indices.value.checked(below: shape.first ?? 0, for: .gather)
    return Tensor(value.gathered(checked, at: CallSite(file, line)))
  }
}

extension Tensor where Scalar == Int32 {
  /// y[..., c] = 1 where x[...] = c, else 0: classes as rows of a unit matrix.
  ///
  /// x: [...], result [..., classes]. Reading the numbers stops at an index outside 0 ..< classes.
  ///
  ///     print(Tensor<Int32>([2, 0]).oneHot(3, as: Float.self))   // [[0. 0. 1.]
  ///                                                              //  [1. 0. 0.]]
  public func oneHot<Number: NumericScalar>(
    _ classes: Int, as type: Number.Type, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Number> {
    Tensor<Number>(
      value.oneHot(classes, Number.elementType, for: .oneHot, at: CallSite(file, line)))
  }
}
