// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct EvaluationTests {
  private func isKnown<T>(_ x: Tensor<T>) -> Bool { x.value.node.numbers != nil }

  @Test func onlyWhatWasAskedForKeepsItsNumbers() {
    let x: Tensor<Float> = [1, 2]
    let y = x * 3, z = y + 1, loss = z.sum()
    #expect(Float(loss) == 11)
    #expect(isKnown(loss) && !isKnown(z) && !isKnown(y))
    #expect(y.scalars == [3, 6])
    #expect(isKnown(y) && !isKnown(z))
    // Written after reading: the history is still there.
    #expect(gradient(of: loss, withRespectTo: x).scalars == [3, 3])
  }

  @Test func severalAtOnce() {
    let x: Tensor<Float> = [1, 2], n = Tensor<Int32>([4, 5])
    let y = x * 3, m = n + 1, isLarge = y .> 4
    evaluate(y, m, isLarge)
    #expect(isKnown(y) && isKnown(m) && isKnown(isLarge))
    #expect(y.scalars == [3, 6] && m.scalars == [5, 6] && isLarge.scalars == [false, true])
    let parts = (0..<3).map { x + Float($0) }
    evaluate(parts)
    #expect(parts.allSatisfy { isKnown($0) })
    #expect(parts.map(\.scalars) == [[1, 2], [2, 3], [3, 4]])
    evaluate([Tensor<Float>]())
    evaluate(x)
  }

  @Test func resultsThatAreViewsOrEqual() {
    let x = Tensor<Float>(range: 0..<6).reshaped(to: [2, 3])
    let y = relu(x - 2)
    let turned = y.transposed(), row = y[1], again = relu(x - 2), flat = y.reshaped(to: [6])
    evaluate([turned, row, again, flat, y, y])
    #expect(turned.scalars == [0, 1, 0, 2, 0, 3])
    #expect(row.scalars == [1, 2, 3])
    #expect(again.scalars == [0, 0, 0, 1, 2, 3])
    #expect(flat.scalars == again.scalars && y.scalars == again.scalars)
    #expect(flat.shape == [6])
  }

  @Test func resultsWithoutSteps() {
    #expect(Tensor<Float>.zeros([2]).scalars == [0, 0])
    #expect(Tensor<Float>.full([2, 1], 0.25).scalars == [0.25, 0.25])
    #expect(
      Tensor<Int32>(range: 0..<3).reshaped(to: [3, 1]).expanded(to: [3, 2]).scalars == [
        0, 0, 1, 1, 2, 2,
      ])
    #expect(Tensor<Double>(0.1).expanded(to: [0, 3]).scalars == [])
    #expect(Tensor<Float>(from: 0, through: 1, count: 5).scalars == [0, 0.25, 0.5, 0.75, 1])
    let x: Tensor<Float> = [[1, 2], [3, 4]]
    #expect(x.transposed().scalars == [1, 3, 2, 4])
    #expect(x.named("w").detached().scalars == [1, 2, 3, 4])
  }

  @Test func recomputedNumbersHaveTheSameBits() {
    let x = Tensor<Float>.normal([1000], key: RandomKey(seed: 1))
    let y = tanh(x) * x, z = exp(y) / y
    let fused = z.scalars.map(\.bitPattern)
    let known = y.scalars
    #expect((exp(y) / y).scalars.map(\.bitPattern) == fused)
    #expect(known.count == 1000)
  }

  @Test func keptNumbersEndHistoryOfDetachedTensors() {
    weak var start: Node?
    let y: Tensor<Float>
    do {
      let x: Tensor<Float> = [1, 2]
      let product = x * 2
      start = product.value.node
      y = product.detached()
    }
    #expect(start != nil)
    #expect(y.scalars == [2, 4])
    #expect(start == nil)
  }

  /// Numbers, nodes and arenas of one evaluation are gone before the next.
  @Test func tenThousandReplaysKeepMemoryFlat() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor<Float>.normal([64, 100], key: RandomKey(seed: 1))
      let w = Tensor<Float>.normal([100, 20], key: RandomKey(seed: 2))
      evaluate(x, w)
      func replay(_ count: Int) -> Float {
        var sum: Float = 0
        for step in 0..<count {
          let y = relu(x • w + Float(step))
          let loss = y.squared().mean()
          let slope = gradient(of: loss, withRespectTo: w)
          sum += slope.scalars[0] + Float(loss)
        }
        return sum
      }
      var sum = replay(500)
      let misses = PlanCache.shared.misses
      let before = residentByteCount()
      sum += replay(10_000)
      let grown = residentByteCount() - before
      guard sum.isFinite, grown < 8 << 20 else { fatalError("\(grown >> 10) KiB more") }
      guard PlanCache.shared.misses == misses else { fatalError("replanned") }
    }
  }
}
