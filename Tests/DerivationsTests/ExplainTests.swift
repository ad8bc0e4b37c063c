// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import Testing

/// Derivations of expressions that nobody made a table for.
@Suite struct ExplainTests {
  init() { Plan.verifiesByDefault = true }

  /// "name = formula" of the lines of the backward pass.
  static func backward(_ derivation: Derivation) -> [String] {
    derivation.backward.map { "\($0.name) = \($0.formula)" }
  }

  static func forward(_ derivation: Derivation) -> [String] {
    derivation.forward.map { "\($0.name) = \($0.formula)" }
  }

  static func normal(_ shape: Shape, _ seed: UInt64, _ name: String) -> Tensor<Float> {
    .normal(shape, key: RandomKey(seed: seed)).named(name)
  }

  @Test func readingChangesNoLine() {
    func text(reading: Bool) -> String {
      let x = Tensor<Float>([[1, -2]]), w = Tensor<Float>([[1, -1], [1, 1]]).named("w")
      let features = exp(x * 2 + 1), given = tanh(features).detached()
      let s = features • w + given, a = relu(s), shown = a.reshaped(to: [1, 2])
      let loss = (shown * shown).sum()
      if reading { for tensor in [features, given, s, a, shown, loss] { _ = tensor.scalars } }
      return explain(loss, withRespectTo: [w]).description
    }
    #expect(text(reading: true) == text(reading: false))
  }

  @Test func theNetworkOfTheNotes() {
    let a0 = Tensor<Float>([[1, 2]]).named("a0"), y = Tensor<Float>([[4]]).named("y")
    let w1 = Tensor<Float>([[1, -1], [1, 1]]).named("W1"), b1 = Tensor<Float>([0, -3]).named("b1")
    let w2 = Tensor<Float>([[2], [5]]).named("W2"), b2 = Tensor<Float>([1]).named("b2")
    let s1 = (a0 • w1 + b1).named("s1"), a1 = relu(s1).named("a1")
    let s2 = (a1 • w2 + b2).named("s2")
    let derivation = explain(
      (s2 - y).squared().sum(), withRespectTo: [w1, b1, w2, b2, a0])
    #expect(derivation.inputs.map(\.name) == ["a0", "W1", "b1", "W2", "b2", "y"])
    #expect(
      Self.forward(derivation) == [
        "s1 = a0 @ W1 + b1", "a1 = relu(s1)", "s2 = a1 @ W2 + b2", "L = sum((s2 - y)²)",
      ])
    #expect(
      Self.backward(derivation) == [
        "L.g = 1", "s2.g = 2 (s2 - y)", "b2.g = s2.g summed over rows", "a1.g = s2.g @ W2ᵀ",
        "W2.g = a1ᵀ @ s2.g", "s1.g = a1.g * 1{s1 > 0}", "b1.g = s1.g summed over rows",
        "a0.g = s1.g @ W1ᵀ", "W1.g = a0ᵀ @ s1.g",
      ])
    #expect(derivation.passes)
    #expect(derivation.largestError < 1e-9)
    let w1g = derivation.backward[8]
    #expect(w1g.shape == [2, 2])
    // Two products of rank one: 4 multiplications and 4 additions to 0.
    #expect(w1g.operations == 8)
    #expect(w1g.bytes == (2 + 2 + 4) * 4)
    #expect(
      w1g.jacobians.map(\.description) == [
        "∂s1/∂W1: [1, 2, 2, 2], a0_i where j = k, else 0; contracted, never built"
      ])
    let forms = derivation.backward.flatMap { $0.jacobians.map { "\($0.input): \($0.entries)" } }
    #expect(
      forms == [
        "s2: the gradient itself, 2 (s2 - y)", "b2: 1", "a1: W2ᵀ", "W2: a1_i where j = k, else 0",
        "s1: diagonal, 1{s1 > 0}", "b1: 1 where j = k, else 0", "a0: W1ᵀ",
        "W1: a0_i where j = k, else 0",
      ])
  }

  /// One weight for all positions of all examples: sums over both, as einsum writes them.
  @Test func sumsOverSeveralAxes() {
    let x = Self.normal([2, 3, 4], 1, "x"), w = Self.normal([4, 5], 2, "W")
    let y = (x • w).named("y")
    let derivation = explain(y.squared().sum(), withRespectTo: [w, x])
    #expect(Self.forward(derivation) == ["y = x @ W", "L = sum(y²)"])
    #expect(
      Self.backward(derivation) == [
        "L.g = 1", "y.g = 2 y", "x.g = y.g @ Wᵀ", "W.g = einsum(\"cda,cdb->ab\", x, y.g)",
      ])
    #expect(derivation.passes)
  }

  @Test func aGradientThatNobodyAskedForHasNoLine() {
    let x = Self.normal([3, 2], 1, "x"), w = Self.normal([2, 2], 2, "w")
    let derivation = explain((x • w).sum(), withRespectTo: [w])
    #expect(!derivation.backward.contains { $0.name == "x.g" })
  }

  @Test func softmaxCrossEntropyOfAModel() {
    let model = Sequential(Linear(6, 4), Activation { relu($0) }, Linear(4, 3)).initialized(seed: 1)
    let x = Self.normal([5, 6], 2, "x")
    let labels = Tensor<Int32>([0, 1, 2, 1, 0]).named("labels")
    let derivation = explain(
      softmaxCrossEntropy(model(x), labels: labels), withRespectTo: model.parameters)
    #expect(
      Self.forward(derivation) == [
        "t1 = x @ 0.weight + 0.bias", "t2 = relu(t1)", "t3 = t2 @ 2.weight + 2.bias",
        "t4 = t3 - detached(max(t3 over columns))", "t5 = exp(t4)", "t6 = t5 summed over columns",
        "t7 = log(t6)", "t8 = t4 * 1{labels = 0..<3} summed over columns", "L = mean(t7 - t8)",
      ])
    #expect(
      Self.backward(derivation) == [
        "L.g = 1", "t7.g = 1 / 5", "t8.g = -t7.g", "t6.g = t7.g / t6",
        "t5.g = t6.g stretched over columns",
        "t4.g = (t8.g stretched over columns) * 1{labels = 0..<3} + t5.g * t5", "t3.g = t4.g",
        "2.bias.g = t4.g summed over rows", "t2.g = t4.g @ 2.weightᵀ", "2.weight.g = t2ᵀ @ t4.g",
        "t1.g = t2.g * 1{t1 > 0}", "0.bias.g = t1.g summed over rows", "0.weight.g = xᵀ @ t1.g",
      ])
    #expect(derivation.passes)
  }

  @Test func layerNormalisation() {
    let x = Self.normal([4, 8], 1, "x"), gamma = Self.normal([8], 2, "gamma")
    let beta = Self.normal([8], 3, "beta")
    let centred = (x - x.mean(along: -1, keepingAxes: true)).named("c")
    let deviation = sqrt(centred.squared().mean(along: -1, keepingAxes: true) + 1e-5).named("d")
    let y = (centred / deviation * gamma + beta).named("y")
    let derivation = explain((y * y * y).sum(), withRespectTo: [x, gamma, beta])
    #expect(
      Self.forward(derivation).prefix(2) == [
        "c = x - (x averaged over columns)", "d = sqrt((c² averaged over columns) + 1e-05)",
      ])
    let lines = Self.backward(derivation)
    #expect(lines.contains("beta.g = y.g summed over rows"))
    #expect(lines.contains("d.g = -t1.g * t1 / d summed over columns"))
    #expect(lines.contains("c.g = t1.g / d + 2 (d.g / (2 d) / 8 stretched over columns) * c"))
    #expect(
      lines.contains("x.g = c.g + ((-c.g averaged over columns) stretched over columns)"))
    #expect(derivation.passes)
  }

  @Test func aResidualBlockAddsItsContributions() {
    let x = Self.normal([4, 3], 1, "x"), w = Self.normal([3, 3], 2, "W")
    let h = (relu(x • w) + x).named("h")
    let derivation = explain(h.squared().sum(), withRespectTo: [x, w])
    #expect(Self.backward(derivation).contains("x.g = h.g + t1.g @ Wᵀ"))
    let use = derivation.backward.first { $0.name == "x.g" }?.jacobians
    #expect(use?.map(\.output) == ["t1", "h"])
    #expect(derivation.passes)
  }

  @Test func aWeightUsedTwiceGetsBothContributions() {
    let x = Self.normal([4, 3], 1, "x"), w = Self.normal([3, 3], 2, "W")
    let derivation = explain(tanh(tanh(x • w) • w).sum(), withRespectTo: [w])
    #expect(Self.backward(derivation).last == "W.g = t2ᵀ @ t3.g + xᵀ @ t1.g")
    #expect(derivation.passes)
  }

  @Test func attentionWithTransposesAndScales() {
    let q = Self.normal([4, 8], 1, "q"), k = Self.normal([5, 8], 2, "k"),
      v = Self.normal([5, 3], 3, "v")
    let y = softmax(q • k.transposed() / 2.5) • v
    let derivation = explain(y.squared().mean(), withRespectTo: [q, k, v])
    let lines = Self.backward(derivation)
    #expect(Self.forward(derivation).first == "t1 = q @ kᵀ / 2.5")
    #expect(lines.contains("k.g = (t1.g / 2.5)ᵀ @ q"))
    #expect(lines.contains("v.g = t4ᵀ @ t5.g"))
    #expect(derivation.passes)
  }

  /// Signs stand in front once; a cotangent of ones is a matrix where a matrix is wanted.
  @Test func numbersInFormulas() {
    let x = Self.normal([3, 1], 1, "x"), w = Self.normal([1, 2], 2, "W")
    let fraction = explain((-2 / (x * x + 1)).sum(), withRespectTo: [x])
    #expect(Self.backward(fraction).contains("t1.g = 2 / (t1 + 1) / (t1 + 1)"))
    let product = explain((x • w).named("s").sum(), withRespectTo: [x, w])
    #expect(
      Self.backward(product) == ["L.g = 1", "s.g = 1", "x.g = s.g @ Wᵀ", "W.g = xᵀ @ s.g"])
    let square = explain((w.transposed() • w).sum() + (x • w).sum(), withRespectTo: [w])
    #expect(Self.backward(square).last?.contains("@ 1") == false)
    let counted = explain((x - 3 * x.max()).sum(), withRespectTo: [x])
    #expect(Self.backward(counted).contains("t1.g = 3 (-1 summed over all 3 elements)"))
    for derivation in [fraction, product, square, counted] { #expect(derivation.passes) }
  }

  @Test func gathersAndSlices() {
    let table = Self.normal([5, 3], 1, "table")
    let rows = table.gathered(Tensor<Int32>([1, 3, 1]).named("rows"))
    let derivation = explain(
      (rows[.all, 0..<2] * rows[.all, 1..<3]).sum(), withRespectTo: [table])
    #expect(Self.forward(derivation).first == "t1 = table[rows]")
    #expect(Self.backward(derivation).last == "table.g = t1.g added into 5 rows at rows")
    #expect(derivation.passes)
  }

  @Test func doubleAndFloatMix() {
    let x = Tensor<Double>([0.5, -1.5, 2]).named("x")
    let loss = Tensor<Double>(tanh(Tensor<Float>(x))).squared().sum()
    let derivation = explain(loss, withRespectTo: [x])
    #expect(derivation.passes)
    #expect(derivation.largestError < 1e-8)
  }

  @Test func namesThatClash() {
    let x = Tensor<Float>([1, 2]).named("t1"), y = Tensor<Float>([3, 4]).named("t1")
    let derivation = explain(exp(x * y).named("L").sum(), withRespectTo: [x, y])
    #expect(derivation.inputs.map(\.name) == ["t1", "t1_2"])
    #expect(derivation.forward.map(\.name) == ["t2", "L", "L_2"])
    #expect(derivation.passes)
  }

  /// A tensor that is called as the derivative of another would be.
  @Test func namesOfDerivatives() {
    let w = Tensor<Float>([1, 2]).named("w"), g = Tensor<Float>([3, 5]).named("w.g")
    let t = Tensor<Float>([1, 1]).named("t1.g")
    for targets in [[w, g], [g, w]] {
      let derivation = explain((exp(w * g) * t).sum(), withRespectTo: targets)
      #expect(Set(derivation.inputs.map(\.name)) == ["w", "w.g_2", "t1.g"])
      let names = (derivation.forward + derivation.backward).map(\.name)
      #expect(!names.contains("t1"))
      #expect(Set(names).count == names.count)
      #expect(Set(names).isDisjoint(with: derivation.inputs.map(\.name)))
      EvaluatedFormulaTests.expectTrue(derivation)
    }
  }

  @Test func edges() {
    let w = Tensor<Float>(3)
    let alone = explain(w, withRespectTo: [w])
    #expect(Self.backward(alone) == ["L.g = 1"])
    #expect(alone.forward.isEmpty)
    let other = explain(w * w, withRespectTo: [Tensor<Float>([1])])
    #expect(other.backward.isEmpty)
    let empty = Tensor<Float>.ones([0, 3]).named("x")
    #expect(explain(empty.squared().sum(), withRespectTo: [empty]).passes)
    // A formula as long as this gets parts.
    let long = (1...30).reduce(w) { sum, number in sum * Tensor(Float(number)) + w }
    #expect(explain(long, withRespectTo: [w]).passes)
    _ = explain(long, withRespectTo: [w]).svg
  }

  /// Graphs deeper than a stack.
  @Test func deepGraphs() {
    let x = Tensor<Float>([0.5, 0.25]).named("x")
    var y = x
    for _ in 0..<300 { y = tanh(y) }
    let derivation = explain(y.sum(), withRespectTo: [x])
    #expect(derivation.backward.count == 302)
    #expect(derivation.passes)
  }
}
