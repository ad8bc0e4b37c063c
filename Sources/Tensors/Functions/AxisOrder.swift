// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// x with one axis in another place, the others in their order. A view.
  ///
  /// x: [n, m, k], movingAxis(0, to: 2): [m, k, n]. x.g = y.g with the axis moved back. Negative
  /// axes count from the end. A mistake if an axis does not exist.
  ///
  ///     let images = Tensor<Float>.zeros([8, 3, 28, 28])
  ///     print(images.movingAxis(1, to: -1).shape)   // [8, 28, 28, 3]
  public func movingAxis(
    _ axis: Int, to place: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "movingAxis", at: site)
    let place = value.axis(place, in: "movingAxis", at: site)
    return Tensor(value.movingAxis(axis, to: place).distinct(from: value, by: "movingAxis"))
  }

  /// x with two axes exchanged. A view.
  ///
  /// x: [n, m, k], swappingAxes(0, 2): [k, m, n]. x.g = y.g with the axes exchanged. Negative axes
  /// count from the end. A mistake if an axis does not exist.
  ///
  ///     print(Tensor<Float>.zeros([2, 3, 4]).swappingAxes(0, -1).shape)   // [4, 3, 2]
  public func swappingAxes(
    _ first: Int, _ second: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    var order = Shape(axesOfRank: rank)
    order.swapAt(
      value.axis(first, in: "swappingAxes", at: site),
      value.axis(second, in: "swappingAxes", at: site))
    return Tensor(value.transposed(order).distinct(from: value, by: "swappingAxes"))
  }
}
