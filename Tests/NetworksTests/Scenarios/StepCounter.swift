// SPDX-License-Identifier: Apache-2.0

import Pullback

/// A model whose numbers all are n after n steps, so that numbers of two steps betray
/// themselves. It has many parameters: reading them one after the other takes long enough for a
/// step to come between.
struct StepCounter: Layer {
  let parts = (0..<40).map { _ in Parameter(value: Tensor<Float>.zeros([4])) }

  var parameters: Parameters {
    var parameters = Parameters()
    for (index, part) in parts.enumerated() { parameters.add("\(index)", part) }
    return parameters
  }

  /// 0 if all numbers belong to one step.
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    let all = Tensor.stacked(parts.map(\.value))
    return x * (all.max() - all.min())
  }

  /// What an optimizer of learning rate 1 makes larger by 1 each.
  func loss() -> Tensor<Float> { -Tensor.stacked(parts.map(\.value)).sum() }

  /// What takes one step after the other.
  func step(isRecorded: Bool) -> () -> Void {
    let optimizer = Optimizer(SGD(learningRate: 1), for: parameters)
    let step = optimizer.recorded { (x: Tensor<Float>) in loss() + 0 * x }
    return { if isRecorded { step(0) } else { optimizer.minimize(loss()) } }
  }
}

extension ParameterTree {
  /// All numbers of all parameters.
  var numbers: [Float] { parameters.flatMap { $0.parameter.value.scalars } }
}
