// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// Elements along an axis by number, others for each place: along axis 1 of a matrix
  /// y[i, j] = x[i, indices[i, j]], as NumPy's `take_along_axis`.
  ///
  /// x: [n, m], indices: [n, k], result [n, k]; other axes of extent 1 stretch. x.g: y.g added up
  /// where it came from. A mistake if the ranks differ or the other extents do not fit. Reading the
  /// numbers stops at an index outside 0 ..< m. ``gathered(_:file:line:)`` takes whole rows.
  ///
  ///     let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     print(x.taken(at: [[2, 0], [1, 1]], along: 1))   // [[3. 1.]
  ///                                                      //  [5. 5.]]
  public func taken(
    at indices: Tensor<Int32>, along axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line), axis = value.axis(axis, in: "taken", at: site)
    let (x, places) = stopping(at: site) { () throws(Mistake) in
      try value.stretched(with: indices.value, besides: axis, in: "taken")
    }
    let checked = places.checked(below: shape[axis], for: .taken)
    return Tensor(x.gathered(checked, along: axis))
  }
}

extension Tensor where Scalar: NumericScalar {
  /// Numbers added along an axis where indices say: along axis 1 of a matrix
  /// y[i, indices[i, j]] = x[i, indices[i, j]] + values[i, j], for all j in order.
  ///
  /// x: [n, m], indices: [n, k], values: [n, k] or what stretches to it; result [n, m]. x.g = y.g,
  /// values.g = y.g where the indices say. A mistake if shapes do not fit. Reading the numbers
  /// stops at an index outside 0 ..< m.
  ///
  ///     let x = Tensor<Float>.zeros([2, 3])
  ///     print(x.adding([[1, 2], [3, 4]], at: [[0, 2], [1, 1]], along: 1))   // [[1. 0. 2.]
  ///                                                                         //  [0. 7. 0.]]
  public func adding(
    _ values: Tensor, at indices: Tensor<Int32>, along axis: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line), axis = value.axis(axis, in: "adding", at: site)
    let places = stopping(at: site) { () throws(Mistake) -> Value in
      let (x, places) = try value.stretched(with: indices.value, besides: axis, in: "adding")
      if x.shape != shape {
        throw Mistake(
          "adding", "the indices \(indices.value.label) would stretch \(value.label)",
          fix: "give them the extents of \(shape) beside axis \(axis), or 1")
      }
      return places
    }
    let added = values.value.expanded(to: places.shape, in: "adding", at: site)
    let checked = places.checked(below: shape[axis], for: .adding)
    return Tensor(value + added.scatterAdded(checked, along: axis, count: shape[axis]))
  }

  /// Rows added where indices say: y[indices[i], ...] = x[indices[i], ...] + rows[i, ...],
  /// for all i in order.
  ///
  /// x: [count, rest...], indices: [i...], rows: [i..., rest...] or what stretches to it; result as
  /// x. x.g = y.g, rows.g = y.g gathered. A mistake if shapes do not fit. Reading the numbers stops
  /// at an index outside 0 ..< count.
  ///
  ///     let x = Tensor<Float>.ones([3, 2])
  ///     print(x.adding([[1, 2], [3, 4]], at: [2, 2]))   // [[1. 1.]
  ///                                                     //  [1. 1.]
  ///                                                     //  [5. 7.]]
  public func adding(
    _ rows: Tensor, at indices: Tensor<Int32>, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    guard let count = shape.first else {
      Mistake(
        "adding", "\(value.label) is a scalar and has no rows",
        fix: "use a tensor of rank 1 or more"
      ).stop(at: site)
    }
    let whole = indices.shape + shape.droppingLeading(1)
    let added = rows.value.expanded(to: whole, in: "adding", at: site)
    let checked = indices.value.checked(below: count, for: .adding)
    return Tensor(value + added.scatterAdded(checked, count: count))
  }
}

extension Value {
  /// This tensor and the indices, each stretched to the other's extents but for the axis along
  /// which they choose.
  fileprivate func stretched(
    with indices: Value, besides axis: Int, in operation: String
  ) throws(Mistake) -> (Value, Value) {
    guard indices.rank == rank else {
      throw Mistake(
        operation, "\(label) and the indices \(indices.label) differ in rank",
        fix: "there must be an index for each place: insert axes of extent 1")
    }
    var (own, other) = (shape, indices.shape)
    for extent in shape.indices where extent != axis {
      let (left, right) = (shape[extent], indices.shape[extent])
      guard left == right || left == 1 || right == 1 else {
        throw Mistake(
          operation,
          "\(label) and the indices \(indices.label) have extents \(left) and \(right) at axis "
            + "\(extent)", fix: "extents beside axis \(axis) must be equal or 1")
      }
      own[extent] = left == 1 ? right : left
      other[extent] = own[extent]
    }
    return (expanded(to: own), indices.expanded(to: other))
  }
}
