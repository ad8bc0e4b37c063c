// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The same numbers as another element type.
  ///
  /// To Int32: truncated, saturated, NaN gives 0. To Bool: true where not 0. Between Float and
  /// Double the cotangent is converted back; Int32 and Bool have none.
  ///
  ///     print(Tensor<Int32>(Tensor<Float>([1.9, -1.9])))   // [ 1 -1]
  public init(_ other: Tensor<some TensorScalar>) {
    let converted = other.value.converted(to: Scalar.elementType)
    self.init(converted.distinct(from: other.value, by: "converted"))
  }
}
