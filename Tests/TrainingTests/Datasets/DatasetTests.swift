// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct DatasetTests {
  private let data = Dataset(
    inputs: Tensor<Float>(range: 0..<14).reshaped(to: [7, 2]),
    labels: Tensor<Int32>(range: 0..<7))

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

  @Test func examplesAreFoundByACondition() {
    let even = data.examples(where: data.inputs[.all, 0] .> 5 .& (data.labels .!= 4))
    #expect(even.labels.scalars == [3, 5, 6])
    #expect(even.inputs.scalars == [6, 7, 10, 11, 12, 13])
    let none = data.examples(where: data.labels .> 6)
    #expect(none.count == 0 && none.inputs.shape == [0, 2])
    let twice = Dataset(inputs: data.inputs, targets: data.inputs)
    #expect(twice.examples(where: data.labels .== 2).targets.scalars == [4, 5])
  }

  @Test func targetsAreOfAnyScalarType() {
    func check<Target: TensorScalar>(_ targets: [Target], _ name: String) {
      let data = Dataset(inputs: Tensor<Float>.zeros([3, 2]), targets: Tensor(targets))
      #expect(data.examples(at: [2, 0]).targets.scalars == [targets[2], targets[0]])
      #expect(data.split(at: 1).rest.targets.scalars == [targets[1], targets[2]])
      #expect("\(data)" == "Dataset of 3 examples: inputs [3, 2], \(name) [3]")
    }
    check([1, 2, 3] as [Float], "targets")
    check([1, 2, 3] as [Double], "targets")
    check([1, 2, 3] as [Int32], "labels")
    check([true, false, false], "targets")
  }

  @Test func nothingIsADataset() {
    let data = Dataset(inputs: .zeros([0, 3]), targets: Tensor<Float>.zeros([0]))
    #expect(data.count == 0 && Array(data.batches(of: 2)).isEmpty)
    #expect(data.split(0.5).rest.inputs.shape == [0, 3])
  }

  enum Fault: String, CaseIterable, Codable {
    case targets, scalarTargets, labels, condition, share, noShare, split, oneFold, manyFolds

    var message: String {
      switch self {
      case .targets:
        "Dataset: the targets [4] do not fit the inputs [3, 2]. "
          + "Fix: inputs are [count, ...], targets [count, ...]."
      case .scalarTargets: "Dataset: the targets [] do not fit the inputs [3, 2]."
      case .labels: "Dataset: the labels [3, 1] do not fit the inputs [3, 2]."
      case .condition:
        "examples: the condition w [2] does not fit the 3 examples. "
          + "Fix: give one answer for each example, [3]."
      case .share: "split: a share of 1.5. Fix: use a share in 0 ... 1."
      case .noShare: "split: a share of nan. Fix: use a share in 0 ... 1."
      case .split: "split: position 4 is outside the 3 examples. Fix: use a position in 0 ... 3."
      case .oneFold: "folds: 1 folds of 3 examples. Fix: use at least 2 folds, and no more"
      case .manyFolds: "folds: 4 folds of 3 examples. Fix: use at least 2 folds, and no more"
      }
    }

    func run() {
      let inputs = Tensor<Float>.zeros([3, 2])
      let data = Dataset(inputs: inputs, labels: [0, 1, 2])
      switch self {
      case .targets: _ = Dataset(inputs: inputs, targets: Tensor<Float>.zeros([4]))
      case .scalarTargets: _ = Dataset(inputs: inputs, targets: Tensor<Float>(1))
      case .labels: _ = Dataset(inputs: inputs, labels: [[0], [1], [2]])
      case .condition: _ = data.examples(where: Tensor<Bool>([true, false]).named("w"))
      case .share: _ = data.split(1.5)
      case .noShare: _ = data.split(.nan)
      case .split: _ = data.split(at: 4)
      case .oneFold: _ = data.folds(1)
      case .manyFolds: _ = data.folds(4)
      }
    }
  }

  @Test(arguments: Fault.allCases) func whatDoesNotFitIsAMistake(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(fault.message), "\(text)")
  }
}
