// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// Small programs against NumPy, and their gradients against JAX.
@Suite struct FixtureTests {
  static let cases = FixtureCase.cases(in: Fixture.lines("tensors.txt"))

  @Test("As NumPy computes it", arguments: cases)
  func values(_ example: FixtureCase) {
    let values = example.run()
    for expected in example.results {
      #expect(expected.matches(values[expected.index], tolerance: example.tolerance))
    }
  }

  @Test("As JAX differentiates it", arguments: cases.filter { !$0.gradients.isEmpty })
  func gradients(_ example: FixtureCase) {
    let values = example.run()
    let found = PullbackTensors.gradients(
      of: values.last!, withRespectTo: example.gradients.map { values[$0.index] })
    for (expected, gradient) in zip(example.gradients, found) {
      #expect(expected.matches(gradient, tolerance: Swift.max(example.tolerance, 1e-12)))
    }
  }

  @Test func fixtureIsComplete() {
    #expect(Self.cases.count >= 300)
    #expect(Self.cases.count { $0.tolerance == 0 } >= 200)
    #expect(Self.cases.count { !$0.gradients.isEmpty } >= 50)
    #expect(Self.cases.allSatisfy { $0.tolerance <= 1e-4 })
  }
}
