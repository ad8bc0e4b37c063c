// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// What is used many times alike: one product, sum or collection instead of as many
/// as there are uses.
@Suite struct SumsOfManyTests {
  init() { Plan.verifiesByDefault = true }

  /// How a target [4, 4] is used at a position; x: [3, 4] of whole numbers.
  struct Use: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let used: @Sendable (_ target: Tensor<Double>, _ x: Tensor<Double>, _ at: Int) -> Tensor<Double>
  }

  static let uses: [Use] = [
    Use(testDescription: "x • w") { w, x, _ in x • w },
    Use(testDescription: "w • xᵀ") { w, x, _ in w • x.transposed() },
    Use(testDescription: "xᵀ of other rows • w") { w, x, at in x[0..<(1 + at % 2)] • w },
    Use(testDescription: "x • wᵀ") { w, x, _ in x • w.transposed() },
    Use(testDescription: "a sum that stretches") { w, x, _ in x + w[1] },
    Use(testDescription: "a sum of all rows") { w, x, _ in
      (x.expandingShape(at: 1) + w.expandingShape(at: 0)) * x.expandingShape(at: 1)
    },
    Use(testDescription: "rows by number") { w, x, at in
      w.gathered(Tensor<Int32>([Int32(at % 4), 2, 2])) * x
    },
    Use(testDescription: "a part") { w, x, at in w[at % 4] * x },
    Use(testDescription: "a column of it transposed") { w, x, at in w.transposed()[at % 4] * x },
    Use(testDescription: "element by element") { w, x, at in w * x[0..<1] },
    Use(testDescription: "x • (w + w)") { w, x, _ in x • (w + w) },
    Use(testDescription: "rows by number of w + w") { w, x, at in
      (w + w).gathered(Tensor<Int32>([Int32(at % 4), 2, 2])) * x
    },
    Use(testDescription: "three times a sum that stretches") { w, x, _ in x + (w[1] + w[1] + w[1])
    },
    Use(testDescription: "by turns") { w, x, at in
      at % 2 == 0 ? x • w : w.gathered(Tensor<Int32>([1, Int32(at % 3), 0])) * x
    },
  ]

  private static func numbers(_ shape: Shape, seed: Int) -> Tensor<Double> {
    var choice = SplitMix(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.elementCount).map { _ in Double(choice.below(7) - 3) })
  }

  /// Whole numbers are added without a rest, in any order.
  @Test("The sum of what each use gives", arguments: uses, [1, 2, 7, 8, 9, 30])
  func sums(use: Use, count: Int) {
    let w = Self.numbers([4, 4], seed: 1)
    let xs = (0..<count).map { Self.numbers([3, 4], seed: 2 + $0) }
    func loss(_ at: Int) -> Tensor<Double> {
      let y = use.used(w, xs[at], at)
      return (y * Self.numbers(y.shape, seed: 100 + at)).sum()
    }
    let all = (1..<count).reduce(loss(0)) { $0 + loss($1) }
    var expected = [Double](repeating: 0, count: 16)
    for at in 0..<count {
      let one = gradient(of: loss(at), withRespectTo: w).scalars
      for index in expected.indices { expected[index] += one[index] }
    }
    let found: Tensor<Double> = gradient(of: all, withRespectTo: w)
    #expect(found.scalars == expected)
    // Once more by the gradient of a gradient: it is linear in the loss.
    let twice = gradient(of: (found * found).sum(), withRespectTo: w)
    #expect(twice.shape == w.shape)
  }

  private func operations(
    _ value: Value, where isCounted: (PullbackTensors.Operation) -> Bool
  ) -> Int {
    GraphOrder(of: [value]) { _ in false }.nodes.count { isCounted($0.operation) }
  }

  @Test func aWeightHasOneProductOfManyUses() {
    let w = Tensor<Float>.ones([32, 32])
    for count in [7, 8, 100] {
      var h = Tensor<Float>.zeros([4, 32])
      for _ in 0..<count { h = tanh(h • w + 1) }
      let found: Tensor<Float> = gradient(of: h.sum(), withRespectTo: w)
      let products = operations(found.value) {
        if case .contraction = $0 { true } else { false }
      }
      // Forward and backward at each position, and one of the weight; few uses have one each.
      #expect(count < 8 ? products == 3 * count - 1 : products <= 2 * count)
    }
  }

  /// Products that are long already are added: joining their operands would take longer.
  @Test func longProductsStay() {
    let w = Tensor<Float>.ones([4, 4])
    let xs = (0..<20).map { Tensor<Float>.full([150, 4], Float($0)) }
    let loss = xs.dropFirst().reduce(relu(xs[0] • w).sum()) { $0 + relu($1 • w).sum() }
    let found: Tensor<Float> = gradient(of: loss, withRespectTo: w)
    let placed = operations(found.value) { $0.placesOfParts != nil }
    #expect(placed == 0)
    #expect(found.scalars == [Float](repeating: 150 * 190, count: 16))
  }

  /// The work of the gradient of a loop over positions grows with their number, whatever is sliced.
  @Test(arguments: [0, 1, 2])
  func loopsOverPositionsAreLinear(kind: Int) {
    func work(_ count: Int) -> Int {
      let e = Tensor<Float>.ones([2, count, 8]), w = Tensor<Float>.ones([8, 8])
      var h = Tensor<Float>.zeros([2, 8])
      for at in 0..<count {
        let x =
          switch kind {
          case 0: e[.all, at]
          case 1: e.transposed(1, 0, 2)[at]
          default: e.transposed(0, 2, 1).transposed(2, 0, 1)[at]
          }
        h = tanh(x + h • w)
      }
      let (eg, wg) = gradient(of: h.sum(), withRespectTo: e, w)
      let plan = Plan(evaluating: eg, wg)
      return plan.steps.reduce(0) { $0 + $1.floatingPointOperations + $1.streamedCount }
    }
    #expect(work(200) < 22 * work(10))
  }
}
