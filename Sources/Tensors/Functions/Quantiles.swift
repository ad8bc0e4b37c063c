// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// The element that so large a share of the elements along the axes is below, as NumPy's
  /// `quantile`: of n elements in order, y = x₍ᵢ₎ + t (x₍ᵢ₊₁₎ - x₍ᵢ₎) with i + t = q
  /// (n - 1), counted from 0.
  ///
  /// x.g: (1 - t) y.g goes to the element at i, t y.g to the next one. NaN if there is one, x.g
  /// too, and over an empty axis. A mistake if q is not in 0...1.
  ///
  ///     let x: Tensor<Float> = [[4, 1, 3], [8, 0, 2]]
  ///     print(x.quantile(0.25, along: 1), x.quantile(1))   // [2. 1.] 8.0
  ///
  /// - Parameter share: q: 0 for the least element, 1 for the greatest.
  public func quantile(
    _ share: Double, along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    guard share >= 0, share <= 1 else {
      Mistake("quantile", "a share of \(share)", fix: "use a number in 0...1").stop(at: site)
    }
    let set = value.axes(axes, of: "quantile", at: site)
    return Tensor(value.quantile(share, set, keepingAxes: keepingAxes))
  }

  /// The element in the middle of those along the axes, of an even number the mean of the two in
  /// the middle, as NumPy's `median`.
  ///
  /// x.g: y.g goes to the element in the middle, half of it to each of two. NaN if there is one,
  /// x.g too, and over an empty axis.
  ///
  ///     let x: Tensor<Float> = [[4, 1, 3], [8, 0, 2]]
  ///     print(x.median(along: 1), x.median())   // [3. 2.] 2.5
  public func median(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let set = value.axes(axes, of: "median", at: CallSite(file, line))
    return Tensor(value.quantile(0.5, set, keepingAxes: keepingAxes))
  }
}

extension Value {
  fileprivate func quantile(_ share: Double, _ axes: AxisSet, keepingAxes: Bool) -> Value {
    let rest = keepingAxes ? shape.collapsing(axes) : shape.dropping(axes)
    let lines = lines(along: axes), last = lines.rank - 1, count = lines.shape[last]
    let nan = Value.constant(.nan, elementType)
    if count == 0 { return nan.expanded(to: rest) }
    let sorted = lines.scanned(.sort, along: last)
    let place = share * Double(count - 1), first = Int(place)
    func element(_ place: Int) -> Value { sorted.element(place, ofLines: last) }
    var result = element(first)
    if place > Double(first) {
      let next = element(first + 1), infinity = Value.constant(.infinity, elementType)
      // From an infinity to a number, and to itself, it is infinity itself.
      let isInfinite = (result.unary(.absolute) .== infinity)
        .binary(.minimum, next.compared(.notEqual, to: -result))
      let distance = Value.select(isInfinite, .constant(0, elementType), next - result)
      result = result + distance * .constant(place - Double(first), elementType)
    }
    // NaN stands last. A factor, so that the derivative is NaN as well.
    let greatest = element(count - 1)
    let factor = Value.select(greatest .== greatest, .constant(1, elementType), nan)
    return (result * factor).reshaped(to: rest)
  }
}
