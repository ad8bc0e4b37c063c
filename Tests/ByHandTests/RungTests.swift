// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackByHand
import PullbackTestSupport
import Testing

@Suite struct RungTests {
  static let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]

  @Test("The example of the notes", arguments: Rung.allCases)
  func example(_ rung: Rung) {
    let c = rung.multiply(RungTests.a, RungTests.b)
    #expect(c.shape == [2, 2])
    #expect(c.scalars == [19, 22, 43, 50])
  }

  @Test("Integer arithmetic, exactly", arguments: Rung.allCases, 0..<30)
  func integers(_ rung: Rung, seed: Int) {
    var generator = SplitMix(seed: seed)
    let n = Int.random(in: 0...9, using: &generator)
    let k = Int.random(in: 0...40, using: &generator)
    let m = Int.random(in: 0...20, using: &generator)
    check(rung, n, k, m, &generator)
  }

  @Test(
    "Extents 0 and 1", arguments: Rung.allCases,
    [
      [0, 3, 2], [3, 0, 2], [3, 2, 0], [0, 0, 0], [0, 3, 0], [1, 1, 1], [1, 5, 1], [5, 1, 4],
      [1, 1, 7], [7, 1, 1],
    ])
  func smallExtents(_ rung: Rung, extents: [Int]) {
    var generator = SplitMix(seed: 1)
    check(rung, extents[0], extents[1], extents[2], &generator)
  }

  @Test("More rows and columns than a tile or the plan cache holds", arguments: Rung.allCases)
  func manyRows(_ rung: Rung) {
    var generator = SplitMix(seed: 2)
    check(rung, 301, 3, 5, &generator)
    check(rung, 3, 5, 301, &generator)
  }

  private func check(
    _ rung: Rung, _ n: Int, _ k: Int, _ m: Int, _ generator: inout SplitMix
  ) {
    let a: Tensor<Float> = generator.integers([n, k]),
      b: Tensor<Float> = generator.integers([k, m])
    let (left, right) = (a.scalars.map { Int($0) }, b.scalars.map { Int($0) })
    var expected: [Float] = []
    for i in 0..<n {
      for j in 0..<m {
        expected.append(Float((0..<k).reduce(0) { $0 + left[i * k + $1] * right[$1 * m + j] }))
      }
    }
    let c = rung.multiply(a, b)
    #expect(c.shape == [n, m])
    #expect(c.scalars == expected)
  }

  @Test func namesAndFormulas() {
    #expect(Rung.allCases.map(\.name) == ["loops", "row times column", "broadcast", "matmul"])
    #expect(Rung.loops.formula == "C_ij = Σ a_ik b_kj")
    #expect(Rung.rowTimesColumn.formula == "C_ij = (a[i, :] * b[:, j]).sum()")
    #expect(Rung.broadcast.formula == "C_i = (a[i, :, newAxis] * b).sum(along: 0)")
    #expect(Rung.matmul.formula == "C = a • b")
  }

  @Test("Every rung refuses what does not fit", arguments: Rung.allCases)
  func refusals(_ rung: Rung) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [name = rung.rawValue as String] in
      let b = Tensor<Float>.zeros([2, 4]).named("b")
      _ = Rung(rawValue: name)!.multiply(Tensor<Float>.zeros([2, 3]).named("a"), b)
    }
    let message =
      "Rung.\(rung.rawValue): a [2, 3] and b [2, 4] cannot be multiplied. Fix: give two matrices "
      + "with equal inner extents: [n, k] and [k, m]."
    #expect(result.errorText.contains(message))
  }
}

@Suite("The formula of the notes taken at its word") struct LiteralBroadcastTests {
  @Test func silentlyWrongOnSquares() {
    let rows = (0..<2).map { literalBroadcastRow($0, RungTests.a, RungTests.b).scalars }
    #expect(rows == [[12, 28], [36, 56]])
    #expect(Rung.broadcast.multiply(RungTests.a, RungTests.b)[0].scalars == [19, 22])
  }

  @Test func silentlyWrongForOneColumn() {
    let b: Tensor<Float> = [[5], [7]]
    #expect(literalBroadcastRow(0, RungTests.a, b).scalars == [12, 24])
    #expect(Rung.broadcast.multiply(RungTests.a, b)[0].scalars == [19])
  }

  @Test func rightWhereARowIsAColumn() {
    let a: Tensor<Float> = [[2]], b: Tensor<Float> = [[5, 6, 7]]
    #expect(literalBroadcastRow(0, a, b).scalars == Rung.matmul.multiply(a, b)[0].scalars)
  }

  @Test func refusedElsewhere() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = literalBroadcastRow(0, Tensor<Float>.zeros([5, 3]), Tensor<Float>.zeros([3, 2]))
    }
    #expect(
      result.errorText.contains(
        "[3, 2] do not broadcast: at axis 1 of the result one has extent 3, the other 2. "
          + "Fix: extents must be equal or 1"))
  }
}

extension ExitTest.Result? {
  /// What the process wrote to standard error.
  var errorText: String { String(decoding: self?.standardErrorContent ?? [], as: UTF8.self) }
}
