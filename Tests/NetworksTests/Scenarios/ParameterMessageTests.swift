// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// Messages about parameters name their paths and what to change.
@Suite struct ParameterMessageTests {
  private struct Chain: Layer {
    let a = Linear(4, 16), b = Linear(8, 2)
    var parameters: Parameters { ["a": a.parameters, "b": b.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { b(relu(a(x))) }
  }

  private struct Forgetful: Layer {
    let hidden = Linear(4, 16), output = Linear(16, 2)
    var parameters: Parameters { ["hidden": hidden.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
  }

  private struct OwnProduct: Layer {
    let w = Parameter(shape: [8, 2], .kaimingUniform)
    var parameters: Parameters { ["w": w] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x • w.value }
  }

  enum Program: String, CaseIterable, Codable {
    case wrongInputs, scalar, nested, forgotten, forgottenByOptimizer, ownProduct, wrongShape

    func run() {
      let x = Tensor<Float>.ones([5, 4])
      switch self {
      case .wrongInputs: _ = Chain().initialized(seed: 1)(x)
      case .scalar: _ = Linear(4, 2).initialized(seed: 1)(x.sum())
      case .nested:
        let inner = Sequential(Linear(4, 3), Linear(5, 1))
        let model = Sequential(inner, Linear(1, 1))
        _ = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
        _ = model(x)
      case .forgotten: _ = Forgetful().initialized(seed: 1)(x)
      case .forgottenByOptimizer:
        let model = Forgetful()
        _ = Optimizer(Adam(), for: model.parameters)
        _ = model(x)
      case .ownProduct:
        let model = Sequential(Linear(4, 3), OwnProduct()).initialized(seed: 1)
        _ = model(x)
      case .wrongShape: Chain().initialized(seed: 1).b.weight.value = x
      }
    }

    var message: String {
      switch self {
      case .wrongInputs:
        "Linear: b.weight [8, 2] expects 8 inputs and gets 16 from the result of relu [5, 16]. "
          + "Fix: use Linear(16, 2) here, or a layer of 8 outputs before it."
      case .scalar:
        "Linear: weight [4, 2] expects rows of 4 numbers and gets the result of sum []. "
          + "Fix: give rows of 4 numbers."
      case .nested:
        "Linear: 0.1.weight [5, 1] expects 5 inputs and gets 3 from the result of + [5, 3]. "
          + "Fix: use Linear(3, 1) here, or a layer of 5 outputs before it."
      case .forgotten, .forgottenByOptimizer:
        "Parameter.value: a parameter of shape [16, 2] is read before it has numbers: it is "
          + "missing in the `parameters` that got theirs last (hidden.weight, hidden.bias). Fix: "
          + "list its layer in `parameters`; if it belongs to another model, initialise that one."
      case .ownProduct:
        "matmul: the result of + [5, 3] has 3 columns (axis 1) but 1.w [8, 2] has 8 rows (axis 0). "
          + "Fix: the inner extents must be equal: [n, k] • [k, m]."
      case .wrongShape:
        "Parameter.value: [5, 4] does not fit b.weight [8, 2]. Fix: a parameter keeps its shape."
      }
    }
  }

  @Test("Word for word", arguments: Program.allCases)
  func message(program: Program) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [program = program as Program] in
      program.run()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Fatal error: \(program.message)\n"), "\(text)")
  }

  @Test func namesGoWithTheirParameters() {
    // A parameter in the place of one that has gone has a number of its own.
    for _ in 0..<100 { _ = Chain().initialized(seed: 1) }
    let unnamed = Parameter(shape: [2], .zeros)
    #expect("\(unnamed)" == "Parameter of shape [2], not initialised")
  }
}
