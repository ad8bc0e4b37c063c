// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct BatchesTests {
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

  /// Targets of a regression, [count, 2, 3]: the batches are cut along the first axis.
  @Test(arguments: [nil, RandomKey(seed: 4)]) func targetsAreCutLikeInputs(key: RandomKey?) {
    let targets = Tensor<Double>((0..<42).map { Double($0) }).reshaped(to: [7, 2, 3])
    let data = Dataset(inputs: data.inputs, targets: targets)
    let batches = Array(data.batches(of: 3, shuffledWith: key))
    #expect(batches.map(\.targets.shape) == [[3, 2, 3], [3, 2, 3], [1, 2, 3]])
    for batch in batches {
      let (inputs, targets) = (batch.inputs.scalars, batch.targets.scalars)
      for example in 0..<batch.count {
        // The input of example i is (2 i, 2 i + 1), its target 6 i ... 6 i + 5.
        let number = Int(inputs[2 * example]) / 2
        let expected = (0..<6).map { Double(6 * number + $0) }
        #expect(Array(targets[6 * example..<6 * example + 6]) == expected)
      }
    }
  }

  /// Where a pass starts and whether it ends with a smaller batch changes nothing of the others.
  @Test(arguments: [nil, RandomKey(seed: 4)], [1, 2, 3, 7, 8])
  func aPassStartsAndEndsAnywhere(key: RandomKey?, size: Int) {
    let order = key.map { $0.permutation(of: 7) } ?? Array(0..<7)
    let all = stride(from: 0, to: 7, by: size).map { Array(order[$0..<min($0 + size, 7)]) }
    let whole = all.filter { $0.count == size }
    for first in [0, 1, 2, all.count, all.count + 1, Int.max] {
      let batches = Array(data.batches(of: size, shuffledWith: key, startingAt: first))
      #expect(batches.map(\.positions) == Array(all.dropFirst(first)))
      #expect(batches.map(\.number) == Array(all.indices.dropFirst(first)))
      for batch in batches { #expect(batch.labels.scalars.map { Int($0) } == batch.positions) }
      let full = data.batches(
        of: size, shuffledWith: key, droppingLast: true, startingAt: first)
      #expect(full.map(\.positions) == Array(whole.dropFirst(first)))
    }
  }

  enum Fault: String, CaseIterable, Codable {
    case size, first, positions

    var message: String {
      switch self {
      case .size: "batches: a batch of 0 examples. Fix: use a size of 1 or more."
      case .first: "batches: batch -1 to start at. Fix: batches are counted from 0 on."
      case .positions:
        "Batch: 2 positions of 7 examples. Fix: give one position for each example."
      }
    }

    func run() {
      let data = BatchesTests().data
      switch self {
      case .size: _ = data.batches(of: 0)
      case .first: _ = data.batches(of: 2, startingAt: -1)
      case .positions: _ = Batch(data, number: 0, at: [0, 1])
      }
    }
  }

  @Test(arguments: Fault.allCases) func wrongBatchesAreMistakes(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("BatchesTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
