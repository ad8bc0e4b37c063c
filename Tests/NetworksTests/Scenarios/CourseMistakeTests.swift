// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What an optimizer cannot do is refused where it is asked for.
struct CourseMistakeTests {
  private struct Example: Sendable {
    let message: String
    let provoke: @Sendable (Parameter, Optimizer<SGD>) -> Void
  }

  private static let examples = [
    Example(
      message: "Optimizer.clipping: a limit of 0.0. Fix: use a number above 0, or nil."
    ) { $1.clipping = .globalNorm(0) },
    Example(
      message: "Optimizer.clipping: a limit of nan. Fix: use a number above 0, or nil."
    ) { $1.clipping = .value(.nan) },
    Example(message: "Optimizer.accumulation: 0 losses a step. Fix: use 1 or more.") {
      $1.accumulation = 0
    },
    Example(
      message: "minimize: all parameters are frozen. Fix: thaw some of them, or compute the loss "
        + "alone."
    ) {
      $1.freeze($0)
      $1.freeze($1.parameters)
      $1.minimize($0.value.sum())
    },
    Example(
      message: "minimize: the optimizer has no parameters. Fix: list the model's layers and "
        + "parameters in its `parameters`."
    ) { w, _ in
      Optimizer(SGD(learningRate: 1), for: [:] as Parameters).minimize(w.value.sum())
    },
    Example(
      message: "depends on no current value of any of the 1 parameters that are not frozen."
    ) {
      $1.freeze($0)
      $1.minimize($0.value.sum())
    },
    Example(
      message:
        "Optimizer.freeze: the optimizer trains none of these 1 parameter, 1 number. Fix: give "
        + "a part of the model that it was made for."
    ) { $1.freeze(Parameter(value: [1])) },
    Example(
      message: "Optimizer.add: the average is of none of the parameters that the optimizer trains. "
        + "Fix: make it of the same model."
    ) { $1.add(WeightAverage(of: Parameter(value: [1]), .equal)) },
    Example(message: "WeightAverage: a decay of 1.0. Fix: use a number in 0 ..< 1.") { w, _ in
      _ = WeightAverage(of: w, .exponential(decay: 1))
    },
    Example(message: "Parameter.value: a parameter of shape [2] is read before it has numbers") {
      _, _ in _ = WeightAverage(of: Parameter(shape: [2], .zeros), .equal)
    },
    Example(
      message:
        "apply: 1 gradient for 2 parameters. Fix: give one for each of optimizer.parameters, "
        + "in their order; nil for none."
    ) { $1.apply(gradients: [[1, 2]]) },
    Example(
      message:
        "apply: the gradient of w [2] has the shape [1]. Fix: give the gradients in the order "
        + "of optimizer.parameters."
    ) { $1.apply(gradients: [[1], [2]]) },
    Example(
      message: "apply: no parameter that is trained has a gradient. Fix: give one or more."
    ) {
      $1.freeze($0)
      $1.apply(gradients: [[1, 2], nil])
    },
    Example(
      message: "Optimizer: weight stands for another version's numbers inside withModel. Fix: make "
        + "the optimizer for that version's own parameters."
    ) { _, _ in
      Linear(1, 1, bias: false).initialized(seed: 1).copy().withModel {
        _ = Optimizer(SGD(learningRate: 1), for: $0.parameters)
      }
    },
    Example(message: "accumulated: 0 gradients for 2 parameters.") {
      $1.accumulated = .init(count: 1, sums: [])
    },
    Example(message: "accumulated: -1 losses. Fix: give 0 or more.") {
      $1.accumulated = .init(count: -1, sums: [nil, nil])
    },
  ]

  @Test(arguments: examples.indices)
  func isRefused(number: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [number = number as Int] in
      let w = Parameter(value: [1, 2])
      let optimizer = Optimizer(
        SGD(learningRate: 0.1), for: ["w": w, "b": Parameter(value: [0])])
      CourseMistakeTests.examples[number].provoke(w, optimizer)
    }
    let text = standardError(of: result)
    #expect(text.contains(CourseMistakeTests.examples[number].message), "\(text)")
  }
}
