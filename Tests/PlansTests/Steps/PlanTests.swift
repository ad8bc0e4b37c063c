// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Plans written out, checked by hand; few, because a better plan changes them.
@Suite struct PlanTests {
  init() { Plan.verifiesByDefault = true }

  @Test func elementwiseChainIsOneStep() {
    let x = Tensor<Float>(shape: [3, 4], scalars: (0..<12).map { Float($0) })
    let row: Tensor<Float> = [1, 2, 3, 4]
    let y = tanh(x * row + 1) / 3
    // 12 elements through *, +, tanh, /; no number in between reaches memory, and * and + are one.
    #expect(
      Plan(evaluating: y).description == """
        1. (* +) tanh / of a0, a1, p0 -> r0 [3, 4]   48 FLOP
        1 step, 48 FLOP; 0 buffers of 0 bytes in 0 bytes
        """)
  }

  @Test func networkOfTheNotes() {
    let a0: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
    let w1: Tensor<Float> = [[1, 2, 3, 4], [5, 6, 7, 8]], b1: Tensor<Float> = [1, 2, 3, 4]
    let w2: Tensor<Float> = [[1], [2], [3], [4]], b2: Tensor<Float> = [1]
    let y: Tensor<Float> = [[1], [2], [3]]
    let loss = ((relu(a0 • w1 + b1) • w2 + b2) - y).squared().sum()
    // Bias and relu work on each row of the product while it is at hand: 2·3·2·4 + 2·12. The last
    // layer and the squared error likewise: 2·3·4·1 + 3·3. The sum adds three numbers.
    #expect(
      Plan(evaluating: loss).description == """
        1. matmul a0 [3, 2] • a1 [2, 4], then + relu -> b0 [3, 4]   72 FLOP
        2. matmul b0 [3, 4] • a3 [4, 1], then + - * -> b1 [3, 1]   33 FLOP
        3. sum of [3, 1] of b1 -> r0 []   3 FLOP
        3 steps, 108 FLOP; 2 buffers of 128 bytes in 128 bytes
        """)
  }

  @Test func softmaxReadsItsInputTwice() {
    let x = Tensor<Float>(shape: [4, 8], scalars: (0..<32).map { Float($0) })
    let e = exp(x - x.max(along: 1, keepingAxes: true))
    let softmax = e / e.sum(along: 1, keepingAxes: true)
    // The largest of each row; exponentials stored on the way into their sum; the quotient.
    #expect(
      Plan(evaluating: softmax).description == """
        1. max of [4, 8] of a0 -> b0 [4]   32 FLOP
        2. (- exp), then sum of [4, 8] of a0, b0 -> b2, b1 [4]   96 FLOP
        3. / of b1, b2 -> r0 [4, 8]   32 FLOP
        3 steps, 160 FLOP; 3 buffers of 256 bytes in 256 bytes
        """)
  }

  @Test func productsTakeInBiasAndUpdate() {
    let w = Tensor<Float>([[1, 2, 3], [4, 5, 6]])
    let x: Tensor<Float> = [[1], [2]], g: Tensor<Float> = [[1, 0, -1]]
    // An outer product of 2·6 operations, times the rate and subtracted: 2·6 more.
    #expect(
      Plan(evaluating: w - 0.1 * (x • g)).description == """
        1. a0 - p0 * matmul a1 [2, 1] • a2 [1, 3] -> r0 [2, 3]   24 FLOP
        1 step, 24 FLOP; 0 buffers of 0 bytes in 0 bytes
        """)
    let a: Tensor<Float> = [[1, 2], [3, 4], [5, 6]], bias: Tensor<Float> = [1, 2, 3]
    // 2·3·2·3 and the bias once for each of 9 elements.
    #expect(
      Plan(evaluating: a • w + bias).description == """
        1. matmul a0 [3, 2] • a1 [2, 3] + a2 -> r0 [3, 3]   45 FLOP
        1 step, 45 FLOP; 0 buffers of 0 bytes in 0 bytes
        """)
  }

  private static func numbers(_ shape: Shape, _ seed: Int) -> Value {
    var choice = SplitMix(seed: seed)
    return Tensor<Float>(
      shape: shape,
      scalars: (0..<shape.elementCount).map { _ in Float.random(in: -0.1..<0.1, using: &choice) }
    ).value
  }

  /// Loss and updates of a 784-50-10 classifier, written out.
  private static func trainingStep(rows: Int) -> (loss: Value, replacements: [Replacement]) {
    let x = numbers([rows, 784], 1)
    let labels = Tensor<Int32>((0..<rows).map { Int32($0 % 10) }).value
    let parameters = [
      numbers([784, 50], 2), numbers([50], 3), numbers([50, 10], 4), numbers([10], 5),
    ]
    let hidden = (x.matmul(parameters[0]) + parameters[1]).unary(.relu)
    let logits = hidden.matmul(parameters[2]) + parameters[3]
    let rowShape: Shape = [rows, 1]
    let largest = logits.reduced(.max, AxisSet([1])).reshaped(to: rowShape).detached()
    let shifted = logits - largest
    let sums = shifted.unary(.exp).reduced(.sum, AxisSet([1]))
    let isLabel = labels.isOneHot(10, for: .softmaxCrossEntropy)
    let picked = Value.select(isLabel, shifted, 0).reduced(.sum, AxisSet([1]))
    let losses = sums.unary(.log) - picked
    let loss =
      losses.reduced(.sum, AxisSet([0])) / Value.constant(Double(rows), .float)
    let rate = Value.scalar(0.1, .float)
    let slopes = gradients(of: loss, withRespectTo: parameters)
    return (
      loss, zip(parameters, slopes).map { Replacement(leaf: $0, update: $0 - rate * $1) }
    )
  }

  @Test("A training step is at most 14 steps and shares memory", arguments: [1, 2, 64])
  func trainingStepIsShort(rows: Int) {
    let (loss, replacements) = PlanTests.trainingStep(rows: rows)
    let plan = plan([loss], replacing: replacements)
    #expect(plan.steps.count <= 14, "\(plan)")
    let bytes = plan.usedByteCount
    #expect(plan.arenaByteCount < bytes, "\(plan)")
    // All four parameters are updated where they are.
    #expect(plan.results.dropFirst().allSatisfy { plan.outputs[$0].donor != nil }, "\(plan)")
    #expect(Set(plan.outputs.compactMap(\.donor)).count == 4)
  }

  @Test("A training step agrees with its nodes evaluated alone", arguments: [1, 3, 64])
  func agreesWithItsNodes(rows: Int) {
    let reference = PlanTests.trainingStep(rows: rows)
    let values = [reference.loss] + reference.replacements.map { $0.update }
    for node in GraphOrder(of: values, isLeaf: { _ in false }).nodes { evaluate([Value(node)]) }
    let (results, slots) = replayed {
      let (loss, replacements) = PlanTests.trainingStep(rows: rows)
      return ([loss], replacements)
    }
    #expect(results == [reference.loss.bits])
    #expect(slots.map { $0.leaf!.bits } == reference.replacements.map { $0.update.bits })
  }
}
