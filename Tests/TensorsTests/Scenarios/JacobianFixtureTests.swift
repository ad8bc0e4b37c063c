// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Jacobians, Hessians and products with vectors against JAX: Scripts/fixtures/jacobians.py.
@Suite struct JacobianFixtureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var arrays: [String: Tensor<Double>] = [:]

    var testDescription: String { name }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for line in Fixture.lines("jacobians.txt") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        cases.append(Case(name: String(words[1])))
      } else {
        let shape: Shape =
          words[1] == "-" ? [] : Shape(words[1].split(separator: "x").map { Int($0)! })
        cases[cases.count - 1].arrays[String(words[0])] = Tensor(
          shape: shape, scalars: words.dropFirst(2).map { Double($0)! })
      }
    }
    return cases
  }()

  static let w = Tensor<Double>(range: 0..<12).reshaped(to: [3, 4]) / 8 - 0.6
  static let v = Tensor<Double>(range: 0..<8).reshaped(to: [4, 2]) / 5 - 0.7

  static let functions: [String: @Sendable (Tensor<Double>) -> Tensor<Double>] = [
    "scale": { $0 * 3 },
    "cube": { $0 * $0 * $0 },
    "matmul": { $0 • w },
    "weight": { w • $0 },
    "relu": { relu($0) },
    "softmax": { softmax($0) },
    "logSumExp": { x in
      let largest = x.max(along: -1, keepingAxes: true).detached()
      return log(exp(x - largest).sum(along: -1)) + largest.reshaped(to: [3])
    },
    "layerNorm": { x in
      let centred = x - x.mean(along: -1, keepingAxes: true)
      return centred / sqrt(centred.squared().mean(along: -1, keepingAxes: true) + 1e-3)
    },
    "twoLayers": { tanh($0 • w) • v },
    "usedTwice": { $0 • tanh($0) },
    "outer": { $0[.all, .newAxis] * $0[.newAxis, .all] },
    "rows": { $0.gathered([2, 0, 2]) },
    "quotient": { $0 / (1 + $0 * $0).sum() },
    "slices": { exp($0[1..<3, 0..<2]).transposed() },
    "scalar": { $0.squared().sum() },
    "none": { _ in [1, 2, 3] },
  ]

  @Test func allCasesAreThere() {
    #expect(Set(Self.cases.map(\.name)) == Set(Self.functions.keys))
    #expect(Self.cases.count == 16)
  }

  @Test(arguments: cases)
  func againstJAX(_ example: Case) throws {
    Plan.verifiesByDefault = true
    let function = try #require(Self.functions[example.name])
    let x = try #require(example.arrays["x"])
    let u = try #require(example.arrays["u"]), v = try #require(example.arrays["v"])
    let y = function(x)
    func expect(_ name: String, _ found: Tensor<Double>) throws {
      let expected = try #require(example.arrays[name])
      #expect(found.shape == expected.shape, "\(name)")
      #expect(areClose(found.scalars, expected.scalars, 1e-12), "\(name)")
    }
    try expect("y", y)
    try expect("jacobian", jacobian(of: y, withRespectTo: x))
    try expect("vjp", vectorJacobianProduct(of: y, withRespectTo: x, vector: u))
    try expect("jvp", jacobianVectorProduct(of: y, withRespectTo: x, vector: v))
    try expect("hessian", hessian(of: y.squared().sum(), withRespectTo: x))
  }
}
