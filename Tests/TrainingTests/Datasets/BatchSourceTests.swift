// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct BatchSourceTests {
  private let data = Dataset(
    inputs: Tensor<Float>(range: 0..<7).reshaped(to: [7, 1]), labels: Tensor<Int32>(range: 0..<7))

  private func positions(_ source: some BatchSource, _ order: BatchOrder) throws -> [[Int]] {
    var positions: [[Int]] = [], reader = try source.batches(in: order)
    while let batch = try reader.next() { positions.append(batch.positions) }
    return positions
  }

  @Test(arguments: [(7, 3, 2, 3), (6, 3, 2, 2), (0, 3, 0, 0), (2, 3, 0, 1), (9, .max, 0, 1)])
  func batchesAreCounted(sizes: (examples: Int, size: Int, whole: Int, all: Int)) {
    let whole = BatchOrder(size: sizes.size, droppingLast: true, startingAt: 1)
    let all = BatchOrder(size: sizes.size)
    #expect(whole.batchCount(of: sizes.examples) == sizes.whole)
    #expect(all.batchCount(of: sizes.examples) == sizes.all)
    #expect(data.batchCount(in: BatchOrder(size: 2)) == 4)
  }

  @Test func aDatasetIsASource() throws {
    let key = RandomKey(seed: 3)
    let shuffled = BatchOrder(size: 3, key: key, startingAt: 1)
    let expected = data.batches(of: 3, shuffledWith: key, startingAt: 1).map(\.positions)
    #expect(try positions(data, shuffled) == expected)
    #expect(try positions(data, shuffled.starting(at: 3)) == [])
    let inOrder = BatchOrder(size: 3, key: key, isShuffled: false)
    #expect(try positions(data, inOrder) == [[0, 1, 2], [3, 4, 5], [6]])
    #expect(data.exampleCount == 7)
  }

  @Test(arguments: [
    (BatchOrder(size: 3), "batches of 3"),
    (BatchOrder(size: 3, key: RandomKey(seed: 1)), "batches of 3, shuffled"),
    (BatchOrder(size: 3, key: RandomKey(seed: 1), isShuffled: false), "batches of 3"),
    (
      BatchOrder(size: 3, droppingLast: true, startingAt: 2),
      "batches of 3, from batch 2 on, none of fewer"
    ),
  ])
  func ordersSayWhatTheyAre(order: BatchOrder, words: String) { #expect("\(order)" == words) }

  @Test func positionsGoWithTheirExamples() {
    let batch = Batch(data, number: 5, from: 70)
    #expect(batch.positions == [70, 71, 72, 73, 74, 75, 76] && batch.number == 5)
    #expect("\(batch)" == "Batch 5 of 7 examples: inputs [7, 1], labels [7]")
  }
}
