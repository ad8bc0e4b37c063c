// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Parts are written where they belong: nothing is put together afterwards.
@Suite struct PartsInPlaceTests {
  init() { Plan.verifiesByDefault = true }

  private static func numbers(_ shape: Shape, seed: Int) -> Tensor<Float> {
    var choice = SplitMix(seed: seed)
    return Tensor(
      shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(choice.below(17) - 8) })
  }

  private func placedSteps(_ plan: Plan) -> Int {
    plan.steps.count { if case .placed = $0.core { true } else { false } }
  }

  /// Rows of 16 numbers, 64 bytes: what is made by a product, an operation, a reduction, a stacked
  /// whole of its own, a view of an argument, a number that is the same everywhere.
  private static func part(_ kind: Int, _ seed: Int) -> Tensor<Float> {
    let x = numbers([3, 16], seed: seed), w = numbers([16, 16], seed: seed + 1)
    switch kind {
    case 0: return x • w
    case 1: return x * 2 + 1
    case 2: return (x.expandingShape(at: 0) * numbers([4, 1, 1], seed: seed + 2)).sum(along: 0)
    case 3: return .stacked([x[0] * 3, x[1] - 2, x[2] * x[0]])
    case 4: return numbers([16, 3], seed: seed).transposed()
    case 5: return .full([3, 16], Float(seed))
    default: return concatenated([x[.all, 0..<7] * 2, x[.all, 7..<16] + 1], along: 1)
    }
  }

  @Test("Random wholes", arguments: 0..<200)
  func randomWholes(seed: Int) {
    var choice = SplitMix(seed: seed)
    let kinds = (0..<(2 + choice.below(9))).map { _ in choice.below(7) }
    func parts() -> [Tensor<Float>] {
      kinds.enumerated().map { Self.part($0.element, 10 * $0.offset) }
    }
    // By themselves, each in a plan of its own.
    let expected = parts().map(\.scalars)
    var made = parts()
    // A part may stand twice, and be read by others.
    if choice.below(3) == 0 { made[made.count - 1] = made[0] }
    let last = made.count - 1
    let whole = Tensor.stacked(made), other = concatenated(made.reversed(), along: 0)
    // Read by a product and a reduction, so that it must stand in memory.
    let product = whole • Tensor<Float>.ones([16, 2]), sum = whole.sum(along: 0)
    let alone = made[choice.below(made.count)] * 2
    evaluate(product, sum, other.sum(along: 0), alone, other • Tensor<Float>.ones([16, 1]))
    var rows = expected
    if made[last].value.node === made[0].value.node { rows[last] = expected[0] }
    for (index, part) in rows.enumerated() {
      let wanted = (0..<3).flatMap { row -> [Float] in
        let total = part[(16 * row)..<(16 * row + 16)].reduce(0, +)
        return [total, total]
      }
      #expect(product[index].scalars == wanted)
    }
    let columns = (0..<48).map { at in rows.reduce(Float(0)) { $0 + $1[at] } }
    #expect(sum.scalars == columns)
  }

  @Test func makersWriteIntoTheWhole() {
    let x = Self.numbers([8, 16], seed: 1), w = Self.numbers([16, 16], seed: 2)
    func states(_ count: Int) -> [Tensor<Float>] {
      var states = [tanh(x)]
      for _ in 1..<count { states.append(tanh(states.last! • w)) }
      return states
    }
    let whole = Tensor.stacked(states(6))
    let plan = Plan(evaluating: (whole • w).sum(along: 0), whole.sum())
    #expect(placedSteps(plan) == 0)
    #expect(plan.buffers.count { $0.part != nil } == 6)
    #expect(plan.description.contains(" in b"))
    // Not where neighbours of a part are none of the whole, nor for what is asked for itself.
    let columns = concatenated(states(6), along: 1)
    let apart = Plan(evaluating: (columns • Tensor<Float>.ones([96, 2])).sum(), columns.sum())
    #expect(placedSteps(apart) == 1)
    #expect(placedSteps(Plan(evaluating: whole)) == 1)
    // Rows that begin between cache lines are copied.
    let odd = Tensor.stacked((0..<4).map { x[$0][0..<15] * Float($0 + 2) })
    #expect(
      placedSteps(Plan(evaluating: (odd • Tensor<Float>.ones([15, 2])).sum(), odd.sum())) == 1)
  }

  @Test func planningManyPartsIsLinear() {
    func steps(_ count: Int) -> Int {
      let x = Self.numbers([2, 16], seed: 1), w = Self.numbers([16, 16], seed: 2)
      var states = [tanh(x)]
      for _ in 1..<count { states.append(tanh(states.last! • w)) }
      let whole = Tensor.stacked(states)
      // Who reads one of them waits for it alone.
      return Plan(evaluating: (whole • w).sum(along: 0)).phases.count
    }
    #expect(steps(2000) <= 10 * steps(200) + 10)
  }
}
