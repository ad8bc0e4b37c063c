// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct DatasetTests {
  private let data = Dataset(
    inputs: Tensor<Float>(range: 0..<14).reshaped(to: [7, 2]),
    labels: Tensor<Int32>(range: 0..<7))

  @Test func batchesCoverAllExamplesInOrder() {
    let batches = Array(data.batches(of: 3))
    #expect(batches.map(\.count) == [3, 3, 1])
    #expect(batches.flatMap(\.labels.scalars) == [0, 1, 2, 3, 4, 5, 6])
    #expect(batches[2].inputs.scalars == [12, 13])
  }

  @Test func shufflingKeepsInputsAndLabelsTogether() {
    let batches = Array(data.batches(of: 2, shuffledWith: RandomKey(seed: 4)))
    let labels = batches.flatMap(\.labels.scalars)
    #expect(labels.sorted() == [0, 1, 2, 3, 4, 5, 6])
    #expect(labels != [0, 1, 2, 3, 4, 5, 6])
    let inputs: [Float] = batches.flatMap(\.inputs.scalars)
    let expected: [Float] = labels.flatMap { (label: Int32) -> [Float] in
      let first = Float(2 * label)
      return [first, first + 1]
    }
    #expect(inputs == expected)
    let again = data.batches(of: 2, shuffledWith: RandomKey(seed: 4)).flatMap(\.labels.scalars)
    #expect(again == labels)
  }

  @Test(arguments: [1, 2, 7, 8, Int.max])
  func anySizeWorks(size: Int) {
    #expect(data.batches(of: size).reduce(0) { $0 + $1.count } == 7)
  }

  @Test func examplesStandAtTheirPositions() {
    let picked = data.examples(at: [6, 0, 6])
    #expect(picked.labels.scalars == [6, 0, 6])
    #expect(picked.inputs.scalars == [12, 13, 0, 1, 12, 13])
    #expect(data.examples(at: []).count == 0)
  }

  @Test(arguments: [7, -1, Int.max, Int.min])
  func aPositionOutsideIsAMistake(position: Int) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [position = position as Int] in
      _ = DatasetTests().data.examples(at: [0, position])
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "examples: position \(position) is outside the 7 examples. "
          + "Fix: use positions in 0 ..< 7."), "\(text)")
  }

  @Test func everyOrderIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 {
      counts[RandomKey(seed: UInt64(seed)).permutation(of: 3), default: 0] += 1
    }
    // 1000 expected each; six standard deviations are 173.
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 173 })
  }

  @Test func theDigitsAreScikitLearns() {
    let parts = [Digits.training, Digits.validation, Digits.test]
    #expect(parts.map(\.count) == [1257, 180, 360])
    // Counts of each digit and the sum of all pixels in sklearn.datasets.load_digits().
    let labels = parts.flatMap(\.labels.scalars)
    let counts = (0..<10).map { digit in labels.filter { $0 == digit }.count }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    let sums: [Float] = parts.map { Float($0.inputs.sum()) }
    let ink = 16 * sums.reduce(0, +)
    #expect(ink == 561_718)
  }
}
