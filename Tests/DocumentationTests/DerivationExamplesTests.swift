// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// The examples in the documentation of Sources/Derivations print what the documentation says.
@Suite struct DerivationExamplesTests {
  private static var derivation: Derivation {
    let x = Tensor<Float>([3]).named("x"), w = Tensor<Float>([2]).named("w")
    return explain((x * w).squared().sum(), withRespectTo: [w])
  }

  static let examples: [(line: String, printed: @Sendable () -> String)] = [
    (
      #"print(derivation.backward[1].name, "=", derivation.backward[1].formula)"#,
      { text(derivation.backward[1].name, "=", derivation.backward[1].formula) }
    ),
    (
      #"print(derivation.backward[2].name, "=", derivation.backward[2].formula)"#,
      { text(derivation.backward[2].name, "=", derivation.backward[2].formula) }
    ),
    (
      "print(check.passes, check.seed)",
      {
        let x: Tensor<Double> = [0.5, -2]
        let check = gradientCheck({ tanh($0) * $0 }, at: x, seed: 7)
        return text(check.passes, check.seed)
      }
    ),
    (
      #"print(gradientCheck(layer, at: [[1, 2, 3]], seed: 7).checks.map(\.name))"#,
      {
        let layer = Linear(3, 2).initialized(seed: 1)
        return text(gradientCheck(layer, at: [[1, 2, 3]], seed: 7).checks.map(\.name))
      }
    ),
    (
      "print(diagnose(x.transposed() • error, of: error.squared().sum(), withRespectTo: w))",
      {
        let x: Tensor<Float> = [[1, 2], [3, 5], [0, 1]], y: Tensor<Float> = [[1], [2], [3]]
        let w = Tensor<Float>([[1], [1]]).named("w")
        let error = x • w - y
        return text(
          diagnose(x.transposed() • error, of: error.squared().sum(), withRespectTo: w))
      }
    ),
  ]

  @Test func documentationPrintsWhatItSays() throws {
    let documented = try DocumentedExample.all(in: "Sources/Derivations")
    #expect(documented.count == Self.examples.count)
    for example in documented {
      let tested = try #require(
        Self.examples.first { $0.line == example.line }, "\(example.line) has no test")
      #expect(tested.printed() == example.printed, "\(example.line) in \(example.file)")
    }
  }
}
