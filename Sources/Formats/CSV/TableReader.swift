// SPDX-License-Identifier: Apache-2.0

/// Reads a table: how it is written, what is in it, then its numbers and texts.
struct TableReader {
  let source: ByteSource
  let opening: Opening
  let separator: UInt8
  let syntax: Syntax
  let options: TableOptions
  private let missing: [String]

  init(_ source: ByteSource, _ options: TableOptions) throws(FileError) {
    (self.source, self.options) = (source, options)
    let given = try options.separatorByte(source)
    let decimal = options.decimal ?? "."
    let point = decimal.utf8.first!
    guard decimal.utf8.count == 1, ".,".utf8.contains(point) else {
      throw source.malformed(
        "\(decimal.debugDescription) does not stand before decimals; use '.' or ','")
    }
    if let other = FileKind.other(than: try source.start()) {
      throw source.malformed(other.problem(insteadOf: "a table"))
    }
    opening = try Opening(
      of: source, skip: options.skip, comment: try options.commentByte(source),
      skipsComments: options.reading == .tolerant)
    let named = given ?? opening.separator
    guard named != point else {
      throw source.malformed(
        "a comma cannot both separate fields\(given == nil ? ", as the first line says," : "") and "
          + "stand before decimals")
    }
    missing = options.missing ?? CSV.missing
    syntax = Syntax(missing: MissingValues(missing), point: point)
    separator = try SeparatorSample.detect(
      in: source, from: opening, given: named, point, isTolerant: options.reading == .tolerant)
  }

  /// About what a column takes besides its values, while it is read and afterwards.
  private static let bytesOfColumn = 512

  func table() throws(FileError) -> Table {
    var first = RecordReader(source, separator: separator, from: opening)
    guard try first.next() else {
      throw source.malformed(source.byteCount == 0 ? "is empty" : "holds no records")
    }
    try requireMemory(first.fields.count * TableReader.bytesOfColumn, for: source.name)
    // What is no text at all is not asked about its header.
    for field in first.fields.indices { try first.checkText(field) }
    let (survey, hasHeader) = try survey(behind: first)
    let named = hasHeader ? first : try commentedHeader(of: first.fields.count)
    let (names, index) = try names(named, columnCount: first.fields.count)
    let plans = try plans(names, index, survey, first, hasHeader: hasHeader)
    let (columns, lines) = try columns(names, plans, survey, first, hasHeader: hasHeader)
    return Table(
      file: source.name, columns: columns, rowCount: survey.rowCount, missing: missing,
      lines: lines, index: index)
  }

  /// The first reading.
  private func survey(
    behind first: RecordReader
  ) throws(FileError) -> (Survey.Result, hasHeader: Bool) {
    let isTolerant = options.reading == .tolerant
    if isTolerant {
      try requireMemory(
        NotationCounts.byteCount(columnCount: first.fields.count), for: source.name)
    }
    var survey = Survey(behind: first, syntax, isTolerant: isTolerant)
    let hasHeader = if let header = options.header { header } else { try detect(first, survey) }
    if !hasHeader { survey.add(first) }
    return (survey.result(), hasHeader)
  }

  private func detect(_ first: RecordReader, _ survey: Survey) throws(FileError) -> Bool {
    var columns = survey.columns, spellings: [Table.Spelling?]?
    if let notations = survey.notations {
      let decided = SpellingDecision(notations, separator: separator, options).columns
      spellings = decided.map(\.spelling)
      for (column, decision) in decided.enumerated() where decision.spelling != nil {
        columns[column].takeAsNumbers(decision.numberCount)
      }
    }
    return try HeaderDetection.hasHeader(first, columns, syntax, spellings: spellings)
  }

  /// The last comment in front of the table, if it holds names: as many as there are columns.
  private func commentedHeader(of columnCount: Int) throws(FileError) -> RecordReader? {
    guard options.reading == .tolerant, options.header == nil, columnCount > 1,
      let opening = opening.atLastComment
    else { return nil }
    var reader = RecordReader(source, separator: separator, from: opening)
    return try reader.next() && reader.fields.count == columnCount ? reader : nil
  }

  /// The names of the columns, and where to find one.
  private func names(
    _ header: RecordReader?, columnCount: Int
  ) throws(FileError) -> ([String], Categories) {
    var names: [String] = [], index = Categories()
    names.reserveCapacity(columnCount)
    for field in 0..<columnCount {
      let text = try header?.text(field) ?? ""
      if let header,
        let control = text.utf8.first(where: { $0 < 0x20 && !(0x09...0x0D ~= $0) || $0 == 0x7F })
      {
        throw header.error(
          "a control character (\(control)) in a name; is this a text in UTF-8?", field: field,
          column: nil)
      }
      let name = text.isEmpty ? "column \(field + 1)" : text
      if let other = index.add(name) {
        throw FileError(
          .malformed, in: source.name, at: .line(header?.line ?? opening.line),
          "fields \(other + 1) and \(field + 1) are both named \(name.quoted); rename one, or "
            + "load with header: false if these are no names")
      }
      names.append(name)
    }
    return (names, index)
  }
}
