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
    let result = value.product(set).distinct(from: value, by: "product")
    return Tensor(keepingAxes ? result.reshaped(to: shape.collapsing(set)) : result)
  }
}

extension Value {
  fileprivate func product(_ axes: AxisSet) -> Value {
    let lines = lines(along: axes), last = lines.rank - 1, count = lines.shape[last]
    if count == 0 { return .full(shape.dropping(axes), 1, elementType) }
    return lines.scanned(.product, along: last).element(count - 1, ofLines: last)
  }

  /// The other axes, then one for all elements along these.
  func lines(along axes: AxisSet) -> Value {
    let others = shape.indices.filter { !axes.contains($0) }
    let reduced = shape.indices.filter { axes.contains($0) }
    let count = reduced.reduce(1) { $0 * shape[$1] }
    return transposed(Shape(others + reduced)).reshaped(
      to: Shape(others.map { shape[$0] }) + [count])
  }

  /// The elements at one place along an axis, without the axis.
  func element(_ place: Int, ofLines axis: Int) -> Value {
    var starts = Shape(repeating: 0, rank: rank), extents = shape
    (starts[axis], extents[axis]) = (place, 1)
    return sliced(from: starts, extents: extents, dropping: AxisSet([axis]))
  }
}
