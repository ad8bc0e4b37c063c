// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Derivations of expressions that nobody chose.
@Suite struct RandomDerivationTests {
  struct Expression {
    let loss: Tensor<Float>
    var targets: [Tensor<Float>]

    /// - Parameter planting: what some tensor on the way goes through.
    init(seed: Int, planting: (Tensor<Float>) -> Tensor<Float> = { $0 }) {
      var random = SplitMix(seed: seed)
      let n = 1 + random.below(4), m = 1 + random.below(4)
      let key = RandomKey(seed: UInt64(seed))
      targets = (0..<3).map {
        Tensor<Float>.normal([n, m], key: key.folding(in: UInt64($0))).named("x\($0)")
      }
      let w = Tensor<Float>.normal([m, m], key: key.folding(in: "w")).named("w")
      var pool = targets
      let count = 3 + random.below(22), planted = random.below(count)
      for step in 0..<count {
        var next = Self.next(random.pick(pool), random.pick(pool), w, &random)
        if random.isTrue(oneIn: 4) { next = next.named("n\(step)") }
        pool.append(step == planted ? planting(next) : next)
      }
      targets.append(w)
      // All that was made is part of it.
      loss = pool.reduce(Tensor<Float>(0)) { $0 + (tanh($1) * $1).mean() }
    }

    private static func next(
      _ a: Tensor<Float>, _ b: Tensor<Float>, _ w: Tensor<Float>, _ random: inout SplitMix
    ) -> Tensor<Float> {
      switch random.below(20) {
      case 0: a + b
      case 1: a * b
      case 2: a - b
      case 3: a / (b * b + 1)
      case 4: tanh(a)
      case 5: sin(a)
      case 6: relu(a)
      case 7: exp(tanh(a))
      case 8: maximum(a, b)
      case 9: a - a.max(along: 1, keepingAxes: true)
      case 10: a - a.mean(along: 0)
      case 11: a • w
      case 12: softmax(a)
      case 13: select(a .> b, a, b * 0.5)
      case 14: a.transposed().reshaped(to: a.shape)
      case 15: sqrt(a * a + 0.5)
      case 16: a.detached() * b
      case 17: log(a * a + 1)
      case 18: a.gathered(Tensor<Int32>((0..<a.shape[0]).map { Int32($0 * 3 % a.shape[0]) }))
      default: a.sum(along: 1, keepingAxes: true) * b * 0.3
      }
    }
  }

  @Test(arguments: 0..<60)
  func everyLineAgrees(seed: Int) {
    let expression = Expression(seed: seed)
    let derivation = explain(expression.loss, withRespectTo: expression.targets)
    #expect(derivation.passes, "\(derivation)")
  }

  /// One derivative is off by a thousandth: its line says so, and no other.
  @Test(arguments: 0..<30)
  func oneWrongDerivativeIsOneWrongLine(seed: Int) {
    let expression = Expression(seed: seed) { x in
      let s = x.named("input")
      return withCustomGradient(of: { sin($0) + 2 * $0 }, at: s) { s, yg in
        1.001 * yg * (cos(s) + 2)
      }
    }
    let derivation = explain(expression.loss, withRespectTo: expression.targets)
    let wrong = derivation.backward.filter { $0.check?.passes == false }
    #expect(wrong.map(\.name).allSatisfy { $0.hasPrefix("input") } && wrong.count <= 1)
    // A planted tensor that depends on no target has no derivative.
    let isThere = derivation.backward.contains { $0.name == "input.g" }
    #expect(wrong.isEmpty != isThere)
  }
}
