// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Kinks are told from mistakes.
@Suite struct CheckTests {
  @Test func reluAtZero() throws {
    let x = Tensor<Float>([0, 1, -1]).named("x")
    let line = try #require(explain(relu(x).sum(), withRespectTo: [x]).backward.last)
    let check = try #require(line.check)
    #expect(check.kinks == ["relu at 0, 1 of 3"])
    #expect(check.passes)
  }

  @Test func tiesInMax() throws {
    let x = Tensor<Float>([[2, 1], [3, 3]]).named("x")
    let derivation = explain(x.max(along: 1).sum(), withRespectTo: [x])
    let check = try #require(derivation.backward.last?.check)
    #expect(check.kinks.count == 1)
    #expect(check.kinks[0].hasPrefix("a tie in max"))
    #expect(check.passes)
  }

  @Test func equalNumbersOfTwo() throws {
    let x = Tensor<Float>([1, 2]).named("x"), y = Tensor<Float>([1, 3]).named("y")
    let check = try #require(explain(maximum(x, y).sum(), withRespectTo: [x]).backward.last?.check)
    #expect(check.kinks == ["max of equal numbers, 1 of 2"])
    #expect(check.passes)
  }

  /// Close to a kink the steps get smaller until they do not reach it.
  @Test func besideAKink() throws {
    let x = Tensor<Double>([1e-6, -1e-7, 1]).named("x")
    let check = try #require(explain((relu(x) * x).sum(), withRespectTo: [x]).backward.last?.check)
    #expect(check.kinks.isEmpty)
    #expect(check.passes)
  }

  /// A wrong gradient at a kink is still wrong.
  @Test func aWrongSlopeAtAKink() {
    let wrong = gradientCheck(
      { x in
        withCustomGradient(of: { relu($0) }, at: x) { x, yg in select(x .> 0, yg, -3 * yg) }
      }, at: Tensor<Double>([0, 1]), seed: 1)
    #expect(!wrong.checks[0].check.kinks.isEmpty)
    #expect(!wrong.passes)
  }

  @Test func aCustomGradientIsNamed() throws {
    let x = Tensor<Float>([0.2, 1.7]).named("x")
    let y = withCustomGradient(of: { $0 * $0 }, at: x) { x, yg in 3 * yg }
    let derivation = explain(y.sum(), withRespectTo: [x])
    let check = try #require(derivation.backward.last?.check)
    #expect(check.usesCustomGradient)
    #expect(!check.passes)
    #expect(derivation.passes)
    #expect(derivation.description.contains("(custom gradient)"))
  }

  /// A line answers for its own tensor: what is wrong further on is not its fault, nor
  /// is a kink there.
  @Test func eachLineAnswersForItself() throws {
    let x = Tensor<Float>([0, 1.7]).named("x"), s = (2 * x).named("s"), r = relu(s).named("r")
    let y = withCustomGradient(of: { $0 * $0 + 1 }, at: r) { x, yg in 3 * yg }.named("y")
    let derivation = explain(y.sum(), withRespectTo: [x])
    func check(_ name: String) throws -> Check {
      try #require(derivation.backward.first { $0.name == name }?.check)
    }
    for name in ["y.g", "x.g"] {
      let check = try check(name)
      #expect(check.passes && check.kinks.isEmpty && !check.usesCustomGradient)
    }
    #expect(try check("s.g").kinks == ["relu at 0, 1 of 2"])
    #expect(try check("r.g").usesCustomGradient)
    #expect(try !check("r.g").passes)
  }

  /// A value that goes into two lines, one of which goes into the other.
  @Test func usesThatAreUsedTogether() {
    let x = Tensor<Double>([0.3, -1.2]).named("x")
    let a = tanh(x).named("a"), b = (a * x).named("b"), c = (b * x + a).named("c")
    let derivation = explain((c * x * a).sum(), withRespectTo: [x])
    #expect(derivation.passes)
    #expect(derivation.largestError < 1e-8)
  }

  /// At a minimum both sides rise, and what is left of their difference is rounding.
  @Test(arguments: [0, 1e-13, 1e-11, 1e-9])
  func nearAMinimum(distance: Double) {
    let x = Tensor<Double>([1, -2, 3]), y = Tensor<Double>([1 + distance, -2, 3]).named("y")
    #expect(explain((x - y).squared().sum(), withRespectTo: [y]).passes)
    #expect(gradientCheck({ ($0 - x).squared() }, at: y, seed: 1).passes)
    let wrong = gradientCheck(
      { y in
        withCustomGradient(of: { ($0 - x).squared() }, at: y) { y, yg in yg * (2 * (y - x) + 1e-8) }
      }, at: y, seed: 1)
    #expect(!wrong.passes)
  }

  /// Derivatives that become too small for Double to have all their digits.
  @Test func vanishingGradients() {
    let x = Tensor<Float>([0.5, 0.25]).named("x")
    let y = (0..<1500).reduce(x) { y, _ in sin(y) + 0.125 }
    #expect(explain(y.sum(), withRespectTo: [x]).passes)
  }

  /// A slope of 0 is compared with what differences can tell from 0, not with itself.
  @Test func zeroGradients() {
    let x = Tensor<Float>([[0.3], [-2]]).named("x"), w = Tensor<Float>([[0.7]]).named("W")
    let oneClass = softmaxCrossEntropy(x • w, labels: [0, 0])
    #expect(explain(oneClass, withRespectTo: [x, w]).passes)
    let shift = Tensor<Double>([0.3])
    let shifted = softmax(Tensor<Double>([1, 2, 4]) + shift).squared().sum()
    #expect(explain(shifted, withRespectTo: [shift]).passes)
    #expect(gradientCheck({ $0 * $0 * $0 }, at: Tensor<Double>([0, 0]), seed: 1).passes)
    let wrong = gradientCheck(
      { x in withCustomGradient(of: { softmax($0) }, at: x) { _, yg in 1e-6 * yg } },
      at: Tensor<Double>([[1], [2]]), seed: 1)
    #expect(!wrong.passes)
    let cube = gradientCheck(
      { x in withCustomGradient(of: { $0 * $0 * $0 }, at: x) { _, yg in 1e-6 * yg } },
      at: Tensor<Double>([0, 0]), seed: 1)
    #expect(!cube.passes)
  }

  /// What is detached does not move in the differences either.
  @Test func detachedIsConstant() {
    let x = Tensor<Float>([0.5, 1.5]).named("x")
    let derivation = explain((x * (x * x).detached()).sum(), withRespectTo: [x])
    #expect(derivation.passes)
  }

  @Test func notANumber() throws {
    let x = Tensor<Float>([-1, 4]).named("x")
    let derivation = explain(sqrt(x).sum(), withRespectTo: [x])
    #expect(!derivation.passes)
    #expect(derivation.largestError.isNaN)
    #expect(derivation.description.contains("not a number"))
  }

  /// Where a comparison is of equal numbers and the function jumps there, the derivative is that of
  /// what is chosen, and a wrong one is found all the same.
  @Test func jumps() {
    let c = Tensor<Float>([-1, 2, 0.5]).named("c"), r = relu(c)
    for loss in [select(c .> r, c * r, r), select(c .>= r, c * r, r), select(r .> c, c * r, 3 * r)]
    {
      let derivation = explain(loss.sum(), withRespectTo: [c])
      #expect(derivation.passes, "\(derivation)")
      #expect(derivation.backward.contains { $0.check?.kinks.isEmpty == false })
    }
    // Nothing jumps at -1; at 2 and 0.5 it does.
    let wrong = withCustomGradient(of: { select($0 .> r, $0 * r, r) }, at: c) { _, yg in 5 * yg }
    #expect(!gradientCheck({ _ in wrong + 0 * c }, at: c, seed: 1).passes)
  }
}
