// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What lines say of their Jacobians holds for the Jacobians themselves.
@Suite struct JacobianFormTests {
  static func normal(_ shape: Shape, _ seed: Int, _ name: String) -> Tensor<Double> {
    .normal(shape, key: RandomKey(seed: UInt64(seed))).named(name)
  }

  /// The words for ∂output/∂input in the derivation of a loss.
  static func entries(_ derivation: Derivation, _ output: String, _ input: String) -> String? {
    derivation.backward.flatMap(\.jacobians)
      .first { $0.output == output && $0.input == input }?.entries
  }

  /// The elements of a tensor by their indices.
  struct Elements {
    let shape: Shape, scalars: [Double]
    init(_ tensor: Tensor<Double>) { (shape, scalars) = (tensor.shape, tensor.scalars) }
    subscript(index: Int...) -> Double {
      scalars[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
    }
  }

  @Test(arguments: 0..<4)
  func linearLayer(seed: Int) {
    var random = SplitMix(seed: seed)
    let (rows, n, m) = (2 + random.below(3), 1 + random.below(3), 1 + random.below(3))
    let x = Self.normal([rows, n], seed, "x"), w = Self.normal([n, m], seed + 50, "W")
    let b = Self.normal([m], seed + 90, "b")
    let s = (x • w + b).named("s"), a = relu(s).named("a")
    let derivation = explain(a.squared().sum(), withRespectTo: [x, w, b])
    #expect(Self.entries(derivation, "s", "W") == "x_ri where j = k, else 0")
    #expect(Self.entries(derivation, "s", "x") == "W_jk where i = r, else 0")
    #expect(Self.entries(derivation, "a", "s") == "diagonal, 1{s > 0}")
    let (xj, wj, bj) = jacobian(of: s, withRespectTo: x, w, b)
    let (ofX, ofW, ofB) = (Elements(xj), Elements(wj), Elements(bj))
    let (xs, ws) = (Elements(x), Elements(w))
    let (diagonal, ss) = (Elements(jacobian(of: a, withRespectTo: s)), Elements(s))
    for r in 0..<rows {
      for k in 0..<m {
        for j in 0..<m {
          for i in 0..<n { #expect(ofW[r, k, i, j] == (j == k ? xs[r, i] : 0)) }
          #expect(ofB[r, k, j] == (j == k ? 1 : 0))
          for q in 0..<rows {
            #expect(diagonal[r, k, q, j] == (r == q && j == k && ss[r, k] > 0 ? 1 : 0))
          }
        }
        for q in 0..<rows { for j in 0..<n { #expect(ofX[r, k, q, j] == (q == r ? ws[j, k] : 0)) } }
      }
    }
  }

  @Test func reductionsAndStretches() {
    let x = Self.normal([3, 4], 1, "x")
    let m = x.mean(along: 1, keepingAxes: true).named("m")
    let c = (x * m).named("c")
    let derivation = explain(exp(c).sum(), withRespectTo: [x])
    #expect(Self.entries(derivation, "m", "x") == "1 / 4 where the axes kept agree, else 0")
    #expect(Self.entries(derivation, "c", "m") == "x where i = r, else 0")
    #expect(Self.entries(derivation, "c", "x") == "diagonal, m")
    let j = Elements(jacobian(of: c, withRespectTo: m)), xs = Elements(x)
    for r in 0..<3 {
      for k in 0..<4 { for i in 0..<3 { #expect(j[r, k, i, 0] == (i == r ? xs[r, k] : 0)) } }
    }
  }

  @Test func movements() {
    let x = Self.normal([2, 3], 1, "x")
    let t = x.transposed().named("t"), p = x.reshaped(to: [3, 2]).named("p")
    let q = x[1].named("q")
    let loss = (t * p).sum() + exp(q).sum()
    let derivation = explain(loss, withRespectTo: [x])
    for output in ["t", "p", "q"] {
      #expect(
        Self.entries(derivation, output, "x") == "1 where the element came from, else 0")
    }
    #expect(derivation.passes)
  }

  /// Rows of x times one weight for all matrices, and a matrix times itself.
  @Test func batchesAndSquares() {
    let x = Self.normal([2, 3, 4], 1, "x"), w = Self.normal([4, 2], 2, "W")
    let s = (x • w).named("s"), square = Self.normal([3, 3], 3, "A")
    let t = (square • square).named("t")
    let derivation = explain(
      s.squared().sum() + t.squared().sum(), withRespectTo: [x, w, square])
    #expect(Self.entries(derivation, "s", "x") == "W_jk where i = r in the same matrix, else 0")
    #expect(Self.entries(derivation, "s", "W") == "x_ri of y's matrix where j = k, else 0")
    let both = "A_jk where i = r, else 0, plus A_ri where j = k, else 0"
    #expect(Self.entries(derivation, "t", "A") == both)
    let (xj, wj) = jacobian(of: s, withRespectTo: x, w)
    let (ofX, ofW) = (Elements(xj), Elements(wj))
    let ofA = Elements(jacobian(of: t, withRespectTo: square))
    let (xs, ws, a) = (Elements(x), Elements(w), Elements(square))
    for r in 0..<3 {
      for k in 0..<2 {
        for i in 0..<4 {
          for j in 0..<2 { #expect(ofW[1, r, k, i, j] == (j == k ? xs[1, r, i] : 0)) }
        }
        for i in 0..<3 {
          for j in 0..<4 {
            #expect(ofX[1, r, k, 1, i, j] == (i == r ? ws[j, k] : 0))
            #expect(ofX[1, r, k, 0, i, j] == 0)
          }
        }
      }
      for (k, i, j) in (0..<27).map({ ($0 / 9, $0 / 3 % 3, $0 % 3) }) {
        let entry = (i == r ? a[j, k] : 0) + (j == k ? a[r, i] : 0)
        #expect(abs(ofA[r, k, i, j] - entry) < 1e-12)
      }
    }
  }

  @Test func productsOfJacobiansAreNamed() {
    let x = Self.normal([2, 3], 1, "x"), w = Self.normal([3, 3], 2, "W")
    let y = (x • w / 2 + 1).named("y")
    let derivation = explain(y.squared().sum(), withRespectTo: [w])
    #expect(Self.entries(derivation, "y", "W") == "the product of those of matmul, /")
  }
}

/// The notes' five Jacobians in full, and what is left of them after contraction.
@Suite struct FiveJacobiansTests {
  @Test(arguments: 0..<8)
  func contractionGivesWhatTheBackwardPassComputes(seed: Int) {
    var random = SplitMix(seed: seed)
    let (n, m) = (1 + random.below(5), 1 + random.below(5))
    let key = RandomKey(seed: UInt64(seed))
    let a0 = Tensor<Double>.normal([1, n], key: key)
    let w = Tensor<Double>.normal([n, m], key: key.folding(in: 1))
    let b = Tensor<Double>.normal([m], key: key.folding(in: 2))
    let s = a0 • w + b, a = relu(s)
    let (a0g, wg, bg, sg, ag) = gradient(of: (a * a * a).sum(), withRespectTo: a0, w, b, s, a)
    func contracted(_ g: Tensor<Double>, _ jacobian: Tensor<Double>) -> [Double] {
      (g.reshaped(to: [1, m]) • jacobian.reshaped(to: [m, jacobian.elementCount / m])).scalars
    }
    func expectClose(_ x: [Double], _ y: Tensor<Double>) {
      #expect(zip(x, y.scalars).allSatisfy { abs($0 - $1) <= 1e-12 * (1 + abs($1)) })
    }
    let (ofA0, ofW, ofB) = jacobian(of: s, withRespectTo: a0, w, b)
    expectClose(contracted(sg, ofA0), a0g)
    expectClose(contracted(sg, ofW), wg)
    expectClose(contracted(sg, ofB), bg)
    let ofRelu = jacobian(of: a, withRespectTo: s)
    expectClose(contracted(ag, ofRelu), sg)
    // The chain: the product of the two, and the Jacobian of the whole.
    let chain = ofRelu.reshaped(to: [m, m]) • ofW.reshaped(to: [m, n * m])
    expectClose(chain.scalars, jacobian(of: a, withRespectTo: w))
    expectClose(contracted(ag, chain), wg)
  }

  @Test func atTheNumbersOfTheNotes() {
    let a0: Tensor<Float> = [[1, 2]], w1: Tensor<Float> = [[1, -1], [1, 1]]
    let b1: Tensor<Float> = [0, -3]
    let s1 = a0 • w1 + b1, a1 = relu(s1)
    let (ofA0, ofW1, ofB1) = jacobian(of: s1, withRespectTo: a0, w1, b1)
    // W1ᵀ; a_i where j = k; the identity; the mask on the diagonal.
    #expect(ofA0.scalars == [1, 1, -1, 1] as [Float])
    #expect(ofW1.scalars == [1, 0, 2, 0, 0, 1, 0, 2] as [Float])
    #expect(ofB1.scalars == [1, 0, 0, 1] as [Float])
    #expect(jacobian(of: a1, withRespectTo: s1).scalars == [1, 0, 0, 0] as [Float])
    #expect(jacobian(of: a1, withRespectTo: w1).scalars == [1, 0, 2, 0, 0, 0, 0, 0] as [Float])
  }
}
