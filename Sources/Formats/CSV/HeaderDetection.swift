// SPDX-License-Identifier: Apache-2.0

/// Whether the first record names the columns, by what stands below it.
///
/// A name above a column of numbers makes it a header. Else a number in figures makes it data, as
/// does a text in figures ("1,5", "2024-01-31") above others; and where all are texts, they are
/// names. Where both readings fit, the error asks.
struct HeaderDetection {
  private enum Reading {
    case empty
    /// In figures: a number, or a text above texts of which all begin with a figure.
    case number
    /// A number in quotes, above numbers that have none.
    case quotedNumber
    /// `inf`, `NA`: a number or a missing value that is a word.
    case word
    /// A text by which people mark missing values, or one that begins with a figure.
    case doubtful
    case name
  }

  /// - Parameter spellings: how numbers are written in each column that has some, if not plainly;
  ///   nil for the exact reading.
  static func hasHeader(
    _ first: RecordReader, _ columns: [Survey.Column], _ syntax: Syntax,
    spellings: [Table.Spelling?]?
  ) throws(FileError) -> Bool {
    let bytes = first.buffer.span
    var readings: [Reading] = []
    readings.reserveCapacity(first.fields.count)
    for (position, (field, column)) in zip(first.fields, columns).enumerated() {
      var reading = reading(of: field, bytes, above: column, syntax)
      if let spellings, reading == .doubtful || reading == .name,
        isSpelled(field, bytes, above: column, spellings[position])
      {
        reading = .number
      }
      readings.append(reading)
    }
    func find(_ meant: Set<Reading>, _ isMeant: (Survey.Column) -> Bool) -> Int? {
      readings.indices.first { meant.contains(readings[$0]) && isMeant(columns[$0]) }
    }
    if find([.name], \.isNumeric) != nil { return true }
    if let field = find([.doubtful], \.isNumeric) {
      throw question(first, field, "may name the numbers below it, or be a value")
    }
    if let field = find([.quotedNumber], \.isNumeric) {
      // One that has no quotes stands against it.
      if find([.number], \.isNumeric) == nil { return true }
      throw question(first, field, "stands in quotes, which the numbers below it do not")
    }
    if let number = find([.number, .quotedNumber], { _ in true }) {
      if find([.number, .quotedNumber], { !$0.isTextsOnly }) != nil { return false }
      throw question(first, number, "stands above texts only: it may be a name, or a value")
    }
    let hasName = readings.contains { $0 == .name || $0 == .doubtful }
    guard let unclear = find([.word, .empty], \.isNumeric) else { return hasName }
    // An index without a name is what pandas writes in front.
    if hasName, unclear == 0, readings[0] == .empty, !readings.dropFirst().contains(.empty) {
      return true
    }
    let isNameless = readings.allSatisfy { $0 == .empty }
    if isNameless || !hasName && first.hasEqualFields { return false }
    throw question(first, unclear, "may name the numbers below it, or be the first value")
  }

  private static func reading(
    of field: Field, _ bytes: Span<UInt8>, above column: Survey.Column, _ syntax: Syntax
  ) -> Reading {
    if field.count == 0 { return .empty }
    if let number = syntax.number(bytes, field) {
      if number.isInfinite { return .word }
      let isQuoted = field.isQuoted && column.numberCount > 0 && !column.hasQuotedNumber
      return isQuoted ? .quotedNumber : .number
    }
    if syntax.missing.contains(bytes, field) { return .word }
    if beginsWithFigure(bytes, field) {
      return column.textCount > 0 && column.hasFiguresOnly ? .number : .doubtful
    }
    return MissingValues.marks.contains(bytes, field) ? .doubtful : .name
  }

  /// A number or a moment, written as those below it are.
  private static func isSpelled(
    _ field: Field, _ bytes: Span<UInt8>, above column: Survey.Column, _ spelling: Table.Spelling?
  ) -> Bool {
    if field.hasDoubledQuotes { return false }
    if column.numberCount == 0, column.textCount == 0 {
      return SpelledNumber(bytes, field.start, field.end) != nil
        || SpelledMoment(bytes, field.start, field.end) != nil
    }
    return spelling.map { SpellingReader($0).number(bytes, field) != nil } ?? false
  }

  /// "1,5", "$5", "12:30", "-3 km": no letter stands before the first figure.
  static func beginsWithFigure(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
    for index in field.start..<field.end {
      let byte = bytes[index]
      if byte &- UInt8(ascii: "0") <= 9 { return true }
      if (byte | 0x20) &- UInt8(ascii: "a") < 26 { return false }
      // Beyond ASCII all begin letters, but signs such as those for degrees (C2) and euros (E2).
      if byte >= 0xC3, byte != 0xE2 { return false }
    }
    return false
  }

  private static func question(_ first: RecordReader, _ field: Int, _ why: String) -> FileError {
    let text = String(decoding: first.raw(first.fields[field]), as: UTF8.self)
    let shown = text.isEmpty ? "an empty field" : text.quoted
    return first.error(
      "\(shown) \(why); say whether this line names the columns: header: true or header: false",
      field: field, column: nil)
  }
}
