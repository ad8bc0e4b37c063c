// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// The k largest elements along an axis, the largest first, and where they stand.
  ///
  /// x: [..., n, ...], values and indices [..., k, ...]. Of elements that are equal the first comes
  /// first; NaN comes after all numbers, so that there is one only if fewer than k elements are
  /// numbers. x.g: each values.g goes to its element, and NaN to each NaN. A mistake if the axis
  /// does not exist or has fewer than k elements.
  ///
  ///     let logits: Tensor<Float> = [[0.1, 2, -1, 2], [3, 0, 1, 2]]
  ///     let best = logits.largest(2, along: 1)
  ///     print(best.values)   // [[2. 2.]
  ///                          //  [3. 2.]]
  ///     print(best.indices)   // [[1 3]
  ///                           //  [0 3]]
  public func largest(
    _ count: Int, along axis: Int = -1,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (values: Tensor, indices: Tensor<Int32>) {
    first(count, along: axis, descending: true, in: "largest", at: CallSite(file, line))
  }

  /// The k smallest elements along an axis, the smallest first, and where they stand.
  ///
  /// x: [..., n, ...], values and indices [..., k, ...]. Of elements that are equal the first comes
  /// first; NaN comes last. x.g: each values.g goes to its element, and NaN to each NaN. A mistake
  /// if the axis does not exist or has fewer than k elements.
  ///
  ///     print(Tensor<Float>([3, 1, .nan, 2]).smallest(2).indices)   // [1 3]
  public func smallest(
    _ count: Int, along axis: Int = -1,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (values: Tensor, indices: Tensor<Int32>) {
    first(count, along: axis, descending: false, in: "smallest", at: CallSite(file, line))
  }

  /// The first elements in order. Their derivative is that of choosing them, NaN where x is.
  private func first(
    _ count: Int, along axis: Int, descending: Bool, in operation: String, at site: CallSite
  ) -> (values: Tensor, indices: Tensor<Int32>) {
    let axis = value.axis(axis, in: operation, at: site)
    stopping(at: site) { () throws(Mistake) in
      guard (0...shape[axis]).contains(count) else {
        throw Mistake(
          operation, "\(count) elements of \(shape[axis]) along axis \(axis) of \(value.label)",
          fix: "ask for 0...\(shape[axis])")
      }
    }
    var extents = shape
    extents[axis] = count
    let indices = value.scanned(.sortedPositions, along: axis, isReversed: descending, at: site)
      .sliced(from: Shape(repeating: 0, rank: rank), extents: extents)
    return (Tensor(value.keepingNaN.gathered(indices, along: axis)), Tensor<Int32>(indices))
  }
}
