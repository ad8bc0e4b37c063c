// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Rows that repeat over a step, and reductions of columns, at all lengths around a tile.
@Suite struct PeriodicOperandTests {
  init() { Plan.verifiesByDefault = true }

  static let lengths = [1, 2, 3, 7, 10, 16, 50, 511, 512, 513]
  static let rowCounts = [1, 2, 3, 40]

  @Test("A row under every row", arguments: lengths, rowCounts)
  func broadcastRow(length: Int, rows: Int) {
    var choice = SplitMix(seed: length)
    let x = Naive([rows, length], choice.floats(rows * length))
    let row = Naive([length], choice.floats(length))
    let expected = Naive<Float>([rows, length]) { x[$0] * row[[$0[1]]] - row[[$0[1]]] }
    #expect((x.tensor * row.tensor - row.tensor).scalars == expected.numbers)
    // Read by a reduction of rows, and of columns in the order of the rows.
    let nearest = (x.tensor * row.tensor).max(along: 1).scalars
    #expect(
      nearest
        == (0..<rows).map { r in (0..<length).map { x[[r, $0]] * row[[$0]] }.max()! })
    let products = Naive<Float>([rows, length]) { x[$0] * row[[$0[1]]] }
    let sums = (x.tensor * row.tensor).sum(along: 0).scalars
    let areInOrder = sums == columnSums(products.numbers, width: length)
    #expect(areInOrder)
  }

  /// Columns are summed in order: long ones in chains of as many rows as 512 elements hold (16 at
  /// most, and 16 if they do not hold one), whose sums are added in Double. A single column is
  /// contiguous, so it has sixteen lanes.
  private func columnSums(_ numbers: [Float], width: Int) -> [Float] {
    var lanes = [Float](repeating: 0, count: width == 1 ? 16 : width)
    let rows = numbers.count / width
    guard width == 1 || rows <= 64 else {
      let chain = width > 512 ? 16 : min(16, 512 / width)
      return (0..<width).map { column in
        var sum = 0.0
        for first in stride(from: 0, to: rows, by: chain) {
          let part = (first..<min(first + chain, rows)).map { numbers[$0 * width + column] }
          sum += Double(part.reduce(0, +))
        }
        return Float(sum)
      }
    }
    for (place, number) in numbers.enumerated() { lanes[place % lanes.count] += number }
    while width == 1, lanes.count > 1 {
      let half = lanes.count / 2
      lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
    }
    return lanes
  }

  @Test("Two periods in one body", arguments: lengths, [1, 2, 3, 5])
  func twoPeriods(length: Int, planes: Int) {
    var choice = SplitMix(seed: length * 10 + planes)
    let (outer, inner) = (4, length)
    let x = Naive([outer, planes, inner], choice.floats(outer * planes * inner))
    let plane = Naive([planes, inner], choice.floats(planes * inner))
    let row = Naive([inner], choice.floats(inner))
    let expected = Naive<Float>(x.shape) { x[$0] * plane[[$0[1], $0[2]]] + row[[$0[2]]] }
    #expect((x.tensor * plane.tensor + row.tensor).scalars == expected.numbers)
    // Doubles beside floats.
    let rowOfDoubles = Tensor<Double>(row.tensor), planeOfDoubles = Tensor<Double>(plane.tensor)
    let wide = Tensor<Double>(x.tensor) - rowOfDoubles * planeOfDoubles
    let wideExpected = Naive<Double>(x.shape) {
      Double(x[$0]) - Double(row[[$0[2]]]) * Double(plane[[$0[1], $0[2]]])
    }
    #expect(wide.scalars == wideExpected.numbers)
  }

  @Test("Slices that start at an odd row or column", arguments: lengths, [1, 3])
  func slices(length: Int, start: Int) {
    var choice = SplitMix(seed: length + start)
    let rows = 20
    let x = Naive([rows, length + start], choice.floats(rows * (length + start)))
    let row = Naive([length + start], choice.floats(length + start))
    let part = x.tensor[start..., start...], end = row.tensor[start...]
    let expected = Naive<Float>([rows - start, length]) {
      x[[$0[0] + start, $0[1] + start]] + row[[$0[1] + start]]
    }
    #expect((part + end).scalars == expected.numbers)
    let sums = (part + end).sum(along: 0).scalars
    #expect(sums == columnSums(expected.numbers, width: length))
    // A row of a matrix under the others, from the middle of its memory.
    let under = Naive<Float>([rows, length + start]) { x[$0] - x[[start, $0[1]]] }
    #expect((x.tensor - x.tensor[start]).scalars == under.numbers)
  }

  @Test("Pieces of a step on several threads begin anywhere", arguments: lengths)
  func threads(length: Int) {
    var choice = SplitMix(seed: length)
    let rows = 60_000 / length
    let x = Naive([rows, length], choice.floats(rows * length))
    let row = Naive([length], choice.floats(length))
    let numbers = x.numbers.indices.map { followed(x.numbers[$0], row.numbers[$0 % length]) }
    onThreads([1, 2, 3, 7]) { threads in
      let y = (x.tensor + row.tensor) * row.tensor - x.tensor
      let isEqual = y.scalars == numbers
      #expect(isEqual, "rows of \(length) on \(threads) threads")
    }
  }

  private func followed(_ x: Float, _ y: Float) -> Float { (x + y) * y - x }

  @Test("Columns: sums in order, extremes and positions", arguments: lengths, [1, 2, 5, 300])
  func columns(width: Int, rows: Int) {
    var choice = SplitMix(seed: width * 7 + rows)
    let x = Naive([rows, width], (0..<(rows * width)).map { _ in Float(choice.below(1000)) / 7 })
    let scaled = x.numbers.map { $0 * 3 }
    let sums = columnSums(scaled, width: width)
    var most = [Float](repeating: -1, count: width)
    var place = [Int32](repeating: 0, count: width)
    for row in 0..<rows {
      for column in 0..<width {
        let number = scaled[row * width + column]
        if number > most[column] { (most[column], place[column]) = (number, Int32(row)) }
      }
    }
    let y = x.tensor * 3
    let areInOrder = y.sum(along: 0).scalars == sums
    #expect(areInOrder)
    #expect(y.max(along: 0).scalars == most)
    #expect((-y).min(along: 0).scalars == most.map { -$0 })
    #expect(y.argmax(along: 0).scalars == place)
    // In the middle of three axes.
    let stacked = Tensor<Float>.stacked([y, y * 2])
    #expect(stacked.sum(along: 1).scalars == sums + sums.map { $0 * 2 })
  }
}
