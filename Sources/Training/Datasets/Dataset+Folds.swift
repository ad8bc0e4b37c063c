// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset {
  /// Parts for cross-validation: each example validates in one fold and trains in the others. The
  /// sizes differ by one at most; with a key the examples are shuffled before.
  ///
  /// Stratified, so do the numbers of examples of each class: see
  /// ``folds(_:stratifiedBy:shuffledWith:file:line:)``. Classes are the targets, if they are of
  /// Int32 or Bool, or ten bins of equal size of the numbers of a regression.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
  /// print(data.folds(2).map(\.validation.labels.scalars))   // [[0, 1, 2], [3, 4]]
  /// ```
  ///
  /// A mistake if there are fewer than two folds, or more than examples, or if a stratified example
  /// has several targets.
  public func folds(
    _ number: Int, stratified: Bool = false, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> [(training: Dataset, validation: Dataset)] {
    let site = CallSite(file, line)
    if stratified {
      let classes = stratumOfEachExample(in: "folds", at: site)
      return folds(number, stratifiedBy: classes, shuffledWith: key, file: file, line: line)
    }
    checkFolds(number, of: count, "example", at: site)
    let order = order(shuffledWith: key)
    let (size, larger) = count.quotientAndRemainder(dividingBy: number)
    return (0..<number).map { fold in
      let start = fold * size + min(fold, larger), end = start + size + (fold < larger ? 1 : 0)
      return (
        training: examples(at: order[..<start] + order[end...]),
        validation: examples(at: order[start..<end])
      )
    }
  }

  /// Parts for cross-validation with as many examples of each class in every fold, and as many
  /// examples, one more or less.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 0, 0, 1, 1])
  /// let folds = data.folds(2, stratifiedBy: ["a", "a", "a", "b", "b"])
  /// print(folds.map(\.validation.labels.scalars))   // [[0, 0, 1], [0, 1]]
  /// ```
  ///
  /// A mistake if there are fewer than two folds or more than examples, or if there is not one
  /// class for each example.
  public func folds(
    _ number: Int, stratifiedBy classes: [some Hashable], shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> [(training: Dataset, validation: Dataset)] {
    let site = CallSite(file, line)
    checkFolds(number, of: count, "example", at: site)
    checkCount(classes.count, "class", plural: "classes", in: "folds", at: site)
    let order = order(shuffledWith: key)
    let strata = Strata(classes, inOrder: order)
    return folds(number, of: order, strata.folds(number, of: count))
  }

  /// Parts for cross-validation in which no group both trains and validates: each group, such as a
  /// patient, validates in one fold.
  ///
  /// The largest group goes first, each into the smallest fold so far; with a key, groups of one
  /// size in an order that is shuffled.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
  /// let folds = data.folds(2, groupedBy: ["ann", "bob", "ann", "eve", "bob"])
  /// print(folds.map(\.validation.labels.scalars))   // [[0, 2, 3], [1, 4]]
  /// ```
  ///
  /// A mistake if there are fewer than two folds or more than groups, or if there is not one group
  /// for each example.
  public func folds(
    _ number: Int, groupedBy groups: [some Hashable], shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> [(training: Dataset, validation: Dataset)] {
    let site = CallSite(file, line)
    checkCount(groups.count, "group", in: "folds", at: site)
    let order = order(shuffledWith: key)
    let strata = Strata(groups, inOrder: order)
    checkFolds(number, of: strata.members.count, "group", at: site)
    return folds(number, of: order, strata.foldsWhole(number, of: count))
  }

  /// Parts for validation with what comes later: each fold trains with all examples before those
  /// that it validates with. The earliest examples only train.
  ///
  /// All validate with as many examples, as far as those of one time, which stay together, allow.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([4, 1]), labels: [0, 1, 2, 3])
  /// for fold in data.folds(2, orderedBy: [2024, 2021, 2023, 2020]) {
  ///   print(fold.training.labels, fold.validation.labels)
  /// }
  /// // [3 1] [2]
  /// // [3 1 2] [0]
  /// ```
  ///
  /// A mistake if there are fewer than two folds or too few different times for so many, if there
  /// is not one time for each example, or if a time is NaN.
  public func folds(
    _ number: Int, orderedBy times: [some Comparable],
    file: StaticString = #fileID, line: UInt = #line
  ) -> [(training: Dataset, validation: Dataset)] {
    let site = CallSite(file, line)
    let order = order(by: times, in: "folds", at: site)
    checkFolds(number, of: count, "example", at: site)
    let sorted = order.map { times[$0] }, size = count / (number + 1)
    let borders = (0...number).map { border(nearest: count - (number - $0) * size, in: sorted) }
    guard borders[0] > 0, zip(borders, borders.dropFirst()).allSatisfy({ $0 < $1 }) else {
      Mistake(
        "folds", "the examples have too few different times for \(number) folds and a start",
        fix: "use fewer folds"
      ).stop(at: site)
    }
    return zip(borders, borders.dropFirst()).map { start, end in
      (
        training: examples(at: order[..<start]), validation: examples(at: order[start..<end])
      )
    }
  }

  private func folds(
    _ number: Int, of order: [Int], _ folds: [Int]
  ) -> [(training: Dataset, validation: Dataset)] {
    (0..<number).map { fold in
      (
        training: examples(at: order.filter { folds[$0] != fold }),
        validation: examples(at: order.filter { folds[$0] == fold })
      )
    }
  }

  private func checkFolds(_ number: Int, of count: Int, _ noun: String, at site: CallSite) {
    guard number < 2 || number > count else { return }
    Mistake(
      "folds", "\(number) folds of \(counted(count, noun))",
      fix: "use at least 2 folds, and no more than there are \(noun)s"
    ).stop(at: site)
  }
}
