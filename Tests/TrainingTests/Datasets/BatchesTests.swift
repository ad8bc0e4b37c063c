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
}
