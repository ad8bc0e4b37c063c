// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

/// Looks for what makes a split into training and validation rows say too much.
struct LeakageSearch {
  private let table: Table
  private let columns: [ColumnUnderstanding]
  private let target: TargetUnderstanding

  init(_ table: Table, _ columns: [ColumnUnderstanding], _ target: TargetUnderstanding) {
    (self.table, self.columns, self.target) = (table, columns, target)
  }

  var warnings: [TableWarning] {
    [revealingColumns, duplicateRows, orderedRows, fewRows].compactMap { $0 }
  }

  /// Fewer rows may agree by chance.
  private static let fewestRows = 20

  /// Columns each of which alone says what is to be predicted. A table of one input is about that.
  private var revealingColumns: TableWarning? {
    let inputs = columns.filter(\.isInput)
    guard inputs.count > 1, target.rows.count >= LeakageSearch.fewestRows else { return nil }
    // Some thousand rows, and some of each class, show it; then all rows are asked.
    let step = max(1, target.rows.count / max(2000, 20 * target.classes.count))
    let sample = Array(stride(from: 0, to: target.rows.count, by: step))
    let names = inputs.filter { input in
      let values = table[input.name]!.values
      return reveals(values, sample)
        && (step == 1 || reveals(values, Array(target.rows.indices)))
    }.map(\.name)
    if names.isEmpty { return nil }
    let what = counted(names.count, "column alone says", plural: "columns each alone say")
    return TableWarning(
      .revealingColumn, names: names,
      "\(names.count == 1 ? "the column" : what) \(listed(names.map(\.quoted), most: 10)) "
        + "\(names.count == 1 ? "alone says " : "")what is to be predicted; leave out what is not "
        + "known yet when predictions are made")
  }

  /// - Parameter places: of `target.rows`.
  private func reveals(_ values: Table.Values, _ places: [Int]) -> Bool {
    switch target.task {
    case .classification:
      let labels = places.map { target.labels[$0] }
      let rows = places.map { target.rows[$0] }
      return Revelation(labels, classCount: target.classes.count).isMade(by: values, rows: rows)
    case .regression:
      let rows = places.map { target.rows[$0] }
      return target.numbers.contains { numbers in
        Relation(places.map { numbers[$0] }).isTold(by: values, rows: rows)
      }
    }
  }

  /// Rows whose inputs are those of an earlier row, where that is more than chance makes of the
  /// values that there are.
  private var duplicateRows: TableWarning? {
    let inputs = columns.filter(\.isInput).map(\.name)
    var hashes = [UInt64](repeating: 0, count: target.rows.count)
    for name in inputs {
      let bits = bits(of: table[name]!.values)
      for place in hashes.indices {
        hashes[place] = LeakageSearch.mixed(hashes[place], bits[place])
      }
    }
    var seen: Set<UInt64> = []
    let distinct = hashes.indices.filter { seen.insert(hashes[$0]).inserted }
    let duplicates = hashes.count - distinct.count, count = Double(hashes.count)
    // A pair among hundreds says nothing.
    guard duplicates > 1, Double(duplicates) >= count / 100, distinct.count > 1 else { return nil }
    // How many pairs of rows would agree if columns had nothing to do with each other.
    var pairs = count * count / 2
    for name in inputs where pairs > Double(duplicates) / 2 {
      let bits = bits(of: table[name]!.values)
      pairs *= LeakageSearch.shareOfEqualPairs(distinct.map { bits[$0] })
    }
    guard pairs <= Double(duplicates) / 2 else { return nil }
    return TableWarning(
      .duplicateRows,
      "\(duplicates) of \(target.rows.count) rows repeat the inputs of another; where such rows "
        + "stand on both sides of a split, the model is tested on what it was trained on: remove "
        + "copies, or keep what belongs together in one group")
  }

  /// The values of `target.rows`, equal where they are.
  private func bits(of values: Table.Values) -> [UInt64] {
    switch values {
    case .numeric(let numbers):
      target.rows.map { row in
        // 0 and -0 are one number, and what is missing is.
        let number = numbers[row]
        return number.isNaN ? .max : (number + 0).bitPattern
      }
    case .categorical(let codes, _):
      target.rows.map { UInt64(bitPattern: Int64(codes[$0])) }
    }
  }

  private static func shareOfEqualPairs(_ values: [UInt64]) -> Double {
    var counts: [UInt64: Double] = [:]
    for value in values { counts[value, default: 0] += 1 }
    let count = Double(values.count)
    return counts.values.reduce(0) { $0 + $1 * ($1 - 1) } / (count * (count - 1))
  }

  /// Source: Stafford, "Better Bit Mixing", variant 13 of MurmurHash3's last step.
  private static func mixed(_ hash: UInt64, _ bits: UInt64) -> UInt64 {
    var z = (hash &* 0x9E37_79B9_7F4A_7C15) ^ bits
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private var orderedRows: TableWarning? {
    guard target.rows.count >= LeakageSearch.fewestRows else { return nil }
    let isOrdered =
      switch target.task {
      case .classification: isOrderedByClass
      case .regression: target.numbers.contains(where: LeakageSearch.isSorted)
      }
    guard isOrdered else { return nil }
    let what = target.task == .classification ? "class" : "target"
    return TableWarning(
      .orderedRows,
      "the rows are ordered by \(what); the last ones are like none of the first: split them at "
        + "random, not by their place")
  }

  /// The class changes from row to row much less often than in random order.
  private var isOrderedByClass: Bool {
    let labels = target.labels, count = Double(labels.count)
    let changes = zip(labels, labels.dropFirst()).count { $0 != $1 }
    let same = target.classes.reduce(0.0) {
      let share = Double($1.count) / count
      return $0 + share * share
    }
    let expected = (count - 1) * (1 - same)
    return expected >= 8 && Double(changes) <= expected / 4
  }

  private static func isSorted(_ numbers: [Double]) -> Bool {
    let pairs = zip(numbers, numbers.dropFirst())
    let rising = pairs.count { $0 <= $1 }, falling = pairs.count { $0 >= $1 }
    return 50 * max(rising, falling) >= 49 * (numbers.count - 1)
  }

  private var fewRows: TableWarning? {
    let few = target.classes.filter { $0.count < 5 }
    if few.isEmpty { return nil }
    let names = few.map { "\($0.name.shortened) (\($0.count))" }
    return TableWarning(
      .fewRows, names: few.map(\.name),
      "\(counted(few.count, "class has", plural: "classes have")) fewer than 5 rows: "
        + "\(listed(names, most: 10)); find more of them, or join or remove such classes")
  }
}
