// SPDX-License-Identifier: Apache-2.0

extension Table {
  /// How the numbers of a column are written, and so what they are.
  public enum Notation: String, Sendable, Hashable, CaseIterable {
    /// Numbers alone.
    case plain
    /// 12 %, which is 0.12.
    case percent
    /// $5 and 5 EUR, which are 5: amounts in one currency.
    case currency
    /// Days, as seconds from 1970-01-01 to their beginning in UTC.
    case date
    /// Times, as seconds of the day.
    case time
    /// Days with a time, as seconds since 1970-01-01T00:00:00 UTC; those without are at midnight.
    case dateTime
  }

  /// All that is to be known to read a column's numbers as they were read before.
  public struct Spelling: Sendable, Hashable {
    /// What the numbers are.
    public var notation: Notation
    /// A comma stands before decimals, not a point.
    public var isDecimalComma: Bool
    /// In dates such as 3/4/2024 the day is in front.
    public var isDayFirst: Bool
    /// The code of the only currency that may stand beside numbers, such as "USD", which "$" is
    /// too; if nil, that of any.
    public var currency: String?

    /// Plain numbers with a decimal point, if nothing else is said.
    public init(
      _ notation: Notation = .plain, isDecimalComma: Bool = false, isDayFirst: Bool = false,
      currency: String? = nil
    ) {
      (self.notation, self.isDecimalComma) = (notation, isDecimalComma)
      (self.isDayFirst, self.currency) = (isDayFirst, currency)
    }
  }

  /// A value that is not what its column holds.
  public struct Misfit: Sendable, Hashable {
    /// The row, counted from 0.
    public let row: Int
    /// The line of the file on which the row starts.
    public let line: Int
    /// What stands there, without what is behind 40 letters.
    public let text: String

    /// A misfit whose text is shortened to 40 letters.
    public init(row: Int, line: Int, text: String) {
      (self.row, self.line, self.text) = (row, line, text.shortened)
    }

    /// So many of a column are kept.
    static let mostKept = 5
  }
}

extension Table.Column {
  /// What is known of a column beyond plain numbers that were read exactly. An object, because most
  /// columns have nothing of it.
  final class Findings: Sendable {
    let spelling: Table.Spelling
    let misfitCount: Int
    let misfits: [Table.Misfit]
    let numberCount: Int

    init(
      _ spelling: Table.Spelling = Table.Spelling(), _ misfitCount: Int = 0,
      _ misfits: [Table.Misfit] = [], numberCount: Int
    ) {
      (self.spelling, self.misfitCount, self.misfits) = (spelling, misfitCount, misfits)
      self.numberCount = numberCount
    }
  }

  /// What the numbers of a numeric column are, by the way they are written.
  public var notation: Table.Notation { spelling.notation }

  /// How the numbers of a numeric column are written: what reads more of the same kind.
  public var spelling: Table.Spelling { findings?.spelling ?? Table.Spelling() }

  /// How many values are no numbers of the column's notation; 0 if the reading was exact.
  public var misfitCount: Int { findings?.misfitCount ?? 0 }

  /// The first five of them.
  public var misfits: [Table.Misfit] { findings?.misfits ?? [] }

  /// How many values the tolerant reading took as numbers; in a categorical column, how many it
  /// could have, in any notation: many mean that the column was meant for numbers.
  public var numberCount: Int { findings?.numberCount ?? 0 }
}

extension Table.Spelling: CustomStringConvertible {
  /// "currency USD, decimal comma"; empty for plain numbers.
  public var description: String {
    var words: [String] = []
    switch notation {
    case .plain: break
    case .currency: words.append(currency.map { "currency \($0)" } ?? "currency")
    case .percent, .time, .dateTime: words.append(notation.rawValue)
    case .date: words.append("date")
    }
    if isDecimalComma { words.append("decimal comma") }
    if isDayFirst { words.append("day first") }
    return words.joined(separator: ", ")
  }
}
