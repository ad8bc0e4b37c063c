// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y = Σ (x - μ)² / (n - correction) over the axes, μ the mean of the n elements.
  ///
  /// x.g = 2 y.g (x - μ) / (n - correction). A correction of 0, as in NumPy, describes these numbers; 1, as
  /// in PyTorch, estimates the variance of what they are samples of. NaN if the divisor is not positive.
  /// μ is subtracted twice, so a large mean costs no digits: the error is within a few units in the last
  /// place. A mistake if the correction is negative.
  ///
  ///     let x: Tensor<Float> = [[1, 3], [2, 6]]
  ///     print(x.variance(along: 1), x.variance(along: 1, correction: 1))   // [1. 4.] [2. 8.]
  public func variance(
    along axes: Int..., correction: Int = 0, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(
      value.variance(
        along: axes, correction, keepingAxes, in: "variance", at: CallSite(file, line)))
  }

  /// y = √ of the variance over the axes (see ``variance(along:correction:keepingAxes:file:line:)``).
  ///
  /// x.g = y.g (x - μ) / (y (n - correction)), and 0 where y is 0.
  ///
  ///     let x: Tensor<Float> = [[1, 3], [2, 6]]
  ///     print(x.standardDeviation(along: 1))   // [1. 2.]
  public func standardDeviation(
    along axes: Int..., correction: Int = 0, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let variance = value.variance(
      along: axes, correction, keepingAxes, in: "standardDeviation", at: CallSite(file, line))
    return Tensor(variance.rootFlatAtZero)
  }
}

extension Value {
  fileprivate func variance(
    along axes: [Int], _ correction: Int, _ keepingAxes: Bool, in operation: String,
    at site: CallSite
  ) -> Value {
    guard correction >= 0 else {
      Mistake(
        operation, "a correction of \(correction)",
        fix: "use 0 for these numbers, 1 for an estimate from a sample"
      ).stop(at: site)
    }
    func mean(of x: Value) -> Value {
      x.mean(along: axes, keepingAxes: true, in: operation, at: site)
    }
    // Moving all numbers changes no variance: so the first subtraction needs no derivative.
    let near = self - mean(of: self).detached()
    let deviations = near - mean(of: near)
    return (deviations * deviations).mean(
      along: axes, keepingAxes: keepingAxes, less: correction, in: operation, at: site)
  }

  /// √x for x >= 0, with the derivative 0 at 0, where the root has none.
  var rootFlatAtZero: Value {
    let isZero = self .== 0
    let root = Value.select(isZero, .constant(1, elementType), self).unary(.squareRoot)
    return Value.select(isZero, .constant(0, elementType), root)
  }
}
