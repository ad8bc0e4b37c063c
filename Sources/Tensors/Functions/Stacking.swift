// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// Tensors of one shape as the rows of a new first axis: y[i, ...] = x_i[...].
  ///
  /// x_i: [...], result [count, ...]. x_i.g = y.g[i, ...]. A mistake if shapes differ or if there
  /// is no tensor, whose shape nobody knows.
  ///
  ///     let a: Tensor<Float> = [1, 2]
  ///     print(Tensor.stacked([a, a + 1]))   // [[1. 2.]
  ///                                         //  [2. 3.]]
  public static func stacked(
    _ tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(Value.stacked(tensors.map(\.value), at: CallSite(file, line)))
  }
}

extension Value {
  package static func stacked(_ values: [Value], at site: CallSite? = nil) -> Value {
    stopping(at: site) { () throws(Mistake) in try checkEqualShapes(values, in: "stacked") }
    let shape = [values.count] + values[0].shape
    let positions = iota(values.count, .int32)
      .reshaped(to: [values.count] + Shape(repeating: 1, rank: values[0].rank))
    // Chosen rather than added up: a sum with zeros would turn -0 into 0.
    return values.enumerated().dropFirst().reduce(values[0].expanded(to: shape)) {
      select(positions .== constant(Double($1.offset), .int32), $1.element, $0)
    }
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
