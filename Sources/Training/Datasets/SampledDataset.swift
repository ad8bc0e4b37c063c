// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Dataset {
  /// A source whose passes have `count` examples drawn with these chances, the same one as often as
  /// it comes: rare or hard examples more often than others.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([3, 1]), labels: [0, 1, 2])
  /// let source = data.sampled(withWeights: [1, 0, 0])
  /// print(source.batches(in: BatchOrder(size: 2)).map(\.positions))   // [[0, 0], [0]]
  /// ```
  ///
  /// The pass's key draws; without one, the key of seed 0. A mistake if there is not one weight for
  /// each example, if a weight is negative or not finite, or if all are 0.
  ///
  /// - Parameter count: examples of a pass; nil for as many as the dataset has.
  public func sampled(
    withWeights weights: [Double], count: Int? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> SampledDataset<Target> {
    let site = CallSite(file, line)
    checkCount(weights.count, "weight", in: "sampled", at: site)
    if let place = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      Mistake(
        "sampled", "weight \(place) is \(weights[place])", fix: "use finite weights of 0 or more"
      ).stop(at: site)
    }
    // By the largest one, so that a sum is no more than their count.
    let largest = weights.max() ?? 0
    if largest == 0, !weights.isEmpty {
      Mistake("sampled", "all weights are 0", fix: "give at least one example a weight above 0")
        .stop(at: site)
    }
    var sum = 0.0
    let sums = weights.map { weight in
      sum += weight / largest
      return sum
    }
    return SampledDataset(
      dataset: self, drawing: .weighted(sums), count: drawn(count, "sampled", at: site))
  }

  /// A source whose passes have as many examples of every class, one more or less, and of a class
  /// each example as often, one more or less.
  ///
  /// ```swift
  /// let data = Dataset(inputs: .zeros([4, 1]), labels: [0, 0, 0, 1])
  /// let source = data.balanced(by: data.labels.scalars)
  /// for batch in source.batches(in: BatchOrder(size: 4)) { print(batch.labels.sum()) }   // 2
  /// ```
  ///
  /// The pass's key says which and in what order; without one, the key of seed 0. A mistake if
  /// there is not one class for each example.
  ///
  /// - Parameter count: examples of a pass; nil for as many as the dataset has.
  public func balanced(
    by classes: [some Hashable], count: Int? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> SampledDataset<Target> {
    let site = CallSite(file, line)
    checkCount(classes.count, "class", plural: "classes", in: "balanced", at: site)
    let strata = Strata(classes, inOrder: Array(0..<self.count))
    return SampledDataset(
      dataset: self, drawing: .balanced(strata.members), count: drawn(count, "balanced", at: site))
  }

  private func drawn(_ count: Int?, _ operation: String, at site: CallSite) -> Int {
    let drawn = count ?? self.count
    if drawn < 0 || drawn > 0 && self.count == 0 {
      Mistake(
        operation, "\(drawn) examples of \(self.count)", fix: "draw 0 or more, from at least one"
      ).stop(at: site)
    }
    return drawn
  }
}

/// A dataset of which each pass draws examples: see
/// ``Dataset/sampled(withWeights:count:file:line:)`` and ``Dataset/balanced(by:count:file:line:)``.
public struct SampledDataset<Target: TensorScalar>: BatchSource {
  enum Drawing {
    /// The sums of the weights up to each example.
    case weighted([Double])
    /// The examples of each class.
    case balanced([[Int]])
  }

  /// What examples are drawn from.
  public let dataset: Dataset<Target>
  private let drawing: Drawing
  private let count: Int

  init(dataset: Dataset<Target>, drawing: Drawing, count: Int) {
    (self.dataset, self.drawing, self.count) = (dataset, drawing, count)
  }

  /// How many examples a pass draws.
  public var exampleCount: Int? { count }

  /// One pass: what the order's key draws, in batches of its size. Positions are those in the
  /// dataset.
  public func batches(in order: BatchOrder) -> Batches<Target> {
    let key = (order.key ?? RandomKey(seed: 0)).folding(in: "sampling")
    let positions =
      switch drawing {
      case .weighted(let sums): (0..<count).map { draw(UInt64($0), key, sums) }
      case .balanced(let classes): balanced(classes, key)
      }
    return Batches(dataset: dataset, order: order, positions: positions)
  }

  /// The first example up to which the weights sum to more than a number that is drawn: none of
  /// weight 0.
  private func draw(_ number: UInt64, _ key: RandomKey, _ sums: [Double]) -> Int {
    let bits = threefry2x32(key: key.bits, counter: number)
    let drawn = Double(bits >> 11) * 0x1p-53 * sums[sums.count - 1]
    var low = 0, high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > drawn { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func balanced(_ classes: [[Int]], _ key: RandomKey) -> [Int] {
    var drawn: [Int] = []
    // Which classes get one example more is drawn as well.
    let order = key.folding(in: "classes").permutation(of: classes.count)
    for (turn, number) in order.enumerated() {
      let members = classes[number], key = key.folding(in: "class").folding(in: UInt64(number))
      let wanted = (count + classes.count - 1 - turn) / classes.count
      for round in 0..<(wanted + members.count - 1) / members.count {
        let order = key.folding(in: UInt64(round)).permutation(of: members.count)
        drawn += order.prefix(wanted - round * members.count).map { members[$0] }
      }
    }
    return key.folding(in: "order").permutation(of: drawn.count).map { drawn[$0] }
  }
}
