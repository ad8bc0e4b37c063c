// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What the function of a recorded step gave while it was traced: the loss, and the tensors of each
/// thing beside it.
struct TracedStep {
  let loss: Value
  let kept: [[AnyTensor]]

  init(_ loss: Tensor<Float>, _ kept: [AnyTensor]...) {
    self.loss = loss.value
    self.kept = kept
  }
}

/// How a step's results are put together. A type cannot have two packs, so there is one for each
/// number of things beside the loss.
protocol StepResults<Results>: Sendable {
  associatedtype Results
  func results(_ loss: Float, _ kept: [[AnyTensor]]) -> Results
}

struct LossAlone: StepResults {
  func results(_ loss: Float, _ kept: [[AnyTensor]]) -> Float { loss }
}

struct LossAndOne<Kept: RecordedOutput>: StepResults {
  func results(_ loss: Float, _ kept: [[AnyTensor]]) -> (loss: Float, kept: Kept) {
    (loss, Kept(recordedTensors: kept[0]))
  }
}

struct LossAndTwo<First: RecordedOutput, Second: RecordedOutput>: StepResults {
  func results(_ loss: Float, _ kept: [[AnyTensor]]) -> (loss: Float, First, Second) {
    (loss, First(recordedTensors: kept[0]), Second(recordedTensors: kept[1]))
  }
}

struct LossAndThree<First: RecordedOutput, Second: RecordedOutput, Third: RecordedOutput>:
  StepResults
{
  func results(_ loss: Float, _ kept: [[AnyTensor]]) -> (loss: Float, First, Second, Third) {
    (
      loss, First(recordedTensors: kept[0]), Second(recordedTensors: kept[1]),
      Third(recordedTensors: kept[2])
    )
  }
}
