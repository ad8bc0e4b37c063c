// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackByHand
import Testing

/// The fixture of the notes: every number an integer or a half, so every comparison is exact.
@Suite("The network of the notes") struct NetworkOfTheNotesTests {
  let w1 = Variable<Float>([[1, -1], [1, 1]]), b1 = Variable<Float>([0, -3])
  let w2 = Variable<Float>([[2], [5]]), b2 = Variable<Float>([1])

  /// The two passes, line by line as the notes have them.
  private func run(
    _ a0: Variable<Float>, _ y: Tensor<Float>, _ aggregate: Aggregate
  ) -> (s1: Variable<Float>, a1: Variable<Float>, s2: Variable<Float>, loss: Tensor<Float>) {
    let s1 = lin(a0, w1, b1)
    let a1 = relu(s1)
    let s2 = lin(a1, w2, b2)
    let loss = mse(s2, y, aggregate)

    mseGrad(s2, y, aggregate)
    linGrad(a1, s2, w2, b2)
    reluGrad(s1, a1)
    linGrad(a0, s1, w1, b1)
    return (s1, a1, s2, loss)
  }

  @Test("One row: sum and mean are the same", arguments: Aggregate.allCases)
  func oneRow(_ aggregate: Aggregate) {
    let a0 = Variable<Float>([[1, 2]])
    let (s1, a1, s2, loss) = run(a0, [[4]], aggregate)
    #expect(s1.value.scalars == [3, -2])
    #expect(a1.value.scalars == [3, 0])
    #expect(s2.value.scalars == [7])
    #expect(loss.shape == [])
    #expect(Float(loss) == 9)

    expect(s2.g, [1, 1], [6])
    expect(w2.g, [2, 1], [18, 0])
    expect(b2.g, [1], [6])
    expect(a1.g, [1, 2], [12, 30])
    expect(s1.g, [1, 2], [12, 0])
    expect(w1.g, [2, 2], [12, 0, 24, 0])
    expect(b1.g, [2], [12, 0])
    expect(a0.g, [1, 2], [12, 12])
    #expect(deadUnits(s1) == [1])
  }

  @Test("Two rows: the sum has twice the gradients of the mean", arguments: Aggregate.allCases)
  func twoRows(_ aggregate: Aggregate) {
    let factor: Float = aggregate == .sum ? 2 : 1
    let a0 = Variable<Float>([[1, 2], [0, 1]])
    let (s1, a1, s2, loss) = run(a0, [[4], [5]], aggregate)
    #expect(Float(loss) == 6.5 * factor)

    expect(s2.g, [2, 1], [3, -2], times: factor)
    expect(w2.g, [2, 1], [7, 0], times: factor)
    expect(b2.g, [1], [1], times: factor)
    expect(a1.g, [2, 2], [6, 15, -4, -10], times: factor)
    expect(s1.g, [2, 2], [6, 0, -4, 0], times: factor)
    expect(w1.g, [2, 2], [6, 0, 8, 0], times: factor)
    expect(b1.g, [2], [2, 0], times: factor)
    expect(a0.g, [2, 2], [6, 6, -4, -4], times: factor)
    #expect(deadUnits(s1) == [1])
  }

  @Test("The gradient of the data is computed only if asked for")
  func dataGradient() {
    let a0 = Variable<Float>([[1, 2], [0, 1]])
    let (_, _, _, loss) = run(a0, [[4], [5]], .mean)
    func products(_ plan: Plan) -> Int { "\(plan)".split(separator: "matmul").count - 1 }
    // Two on the way there, w2.g, a1.g and w1.g on the way back; a0.g would be the sixth.
    let step = Plan(evaluating: loss, w1.g, b1.g, w2.g, b2.g)
    let everything = Plan(evaluating: loss, w1.g, b1.g, w2.g, b2.g, a0.g)
    #expect(products(step) == 5)
    #expect(products(everything) == 6)
  }

  private func expect(
    _ gradient: Tensor<Float>, _ shape: Shape, _ scalars: [Float], times factor: Float = 1,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(gradient.shape == shape, sourceLocation: location)
    #expect(gradient.scalars == scalars.map { $0 * factor }, sourceLocation: location)
  }
}
