// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct BroadcastingTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let left: Shape, right: Shape
    /// Nil if they refuse.
    let result: Shape?
    var testDescription: String { "\(left) \(right)" }
  }

  static let examples: [Example] = [
    Example(left: [], right: [], result: []),
    Example(left: [], right: [2, 3], result: [2, 3]),
    Example(left: [3], right: [2, 3], result: [2, 3]),
    Example(left: [2, 1], right: [3], result: [2, 3]),
    Example(left: [1], right: [0], result: [0]),
    Example(left: [0], right: [0], result: [0]),
    Example(left: [2, 1, 4], right: [3, 1], result: [2, 3, 4]),
    Example(left: [8, 1, 6, 1], right: [7, 1, 5], result: [8, 7, 6, 5]),
    Example(left: [2, 1, 2, 1, 2, 1], right: [3, 1, 3], result: [2, 1, 2, 3, 2, 3]),
    Example(left: [2], right: [3], result: nil),
    Example(left: [2], right: [0], result: nil),
    Example(left: [2, 3], right: [2], result: nil),
    Example(left: [2, 1, 3], right: [4, 2], result: nil),
  ]

  @Test("NumPy's rule, both ways round", arguments: examples)
  func rule(_ example: Example) {
    #expect(example.left.broadcast(with: example.right) == example.result)
    #expect(example.right.broadcast(with: example.left) == example.result)
    #expect((example.left.broadcastConflict(with: example.right) == nil) == (example.result != nil))
    guard let result = example.result else { return }
    let sum = Value.full(example.left, 1, .double) + Value.full(example.right, 2, .double)
    #expect(sum.shape == result)
    #expect(sum.numbers == [Double](repeating: 3, count: result.elementCount))
  }

  @Test func conflictsNameTheFirstAxisOfTheResult() throws {
    let conflict = try #require(Shape([5, 2, 3]).broadcastConflict(with: [4, 3]))
    #expect(conflict == (1, 2, 4))
    let later = try #require(Shape([3]).broadcastConflict(with: [7, 1, 4]))
    #expect(later == (2, 3, 4))
  }

  @Test func stretchedAxes() {
    #expect(Shape([3]).stretchedAxes(to: [2, 3]) == AxisSet([0]))
    #expect(Shape([2, 1]).stretchedAxes(to: [2, 3]) == AxisSet([1]))
    #expect(Shape([]).stretchedAxes(to: [2, 3]) == AxisSet([0, 1]))
    #expect(Shape([1, 1]).stretchedAxes(to: [1, 1]) == AxisSet())
    #expect(Shape([1]).stretchedAxes(to: [1, 1]) == AxisSet([0]))
    #expect(Shape([1, 2]).stretchedAxes(to: [0, 2]) == AxisSet([0]))
  }

  @Test func operandsThatRefuseAreNamed() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor<Float>.ones([64, 50]).named("hidden")
      _ = x + relu(Tensor<Float>.ones([64]))
    }
    #expect(
      result.message.contains(
        "+: hidden [64, 50] and the result of relu [64] do not broadcast: at axis 1 of the result "
          + "one has extent 50, the other 64. Fix: extents must be equal or 1; to repeat the "
          + "right operand along the last axis use expandingShape(at: 1) on it."))
  }

  @Test func conditionsThatRefuse() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Float> = [1, 2, 3]
      _ = select([true, false], x, 0)
    }
    #expect(
      result.message.contains(
        "select: the condition [2] does not broadcast with the choices [3]: at axis 0 it has "
          + "extent 2, they have 3. Fix: extents must be equal or 1."))
  }
}
