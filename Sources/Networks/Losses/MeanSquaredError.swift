// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How a loss for each element or row becomes one number.
public enum LossReduction: Sendable {
  /// The sum divided by the number of summands.
  case mean
  case sum

  package func callAsFunction<Scalar: FloatingPointScalar>(
    _ losses: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    switch self {
    case .mean: losses.mean()
    case .sum: losses.sum()
    }
  }
}

/// L = Σ (x - t)² / count, or without the division with `.sum`.
///
/// Prediction x and target t: [...], of one shape; result []. x.g = 2 (x - t) / count. With N rows
/// of c columns count is N c, as in PyTorch. Operands of different shapes are a mistake: [N, 1]
/// against [N] would broadcast to [N, N] and give a wrong loss silently.
///
///     let x: Tensor<Float> = [[7], [6]], t: Tensor<Float> = [[4], [8]]
///     print(meanSquaredError(x, t))   // 6.5
public func meanSquaredError<Scalar: FloatingPointScalar>(
  _ prediction: Tensor<Scalar>, _ target: Tensor<Scalar>, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  guard prediction.shape == target.shape else {
    Mistake(
      "meanSquaredError",
      "the prediction \(prediction.value.label) and the target \(target.value.label) differ in "
        + "shape, and broadcasting them would give a wrong loss",
      fix: prediction.elementCount == target.elementCount
        ? "target.reshaped(to: \(prediction.shape))" : "one prediction for each target"
    ).stop(at: CallSite(file, line))
  }
  return reduction((prediction - target).squared())
}
