// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors

/// What a loss of one step is computed from.
struct Scene {
  let step: Int
  /// [5, 8], [8], [8, 3], [3]: two layers.
  let weights: [Tensor<Float>]
  /// The loss of the step before, where it was a tensor.
  let previous: Tensor<Float>
  /// Gives a tensor its numbers now; in the reference run nothing happens.
  let read: (Value) -> Void

  func input(rows: Int = 4) -> Tensor<Float> {
    .normal([rows, 5], key: RandomKey(seed: UInt64(rows)))
  }

  func labels(rows: Int = 4) -> Tensor<Int32> { Tensor((0..<rows).map { Int32($0 * 5 % 3) }) }

  func hidden(_ x: Tensor<Float>) -> Tensor<Float> { tanh(x • weights[0] + weights[1]) }

  func logits(_ x: Tensor<Float>) -> Tensor<Float> { hidden(x) • weights[2] + weights[3] }
}

/// Kinds of training.
enum Rule: String, CaseIterable {
  case sgd, momentum, adam

  func optimizer(_ parameters: Parameters) -> Optimizer<AnyRule> {
    switch self {
    case .sgd: Optimizer(AnyRule(SGD(learningRate: 0.1)), for: parameters)
    case .momentum: Optimizer(AnyRule(SGD(learningRate: 0.1, momentum: 0.9)), for: parameters)
    case .adam: Optimizer(AnyRule(Adam(learningRate: 0.05)), for: parameters)
    }
  }

  var stateCount: Int {
    switch self {
    case .sgd: 0
    case .momentum: 1
    case .adam: 2
    }
  }
}

extension Optimizer {
  /// The numbers that the rule was given for its last step of each parameter, in the order that
  /// `ReferenceTraining` takes.
  var scalars: [[Double]] {
    let names =
      groups[0].rule.name == "SGD"
      ? ["learningRate", "momentum"]
      : ["beta1", "firstShare", "beta2", "secondShare", "rate", "margin"]
    return parameters.distinct.indices.map { place in names.map { scalar($0, ofPlace: place) } }
  }
}

/// Training without optimizers or programs: gradients of fresh graphs, each evaluated by itself,
/// and updates in plain loops.
struct ReferenceTraining {
  let rule: Rule
  let shapes: [Shape]
  private(set) var weights: [[Float]]
  private var state: [[[Float]]]
  private(set) var loss: Float = 0

  init(_ rule: Rule, _ parameters: [Parameter]) {
    self.rule = rule
    shapes = parameters.map(\.shape)
    weights = parameters.map(\.value.scalars)
    state = shapes.map { shape in
      (0..<rule.stateCount).map { _ in [Float](repeating: 0, count: shape.elementCount) }
    }
  }

  /// The weights as new leaves.
  var leaves: [Tensor<Float>] {
    zip(shapes, weights).map { Tensor(shape: $0, scalars: $1) }
  }

  /// The gradients at the weights of now; nil where the loss depends on nothing of a weight.
  func gradients(_ makeLoss: ([Tensor<Float>]) -> Tensor<Float>) -> (Float, [[Float]?]) {
    let leaves = leaves, loss = makeLoss(leaves)
    let found = gradientsIfReached(of: loss.value, withRespectTo: leaves.map(\.value))
    let number = Float(loss)
    return (number, found.map { $0.map { Tensor<Float>($0).scalars } })
  }

  /// - Parameter scalars: the optimizer's, as they are during the step, for each that is trained.
  mutating func step(
    only trained: [Int]? = nil, scalars: [[Double]],
    _ makeLoss: ([Tensor<Float>]) -> Tensor<Float>
  ) {
    let found: [[Float]?]
    (loss, found) = gradients(makeLoss)
    for (index, scalars) in zip(trained ?? Array(weights.indices), scalars) {
      guard let gradient = found[index] else { continue }
      let scalars = scalars.map { Float($0) }
      for place in gradient.indices { update(index, place, gradient[place], scalars) }
    }
  }

  /// After somebody else has trained them.
  mutating func replaceWeights(_ numbers: [[Float]]) { weights = numbers }

  private mutating func update(_ index: Int, _ place: Int, _ gradient: Float, _ s: [Float]) {
    switch rule {
    case .sgd: weights[index][place] -= s[0] * gradient
    case .momentum:
      let velocity = s[1] * state[index][0][place] + gradient
      state[index][0][place] = velocity
      weights[index][place] -= s[0] * velocity
    case .adam:
      let first = s[0] * state[index][0][place] + s[1] * gradient
      let second = s[2] * state[index][1][place] + s[3] * (gradient * gradient)
      (state[index][0][place], state[index][1][place]) = (first, second)
      weights[index][place] -= s[4] * first / (second.squareRoot() + s[5])
    }
  }
}
