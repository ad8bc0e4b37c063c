// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset {
  /// The examples in two parts, the first of `share` of them, rounded to a whole number. With a key they
  /// are shuffled before: the same key gives the same parts.
  ///
  /// ```swift
  /// let (training, test) = data.split(0.8, shuffledWith: RandomKey(seed: 7))
  /// ```
  ///
  /// A mistake if the share is not in 0 ... 1.
  public func split(
    _ share: Double, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> (first: Dataset, rest: Dataset) {
    guard share >= 0, share <= 1 else {
      Mistake("split", "a share of \(share)", fix: "use a share in 0 ... 1")
        .stop(at: CallSite(file, line))
    }
    return split(at: Int((Double(count) * share).rounded()), shuffledWith: key)
  }

  /// The first `position` examples and the rest, shuffled before if there is a key. A mistake if there
  /// are not so many.
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

  /// Parts for cross-validation: each example validates in one fold and trains in the others. The
  /// sizes differ by one at most; with a key the examples are shuffled before. A mistake if there are fewer
  /// than two folds, or more than examples.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([5, 1]), labels: [0, 1, 2, 3, 4])
  /// print(data.folds(2).map(\.validation.labels.scalars))   // [[0, 1, 2], [3, 4]]
  /// ```
  public func folds(
    _ number: Int, shuffledWith key: RandomKey? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> [(training: Dataset, validation: Dataset)] {
    guard number >= 2, number <= count else {
      Mistake(
        "folds", "\(number) folds of \(counted(count, "example"))",
        fix: "use at least 2 folds, and no more than there are examples"
      ).stop(at: CallSite(file, line))
    }
    let order = key.map { $0.permutation(of: count) } ?? Array(0..<count)
    let (size, larger) = count.quotientAndRemainder(dividingBy: number)
    return (0..<number).map { fold in
      let start = fold * size + min(fold, larger), end = start + size + (fold < larger ? 1 : 0)
      return (
        training: examples(at: order[..<start] + order[end...]),
        validation: examples(at: order[start..<end])
      )
    }
  }
}
