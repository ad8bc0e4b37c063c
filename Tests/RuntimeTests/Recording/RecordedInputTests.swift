// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Synchronization
import Testing

/// Numbers and choices as arguments of recorded functions.
struct RecordedInputTests {
  init() { Plan.verifiesByDefault = true }

  private final class Traces: Sendable {
    let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var number: Int { count.load(ordering: .relaxed) }
  }

  @Test func anotherNumberIsNoNewRecording() {
    let traces = Traces()
    let scaled = recorded { (x: Tensor<Float>, a: Tensor<Float>, b: Tensor<Float>) in
      traces.add()
      return x * a + b
    }
    let x: Tensor<Float> = [1, 2, 3]
    let numbers: [Float] = [0, 1, 2, 0.5, -1, 0.1, 3e38, -0.0, .infinity]
    for a in numbers {
      for b: Float in [0, 0.3] {
        let expected = (x * Tensor(a) + Tensor(b)).scalars
        #expect(scaled(x, a, b).scalars == expected)
        #expect(scaled(x, Tensor(a), Tensor(b)).scalars == expected)
        #expect(scaled(x, Double(a), b).scalars == expected)
      }
    }
    let undefined = scaled(x, Float.nan, 1).scalars
    #expect(undefined.allSatisfy { $0.isNaN })
    #expect(traces.number == 1)
  }

  /// Each number alone, with both signs of 0, as the whole function.
  @Test func theNumberItself() {
    let same = recorded { (a: Tensor<Float>) in a }
    let square = recorded { (a: Tensor<Float>) in [a * a, a + a] }
    for number: Float in [0, -0.0, 1, 0.7] {
      #expect(same(number).scalars[0].bitPattern == number.bitPattern)
      #expect(square(number).map(\.scalars) == [[number * number], [number + number]])
    }
  }

  @Test func numbersOfOtherTypes() {
    let wide = recorded { (x: Tensor<Double>, a: Tensor<Double>) in x * a }
    let third = 1.0 / 3, three: Tensor<Double> = [3, 1], expected = [3 * third, third]
    #expect(wide(three, third).scalars == expected)
    #expect(wide(third, 3).scalars == [3 * third])
    let whole = recorded { (x: Tensor<Int32>, a: Tensor<Int32>) in x * a }
    for number: Int32 in [3, 1, -7, .max, .min] {
      #expect(whole([1], Tensor(number)).scalars == [number])
    }
    let chosen = recorded { (x: Tensor<Float>, isKept: Tensor<Bool>) in select(isKept, x, 0) }
    #expect(chosen([5], true).scalars == [5] && chosen([5], false).scalars == [0])
  }

  @Test func choicesHaveRecordingsOfTheirOwn() {
    let traces = Traces()
    let summed = recorded { (x: Tensor<Float>, axis: Int, isMean: Bool) in
      traces.add()
      return isMean ? x.mean(along: axis) : x.sum(along: axis)
    }
    let x: Tensor<Float> = [[1, 2], [3, 5]]
    for _ in 0..<2 {
      #expect(summed(x, 0, false).scalars == [4, 7])
      #expect(summed(x, 1, false).scalars == [3, 8])
      #expect(summed(x, -1, true).scalars == [1.5, 4])
    }
    #expect(traces.number == 3)
  }

  @Test func tensorsOfRank0AreTensors() {
    let traces = Traces()
    let scaled = recorded { (x: Tensor<Float>, a: Tensor<Float>) in
      traces.add()
      return x * a
    }
    let x: Tensor<Float> = [1, 2]
    #expect(scaled(x, x.sum()).scalars == [3, 6])
    #expect(scaled(x, 3).scalars == [3, 6])
    #expect(scaled(x, x.max()).scalars == [2, 4])
    #expect(traces.number == 2)
  }

  /// A derivative by a number is that by a tensor.
  @Test func gradientsReachNumbers() {
    let slope = recorded { (x: Tensor<Float>, a: Tensor<Float>) in
      gradient(of: (x * a * a).sum(), withRespectTo: a)
    }
    let number: Float = 3, x: Tensor<Float> = [1, 2]
    #expect(Float(slope(x, number)) == 18)
  }

  @Test func insideAnotherRecording() {
    let inner = recorded { (x: Tensor<Float>, a: Tensor<Float>, isNegative: Bool) in
      isNegative ? -(x * a) : x * a
    }
    let half: Float = 0.5, quarter = 0.25
    let outer = recorded { (x: Tensor<Float>, a: Tensor<Float>) in
      [inner(x, a, false), inner(x, half, true), inner(x, quarter, false)]
    }
    let x: Tensor<Float> = [4]
    for number: Float in [2, 3] {
      let expected: [[Float]] = [[4 * number], [-2], [1]]
      #expect(outer(x, number).map(\.scalars) == expected)
    }
  }

  @Test func severalThingsAreGiven() {
    let traces = Traces()
    let parts = recorded { (x: Tensor<Float>, a: Tensor<Float>, count: Int) in
      traces.add()
      return (x * a, (0..<count).map { x + Float($0) }, x .> 1, a)
    }
    for count in [2, 0, 1, 2] {
      let (scaled, list, isLarge, a) = parts([1, 2], 3, count)
      #expect(scaled.scalars == [3, 6] && isLarge.scalars == [false, true] && Float(a) == 3)
      let expected: [[Float]] = (0..<count).map { number in
        let first = Float(number + 1)
        return [first, first + 1]
      }
      #expect(list.map(\.scalars) == expected)
    }
    #expect(traces.number == 3)
  }

  @Test func manyThreadsGiveNumbers() async {
    let scaled = recorded { (x: Tensor<Float>, a: Tensor<Float>) in (x * a, a + 1) }
    let x: Tensor<Float> = [1, 2]
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for step in 0..<200 {
            let number = Float(task * 1000 + step)
            let (product, next) = scaled(x, number)
            #expect(product.scalars == [number, 2 * number])
            #expect(Float(next) == number + 1)
          }
        }
      }
    }
  }
}
