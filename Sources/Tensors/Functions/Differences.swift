// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// How much neighbours along an axis differ, as NumPy's `diff`: y_i = x_{i+1} - x_i.
  ///
  /// x: [..., n, ...], result [..., n - 1, ...]; of an empty axis it is empty.
  /// x.g_i = y.g_{i-1} - y.g_i, of the first and the last the one of these that exists. Int32
  /// wraps. A negative axis counts from the end. A mistake if the axis does not exist.
  ///
  ///     print(Tensor<Float>([1, 4, 9, 16]).differences(along: 0))   // [3. 5. 7.]
  public func differences(
    along axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let axis = value.axis(axis, in: "differences", at: CallSite(file, line))
    var from = Shape(repeating: 0, rank: rank), extents = shape
    extents[axis] = Swift.max(shape[axis] - 1, 0)
    let before = value.sliced(from: from, extents: extents)
    from[axis] = Swift.min(shape[axis], 1)
    return Tensor(value.sliced(from: from, extents: extents) - before)
  }
}
