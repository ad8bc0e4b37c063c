// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// y_i = Σ x_j over j ≤ i along an axis; exclusive, over j < i; reversed, from the other end.
  ///
  /// x and result: [...]. x.g = the cumulative sum of y.g from the other end. Sums of Float are
  /// kept in Double and rounded once: of a million elements of one sign the last is as good as the
  /// first, half a unit in its last place and a thousandth of that. Sums of Double grow by eight
  /// elements at a time along the last axis, else by one, each rounded. Int32 wraps. A mistake if
  /// the axis does not exist.
  ///
  ///     let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     print(x.cumulativeSum(along: 1))   // [[ 1.  3.  6.]
  ///                                        //  [ 4.  9. 15.]]
  ///     print(x.cumulativeSum(along: 0, exclusive: true))   // [[0. 0. 0.]
  ///                                                         //  [1. 2. 3.]]
  public func cumulativeSum(
    along axis: Int, exclusive: Bool = false, reversed: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "cumulativeSum", at: site)
    let terms = exclusive ? value.shifted(along: axis, isReversed: reversed) : value
    return Tensor(terms.scanned(.sum, along: axis, isReversed: reversed, at: site))
  }

  /// y_i = Π x_j over j ≤ i along an axis; exclusive, over j < i; reversed, from the other end.
  ///
  /// x and result: [...]. x.g_i = Π x_j (j < i) times s_i, where s_i = y.g_i + x_{i+1} s_{i+1}:
  /// nothing is divided, so that derivatives of any order are right where x is 0, once or several
  /// times. Products of Float are kept in Double and rounded once. Int32 wraps. A mistake if the
  /// axis does not exist.
  ///
  ///     let x: Tensor<Float> = [2, 0, 3]
  ///     print(x.cumulativeProduct(along: 0))   // [2. 0. 0.]
  ///     print(gradient(of: x.cumulativeProduct(along: 0).sum(), withRespectTo: x))   // [1. 8. 0.]
  public func cumulativeProduct(
    along axis: Int, exclusive: Bool = false, reversed: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "cumulativeProduct", at: site)
    let factors = exclusive ? value.behindOne(along: axis, isReversed: reversed) : value
    return Tensor(factors.scanned(.product, along: axis, isReversed: reversed, at: site))
  }
}

extension Tensor {
  /// y_i = the largest x_j for j ≤ i along an axis, from the first NaN on NaN; reversed, from the
  /// other end. For Bool: whether one has been true.
  ///
  /// x and result: [...]. x.g: each y.g goes where its number was met last, NaN where y is. A
  /// mistake if the axis does not exist.
  ///
  ///     let price: Tensor<Float> = [3, 5, 4, 2, 6]
  ///     print(price.cumulativeMaximum(along: 0) - price)   // [0. 0. 1. 3. 0.]
  public func cumulativeMaximum(
    along axis: Int, reversed: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "cumulativeMaximum", at: site)
    return Tensor(value.scanned(.max, along: axis, isReversed: reversed, at: site))
  }

  /// y_i = the smallest x_j for j ≤ i along an axis, from the first NaN on NaN; reversed, from the
  /// other end. For Bool: whether all have been true.
  ///
  /// x and result: [...]. x.g: each y.g goes where its number was met last, NaN where y is. A
  /// mistake if the axis does not exist.
  ///
  ///     print(Tensor<Float>([3, 5, 2, 4]).cumulativeMinimum(along: 0))   // [3. 3. 2. 2.]
  public func cumulativeMinimum(
    along axis: Int, reversed: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "cumulativeMinimum", at: site)
    return Tensor(value.scanned(.min, along: axis, isReversed: reversed, at: site))
  }
}

extension Value {
  /// Each element one place further along an axis, behind a one; the last is dropped.
  fileprivate func behindOne(along axis: Int, isReversed: Bool) -> Value {
    if shape[axis] == 0 { return self }
    let isFirst = Value.isFirst(along: axis, of: shape, isReversed: isReversed)
    return Value.select(
      isFirst, .constant(1, elementType), shifted(along: axis, isReversed: isReversed))
  }
}
