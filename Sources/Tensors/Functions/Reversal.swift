// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The elements in reverse order along axes; without any named, along all. A view:
  /// nothing is copied.
  ///
  /// y[i, ...] = x[n - 1 - i, ...] along axis 0 of extent n. x.g = y.g reversed likewise. Negative
  /// axes count from the end.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     print(x.reversed(along: 1))   // [[2. 1.]
  ///                                   //  [4. 3.]]
  ///     print(x.reversed())   // [[4. 3.]
  ///                           //  [2. 1.]]
  public func reversed(
    along axes: Int..., file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let set = value.axes(axes, of: "reversed", at: CallSite(file, line))
    return Tensor(value.reversed(along: set).distinct(from: value, by: "reversed"))
  }

  /// The elements moved on along an axis; what goes beyond the end comes in at the beginning.
  ///
  /// y[(i + distance) mod n, ...] = x[i, ...] along axis 0 of extent n. x.g = y.g rolled
  /// back. The distance may be negative or larger than n; so may be the axis negative, which
  /// counts from the end.
  ///
  ///     let x: Tensor<Float> = [1, 2, 3, 4]
  ///     print(x.rolled(by: 1, along: 0), x.rolled(by: -1, along: 0))   // [4. 1. 2. 3.] [2. 3. 4. 1.]
  public func rolled(
    by distance: Int, along axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let axis = value.axis(axis, in: "rolled", at: CallSite(file, line))
    return Tensor(value.rolled(by: distance, along: axis).distinct(from: value, by: "rolled"))
  }
}

extension Value {
  package func reversed(along axes: AxisSet) -> Value {
    var starts = Shape(repeating: 0, rank: rank), strides = Shape(repeating: 1, rank: rank)
    for axis in shape.indices where axes.contains(axis) {
      starts[axis] = Swift.max(shape[axis] - 1, 0)
      strides[axis] = -1
    }
    return strided(from: starts, extents: shape, by: strides)
  }

  fileprivate func rolled(by distance: Int, along axis: Int) -> Value {
    let extent = shape[axis], shift = extent == 0 ? 0 : distance % extent
    if shift == 0 { return self }
    let first = shift > 0 ? extent - shift : -shift
    var start = Shape(repeating: 0, rank: rank), head = shape, tail = shape
    (head[axis], tail[axis]) = (first, extent - first)
    let front = sliced(from: start, extents: head)
    start[axis] = first
    return .joined([sliced(from: start, extents: tail), front], along: axis)
  }
}
