// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// Tensors of one shape along a new axis: along axis 0, y[i, ...] = x_i[...].
  ///
  /// x_i: [...], result [count, ...]. x_i.g = y.g[i, ...]. A negative axis counts from the end of
  /// the result's. A mistake if shapes differ or if there is no tensor, whose shape nobody knows.
  ///
  ///     let a: Tensor<Float> = [1, 2]
  ///     print(Tensor.stacked([a, a + 1]))   // [[1. 2.]
  ///                                         //  [2. 3.]]
  ///     print(Tensor.stacked([a, a + 2], along: 1))   // [[1. 3.]
  ///                                                   //  [2. 4.]]
  public static func stacked(
    _ tensors: [Tensor], along axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(Value.stacked(tensors.map(\.value), along: axis, at: CallSite(file, line)))
  }
}

extension Value {
  package static func stacked(
    _ values: [Value], along written: Int = 0, at site: CallSite? = nil
  ) -> Value {
    let axis = stopping(at: site) { () throws(Mistake) in
      try checkEqualShapes(values, in: "stacked")
      return try normalizedAxis(
        written, rank: values[0].rank + 1, of: "the result", in: "stacked")
    }
    let extents = values[0].shape
    let row = extents.leading(axis) + [1] + extents.droppingLeading(axis)
    return joined(values.map { $0.reshaped(to: row) }, along: axis)
  }

  package static func checkEqualShapes(
    _ values: [Value], in operation: String
  ) throws(Mistake) {
    guard let first = values.first else {
      throw Mistake(operation, "there is no tensor", fix: "give at least one")
    }
    for (index, value) in values.enumerated() where value.shape != first.shape {
      throw Mistake(
        operation, "element \(index) has shape \(value.shape), element 0 has \(first.shape)",
        fix: "all elements must have one shape")
    }
  }
}
