// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// The examples in the documentation of optimizers print what the documentation says.
struct OptimizerExamplesTests {
  private struct Lion: UpdateRule {
    let name = "Lion"
    var learningRate: Float = 1e-4
    var beta1: Float = 0.9, beta2: Float = 0.99

    var settings: [Setting<Lion>] {
      [Setting("beta1", \.beta1, .share), Setting("beta2", \.beta2, .share)]
    }
    var stateNames: [String] { ["momentum"] }

    func updated(
      _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
      scalars: RuleValues<Tensor<Float>>
    ) -> Tensor<Float> {
      let way = sign(scalars.beta1 * state.momentum + (1 - scalars.beta1) * g)
      state.momentum = scalars.beta2 * state.momentum + (1 - scalars.beta2) * g
      return w - scalars.learningRate * way
    }
  }

  private static let printed: [(line: String, printed: @Sendable () -> String)] = [
    (
      "print(w.value)",
      {
        let w = Parameter(value: [4])
        let optimizer = Optimizer(Lion(learningRate: 0.5), for: ["w": w])
        optimizer.minimize(w.value.squared().sum())
        return text(w.value)
      }
    ),
    (
      "print(w.value)",
      {
        let w = Parameter(value: [4])
        let rule = w.shape.rank == 1 ? AnyRule(SGD(learningRate: 0.1)) : AnyRule(Adam())
        let optimizer = Optimizer(rule, for: ["w": w])
        optimizer.minimize(w.value.squared().sum())
        return text(w.value)
      }
    ),
    (
      "print(w.value)",
      {
        let w = Parameter(value: [4])
        let optimizer = Optimizer(Adam(learningRate: 0.1), for: ["w": w])
        optimizer.minimize(w.value.squared().sum())
        return text(w.value)
      }
    ),
    (
      "print(loss, w.value)",
      {
        let w = Parameter(value: [4])
        let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
        let loss = optimizer.minimize(w.value.squared().sum())
        return text(loss, w.value)
      }
    ),
    (
      "print(optimizer)",
      {
        let model = Linear(2, 1).initialized(seed: 7)
        let optimizer = Optimizer(
          SGD(learningRate: 0.1, momentum: 0.9), for: model.parameters)
        optimizer.minimize(model([[1, 2]]).squared().sum())
        optimizer.learningRate *= 0.5
        return text(optimizer)
      }
    ),
    (
      "print(optimizer.groups.map(\\.weightDecay))",
      {
        let model = Linear(2, 1).initialized(seed: 7)
        let isWeight = { (path: String) in path.hasSuffix("weight") }
        let optimizer = Optimizer(groups: [
          .init(model.parameters, where: isWeight, AdamW(weightDecay: 0.1)),
          .init(model.parameters, where: { !isWeight($0) }, AdamW(weightDecay: 0)),
        ])
        return text(optimizer.groups.map(\.weightDecay))
      }
    ),
    (
      "print(Optimizer(SGD(learningRate: 0.1), for: Linear(4, 2).parameters))",
      { text(Optimizer(SGD(learningRate: 0.1), for: Linear(4, 2).parameters)) }
    ),
  ]

  @Test func documentationPrintsWhatItSays() throws {
    let documented = try DocumentedExample.all(in: "Sources/Networks/Optimizers")
    #expect(documented.count == Self.printed.count)
    for example in documented {
      let tested = Self.printed.filter { $0.line == example.line }.map { $0.printed() }
      #expect(tested.contains(example.printed), "\(example.line) in \(example.file)")
    }
  }

  /// The example of `OptimizerState`.
  @Test func statesPrintWhatTheySay() {
    let w = Parameter(value: [4])
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: ["w": w])
    optimizer.minimize(w.value.squared().sum())
    #expect(
      text(OptimizerState(of: optimizer)) == "SGD(learningRate: 0.1, momentum: 0.0) after 1 step")
  }
}
