// SPDX-License-Identifier: Apache-2.0

/// Reads a table: how it is written, what is in it, then its numbers and texts.
struct TableReader {
  private let source: ByteSource
  private let opening: Opening
  private let separator: UInt8
  private let syntax: Syntax
  private let header: Bool?
  private let types: [String: Table.Kind]

  init(
    _ source: ByteSource, _ separator: Character?, _ decimal: Character, _ header: Bool?,
    _ skip: Int, _ types: [String: Table.Kind], _ missing: [String]
  ) throws(FileError) {
    // CR LF is one character to Swift, and its ASCII value that of LF: it is none of one byte.
    let given = separator.map { $0.utf8.count == 1 ? $0.utf8.first! : 0 }
    if let separator, let given, !Opening.isSeparator(given) {
      throw source.malformed(
        "\(separator.debugDescription) cannot separate fields: it ends lines, quotes texts or "
          + "stands in numbers and words; use one as ',', ';', '|' or a tab")
    }
    let point = decimal.utf8.first!
    guard decimal.utf8.count == 1, ".,".utf8.contains(point) else {
      throw source.malformed(
        "\(decimal.debugDescription) does not stand before decimals; use '.' or ','")
    }
    if let other = FileKind.other(than: try source.start()) {
      throw source.malformed(other.problem(insteadOf: "a table"))
    }
    (self.source, self.header, self.types) = (source, header, types)
    opening = try Opening(of: source, skip: skip)
    let named = given ?? opening.separator
    guard named != point else {
      throw source.malformed(
        "a comma cannot both separate fields\(given == nil ? ", as the first line says," : "") and "
          + "stand before decimals")
    }
    syntax = Syntax(missing: MissingValues(missing), point: point)
    self.separator = try SeparatorSample.detect(
      in: source, from: opening, given: named, point)
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
    let (names, index) = try names(first, hasHeader: hasHeader)
    let kinds = try kinds(names, index, survey)
    let (columns, lines) = try columns(names, kinds, survey, first, hasHeader: hasHeader)
    return Table(
      file: source.name, columns: columns, rowCount: survey.rowCount, lines: lines, index: index)
  }

  /// The first reading.
  private func survey(
    behind first: RecordReader
  ) throws(FileError) -> (Survey.Result, hasHeader: Bool) {
    var survey = Survey(behind: first, syntax)
    let hasHeader =
      if let header { header } else { try HeaderDetection.hasHeader(first, survey, syntax) }
    if !hasHeader { survey.add(first) }
    return (survey.result(), hasHeader)
  }

  /// The names of the columns, and where to find one.
  private func names(
    _ first: RecordReader, hasHeader: Bool
  ) throws(FileError) -> ([String], Categories) {
    var names: [String] = [], index = Categories()
    names.reserveCapacity(first.fields.count)
    for field in first.fields.indices {
      let text = hasHeader ? try first.text(field) : ""
      if let control = text.utf8.first(where: { $0 < 0x20 && !(0x09...0x0D ~= $0) || $0 == 0x7F }) {
        throw first.error(
          "a control character (\(control)) in a name; is this a text in UTF-8?", field: field,
          column: nil)
      }
      let name = text.isEmpty ? "column \(field + 1)" : text
      if let other = index.add(name) {
        throw first.error(
          "fields \(other + 1) and \(field + 1) are both named \(name.quoted); rename one, or "
            + "load with header: false if these are no names", line: first.line)
      }
      names.append(name)
    }
    return (names, index)
  }

  private func kinds(
    _ names: [String], _ index: Categories, _ survey: Survey.Result
  ) throws(FileError) -> [Table.Kind] {
    var kinds = survey.columns.map { $0.textCount == 0 ? Table.Kind.numeric : .categorical }
    for (name, kind) in types.sorted(by: { $0.key < $1.key }) {
      guard let column = index.firstIndex(of: name) else {
        throw source.malformed("there is no column \(name.quoted) whose type could be set")
      }
      kinds[column] = kind
    }
    return kinds
  }

  /// The second reading. An error in a field comes before what ended the first one.
  private func columns(
    _ names: [String], _ kinds: [Table.Kind], _ survey: Survey.Result, _ first: RecordReader,
    hasHeader: Bool
  ) throws(FileError) -> ([Table.Column], RowLines) {
    let byteCount = zip(kinds, survey.columns).reduce(4 * survey.extraLineCount) {
      switch $1.0 {
      case .numeric: $0 + NumberColumnBuilder.byteCount($1.1, rowCount: survey.rowCount)
      case .categorical: $0 + CategoryColumnBuilder.byteCount(rowCount: survey.rowCount)
      }
    }
    try requireMemory(byteCount, for: source.name)
    var numbers: [NumberColumnBuilder] = [], categories: [CategoryColumnBuilder] = []
    let numericCount = kinds.count { $0 == .numeric }
    numbers.reserveCapacity(numericCount)
    categories.reserveCapacity(kinds.count - numericCount)
    for column in names.indices {
      let name = names[column], found = survey.columns[column]
      switch kinds[column] {
      case .numeric:
        numbers.append(NumberColumnBuilder(name: name, found, rowCount: survey.rowCount))
      case .categorical:
        categories.append(CategoryColumnBuilder(name: name, found, rowCount: survey.rowCount))
      }
    }
    var lines = RowLines(extraLineCount: survey.extraLineCount)
    var reader = first, isRow = !hasHeader
    repeat {
      guard isRow else {
        isRow = true
        continue
      }
      try reader.checkFieldCount(names.count)
      var number = 0, category = 0
      for column in names.indices {
        switch kinds[column] {
        case .numeric:
          try numbers[number].append(column, of: reader, syntax)
          number += 1
        case .categorical:
          try categories[category].append(column, of: reader, syntax)
          category += 1
        }
      }
      lines.append(reader.line)
    } while try reader.next()
    if let failure = survey.failure { throw failure }
    return (try columns(kinds, &numbers, &categories), lines)
  }

  private func columns(
    _ kinds: [Table.Kind], _ numbers: inout [NumberColumnBuilder],
    _ categories: inout [CategoryColumnBuilder]
  ) throws(FileError) -> [Table.Column] {
    var columns: [Table.Column] = []
    columns.reserveCapacity(kinds.count)
    // Taken from the end, so that each builder is gone when the next column is made.
    for kind in kinds.reversed() {
      switch kind {
      case .numeric: columns.append(numbers.removeLast().column())
      case .categorical:
        var builder = categories.removeLast()
        try requireMemory(builder.sortingByteCount, for: source.name)
        columns.append(builder.takeColumn(point: syntax.point))
      }
    }
    columns.reverse()
    return columns
  }
}
