// SPDX-License-Identifier: Apache-2.0

/// What the first reading of a file finds out: what stands in each column and how much of it, so
/// that the second one knows what to make of it and takes no more memory than it needs.
struct Survey {
  struct Column {
    var numberCount: UInt32 = 0
    var textCount: UInt32 = 0
    var missingCount: UInt32 = 0
    private var marks: Marks = []
    /// The bytes of all that is not missing.
    var byteCount = 0

    private struct Marks: OptionSet {
      let rawValue: UInt8
      static let varies = Marks(rawValue: 1)
      static let hasFraction = Marks(rawValue: 2)
      static let isRounded = Marks(rawValue: 4)
      static let isLong = Marks(rawValue: 8)
      static let hasQuotedNumber = Marks(rawValue: 16)
      static let hasWord = Marks(rawValue: 32)
    }

    /// All numbers are whole and have at most 38 digits.
    var isWhole: Bool { marks.isDisjoint(with: [.hasFraction, .isLong]) }
    /// A whole number is not the Double next to it.
    var isRounded: Bool { marks.contains(.isRounded) }
    /// All fields are one and the same number, or none has a value.
    var isConstant: Bool { !marks.contains(.varies) }
    /// All texts begin with a figure.
    var hasFiguresOnly: Bool { !marks.contains(.hasWord) }
    var isNumeric: Bool { numberCount > 0 && textCount == 0 }
    var isTextsOnly: Bool { textCount > 0 && numberCount == 0 && !hasFiguresOnly }
    var hasQuotedNumber: Bool { marks.contains(.hasQuotedNumber) }

    /// Takes a column as numbers, of which so many are some that the exact reading does not know.
    mutating func takeAsNumbers(_ count: Int) {
      (numberCount, textCount) = (UInt32(count), 0)
    }

    /// Counts a field.
    ///
    /// - Parameter reference: a record and its fields with which all of a constant column agree.
    mutating func add(
      _ field: Field, _ bytes: Span<UInt8>, _ other: Field, _ reference: Span<UInt8>,
      _ syntax: Syntax
    ) {
      if syntax.missing.contains(bytes, field) {
        missingCount += 1
        if isConstant, !syntax.missing.contains(reference, other) { marks.insert(.varies) }
        return
      }
      byteCount += field.count
      guard let number = syntax.number(bytes, field) else {
        textCount += 1
        if !HeaderDetection.beginsWithFigure(bytes, field) { marks.insert(.hasWord) }
        return
      }
      numberCount += 1
      if field.isQuoted { marks.insert(.hasQuotedNumber) }
      if !number.isWhole { marks.insert(.hasFraction) }
      if number.isLong { marks.insert(.isLong) }
      if number.digitCount > 15 || number.isLong, number.isRounded(bytes) {
        marks.insert(.isRounded)
      }
      if isConstant {
        let same = syntax.missing.contains(reference, other) ? nil : syntax.number(reference, other)
        if same.map({ Decimal.order(number, bytes, $0, reference) != 0 }) ?? true {
          marks.insert(.varies)
        }
      }
    }
  }

  private(set) var columns: [Column]
  /// What the fields are in all notations, if that is asked.
  private(set) var notations: NotationCounts?
  private(set) var rowCount = 0
  /// How many lines more than one the records take, with the empty lines between them.
  private(set) var extraLineCount = 0
  /// Why the reading stopped before the end.
  private(set) var failure: FileError?

  /// The record that a constant column agrees with; as long as the file if it has one record.
  private var reference: RecordReader
  private let syntax: Syntax

  /// Reads on from a record, which is not counted yet: it may hold the names.
  init(behind first: RecordReader, _ syntax: Syntax, isTolerant: Bool) {
    var reader = first
    self.syntax = syntax
    reference = first
    columns = Array(repeating: Column(), count: first.fields.count)
    if isTolerant { notations = NotationCounts(columnCount: first.fields.count) }
    var line = first.line
    do throws(FileError) {
      while try reader.next() {
        try reader.checkFieldCount(columns.count)
        guard rowCount < Int32.max - 1 else {
          throw reader.error("more rows than can be counted", line: reader.line)
        }
        if rowCount == 0 { reference = reader }
        add(reader)
        extraLineCount += reader.line - line - 1
        line = reader.line
      }
    } catch {
      failure = error
    }
  }

  /// Counts a record.
  mutating func add(_ reader: borrowing RecordReader) {
    // References of their own: spans of parts of `self` would lock all of it.
    let (buffer, fields, syntax) = (reference.buffer, reference.fields, syntax)
    let bytes = reader.buffer.span, other = buffer.span
    for column in columns.indices {
      columns[column].add(reader.fields[column], bytes, fields[column], other, syntax)
    }
    rowCount += 1
    if notations == nil { return }
    for column in columns.indices where !syntax.missing.contains(bytes, reader.fields[column]) {
      notations?.add(reader.fields[column], bytes, column: column, syntax)
    }
  }
}

extension Survey {
  /// What was found, without the records that it was found with.
  struct Result {
    let columns: [Column]
    let notations: NotationCounts?
    let rowCount: Int
    let extraLineCount: Int
    let failure: FileError?
  }

  consuming func result() -> Result {
    Result(
      columns: columns, notations: notations, rowCount: rowCount, extraLineCount: extraLineCount,
      failure: failure)
  }
}

/// How fields are read: what stands for no value, and which sign is in front of decimals.
struct Syntax {
  let missing: MissingValues
  let point: UInt8

  /// The number in a field that is not missing.
  func number(_ bytes: Span<UInt8>, _ field: Field) -> Decimal? {
    field.hasDoubledQuotes ? nil : Decimal(bytes, field.start, field.end, point: point)
  }
}
