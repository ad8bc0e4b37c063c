// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing

/// What stops the program, word for word.
@Suite struct GradientMistakeTests {
  @Test func lossIsNotAScalar() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [1, 2]
      _ = gradient(of: x * x, withRespectTo: x)
    }
    #expect(
      result.message.contains(
        "gradient: the loss the result of * [2] is not a scalar. "
          + "Fix: reduce it with sum() or mean() first."))
  }

  @Test func namedLossIsNotAScalar() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [[1, 2]]
      _ = gradient(of: x.named("error"), withRespectTo: x)
    }
    #expect(result.message.contains("gradient: the loss error [1, 2] is not a scalar."))
  }

  @Test func historyHasEnded() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [1, 2]
      let loss = (x * x).sum()
      loss.value.node.endHistory()
      _ = gradient(of: loss, withRespectTo: x)
    }
    #expect(
      result.message.contains(
        "gradient: the history of the result of sum [] has ended: minimize(loss) took its step. "
          + "Fix: take gradients before minimize(loss), or compute the loss again."))
  }

  @Test func historyHasEndedOnTheWay() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [1, 2]
      let loss = (x * x).sum()
      loss.value.node.endHistory()
      _ = gradient(of: loss * 2, withRespectTo: x)
    }
    #expect(result.message.contains("has ended: minimize(loss) took its step."))
  }
}
