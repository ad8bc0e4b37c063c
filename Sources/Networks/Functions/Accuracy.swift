// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The share of rows whose largest logit is at the label. A row with a NaN has none.
///
/// Logits: [..., classes], labels: [...], result []. No derivative.
///
///     print(accuracy(Tensor<Float>([[1, 2], [3, 0]]), labels: [1, 1]))   // 0.5
public func accuracy<Scalar: FloatingPointScalar>(
  _ logits: Tensor<Scalar>, labels: Tensor<Int32>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Float> {
  guard logits.rank > 0, logits.shape.dropLast().elementsEqual(labels.shape) else {
    Mistake(
      "accuracy", "the labels \(labels.value.label) do not fit the logits \(logits.value.label)",
      fix: "logits are [..., classes], labels [...]: one label for each row"
    ).stop(at: CallSite(file, line))
  }
  let largest = logits.max(along: -1)
  return Tensor<Float>((logits.argmax(along: -1) .== labels) .& (largest .== largest)).mean()
}
