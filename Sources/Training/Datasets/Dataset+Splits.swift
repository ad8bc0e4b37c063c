// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset {
  /// The examples in two parts, the first of `share` of them, rounded to a whole number. With a key
  /// they are shuffled before: the same key gives the same parts.
  ///
  /// ```swift
  /// let (training, test) = data.split(0.8, stratified: true, shuffledWith: RandomKey(seed: 7))
  /// ```
  ///
  /// Stratified, each class is split in that share, less than one example more or less: see
  /// ``split(_:stratifiedBy:shuffledWith:file:line:)``. Classes are the targets, if they are of
  /// Int32 or Bool, or ten bins of equal size of the numbers of a regression.
  ///
  /// A mistake if the share is not in 0 ... 1, or if a stratified example has several targets.
  public func split(
    _ share: Double, stratified: Bool = false, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    let site = CallSite(file, line)
    if stratified {
      let classes = stratumOfEachExample(in: "split", at: site)
      return split(share, stratifiedBy: classes, shuffledWith: key, file: file, line: line)
    }
    return split(at: exampleCount(of: share, at: site), shuffledWith: key, file: file, line: line)
  }

  /// The first `position` examples and the rest, shuffled before if there is a key. A mistake if
  /// there are not so many.
  public func split(
    at position: Int, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    guard (0...count).contains(position) else {
      Mistake(
        "split", "position \(position) is outside the \(count) examples",
        fix: "use a position in 0 ... \(count)"
      ).stop(at: CallSite(file, line))
    }
    let order = key.map { $0.permutation(of: count) }
    return (part(0..<position, inOrder: order), part(position..<count, inOrder: order))
  }

  /// The examples in two parts, the first of `share` of them, with the same share of the examples
  /// of each class: less than one example more or less.
  ///
  /// A class of several examples is in both parts, also where so many classes are rare that a
  /// part gets larger by them. Within the parts examples keep their order; with a key they are
  /// shuffled before.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([6, 1]), labels: [0, 0, 0, 0, 1, 1])
  /// let (first, rest) = data.split(0.5, stratifiedBy: ["a", "a", "b", "b", "b", "b"])
  /// print(first.labels, rest.labels)   // [0 0 0] [0 1 1]
  /// ```
  ///
  /// A mistake if the share is not in 0 ... 1 or there is not one class for each example.
  public func split(
    _ share: Double, stratifiedBy classes: [some Hashable], shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    let site = CallSite(file, line), total = exampleCount(of: share, at: site)
    checkCount(classes.count, "class", plural: "classes", in: "split", at: site)
    let order = order(shuffledWith: key)
    let strata = Strata(classes, inOrder: order)
    return parts(of: order, strata.split(share, total: total, of: count))
  }

  /// The examples in two parts, the first of about `share` of them; no group stands in both:
  /// patients, speakers, or whatever would let a model recognise what it is tested with.
  ///
  /// Groups go whole into the first part as long as they fit, in the order in which they first
  /// come; with a key, in one that is shuffled. Each part gets a group, if there are two and
  /// examples for both.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
  /// let (first, rest) = data.split(0.6, groupedBy: ["ann", "bob", "ann", "eve", "bob"])
  /// print(first.labels, rest.labels)   // [0 2 3] [1 4]
  /// ```
  ///
  /// A mistake if the share is not in 0 ... 1 or there is not one group for each example.
  public func split(
    _ share: Double, groupedBy groups: [some Hashable], shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    let site = CallSite(file, line), total = exampleCount(of: share, at: site)
    checkCount(groups.count, "group", in: "split", at: site)
    let order = order(shuffledWith: key)
    return parts(
      of: order, Strata(groups, inOrder: order).splitWhole(total: total, of: count))
  }

  /// The examples in two parts, sorted by time: the first has the earliest, about `share` of them.
  /// Examples of one time stay together.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([4, 1]), labels: [0, 1, 2, 3])
  /// let (past, future) = data.split(0.5, orderedBy: [2024, 2021, 2023, 2020])
  /// print(past.labels, future.labels)   // [3 1] [2 0]
  /// ```
  ///
  /// A mistake if the share is not in 0 ... 1, there is not one time for each example, or a time is
  /// NaN.
  public func split(
    _ share: Double, orderedBy times: [some Comparable],
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    let site = CallSite(file, line), total = exampleCount(of: share, at: site)
    let order = order(by: times, in: "split", at: site)
    let border = border(nearest: total, in: order.map { times[$0] })
    return (examples(at: order[..<border]), examples(at: order[border...]))
  }

  private func parts(of order: [Int], _ isFirst: [Bool]) -> (first: Dataset, rest: Dataset) {
    (
      examples(at: order.filter { isFirst[$0] }), examples(at: order.filter { !isFirst[$0] })
    )
  }

  private func exampleCount(of share: Double, at site: CallSite) -> Int {
    guard share >= 0, share <= 1 else {
      Mistake("split", "a share of \(share)", fix: "use a share in 0 ... 1").stop(at: site)
    }
    return Int((Double(count) * share).rounded())
  }
}
