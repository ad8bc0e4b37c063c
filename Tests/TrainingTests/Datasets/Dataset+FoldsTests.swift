// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct DatasetFoldsTests {
  private func data(_ count: Int) -> Dataset<Int32> {
    Dataset(
      inputs: Tensor<Float>(range: 0..<count).reshaped(to: [count, 1]),
      labels: Tensor<Int32>(range: 0..<count))
  }

  /// Inputs and labels are the same numbers here, in whatever order.
  private func rows(_ part: Dataset<Int32>) -> [Int] {
    let (labels, inputs) = (
      part.labels.scalars.map { Int($0) }, part.inputs.scalars.map { Int($0) }
    )
    #expect(labels == inputs)
    return labels
  }

  /// The rows that each fold validates with: each row does in one, and trains in the
  /// others, in this order.
  private func validations(
    _ folds: [(training: Dataset<Int32>, validation: Dataset<Int32>)], order: [Int]
  ) -> [[Int]] {
    let validations = folds.map { rows($0.validation) }
    #expect(validations.joined().sorted() == order.sorted())
    for (fold, validation) in zip(folds, validations) {
      #expect(validation == order.filter { validation.contains($0) })
      #expect(rows(fold.training) == order.filter { !validation.contains($0) })
    }
    return validations
  }

  @Test(arguments: [(5, 2), (6, 3), (7, 3), (7, 7)], [nil, RandomKey(seed: 9)])
  func eachExampleValidatesOnce(sizes: (count: Int, folds: Int), key: RandomKey?) {
    let folds = data(sizes.count).folds(sizes.folds, shuffledWith: key)
    #expect(folds.count == sizes.folds)
    let order = key.map { $0.permutation(of: sizes.count) } ?? Array(0..<sizes.count)
    let validations = validations(folds, order: order)
    #expect(Array(validations.joined()) == order)
    let counts = validations.map(\.count)
    #expect(counts.max()! - counts.min()! <= 1)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let kind: Substring, folds: Int, keys: [Int], sizes: [Int], counts: [[Int]]
    var testDescription: String { "\(kind) \(folds) of \(keys.count)" }

    /// The format is described in Scripts/fixtures/splits.py.
    static let all: [Case] = {
      func numbers(_ text: Substring) -> [Int] { text.split(separator: " ").map { Int($0)! } }
      var lines = Fixture.lines("splits.txt")[...], cases: [Case] = []
      while let head = lines.popFirst()?.split(separator: " "), let keys = lines.popFirst(),
        let sizes = lines.popFirst()
      {
        let counts = head[0] == "stratified" ? lines.popFirst() : nil
        cases.append(
          Case(
            kind: head[0], folds: Int(head[1])!, keys: numbers(keys), sizes: numbers(sizes),
            counts: counts?.split(separator: ";").map(numbers) ?? []))
      }
      return cases
    }()
  }

  @Test(arguments: Case.all, [nil, RandomKey(seed: 3)])
  func countsAreThoseOfScikitLearn(example: Case, key: RandomKey?) {
    let count = example.keys.count, number = example.folds
    let order = key.map { $0.permutation(of: count) } ?? Array(0..<count)
    if example.kind == "grouped" {
      let folds = data(count).folds(number, groupedBy: example.keys, shuffledWith: key)
      let validations = validations(folds, order: order)
      #expect(validations.map(\.count).sorted() == example.sizes)
      let groups = validations.map { Set($0.map { example.keys[$0] }) }
      #expect(groups.reduce(0) { $0 + $1.count } == Set(example.keys).count)
      return
    }
    let folds = data(count).folds(number, stratifiedBy: example.keys, shuffledWith: key)
    let validations = validations(folds, order: order)
    #expect(validations.map(\.count).sorted() == example.sizes)
    for (key, counts) in example.counts.enumerated() {
      let found = validations.map { $0.count { example.keys[$0] == key } }
      #expect(found.sorted() == counts)
    }
  }

  @Test func targetsAreClasses() {
    let labels = (0..<12).map { Int32($0 / 6) }
    let classes = Dataset(inputs: .zeros([12]), labels: Tensor(labels))
    for fold in classes.folds(3, stratified: true, shuffledWith: RandomKey(seed: 2)) {
      #expect(fold.validation.labels.scalars.sorted() == [0, 0, 1, 1])
    }
    let numbers = Dataset(inputs: .zeros([12]), targets: Tensor<Float>(range: 0..<12))
    for fold in numbers.folds(2, stratified: true) {
      // Six bins of two.
      #expect(fold.validation.targets.scalars.map { Int($0) / 2 } == Array(0..<6))
    }
  }

  /// Blocks as those of scikit-learn's TimeSeriesSplit: the last ones are equal.
  @Test func whatComesLaterValidates() {
    let times = [3, 1, 4, 0, 5, 9, 2, 6]
    let sorted = [3, 1, 6, 0, 2, 4, 7, 5]
    let folds = data(8).folds(3, orderedBy: times)
    #expect(folds.map { rows($0.training) } == [2, 4, 6].map { Array(sorted[..<$0]) })
    #expect(folds.map { rows($0.validation) } == [2, 4, 6].map { Array(sorted[$0..<$0 + 2]) })
    // Borders at 3 and 5 of 7 would part equal times: 0 0 1 1 1 2 2.
    let equal = data(7).folds(2, orderedBy: [0, 0, 1, 1, 1, 2, 2])
    #expect(equal.map { rows($0.validation) } == [[2, 3, 4], [5, 6]])
  }

  enum Fault: String, CaseIterable, Codable {
    case classes, groups, fewGroups, times, equalTimes, manyFolds, severalTargets

    var message: String {
      switch self {
      case .classes: "folds: 2 classes of 3 examples. Fix: give one for each example."
      case .groups: "folds: 1 group of 3 examples. Fix: give one for each example."
      case .fewGroups:
        "folds: 3 folds of 2 groups. Fix: use at least 2 folds, and no more than there are groups."
      case .times: "folds: 1 time of 3 examples. Fix: give one for each example."
      case .equalTimes:
        "folds: the examples have too few different times for 2 folds and a start. "
          + "Fix: use fewer folds."
      case .manyFolds:
        "folds: 4 folds of 3 examples. Fix: use at least 2 folds, and no more than there are "
          + "examples."
      case .severalTargets: "folds: targets [3, 2] are several for each example, and no class."
      }
    }

    func run() {
      let data = DatasetFoldsTests().data(3)
      switch self {
      case .classes: _ = data.folds(2, stratifiedBy: ["a", "b"])
      case .groups: _ = data.folds(2, groupedBy: [1])
      case .fewGroups: _ = data.folds(3, groupedBy: [1, 2, 1])
      case .times: _ = data.folds(2, orderedBy: [1])
      case .equalTimes: _ = data.folds(2, orderedBy: [1, 1, 2])
      case .manyFolds: _ = data.folds(4, stratified: true)
      case .severalTargets:
        _ = Dataset(inputs: data.inputs, targets: Tensor<Float>.zeros([3, 2]))
          .folds(2, stratified: true)
      }
    }
  }

  @Test(arguments: Fault.allCases) func whatCannotBeFoldedIsAMistake(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Dataset+FoldsTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
