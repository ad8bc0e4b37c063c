// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// y = other where the condition holds, else x.
  ///
  /// Other and condition stretch to the shape of x, which the result has. x.g = y.g where the
  /// condition does not hold, other.g = y.g where it does, summed over stretched axes. A mistake if
  /// x would have to be stretched.
  ///
  ///     let x: Tensor<Float> = [1, -2, 3]
  ///     print(x.replacing(with: 0, where: x .< 0))   // [1. 0. 3.]
  public func replacing(
    with other: Tensor, where condition: Tensor<Bool>, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    for operand in [other.value, condition.value]
    where shape.broadcast(with: operand.shape) != shape {
      Mistake(
        "replacing", "\(operand.label) does not stretch to \(value.label)",
        fix: "extents must be equal or 1; select(_:_:_:) stretches all three"
      ).stop(at: site)
    }
    return Tensor(.select(condition.value, other.value, value, at: site))
  }
}
