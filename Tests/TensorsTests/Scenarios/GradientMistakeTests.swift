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

  /// Each function that takes gradients on its way is told by the name that was called.
  @Test func ofWhatWasCalled() async {
    let vector = "the loss the result of * [2] is not a scalar. Fix: reduce it with sum()"
    let value = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = valueAndGradient(at: Tensor<Float>([1, 2])) { $0 * $0 }
    }
    #expect(value.message.contains("valueAndGradient: \(vector)"))
    let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [1, 2]
      _ = hessian(of: x * x, withRespectTo: x)
    }
    #expect(second.message.contains("hessian: \(vector)"))
  }

  @Test func historyHasEndedOfWhatWasCalled() async {
    let problem = "the history of y [2] has ended: minimize(loss) took its step."
    let second = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (x, y) = GradientMistakeTests.ended()
      _ = hessian(of: y.sum(), withRespectTo: x)
    }
    #expect(second.message.contains("hessian: \(problem)"))
    let rows = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (x, y) = GradientMistakeTests.ended()
      _ = jacobian(of: y, withRespectTo: x)
    }
    #expect(rows.message.contains("jacobian: \(problem)"))
    let back = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (x, y) = GradientMistakeTests.ended()
      _ = vectorJacobianProduct(of: y, withRespectTo: x, vector: x)
    }
    #expect(back.message.contains("vectorJacobianProduct: \(problem)"))
    let along = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (x, y) = GradientMistakeTests.ended()
      _ = jacobianVectorProduct(of: y, withRespectTo: x, vector: x)
    }
    #expect(along.message.contains("jacobianVectorProduct: \(problem)"))
    let value = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (x, y) = GradientMistakeTests.ended()
      _ = valueAndGradient(at: x) { ($0 * y).sum() }
    }
    #expect(value.message.contains("valueAndGradient: \(problem)"))
  }

  private static func ended() -> (x: Tensor<Float>, y: Tensor<Float>) {
    let x: Tensor<Float> = [1, 2], y = (x * x).named("y")
    y.value.node.endHistory()
    return (x, y)
  }
}
