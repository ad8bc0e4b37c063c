// SPDX-License-Identifier: Apache-2.0

/// What a column of numbers needs beyond them where they may be written in other ways than plainly,
/// and where what does not fit is a missing value. An object, so that other columns have only its
/// place.
final class SpelledNumbers {
  let spelling: Table.Spelling
  let reader: SpellingReader
  private(set) var misfitCount = 0
  private(set) var misfits: [Table.Misfit] = []
  /// Numbers that the first reading, which knows the plain ones alone, has not seen.
  private(set) var otherCount = 0
  /// The least and the greatest number.
  private var low = Double.infinity
  private var high = -Double.infinity
  private var isWhole = true

  init(_ spelling: Table.Spelling) {
    (self.spelling, reader) = (spelling, SpellingReader(spelling))
  }

  /// The number in a field; nil if it does not fit, which is noted.
  func number(
    _ position: Int, of reader: borrowing RecordReader, row: Int, column: String
  ) throws(FileError) -> Double? {
    let buffer = reader.buffer
    if let number = self.reader.number(buffer.span, reader.fields[position]) {
      otherCount += 1
      note(number)
      return number
    }
    misfitCount += 1
    if misfits.count < Table.Misfit.mostKept {
      let text = try reader.text(position, column: column)
      misfits.append(Table.Misfit(row: row, line: reader.line, text: text))
    } else {
      try reader.checkText(position, column: column)
    }
    return nil
  }

  func note(_ number: Double) {
    (low, high) = (min(low, number), max(high, number))
    // Beyond, a Double may stand for several whole numbers.
    if number != number.rounded(.towardZero) || number.magnitude > 0x1p53 { isWhole = false }
  }

  /// All numbers are equal, as Doubles.
  var areEqual: Bool { low >= high }

  /// The numbers may count the rows: they are whole, and no amounts or days.
  var mayIdentify: Bool { isWhole && spelling.notation == .plain }
}
