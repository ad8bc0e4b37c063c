// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import Testing

/// What lines cost, counted by hand.
@Suite struct CostTests {
  private static func normal(_ shape: Shape, _ name: String) -> Tensor<Float> {
    .normal(shape, key: RandomKey(seed: 1).folding(in: name)).named(name)
  }

  @Test func forwardLines() {
    let x = Self.normal([3, 4], "x"), w = Self.normal([4, 2], "w"), b = Self.normal([2], "b")
    let rows = Tensor<Int32>([0, 2, 2, 1, 0]).named("rows")
    func expect(
      _ line: Tensor<Float>, _ operations: Int, bytes: Int,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let found = explain(line.named("y").sum(), withRespectTo: [x]).forward[0]
      #expect(found.operations == operations, sourceLocation: sourceLocation)
      #expect(found.bytes == bytes, sourceLocation: sourceLocation)
    }
    let (ofX, ofW, ofB) = (4 * 12, 4 * 8, 4 * 2)
    // 6 elements, each of 4 products and 4 sums, then a bias.
    expect(x • w + b, 6 * 8 + 6, bytes: ofX + ofW + ofB + 4 * 6)
    expect(exp(x), 12, bytes: 2 * ofX)
    expect(x * x, 12, bytes: 2 * ofX)
    // A sum adds each element once; a mean divides what is left, and reads the count.
    expect(x.sum(along: 1), 12, bytes: ofX + 4 * 3)
    expect(x.mean(along: 1), 12 + 3, bytes: ofX + 4 * 3)
    expect(x.max(along: 0), 12, bytes: ofX + 4 * 4)
    // Nothing is calculated where elements only move, and indices are checked.
    expect(x.transposed(), 0, bytes: 2 * ofX)
    expect(x.gathered(rows), 5, bytes: ofX + 4 * 5 + 4 * 20)
    // Factors of 1 are left out.
    expect(x * 1, 0, bytes: 2 * ofX)
  }

  @Test func backwardLines() throws {
    let x = Self.normal([3, 4], "x"), rows = Tensor<Int32>([0, 2, 2, 1, 0]).named("rows")
    let y = x.gathered(rows).named("y")
    let derivation = explain((y * y).sum(), withRespectTo: [x])
    let line = try #require(derivation.backward.last)
    // Each of 20 elements is added to one of 12, after its index has been checked.
    #expect(line.operations == 20 + 5)
    let s = (x / 2).named("s")
    let mask = explain(relu(s).named("a").sum(), withRespectTo: [x]).backward
    // A comparison and a choice.
    #expect(mask.first { $0.name == "s.g" }?.operations == 24)
  }
  /// What is written as a number, and what decides about NaN alone, is not read.
  @Test func whatDoesNotStandInTheLine() {
    let h = Tensor<Float>([[1], [-2]]).named("h"), m = Self.normal([2, 3], "m")
    func cost(_ loss: Tensor<Float>, _ name: String) -> [Int] {
      let line = explain(loss, withRespectTo: [h, m]).backward.first { $0.name == name }
      return line.map { [$0.operations, $0.bytes] } ?? []
    }
    let ofH = 4 * 2, ofM = 4 * 6
    // 2 (t1 - 1): a difference and a product each.
    #expect(cost((relu(h) - 1).squared().sum(), "t1.g") == [4, 2 * ofH])
    // t1.g * 1{h > 0}: a comparison and a choice each.
    #expect(cost((relu(h) - 1).squared().sum(), "h.g") == [4, 3 * ofH])
    // 1
    #expect(cost(exp(m).sum(), "t1.g") == [0, ofM])
    // t1, of which t1.g is 1.
    #expect(cost(exp(m).sum(), "m.g") == [0, 2 * ofM])
    // A product of matrices has the number by its name.
    let w = Self.normal([3, 2], "w")
    #expect(cost((m • w).sum(), "m.g") == [2 * 6 * 2, 4 * 4 + ofM + ofM])
  }
}
