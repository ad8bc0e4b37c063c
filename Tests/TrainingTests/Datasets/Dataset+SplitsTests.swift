// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct DatasetSplitsTests {
  private func data(_ count: Int) -> Dataset<Int32> {
    Dataset(
      inputs: Tensor<Float>(range: 0..<count).reshaped(to: [count, 1]),
      labels: Tensor<Int32>(range: 0..<count))
  }

  /// Inputs and labels are the same numbers here, in whatever order.
  private func labels(_ part: Dataset<Int32>) -> [Int] {
    let (labels, inputs) = (
      part.labels.scalars.map { Int($0) }, part.inputs.scalars.map { Int($0) }
    )
    #expect(labels == inputs)
    return labels
  }

  @Test(arguments: [(0.0, 0), (0.24, 2), (0.25, 3), (0.8, 8), (1.0, 10)])
  func aShareIsRounded(share: Double, count: Int) {
    let (first, rest) = data(10).split(share)
    #expect(labels(first) == Array(0..<count) && labels(rest) == Array(count..<10))
  }

  @Test func partsOfShuffledExamplesHaveEachOnce() {
    let key = RandomKey(seed: 9)
    let (first, rest) = data(10).split(at: 4, shuffledWith: key)
    #expect(labels(first) == Array(key.permutation(of: 10)[..<4]))
    #expect((labels(first) + labels(rest)).sorted() == Array(0..<10))
    let again = data(10).split(0.4, shuffledWith: key)
    #expect(labels(again.first) == labels(first) && labels(again.rest) == labels(rest))
  }

  @Test(arguments: [(5, 2), (6, 3), (7, 3), (7, 7)], [nil, RandomKey(seed: 9)])
  func eachExampleValidatesOnce(sizes: (count: Int, folds: Int), key: RandomKey?) {
    let folds = data(sizes.count).folds(sizes.folds, shuffledWith: key)
    #expect(folds.count == sizes.folds)
    let counts = folds.map(\.validation.count)
    #expect(counts.max()! - counts.min()! <= 1)
    let order = key.map { $0.permutation(of: sizes.count) } ?? Array(0..<sizes.count)
    #expect(folds.flatMap { labels($0.validation) } == order)
    for fold in folds {
      let (training, validation) = (labels(fold.training), labels(fold.validation))
      #expect(training == order.filter { !validation.contains($0) })
    }
  }
}
