// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Optimizers share what they wrote down only where numbers, sums and averages stand at the same
/// places.
struct StepLayoutTests {
  /// What only an earlier loss of the round reached is as large as it is here.
  @Test(arguments: [false, true]) func sumsOfOtherShapes(isRecorded: Bool) {
    for count in [1, 4, 1000, 1, 300, 2] {
      let a = Parameter(value: [1, 1]), b = Parameter(value: .ones([count]))
      let optimizer = Optimizer(SGD(learningRate: 1), for: ["a": a, "b": b])
      optimizer.accumulation = 2
      if isRecorded {
        _ = optimizer.recorded { b.value.sum() }()
        _ = optimizer.recorded { a.value.sum() }()
      } else {
        optimizer.minimize(b.value.sum())
        optimizer.minimize(a.value.sum())
      }
      #expect(b.value.scalars == [Float](repeating: 0.5, count: count))
      #expect(a.value.scalars == [0.5, 0.5])
    }
  }

  /// The same within one optimizer: what is frozen changes from round to round.
  @Test func sumsOfOthersThatWereFrozen() {
    let a = Parameter(value: [1, 1]), b = Parameter(value: .ones([4]))
    let c = Parameter(value: [1, 1, 1])
    let optimizer = Optimizer(SGD(learningRate: 1), for: ["a": a, "b": b, "c": c])
    optimizer.accumulation = 2
    for (frozen, other) in [(c, b), (b, c)] {
      optimizer.freeze(frozen)
      optimizer.minimize(other.value.sum())
      optimizer.minimize(a.value.sum())
      optimizer.thaw(frozen)
    }
    #expect(b.value.scalars == [0.5, 0.5, 0.5, 0.5] && c.value.scalars == [0.5, 0.5, 0.5])
  }

  /// A limit and the numbers of averages come after those of all groups, frozen ones too.
  @Test(arguments: [[false, true, false], [true, false, true]])
  func numbersOfFrozenGroups(order: [Bool]) {
    for hasFrozen in order {
      let head = Parameter(value: [1]), base = Parameter(value: [1])
      var groups: [Optimizer<SGD>.Group] = [
        .init(["head": head] as Parameters, SGD(learningRate: 1))
      ]
      if hasFrozen {
        groups.append(.init(["base": base] as Parameters, SGD(learningRate: 0.5)))
      }
      let optimizer = Optimizer(groups: groups)
      optimizer.clipping = .value(0.25)
      if hasFrozen { optimizer.freeze(base) }
      let average = WeightAverage(of: ["head": head] as Parameters, .exponential(decay: 0.5))
      optimizer.add(average)
      for _ in 0..<2 { optimizer.minimize(head.value.sum()) }
      #expect(head.value.scalars == [0.5] && base.value.scalars == [1])
      #expect(average.parameters["head"]!.value.scalars == [0.625])
    }
  }

  /// Two averages of one parameter, or of two.
  @Test(arguments: [[false, true, false], [true, false, true]])
  func averagesOfTheSame(order: [Bool]) {
    for isSame in order {
      let a = Parameter(value: [1]), p = Parameter(value: [10])
      let q = isSame ? p : Parameter(value: [20])
      let model: Parameters = isSame ? ["a": a, "p": p] : ["a": a, "p": p, "q": q]
      let optimizer = Optimizer(SGD(learningRate: 0.1), for: model)
      optimizer.freeze(p)
      if !isSame { optimizer.freeze(q) }
      let one = WeightAverage(of: ["a": a, "p": p] as Parameters, .exponential(decay: 0.5))
      let two = WeightAverage(of: ["a": a, "q": q] as Parameters, .exponential(decay: 0.5))
      optimizer.add(one)
      optimizer.add(two)
      for _ in 0..<3 { optimizer.minimize(a.value.sum()) }
      #expect(one.parameters["p"]!.value.scalars == [10])
      #expect(two.parameters["q"]!.value.scalars == [isSame ? 10 : 20])
    }
  }
}
