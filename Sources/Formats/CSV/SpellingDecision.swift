// SPDX-License-Identifier: Apache-2.0

/// What each column is taken as, by the counts of all: the rules of ``CSV/Reading/tolerant``.
struct SpellingDecision {
  struct Column {
    /// Of a numeric column.
    var spelling: Table.Spelling?
    /// How many fields that fit, or that are any number in a categorical column. (Not exact for the
    /// first where two things about a field do not fit.)
    var numberCount: Int
    /// All that has a value.
    var valueCount: Int
    var question: Question?
  }

  /// What nothing in the file says.
  enum Question { case decimals, days }

  private let counts: NotationCounts
  private let options: TableOptions
  private let separator: UInt8
  /// What the columns agree on that know; nil if none does, or not all agree.
  private var isDecimalComma: Bool?
  private var isDayFirst: Bool?
  private(set) var columns: [Column] = []

  init(
    _ counts: NotationCounts, separator: UInt8, _ options: TableOptions,
    kinds: [Int: Table.Kind] = [:], notations: [Int: Table.Notation] = [:],
    spellings: [Int: Table.Spelling] = [:]
  ) {
    (self.counts, self.separator, self.options) = (counts, separator, options)
    isDecimalComma = agreement { $0.counts.commaVote(of: $1) }
    isDayFirst = agreement { $0.counts.dayFirstVote(of: $1) }
    columns.reserveCapacity(counts.columnCount)
    for column in 0..<counts.columnCount {
      columns.append(decide(column, kinds[column], notations[column], spellings[column]))
    }
  }

  /// What all columns of numbers say that say something.
  private func agreement(_ vote: (SpellingDecision, Int) -> Bool?) -> Bool? {
    var agreed: Bool?
    for column in 0..<counts.columnCount {
      guard let vote = vote(self, column) else { continue }
      // A few numbers among texts have no say.
      guard isClear(counts.numberCount(of: column), column) else { continue }
      if agreed == !vote { return nil }
      agreed = vote
    }
    return agreed
  }

  private func isClear(_ fitting: Int, _ column: Int) -> Bool {
    fitting > 0 && fitting * 4 >= (counts.valueCount(of: column) - counts[column, .mark]) * 3
  }

  private func decide(
    _ column: Int, _ kind: Table.Kind?, _ notation: Table.Notation?, _ spelling: Table.Spelling?
  ) -> Column {
    let notation = spelling?.notation ?? notation
    let isDecimalComma = spelling?.isDecimalComma ?? decimalComma(column)
    let isDayFirst = spelling?.isDayFirst ?? dayFirst(column)
    let values = counts.valueCount(of: column), numbers = counts.numberCount(of: column)
    var candidates = candidates(
      column, isDecimalComma: isDecimalComma ?? false, isDayFirst: isDayFirst ?? false)
    if let notation {
      candidates = candidates.filter { $0.spelling.notation == notation }
      if candidates.isEmpty {
        let spelling = Table.Spelling(
          notation, isDecimalComma: isDecimalComma ?? false, isDayFirst: isDayFirst ?? false)
        candidates = [(spelling, 0)]
      }
    }
    // The first of them if several have as many.
    let best = candidates.dropFirst().reduce(candidates[0]) { $1.count > $0.count ? $1 : $0 }
    let isAsked = kind == .numeric || notation != nil
    guard kind != .categorical, isAsked || values == 0 || isClear(best.count, column) else {
      return Column(spelling: nil, numberCount: numbers, valueCount: values)
    }
    var result = Column(
      spelling: spelling ?? best.spelling, numberCount: best.count, valueCount: values)
    switch best.spelling.notation {
    case .plain, .percent, .currency: if isDecimalComma == nil { result.question = .decimals }
    case .date, .dateTime: if isDayFirst == nil { result.question = .days }
    case .time: break
    }
    return result
  }

  private func candidates(
    _ column: Int, isDecimalComma: Bool, isDayFirst: Bool
  ) -> [(spelling: Table.Spelling, count: Int)] {
    let others = counts[column, isDecimalComma ? .point : .comma]
    let otherDays = counts[column, isDayFirst ? .monthFirst : .dayFirst]
    let currency = counts.currency(of: column)
    let amounts = counts[column, .plain] + (currency.map { counts[column, unit: $0] } ?? 0)
    let days = counts[column, .date], moments = counts[column, .dateTime]
    func number(_ notation: Table.Notation, _ count: Int) -> (Table.Spelling, Int) {
      let spelling = Table.Spelling(
        notation, isDecimalComma: isDecimalComma,
        currency: notation == .currency ? currency?.code : nil)
      return (spelling, max(count - others, 0))
    }
    func day(_ notation: Table.Notation, _ count: Int) -> (Table.Spelling, Int) {
      (Table.Spelling(notation, isDayFirst: isDayFirst), max(count - otherDays, 0))
    }
    return [
      currency == nil ? number(.plain, amounts) : number(.currency, amounts),
      number(.percent, counts[column, .percent]), day(.date, days),
      day(.dateTime, moments == 0 ? 0 : moments + days),
      (Table.Spelling(.time), counts[column, .time]),
    ]
  }

  /// Nil if both readings are possible.
  private func decimalComma(_ column: Int) -> Bool? {
    if let decimal = options.decimal { return decimal == "," }
    if let own = counts.commaVote(of: column) ?? isDecimalComma { return own }
    let points = counts[column, .pointOrThousand], commas = counts[column, .commaOrThousand]
    if commas == 0 { return false }
    if points > 0 { return nil }
    if separator == UInt8(ascii: ",") { return false }
    return separator == UInt8(ascii: ";") ? true : nil
  }

  private func dayFirst(_ column: Int) -> Bool? {
    if let isDayFirst = options.isDayFirst { return isDayFirst }
    if let own = counts.dayFirstVote(of: column) ?? isDayFirst { return own }
    return counts[column, .dayOrMonthFirst] == 0 ? false : nil
  }
}

extension NotationCounts {
  /// How many fields are not missing.
  func valueCount(of column: Int) -> Int { self[column, .text] + numberCount(of: column) }

  /// How many are numbers or moments of any kind.
  fileprivate func numberCount(of column: Int) -> Int {
    let tallies: [Tally] = [.plain, .percent, .amount, .date, .time, .dateTime]
    return tallies.reduce(0) { $0 + self[column, $1] }
  }

  /// The one that most amounts have; nil if none has any.
  fileprivate func currency(of column: Int) -> Unit? {
    if self[column, .amount] == 0 { return nil }
    var best: Unit?
    for unit in NotationCounts.currencies
    where self[column, unit: unit] > (best.map { self[column, unit: $0] } ?? 0) {
      best = unit
    }
    return best
  }

  /// Whether most numbers that show it have a decimal comma; nil if none does.
  fileprivate func commaVote(of column: Int) -> Bool? {
    let points = self[column, .point], commas = self[column, .comma]
    return points + commas == 0 ? nil : commas > points
  }

  fileprivate func dayFirstVote(of column: Int) -> Bool? {
    let days = self[column, .dayFirst], months = self[column, .monthFirst]
    return days + months == 0 ? nil : days > months
  }

  private static let currencies = (2..<Unit.count).map { Unit(number: UInt8($0)) }
}
