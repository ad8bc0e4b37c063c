// SPDX-License-Identifier: Apache-2.0

/// How many of each column's fields are numbers in each notation, and what they say about decimals
/// and days: found in the first reading, so that the second knows how to read each column.
struct NotationCounts {
  enum Tally: Int, CaseIterable {
    /// Neither a number nor a moment; and of these, what often stands for no value.
    case text, mark
    case plain, percent, amount, date, time, dateTime
    case point, comma, pointOrThousand, commaOrThousand
    case dayFirst, monthFirst, dayOrMonthFirst
  }

  private static let width = Tally.allCases.count
  private var counts: [UInt32]
  /// How many amounts of a column are in a currency: most columns have none.
  private var amounts: [Amount: Int] = [:]

  private struct Amount: Hashable {
    let column: Int
    let unit: Unit
  }

  init(columnCount: Int) {
    counts = Array(repeating: 0, count: columnCount * NotationCounts.width)
  }

  static func byteCount(columnCount: Int) -> Int { 4 * width * columnCount }

  var columnCount: Int { counts.count / NotationCounts.width }

  subscript(column: Int, tally: Tally) -> Int {
    Int(counts[column * NotationCounts.width + tally.rawValue])
  }

  subscript(column: Int, unit unit: Unit) -> Int {
    amounts[Amount(column: column, unit: unit)] ?? 0
  }

  private mutating func count(_ tally: Tally, _ start: Int) { counts[start + tally.rawValue] += 1 }

  /// Counts a field that is not missing.
  mutating func add(_ field: Field, _ bytes: Span<UInt8>, column: Int, _ syntax: Syntax) {
    let start = column * NotationCounts.width
    let decimal = syntax.number(bytes, field)
    // Most numbers are whole, or have decimals that say nothing that is not known.
    if let decimal, decimal.exponent >= 0 { return count(.plain, start) }
    if field.hasDoubledQuotes { return count(.text, start) }
    if let number = SpelledNumber(bytes, field.start, field.end) {
      switch number.evidence {
      case .none: break
      case .point: count(.point, start)
      case .comma: count(.comma, start)
      case .pointOrThousand: count(.pointOrThousand, start)
      case .commaOrThousand: count(.commaOrThousand, start)
      }
      if number.unit.isCurrency {
        amounts[Amount(column: column, unit: number.unit), default: 0] += 1
        count(.amount, start)
      } else {
        count(number.unit == .percent ? .percent : .plain, start)
      }
    } else if let moment = SpelledMoment(bytes, field.start, field.end) {
      switch moment.kind {
      case .date: count(.date, start)
      case .time: count(.time, start)
      case .dateTime: count(.dateTime, start)
      }
      switch moment.order {
      case .known: break
      case .dayFirst: count(.dayFirst, start)
      case .monthFirst: count(.monthFirst, start)
      case .either: count(.dayOrMonthFirst, start)
      }
    } else {
      count(.text, start)
      if MissingValues.marks.contains(bytes, field) { count(.mark, start) }
    }
  }
}
