// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y = (Σ |x|^p)^(1/p) over the axes, for p the order: 1 the sum of sizes, 2 the Euclidean
  /// length, `.infinity` the largest size. 0 over an empty axis.
  ///
  /// x.g = y.g sign(x) (|x| / y)^(p-1): 0 where x is, and where y is 0. Of order infinity, the
  /// largest share y.g evenly. Neither powers nor their derivatives overflow: numbers are divided
  /// by the largest before they are raised to p, or squared in Double. Beside an infinite y the
  /// derivative is NaN. The error is within a few units in the last place. A mistake if the order
  /// is not positive.
  ///
  ///     let x: Tensor<Float> = [[3, -4], [0, 1]]
  ///     print(x.norm(along: 1), x.norm(order: 1), x.norm(order: .infinity))   // [5. 1.] 8.0 4.0
  public func norm(
    order: Double = 2, along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    guard order > 0 else {
      Mistake(
        "norm", "an order of \(order)", fix: "use 1, 2, .infinity or another number above 0"
      ).stop(at: site)
    }
    let set = value.axes(axes, of: "norm", at: site)
    let result = value.norm(order, set)
    return Tensor(keepingAxes ? result : result.reshaped(to: shape.dropping(set)))
  }
}

extension Value {
  /// With extent 1 along the axes.
  func norm(_ order: Double, _ axes: AxisSet) -> Value {
    let kept = shape.collapsing(axes), sizes = unary(.absolute)
    if order == 2, isOfRows(axes) { return reduced(.norm, self) }
    func reduced(_ reduction: Reduction, _ x: Value) -> Value {
      x.reduced(reduction, axes).reshaped(to: kept)
    }
    if order == 1 { return reduced(.sum, sizes) }
    if (0..<rank).contains(where: { axes.contains($0) && shape[$0] == 0 }) {
      return .full(kept, 0, elementType)
    }
    let largest = reduced(.max, sizes)
    if order == .infinity { return largest }
    let scale = largest.detached().orOne
    if order == 2 {
      let parts = self / scale
      return reduced(.sum, parts * parts).rootFlatAtZero * scale
    }
    return reduced(.sum, (sizes / scale).powerFlatAtZero(order)).powerFlatAtZero(1 / order) * scale
  }

  /// x where it is a positive, finite number, else 1.
  var orOne: Value {
    let most = Value.constant(elementType.greatestFiniteNumber, elementType)
    let isUsable = (self .> 0).binary(.minimum, compared(.lessOrEqual, to: most))
    return Value.select(isUsable, self, 1)
  }

  /// x^p for x >= 0, with the derivative 0 at 0, where it may have none.
  private func powerFlatAtZero(_ exponent: Double) -> Value {
    let isZero = self .== 0
    let power = Value.select(isZero, .constant(1, elementType), self)
      .binary(.power, .constant(exponent, elementType))
    return Value.select(isZero, .constant(0, elementType), power)
  }
}
