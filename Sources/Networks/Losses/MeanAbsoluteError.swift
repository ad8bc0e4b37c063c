// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// L = Σ |x - t| / count: less moved by outliers than squares are, and least at the median.
///
/// Prediction x and target t: [...], of one shape; a loss for each element; result []. x.g =
/// sign(x - t) / count, 0 where they are equal. Operands of different shapes are a mistake.
///
///     let x: Tensor<Float> = [7, 6], t: Tensor<Float> = [4, 8]
///     print(meanAbsoluteError(x, t))   // 2.5
///     print(meanAbsoluteError(x, t, reduction: .none))   // [3. 2.]
public func meanAbsoluteError<Scalar: FloatingPointScalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, weights: Tensor<Scalar>? = nil,
  reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  checkEqualShapes(prediction, target, in: "meanAbsoluteError", at: site)
  let distance = Tensor<Scalar>((prediction - target).value.unary(.absolute))
  return reduction(distance, weights: weights, in: "meanAbsoluteError", at: site)
}
