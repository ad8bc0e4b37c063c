// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// Every operation's derivative against central differences, in Double.
@Suite struct GradientTableTests {
  private static let step = 1e-5
  private static let tolerance = 1e-6

  @Test("Gradient against differences, element by element", arguments: OperationSample.all)
  func firstOrder(_ sample: OperationSample) {
    let check = GradientCheck(sample)
    let gradients = check.gradients(at: check.point)
    for (position, input) in sample.differentiable.enumerated() {
      let shape = sample.inputs[input].shape
      #expect(gradients[position].shape == shape)
      let differences = (0..<shape.elementCount).map { element in
        check.difference(of: check.loss, along: check.unit(input, element), Self.step)
      }
      #expect(areClose(gradients[position].numbers, differences, Self.tolerance))
    }
  }

  @Test("Gradient along random directions", arguments: OperationSample.all)
  func firstOrderAlongDirections(_ sample: OperationSample) {
    let check = GradientCheck(sample)
    let gradients = check.gradients(at: check.point).map(\.numbers)
    for seed in 1...3 as ClosedRange<UInt64> {
      let direction = check.direction(seed: seed)
      let expected = check.difference(of: check.loss, along: direction, Self.step)
      var slope = 0.0
      for (gradient, input) in zip(gradients, sample.differentiable) {
        for (g, v) in zip(gradient, direction[input]) { slope += g * v }
      }
      #expect(areClose([slope], [expected], Self.tolerance))
    }
  }

  @Test("Gradient of the gradient along a direction", arguments: OperationSample.all)
  func secondOrder(_ sample: OperationSample) {
    let check = GradientCheck(sample)
    let direction = check.direction(seed: 5)
    let second = check.gradientsOfSlope(at: check.point, along: direction).map(\.numbers)
    for (position, actual) in second.enumerated() {
      let ahead = check.gradients(at: check.moved(direction, by: Self.step), like: true)
      let behind = check.gradients(at: check.moved(direction, by: -Self.step), like: true)
      let expected = zip(ahead[position].numbers, behind[position].numbers).map {
        ($0 - $1) / (2 * Self.step)
      }
      #expect(areClose(actual, expected, Self.tolerance))
    }
  }

  /// What has the numbers of one function and the derivative of another has no differences.
  static let alike = OperationSample.all.filter { $0.kind != .other(.detached) }

  /// f(x) used three times, and x beside it: all contributions must be summed.
  @Test("An input used more than once", arguments: alike)
  func usedTwice(_ sample: OperationSample) {
    func reused(
      _ function: @escaping @Sendable ([Value]) -> Value
    ) -> @Sendable ([Value]) -> Value {
      { inputs in
        let y = function(inputs).converted(to: .double)
        return inputs.map { $0.converted(to: .double) }.reduce(y * y + y) { $0 + ($1 * $1).sum }
      }
    }
    let check = GradientCheck(
      OperationSample(
        sample.kind, sample.inputs, likeness: reused(sample.likeness), reused(sample.function)))
    check.expectDirectionalMatch(step: Self.step, tolerance: Self.tolerance)
  }

  static let pairs = OperationSample.all.filter {
    $0.differentiable.count == 2
      && $0.inputs[$0.differentiable[0]].shape == $0.inputs[$0.differentiable[1]].shape
  }

  /// x op x: the same tensor in both places.
  @Test("Both inputs are the same tensor", arguments: pairs)
  func sameTensorTwice(_ sample: OperationSample) {
    let (first, second) = (sample.differentiable[0], sample.differentiable[1])
    func doubled(
      _ function: @escaping @Sendable ([Value]) -> Value
    ) -> @Sendable ([Value]) -> Value {
      { inputs in
        var both = inputs
        both.insert(inputs[first], at: second)
        return function(both)
      }
    }
    var inputs = sample.inputs
    inputs.remove(at: second)
    let check = GradientCheck(
      OperationSample(
        sample.kind, inputs, likeness: doubled(sample.likeness), doubled(sample.function)))
    check.expectDirectionalMatch(step: Self.step, tolerance: Self.tolerance)
  }
}
