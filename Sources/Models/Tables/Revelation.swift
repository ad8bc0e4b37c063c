// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// Whether a column alone says the class of rows. Errors are counted as if each row were new: what
/// a column of many different values can tell of the others says nothing.
struct Revelation {
  private let labels: [Int32]
  /// Errors of naming the most frequent class.
  private let errorsOfGuess: Int

  init(_ labels: [Int32], classCount: Int) {
    self.labels = labels
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[Int(label)] += 1 }
    errorsOfGuess = labels.count - (counts.max() ?? 0)
  }

  /// - Parameter rows: whose labels these are.
  func isMade(by values: Table.Values, rows: [Int]) -> Bool {
    let errors =
      switch values {
      case .numeric(let numbers): self.errors(rows.map { numbers[$0] })
      case .categorical(let codes, _): self.errors(rows.map { codes[$0] })
      }
    // One in a hundred may be a slip, if guessing makes ten times as many.
    return 100 * errors <= labels.count && 10 * errors <= errorsOfGuess && errorsOfGuess >= 5
  }

  /// A row is told right if most of the other rows of its category, or of those without, are of its
  /// class.
  private func errors(_ codes: [Int32]) -> Int {
    let order = codes.indices.sorted { codes[$0] < codes[$1] }
    return groups(order) { codes[$0] == codes[$1] }.reduce(0) { sum, group in
      let tally = tally(order[group])
      // Without the row itself its class must still be ahead of all others.
      return sum + (tally.most - 1 > tally.second ? group.count - tally.most : group.count)
    }
  }

  /// In the order of the numbers classes stand in runs; a run of fewer than 5 rows may be chance.
  private func errors(_ numbers: [Double]) -> Int {
    let present = numbers.indices.filter { !numbers[$0].isNaN }
    let missing = numbers.indices.filter { numbers[$0].isNaN }
    let order = present.sorted { numbers[$0] < numbers[$1] }
    var errors = 0, run = 0, class_: Int32 = -1
    func end() { if run < 5 { errors += run } }
    for group in groups(order, by: { numbers[$0] == numbers[$1] }) {
      let tally = tally(order[group])
      if tally.label != class_ {
        end()
        (run, class_) = (0, tally.label)
      }
      run += tally.most
      errors += group.count - tally.most
    }
    end()
    let most = tally(missing[...]).most
    return errors + (most < 5 ? missing.count : missing.count - most)
  }

  /// The most frequent class of some rows, how many have it, and how many the next one.
  private func tally(_ places: ArraySlice<Int>) -> (label: Int32, most: Int, second: Int) {
    if places.count == 1 { return (labels[places.first!], 1, 0) }
    let sorted = places.map { labels[$0] }.sorted()
    var found: (label: Int32, most: Int, second: Int) = (-1, 0, 0), start = 0
    for end in sorted.indices where end + 1 == sorted.count || sorted[end + 1] != sorted[end] {
      let count = end + 1 - start
      if count > found.most {
        found = (sorted[end], count, found.most)
      } else {
        found.second = max(found.second, count)
      }
      start = end + 1
    }
    return found
  }

  /// Ranges of places that are equal.
  private func groups(
    _ order: [Int], by areEqual: (Int, Int) -> Bool
  ) -> [Range<Int>] {
    var groups: [Range<Int>] = [], start = 0
    for place in order.indices
    where place + 1 == order.count || !areEqual(order[place], order[place + 1]) {
      groups.append(start..<place + 1)
      start = place + 1
    }
    return groups
  }
}

/// Whether a column alone says the numbers of rows.
struct Relation {
  private let targets: [Double]
  private let moments: Moments

  init(_ targets: [Double]) { (self.targets, moments) = (targets, Moments(targets)) }

  /// - Parameter rows: whose targets these are.
  func isTold(by values: Table.Values, rows: [Int]) -> Bool {
    guard moments.deviation.isNormal else { return false }
    switch values {
    case .numeric(let numbers): return correlation(rows.map { numbers[$0] }) > 0.999
    case .categorical(let codes, _): return share(rows.map { codes[$0] }) > 0.999
    }
  }

  /// Of the rows that have a number, if most do; 0 where the numbers are but a few.
  private func correlation(_ numbers: [Double]) -> Double {
    let places = numbers.indices.filter { numbers[$0].isFinite }
    guard places.count >= 20, 2 * places.count >= numbers.count else { return 0 }
    let x = Moments(places.map { numbers[$0] }), y = Moments(places.map { targets[$0] })
    guard x.deviation.isNormal, y.deviation.isNormal else { return 0 }
    let products = places.map {
      (numbers[$0] - x.mean) / x.deviation * ((targets[$0] - y.mean) / y.deviation)
    }
    return Moments(products).mean.magnitude
  }

  /// How much of the variance the mean of the other rows of a category explains.
  private func share(_ codes: [Int32]) -> Double {
    var sums: [Int32: (sum: Double, count: Int)] = [:]
    let centered = targets.map { ($0 - moments.mean) / moments.deviation }
    for (code, y) in zip(codes, centered) {
      sums[code, default: (0, 0)].sum += y
      sums[code]!.count += 1
    }
    let squares = zip(codes, centered).reduce(0.0) { total, row in
      let (sum, count) = sums[row.0]!
      let others = count > 1 ? (sum - row.1) / Double(count - 1) : 0
      return total + (row.1 - others) * (row.1 - others)
    }
    return 1 - squares / Double(targets.count)
  }
}
