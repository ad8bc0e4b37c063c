// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y = Σ (x - μ)² / (n - correction) over the axes, μ the mean of the n elements.
  ///
  /// x.g = 2 y.g (x - μ) / (n - correction). A correction of 0, as in NumPy, describes these
  /// numbers; 1, as in PyTorch, estimates the variance of what they are samples of. A divisor below
  /// 0 counts as 0. μ is subtracted twice, so a large mean costs no digits: the error is within a
  /// few units in the last place. A mistake if the correction is negative.
  ///
  ///     let x: Tensor<Float> = [[1, 3], [2, 6]]
  ///     print(x.variance(along: 1), x.variance(along: 1, correction: 1))   // [1. 4.] [2. 8.]
  public func variance(
    along axes: Int..., correction: Int = 0, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let operation = "variance", site = CallSite(file, line)
    Value.checkCorrection(correction, in: operation, at: site)
    let set = value.axes(axes, of: operation, at: site)
    if value.isOfRows(set) {
      let squares = value.reduced(
        .squaredDeviations, along: axes, keepingAxes: keepingAxes, in: operation, at: site)
      return Tensor(squares / .count(value.countPerElement(of: squares, less: correction), .float))
    }
    let deviations = value.deviations(along: axes, in: operation, at: site)
    return Tensor(
      (deviations * deviations).mean(
        along: axes, keepingAxes: keepingAxes, less: correction, in: operation, at: site))
  }

  /// y = √ of the variance over the axes (see
  /// ``variance(along:correction:keepingAxes:file:line:)``).
  ///
  /// x.g = y.g (x - μ) / (y (n - correction)), and 0 where y is 0. It is the norm of the
  /// deviations, so no square overflows or vanishes.
  ///
  ///     let x: Tensor<Float> = [[1, 3], [2, 6]]
  ///     print(x.standardDeviation(along: 1))   // [1. 2.]
  public func standardDeviation(
    along axes: Int..., correction: Int = 0, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let operation = "standardDeviation", site = CallSite(file, line)
    Value.checkCorrection(correction, in: operation, at: site)
    let set = value.axes(axes, of: operation, at: site)
    let deviations = value.deviations(along: axes, in: operation, at: site)
    let length = deviations.norm(2, set),
      divisor = value.countPerElement(of: length, less: correction)
    // Nothing is divided by nothing, and has no derivative.
    let result =
      divisor == 0
      ? deviations.reduced(.sum, set).reshaped(to: length.shape) * .count(.nan, Scalar.elementType)
      : length / .count(divisor.squareRoot(), Scalar.elementType)
    return Tensor(keepingAxes ? result : result.reshaped(to: shape.dropping(set)))
  }
}

extension Value {
  fileprivate static func checkCorrection(
    _ correction: Int, in operation: String, at site: CallSite
  ) {
    guard correction < 0 else { return }
    Mistake(
      operation, "a correction of \(correction)",
      fix: "use 0 for these numbers, 1 for an estimate from a sample"
    ).stop(at: site)
  }

  /// x - μ.
  func deviations(
    along axes: [Int], in operation: String, at site: CallSite
  ) -> Value {
    func mean(of x: Value) -> Value {
      x.mean(along: axes, keepingAxes: true, in: operation, at: site)
    }
    // Moving all numbers changes no variance: so the first subtraction needs no derivative.
    let near = self - mean(of: self).detached()
    return near - mean(of: near)
  }

  /// √x for x >= 0, with the derivative 0 at 0, where the root has none.
  var rootFlatAtZero: Value {
    let isZero = self .== 0
    let root = Value.select(isZero, .constant(1, elementType), self).unary(.squareRoot)
    return Value.select(isZero, .constant(0, elementType), root)
  }
}
