// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// y = Π x over the axes; 1 over an empty axis.
  ///
  /// x.g = y.g times the product of all other elements: nothing is divided, so that derivatives of
  /// any order are right where x is 0, once or several times. Products of Float are kept in Double
  /// and rounded once. Int32 wraps. Negative axes count from the end.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [0, 4]]
  ///     print(x.product(along: 1), x.product())   // [2. 0.] 0.0
  ///     print(gradient(of: x.product(), withRespectTo: x))   // [[0. 0.]
  ///                                                          //  [8. 0.]]
  public func product(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let set = value.axes(axes, of: "product", at: CallSite(file, line))
    let result = value.reduced(.product, set).distinct(from: value, by: "product")
    return Tensor(keepingAxes ? result.reshaped(to: shape.collapsing(set)) : result)
  }
}
