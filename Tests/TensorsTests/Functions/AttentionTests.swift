// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Causal runs so long that they go by blocks, beside loops over queries and keys in Double.
@Suite struct AttentionTests {
  struct Run: CustomTestStringConvertible, Sendable {
    let batch: Shape
    let queries: Int
    let keys: Int
    /// Heads of queries for each of keys, and the mask's shape, if there is one.
    var groups = 1
    var mask: Shape?

    var testDescription: String { "\(batch) \(queries) of \(keys), by \(groups), \(mask ?? [])" }
    var sharedBatch: Shape { groups == 1 ? batch : [batch[0], batch[1] / groups] }
    func normal(_ shape: Shape, _ seed: UInt64) -> Tensor<Double> {
      .normal(shape, key: RandomKey(seed: seed))
    }
    var q: Tensor<Double> { normal(batch + [queries, 3], 1) }
    var k: Tensor<Double> { normal(sharedBatch + [keys, 3], 2) }
    var v: Tensor<Double> { normal(sharedBatch + [keys, 2], 3) }
    var allowed: Tensor<Bool>? { mask.map { normal($0, 4) .> -0.5 } }
  }

  static let runs = [
    Run(batch: [], queries: 725, keys: 725),
    Run(batch: [2], queries: 517, keys: 523),
    Run(batch: [1, 4], queries: 300, keys: 441, groups: 2, mask: [300, 441]),
    Run(batch: [2, 2], queries: 363, keys: 363, mask: [2, 1, 1, 363]),
    Run(batch: [3], queries: 420, keys: 430, mask: [420, 1]),
    // Many short ones.
    Run(batch: [1 << 15], queries: 4, keys: 4),
  ]

  private func attention(_ run: Run, _ q: Tensor<Double>) -> Tensor<Double> {
    scaledDotProductAttention(q, run.k, run.v, mask: run.allowed, isCausal: true)
  }

  @Test(arguments: runs) func equalsLoops(run: Run) {
    let y = attention(run, run.q), scores = run.batch + [run.queries, run.keys]
    let (q, k, v, found) = (run.q.scalars, run.k.scalars, run.v.scalars, y.scalars)
    let allowed = run.allowed.map { $0.expanded(to: scores).scalars }
    for row in 0..<run.batch.elementCount * run.queries {
      let (head, query) = row.quotientAndRemainder(dividingBy: run.queries)
      let first = head / run.groups * run.keys
      var total = 0.0, sums = [0.0, 0.0]
      for key in 0...(query + run.keys - run.queries)
      where allowed?[row * run.keys + key] ?? true {
        let score = (0..<3).reduce(0) { $0 + q[row * 3 + $1] * k[(first + key) * 3 + $1] }
        let weight = exp(score / 3.0.squareRoot())
        total += weight
        for i in 0..<2 { sums[i] += weight * v[(first + key) * 2 + i] }
      }
      for i in 0..<2 {
        let expected = total == 0 ? 0 : sums[i] / total
        #expect(abs(found[row * 2 + i] - expected) <= 1e-12, "query \(query) of head \(head)")
      }
    }
  }

  /// Along a random direction, beside a central difference.
  @Test(arguments: runs) func derivativeFitsDifferences(run: Run) {
    let q = run.q, direction = run.normal(q.shape, 5), step = 1e-5
    func loss(_ q: Tensor<Double>) -> Tensor<Double> {
      let y = attention(run, q)
      return (y * run.normal(y.shape, 6)).sum()
    }
    let slope = Double((gradient(of: loss(q), withRespectTo: q) * direction).sum())
    let difference = Double(loss(q + step * direction) - loss(q - step * direction)) / (2 * step)
    #expect(abs(slope - difference) <= 1e-6 * (1 + abs(difference)))
  }

  /// What comes later shows in no bit.
  @Test func nobodyLooksAhead() {
    let run = Run(batch: [2], queries: 600, keys: 600)
    let later = Tensor<Double>((0..<600).map(Double.init)).reshaped(to: [600, 1]) .>= 250
    func means(_ other: Double) -> [Double] {
      let k = select(later, run.k + other, run.k)
      let v = select(later, run.v * other, run.v)
      let y = scaledDotProductAttention(run.q, k, v, isCausal: true)
      return y[.all, 0..<250].scalars
    }
    #expect(means(0) == means(9))
  }
}
