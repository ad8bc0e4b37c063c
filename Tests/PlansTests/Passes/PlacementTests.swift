// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct PlacementTests {
  init() { Plan.verifiesByDefault = true }

  /// The most bytes that are needed at one time: those of the pieces of buffers between phases that
  /// live.
  private func living(_ plan: Plan) -> Int {
    let pieces = plan.usedBuffers.filter { !$0.isInner }.flatMap(\.pieces)
    return plan.steps.indices.map { step in
      pieces.filter { ($0.firstStep...$0.lastStep).contains(step) }
        .reduce(0) { $0 + Plan.padded($1.bytes.count) }
    }
    .max() ?? 0
  }

  // No order of placing is always the best: what is asked for is that little is lost.

  /// Activations of many sizes, a large whole that is put together on the way back.
  @Test(arguments: [1, 16, 200])
  func recurrencesTakeWhatLives(batch: Int) {
    let model = LSTM(8, 32).initialized(seed: 1), head = Linear(32, 10).initialized(seed: 2)
    let x = Tensor<Float>.normal([batch, 12, 8], key: RandomKey(seed: 3))
    let y = Tensor<Float>.normal([batch, 12, 10], key: RandomKey(seed: 4))
    evaluate(x, y)
    let parameters: Parameters = ["lstm": model.parameters, "head": head.parameters]
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: parameters)
    let plan = optimizer.plan(minimizing: meanSquaredError(head(model(x)), y))
    #expect(Double(plan.arenaByteCount) <= 1.02 * Double(living(plan)))
  }

  /// Beside all pieces that live during a phase, and in the arena if there is room.
  @Test func freeOffsetsAreBesideWhatLives() {
    let model = LSTM(8, 32).initialized(seed: 1)
    let x = Tensor<Float>.normal([200, 12, 8], key: RandomKey(seed: 3))
    evaluate(x)
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
    let plan = optimizer.plan(minimizing: model(x).squared().mean())
    let pieces = plan.usedBuffers.filter { !$0.isInner }
      .flatMap { buffer in buffer.pieces.map { (buffer.offset, $0) } }
    var inside = 0
    for phase in plan.phases {
      for byteCount in [64, 5_000, 1 << 16, 1 << 20] {
        let start = plan.freeOffset(for: byteCount, during: phase)
        #expect(start >= 0 && start % 64 == 0 && start <= plan.arenaByteCount)
        if start + byteCount <= plan.arenaByteCount { inside += 1 }
        for (offset, piece) in pieces
        where (piece.firstStep...piece.lastStep).overlaps(
          phase.steps.lowerBound...phase.steps.upperBound - 1)
        {
          let bytes = offset + piece.bytes.lowerBound..<offset + piece.bytes.upperBound
          #expect(!bytes.overlaps(start..<start + byteCount))
        }
      }
    }
    #expect(inside > plan.phases.count)
  }

  @Test(arguments: [3, 64])
  func convolutionsTakeWhatLives(batch: Int) {
    let model = Sequential(
      Convolution2D(1, 8, kernelSize: 5, padding: 2), ReLU(), MaxPool(2),
      Convolution2D(8, 16, kernelSize: 5, padding: 2), ReLU(), MaxPool(2), Flatten(),
      Linear(784, 64), ReLU(), Linear(64, 10)
    ).initialized(seed: 1)
    let x = Tensor<Float>.normal([batch, 28, 28, 1], key: RandomKey(seed: 3))
    let y = Tensor<Float>.normal([batch, 10], key: RandomKey(seed: 4))
    evaluate(x, y)
    let optimizer = Optimizer(Adam(learningRate: 0.1), for: model.parameters)
    let plan = optimizer.plan(minimizing: meanSquaredError(model(x), y))
    #expect(Double(plan.arenaByteCount) <= 1.02 * Double(living(plan)))
  }

  /// More large buffers than are placed first, of sizes at random: no plan takes more than 1.2
  /// times what lives.
  @Test(arguments: 0..<20)
  func manyLargeBuffers(seed: Int) {
    var choice = SplitMix(seed: seed)
    var states = [Tensor<Float>.ones([64, 512])]
    for _ in 0..<120 {
      let x = states[max(0, states.count - 1 - choice.below(8))]
      let columns = 32 * (1 + choice.below(24))
      let w = Tensor<Float>.ones([x.shape[1], columns])
      states.append(x • w)
    }
    let plan = Plan(evaluating: states.reduce(Tensor<Float>(0)) { $0 + $1.sum() })
    #expect(
      Double(plan.arenaByteCount) <= 1.2 * Double(living(plan)),
      "\(plan.arenaByteCount) \(living(plan))")
  }
}
