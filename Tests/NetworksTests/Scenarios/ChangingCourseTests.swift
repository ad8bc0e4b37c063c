// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport
import PullbackTensors
import Testing

/// A training whose course changes at random: the bits of plain loops, fresh and recorded.
struct ChangingCourseTests {
  init() { Plan.verifiesByDefault = true }

  private static let shapes: [Shape] = [[5, 8], [8], [8, 3], [3]]
  private static let (momentum, decay): (Float, Float) = (0.75, 0.5)

  /// Momentum, clipping by value, sums of gradients, frozen parameters and an
  /// average in plain loops.
  private struct Plain {
    var weights: [[Float]]
    var velocity: [[Float]], sums: [[Float]], averages: [[Float]]
    var reached: Set<Int> = []
    var frozen: Set<Int> = []
    var limit: Float?
    var rate: Float = 0.25
    var (accumulation, count, updates) = (1, 0, 0)
    var isAveraged = false

    init(_ weights: [[Float]]) {
      self.weights = weights
      averages = weights
      velocity = weights.map { $0.map { _ in 0 } }
      sums = velocity
    }

    mutating func freeze(_ number: Int) {
      frozen.insert(number)
      sums[number] = sums[number].map { _ in 0 }
      reached.remove(number)
    }

    mutating func step(_ gradients: [[Float]?]) {
      let given = gradients.indices.map { frozen.contains($0) ? nil : gradients[$0] }
      let isLast = count + 1 >= accumulation
      if !isLast {
        for (number, gradient) in given.enumerated() {
          guard let gradient else { continue }
          reached.insert(number)
          sums[number] = zip(sums[number], gradient).map { $0 + $1 }
        }
        count += 1
        return
      }
      let share = 1 / Float(count + 1)
      for number in weights.indices where given[number] != nil || reached.contains(number) {
        for place in weights[number].indices {
          var g = given[number]?[place] ?? 0
          if count > 0 {
            let sum = sums[number][place]
            g = (given[number] == nil ? sum : sum + g) * share
          }
          if let limit { g = min(max(g, -limit), limit) }
          let v = ChangingCourseTests.momentum * velocity[number][place] + g
          velocity[number][place] = v
          weights[number][place] -= rate * v
        }
        sums[number] = sums[number].map { _ in 0 }
      }
      (count, reached) = (0, [])
      if isAveraged {
        let new: Float = updates == 0 ? 1 : ChangingCourseTests.decay
        for number in weights.indices {
          averages[number] = zip(averages[number], weights[number]).map {
            (1 - new) * $0 + new * $1
          }
        }
        updates += 1
      }
    }
  }

  /// The loss of a step; some reach the first layer alone.
  private static func loss(
    _ w: [Tensor<Float>], _ x: Tensor<Float>, isShort: Bool
  ) -> Tensor<Float> {
    let hidden = tanh(x • w[0] + w[1])
    return isShort ? hidden.squared().mean() : (hidden • w[2] + w[3]).squared().mean()
  }

  @Test(arguments: [UInt64(1), 2, 3], [false, true])
  func bits(seed: UInt64, isRecorded: Bool) {
    var random = SplitMix(seed: seed)
    let parameters = ChangingCourseTests.shapes.enumerated().map { index, shape in
      Parameter(value: Tensor<Float>.normal(shape, key: RandomKey(seed: UInt64(index))))
    }
    var tree = Parameters()
    for (index, parameter) in parameters.enumerated() { tree.add("w\(index)", parameter) }
    let optimizer = Optimizer(
      SGD(learningRate: 0.25, momentum: ChangingCourseTests.momentum), for: tree)
    let average = WeightAverage(of: tree, .exponential(decay: ChangingCourseTests.decay))
    var plain = Plain(parameters.map(\.value.scalars))
    let step = optimizer.recorded { (x: Tensor<Float>, isShort: Bool) in
      ChangingCourseTests.loss(parameters.map(\.value), x, isShort: isShort)
    }
    for number in 0..<60 {
      let place = Int(random.next() % 4)
      switch random.next() % 8 {
      case 0:
        // The last one stays trained, so that each long loss has something to train.
        if place < 3, plain.frozen.count < 2 {
          optimizer.freeze(parameters[place])
          plain.freeze(place)
        }
      case 1:
        optimizer.thaw(tree)
        plain.frozen = []
      case 2: plain.limit = [nil, 0.01, 0.02, 0.5][place]
      case 3: plain.accumulation = place + 1
      case 4: plain.isAveraged.toggle()
      case 5: plain.rate = 0.125 * Float(place + 1)
      default: break
      }
      optimizer.clipping = plain.limit.map { .value($0) }
      optimizer.accumulation = plain.accumulation
      optimizer.learningRate = plain.rate
      if plain.isAveraged { optimizer.add(average) } else { optimizer.remove(average) }

      let isShort = random.next() % 4 == 0 && !plain.frozen.isSuperset(of: [0, 1])
      let x = Tensor<Float>.normal([4, 5], key: RandomKey(seed: UInt64(number)))
      evaluate(x)
      let leaves = zip(ChangingCourseTests.shapes, plain.weights).map {
        Tensor<Float>(shape: $0, scalars: $1)
      }
      let expected = ChangingCourseTests.loss(leaves, x, isShort: isShort)
      let found = gradientsIfReached(of: expected.value, withRespectTo: leaves.map(\.value))
      plain.step(found.map { $0.map { Tensor<Float>($0).scalars } })
      let got =
        isRecorded
        ? step(x, isShort)
        : optimizer.minimize(
          ChangingCourseTests.loss(parameters.map(\.value), x, isShort: isShort))
      let isEqual =
        got == Float(expected) && parameters.map(\.value.scalars) == plain.weights
        && optimizer.state.map { $0[0].value.scalars } == plain.velocity
        && average.parameters.map { $0.parameter.value.scalars } == plain.averages
        && optimizer.accumulated.count == plain.count
      #expect(isEqual, "step \(number)")
      if !isEqual { return }
    }
  }
}
