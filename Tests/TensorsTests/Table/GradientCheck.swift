// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing
import PullbackTestSupport

/// A sample's loss and gradients at a point, and how they change along directions.
struct GradientCheck {
  let sample: OperationSample
  let point: [[Double]]

  init(_ sample: OperationSample) {
    self.sample = sample
    point = sample.numbers(seed: 17)
  }

  /// The loss whose differences the gradient must match.
  func loss(at point: [[Double]]) -> Double {
    OperationSample.loss(sample.likeness(sample.leaves(point))).numbers[0]
  }

  func gradients(at point: [[Double]], like: Bool = false) -> [Value] {
    let leaves = sample.leaves(point)
    let function = like ? sample.likeness : sample.function
    return PullbackTensors.gradients(
      of: OperationSample.loss(function(leaves)), withRespectTo: targets(leaves))
  }

  /// The gradient of Σ gradient · direction.
  func gradientsOfSlope(at point: [[Double]], along direction: [[Double]]) -> [Value] {
    let leaves = sample.leaves(point), targets = targets(leaves)
    let gradients = PullbackTensors.gradients(
      of: OperationSample.loss(sample.function(leaves)), withRespectTo: targets)
    var slope = Value.constant(0, .double)
    for (gradient, input) in zip(gradients, sample.differentiable) {
      slope = slope + (gradient * .leaf(gradient.shape, direction[input])).sum
    }
    return PullbackTensors.gradients(of: slope, withRespectTo: targets)
  }

  func difference(
    of loss: ([[Double]]) -> Double, along direction: [[Double]], _ step: Double
  ) -> Double {
    (loss(moved(direction, by: step)) - loss(moved(direction, by: -step))) / (2 * step)
  }

  func moved(_ direction: [[Double]], by step: Double) -> [[Double]] {
    zip(point, direction).map { zip($0, $1).map { $0 + step * $1 } }
  }

  /// Random numbers for the inputs that have a derivative, 0 for the others.
  func direction(seed: UInt64) -> [[Double]] {
    var random = SplitMix(seed: seed)
    return sample.inputs.map {
      let count = $0.shape.elementCount
      return $0.type == .double
        ? random.doubles(count) : [Double](repeating: 0, count: count)
    }
  }

  /// The direction of one element.
  func unit(_ input: Int, _ element: Int) -> [[Double]] {
    var direction = point.map { [Double](repeating: 0, count: $0.count) }
    direction[input][element] = 1
    return direction
  }

  /// First and second order along one direction.
  func expectDirectionalMatch(step: Double, tolerance: Double) {
    let direction = direction(seed: 3)
    let gradients = gradients(at: point).map(\.numbers)
    var slope = 0.0
    for (gradient, input) in zip(gradients, sample.differentiable) {
      for (g, v) in zip(gradient, direction[input]) { slope += g * v }
    }
    let expected = difference(of: loss, along: direction, step)
    #expect(areClose([slope], [expected], tolerance))

    let second = gradientsOfSlope(at: point, along: direction).map(\.numbers)
    let ahead = self.gradients(at: moved(direction, by: step), like: true).map(\.numbers)
    let behind = self.gradients(at: moved(direction, by: -step), like: true).map(\.numbers)
    for (actual, (ahead, behind)) in zip(second, zip(ahead, behind)) {
      let expected = zip(ahead, behind).map { ($0 - $1) / (2 * step) }
      #expect(areClose(actual, expected, tolerance))
    }
  }

  private func targets(_ leaves: [Value]) -> [Value] {
    sample.differentiable.map { leaves[$0] }
  }
}
