// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A function that is composed of operations.
struct ComposedFunction: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let function: @Sendable (Tensor<Double>) -> Tensor<Double>

  init(_ name: String, _ function: @escaping @Sendable (Tensor<Double>) -> Tensor<Double>) {
    (testDescription, self.function) = (name, function)
  }

  static let ofEachElement: [ComposedFunction] = [
    .init("logSigmoid", logSigmoid), .init("silu", silu), .init("gelu", gelu),
    .init("gelu tanh") { gelu($0, approximation: .tanh) }, .init("relu6") { relu6(3 * $0) },
    .init("hardTanh", hardTanh), .init("hardSigmoid") { hardSigmoid(2 * $0) },
    .init("hardSwish") { hardSwish(2 * $0) }, .init("leakyReLU") { leakyReLU($0, slope: 0.2) },
    .init("elu") { elu($0, alpha: 0.7) }, .init("selu", selu),
    .init("clipped") { $0.clipped(to: -0.7...1.1) },
    .init("clipped below") { $0.clipped(to: 0.4...) },
    .init("clipped above") { $0.clipped(to: ...0.4) },
  ]

  /// Along the last axis.
  static let alongAnAxis: [ComposedFunction] = [
    .init("softmax") { softmax($0) }, .init("logSoftmax") { logSoftmax($0) },
    .init("logSumExp") { $0.logSumExp(along: -1) }, .init("variance") { $0.variance(along: -1) },
    .init("variance from a sample") { $0.variance(along: -1, correction: 1, keepingAxes: true) },
    .init("standardDeviation") { $0.standardDeviation(along: -1) },
    .init("norm 1") { $0.norm(order: 1, along: -1) }, .init("norm 2") { $0.norm(along: -1) },
    .init("norm 3") { $0.norm(order: 3, along: -1, keepingAxes: true) },
    .init("norm 1.5") { $0.norm(order: 1.5, along: -1) },
    .init("largest") { $0.norm(order: .infinity, along: -1) },
    .init("layerNormalized") { layerNormalized($0, epsilon: 0.1) },
    .init("rmsNormalized") { rmsNormalized($0, epsilon: 0.1) },
  ]

  static let all = ofEachElement + alongAnAxis

  fileprivate func sample(_ shape: Shape) -> OperationSample {
    OperationSample(.other(.custom), [.init(shape)]) { function(Tensor($0[0])).value }
  }
}

/// Derivatives of first and second order against differences, batches against loops,
/// and empty tensors.
@Suite struct ComposedFunctionTests {
  @Test(
    arguments: ComposedFunction.ofEachElement, [[], [1], [4], [2, 3], [2, 1, 2, 1, 2]] as [Shape])
  func derivatives(_ function: ComposedFunction, _ shape: Shape) {
    GradientCheck(function.sample(shape)).expectDirectionalMatch(step: 1e-5, tolerance: 1e-6)
  }

  @Test(arguments: ComposedFunction.alongAnAxis, [[4], [2, 3], [2, 1, 2, 1, 2]] as [Shape])
  func derivativesAlongAnAxis(_ function: ComposedFunction, _ shape: Shape) {
    GradientCheck(function.sample(shape)).expectDirectionalMatch(step: 1e-5, tolerance: 1e-6)
  }

  @Test(arguments: ComposedFunction.all, [[4], [2, 3]] as [Shape])
  func batched(_ function: ComposedFunction, _ shape: Shape) {
    var random = SplitMix(seed: 4)
    let x = Tensor<Double>(Value.leaf([3] + shape, random.doubles(3 * shape.elementCount)))
    func slope(_ x: Tensor<Double>) -> Tensor<Double> {
      gradient(of: function.function(x).squared().sum(), withRespectTo: x)
    }
    for function in [function.function, slope] {
      let found = PullbackTensors.batched(over: x, function)
      let looped = Tensor.stacked((0..<3).map { function(x[$0]) })
      #expect(found.shape == looped.shape)
      #expect(areClose(found.scalars, looped.scalars, 1e-14))
    }
  }

  @Test(arguments: ComposedFunction.all, [[0, 3], [2, 0, 3]] as [Shape])
  func ofNothing(_ function: ComposedFunction, _ shape: Shape) {
    let x = Tensor<Double>.zeros(shape), y = function.function(x)
    #expect(y.scalars.isEmpty)
    #expect(gradient(of: y.sum(), withRespectTo: x).shape == shape)
  }

  /// NaN is never lost.
  @Test(arguments: ComposedFunction.all)
  func ofNaN(_ function: ComposedFunction) {
    let y = function.function(Tensor<Double>([.nan])),
      pair = function.function(Tensor([0.5, .nan]))
    #expect(y.scalars.allSatisfy { $0.isNaN } && pair.scalars.last!.isNaN)
  }
}
