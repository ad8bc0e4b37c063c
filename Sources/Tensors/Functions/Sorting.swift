// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The elements in order along an axis, the least first or, descending, the greatest. For Bool,
  /// false is less than true.
  ///
  /// x and result: [...]. NaN comes last either way, and elements that are equal, as -0 and 0 are,
  /// stay in their order. x.g: each y.g goes where its element came from, and NaN to each NaN. A
  /// mistake if the axis does not exist.
  ///
  ///     let x = Tensor<Float>([[3, .nan, 1], [2, 5, 4]])
  ///     print(x.sorted())   // [[ 1.  3. nan]
  ///                         //  [ 2.  4.  5.]]
  ///     print(x.sorted(along: 1, descending: true))   // [[ 3.  1. nan]
  ///                                                   //  [ 5.  4.  2.]]
  public func sorted(
    along axis: Int = -1, descending: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "sorted", at: site)
    return Tensor(value.scanned(.sort, along: axis, isReversed: descending, at: site))
  }

  /// Where along an axis the elements of ``sorted(along:descending:file:line:)`` stood: the first
  /// of elements that are equal first, and NaN last, also descending.
  ///
  /// x and result: [...]. No derivative. A mistake if the axis does not exist, or has more than
  /// 2³¹ - 1 elements.
  ///
  ///     let score: Tensor<Float> = [0.2, 0.9, 0.2, 0.5]
  ///     print(score.sortedIndices())   // [0 2 3 1]
  ///     print(score.sortedIndices(descending: true))   // [1 3 0 2]
  public func sortedIndices(
    along axis: Int = -1, descending: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Int32> {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "sortedIndices", at: site)
    return Tensor<Int32>(
      value.scanned(.sortedPositions, along: axis, isReversed: descending, at: site))
  }
}
