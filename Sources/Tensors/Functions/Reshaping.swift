// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// x without axes of extent 1; without any named, without all of these. A view.
  ///
  /// x.g = y.g in the shape of x. Negative axes count from the end. A mistake if a named axis has
  /// another extent. The reverse of ``expandingShape(at:file:line:)``.
  ///
  ///     let x = Tensor<Float>.zeros([1, 3, 1])
  ///     print(x.squeezingShape().shape, x.squeezingShape(at: 0).shape)   // [3] [3, 1]
  public func squeezingShape(
    at axes: Int..., file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    var set = AxisSet(shape.indices.filter { shape[$0] == 1 })
    if !axes.isEmpty {
      set = value.axes(axes, of: "squeezingShape", at: site)
      if let axis = shape.indices.first(where: { set.contains($0) && shape[$0] != 1 }) {
        Mistake(
          "squeezingShape", "axis \(axis) of \(value.label) has extent \(shape[axis])",
          fix: "name axes of extent 1, or none for all of these"
        ).stop(at: site)
      }
    }
    let result = value.reshaped(to: shape.dropping(set))
    return Tensor(result.distinct(from: value, by: "squeezingShape"))
  }

  /// All elements along one axis in row-major order, or those of each index of the axes before one.
  ///
  /// x: [n, m, k], result [n m k], from axis 1 on [n, m k]. x.g = y.g in the shape of x. A mistake
  /// if the axis is not in 0...rank.
  ///
  ///     let x = Tensor<Float>.zeros([2, 3, 4])
  ///     print(x.flattened().shape, x.flattened(from: 1).shape)   // [24] [2, 12]
  public func flattened(
    from axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    guard (0...rank).contains(axis) else {
      Mistake(
        "flattened", "\(value.label) has no axis \(axis)", fix: "use an axis in 0...\(rank)"
      ).stop(at: CallSite(file, line))
    }
    let rest = shape.droppingLeading(axis).elementCount
    let result = value.reshaped(to: shape.leading(axis) + [rest])
    return Tensor(result.distinct(from: value, by: "flattened"))
  }
}
