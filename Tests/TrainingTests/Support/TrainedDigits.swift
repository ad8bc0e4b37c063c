// SPDX-License-Identifier: Apache-2.0

import Pullback

/// A small network with dropout on some of the digits, and rules to train it with.
enum TrainedDigits {
  enum Kind: CaseIterable, Sendable { case plain, momentum, adam }

  static let training = Digits.training.examples(at: 0..<150)
  static let validation = Digits.validation

  static func model() -> Sequential<Tensor<Float>> {
    Sequential(Linear(64, 12), ReLU(), Dropout(0.25), Linear(12, 10)).initialized(seed: 7)
  }

  static func optimizer(_ kind: Kind, _ parameters: Parameters) -> Optimizer<AnyRule> {
    switch kind {
    case .plain: Optimizer(AnyRule(SGD(learningRate: 0.125)), for: parameters)
    case .momentum: Optimizer(AnyRule(SGD(learningRate: 0.125, momentum: 0.75)), for: parameters)
    case .adam: Optimizer(AnyRule(Adam(learningRate: 0.01)), for: parameters)
    }
  }

  typealias Digits10 = Trainer<Sequential<Tensor<Float>>, AnyRule, Int32>

  static func trainer(_ kind: Kind = .momentum) -> Digits10 {
    let model = model()
    return Trainer(model, optimizer(kind, model.parameters)) {
      softmaxCrossEntropy($0, labels: $1)
    }
  }
}

extension ParameterTree {
  /// The bits of all numbers.
  var bits: [[UInt32]] { parameters.map { $0.parameter.value.scalars.map(\.bitPattern) } }
}

extension Trainer {
  /// The bits of the model, of what the optimizer keeps and of the history.
  var bits: [[UInt32]] {
    model.bits + optimizer.state.joined().map { $0.value.scalars.map(\.bitPattern) }
      + history.map { record in
        [record.loss, record.validationLoss ?? 0].flatMap {
          [UInt32(truncatingIfNeeded: $0.bitPattern), UInt32($0.bitPattern >> 32)]
        } + [record.learningRate.bitPattern]
      }
  }
}
