// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackRuntime
import PullbackTestSupport
import Testing

/// Results too large for the caches are written past them: the same numbers, wherever tiles begin.
@Suite(.serialized) struct StreamedResultTests {
  @Test(arguments: [[2_200_003], [1049, 2111], [3, 701, 1051]] as [Shape])
  func largeResults(shape: Shape) {
    let count = shape.elementCount
    let numbers = (0..<count).map { Float($0 % 1000) }
    let expected = numbers.map { $0 * 2 + 1 }
    onThreads([1, 2, 7]) { threads in
      let x = Tensor<Float>(shape: shape, scalars: numbers)
      let y = x * 2 + 1
      #expect(y.scalars == expected, "on \(threads) threads")
      // Read again in the same plan, and a copy of what is known.
      let z = x * 2 + 1, sum = z.max()
      evaluate(z, sum)
      #expect(z.scalars == expected && Float(sum) == 1999)
      #expect((x.reshaped(to: [count]) + 0).scalars[count - 1] == Float((count - 1) % 1000))
    }
  }

  @Test func largeRows() {
    // Rows that do not begin where lines do.
    let x = Tensor<Float>.normal([2500, 1001], key: RandomKey(seed: 5))
    evaluate(x)
    var bits: Set<[Float]> = []
    onThreads([1, 2, 3, 7]) { _ in bits.insert((x - x.max(along: 1, keepingAxes: true)).scalars) }
    let rows = x.scalars
    let expected = (0..<2500).flatMap { row in
      let row = rows[row * 1001..<(row + 1) * 1001]
      let largest = row.max()!
      return row.map { $0 - largest }
    }
    #expect(bits == [expected])
  }
}
