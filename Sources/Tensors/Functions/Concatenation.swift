// SPDX-License-Identifier: Apache-2.0

/// Tensors one behind the other along an axis: along axis 0,
/// y[n_1 + ... + n_(k-1) + i, ...] = x_k[i, ...].
///
/// x_k: [..., n_k, ...], equal but for the axis; result [..., Σ n_k, ...]. x_k.g = its part of y.g.
/// The numbers are copied once. A negative axis counts from the end. A mistake if there is no
/// tensor, if one is a scalar or if other extents differ. ``Tensor/stacked(_:along:file:line:)``
/// makes a new axis.
///
///     let a: Tensor<Float> = [[1, 2]], b: Tensor<Float> = [[3, 4], [5, 6]]
///     print(concatenated([a, b]))   // [[1. 2.]
///                                   //  [3. 4.]
///                                   //  [5. 6.]]
///     print(concatenated([b, b], along: 1))   // [[3. 4. 3. 4.]
///                                             //  [5. 6. 5. 6.]]
public func concatenated<Scalar: TensorScalar>(
  _ tensors: [Tensor<Scalar>], along axis: Int = 0, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  let result = Value.concatenated(tensors.map(\.value), along: axis, at: site)
  return Tensor(tensors.reduce(result) { $0.distinct(from: $1.value, by: "concatenated") })
}

extension Value {
  package static func concatenated(
    _ values: [Value], along written: Int, at site: CallSite? = nil
  ) -> Value {
    let axis = stopping(at: site) { () throws(Mistake) in
      try checkedAxis(written, toConcatenate: values)
    }
    return joined(values, along: axis)
  }

  /// The same for what is known to fit.
  static func joined(_ values: [Value], along axis: Int) -> Value {
    var shape = values[0].shape, places: [Place] = []
    var start = Shape(repeating: 0, rank: shape.rank)
    places.reserveCapacity(values.count)
    for value in values {
      places.append(Place(starts: start))
      start[axis] += value.shape[axis]
    }
    shape[axis] = start[axis]
    return placed(values, at: places, in: shape)
  }

  private static func checkedAxis(
    _ written: Int, toConcatenate values: [Value]
  ) throws(Mistake) -> Int {
    let operation = "concatenated"
    guard let first = values.first else {
      throw Mistake(operation, "there is no tensor", fix: "give at least one")
    }
    let axis = try normalizedAxis(written, rank: first.rank, of: first.label, in: operation)
    for (index, value) in values.enumerated().dropFirst() {
      let isLike =
        value.rank == first.rank
        && first.shape.indices.allSatisfy { $0 == axis || value.shape[$0] == first.shape[$0] }
      if !isLike {
        throw Mistake(
          operation,
          "element \(index), \(value.label), differs from element 0, \(first.label), beside axis "
            + "\(axis)",
          fix: "all extents but that of the axis must be equal; stacked(_:along:) makes a new axis")
      }
    }
    return axis
  }
}
