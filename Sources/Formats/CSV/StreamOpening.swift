// SPDX-License-Identifier: Apache-2.0

/// The start of a stream: what separates its fields, what its columns are called, and where those
/// that are wanted stand.
struct StreamOpening {
  let separator: UInt8
  let names: [String]
  /// The wanted columns, where they stand.
  let columns: [StreamedColumn]
  /// In front of the first row.
  let reader: RecordReader

  init(
    _ stream: ByteStream, _ columns: [TableStream.Column], _ options: TableOptions
  ) throws(FileError) {
    let start = try Start(stream, options)
    let wanted = columns.map { Name($0.name) }
    var best: Candidate?, failure: FileError?
    for separator in start.candidates {
      do throws(FileError) {
        let candidate = try Candidate(separator, start, wanted, columns, options)
        if best.map({ candidate.rank > $0.rank }) ?? true { best = candidate }
      } catch {
        // What one separator makes of quotes is no mistake if another one makes sense.
        failure = failure ?? error
      }
    }
    guard let best else { throw failure! }
    (separator, names) = (best.separator, best.names.map(\.text))
    var reader = best.reader(of: start)
    try reader.push(start.bytes)
    if start.isWhole { reader.finish() }
    if best.hasHeader { _ = try reader.nextPushed() }
    self.reader = reader
    var missing = StreamedMissing(options.missing), wantedColumns: [StreamedColumn] = []
    for (name, column) in zip(wanted, columns) {
      let position = try best.position(of: name, in: stream.name)
      wantedColumns.append(StreamedColumn(column, at: position, missing.values(of: column)))
    }
    self.columns = wantedColumns
  }
}

/// The bytes up to the end of the first record, at least, and where that begins.
private struct Start {
  let opening: Opening
  /// From there on.
  let bytes: Bytes
  /// Nothing follows.
  let isWhole: Bool
  /// Bytes that may separate fields.
  let candidates: [UInt8]
  let source: ByteSource

  init(_ stream: ByteStream, _ options: TableOptions) throws(FileError) {
    var start: [UInt8] = [], isWhole = false, tried = 0
    while true {
      let block = try stream.next()
      isWhole = block.isEmpty
      if start.count > RecordReader.longestRecord {
        throw FileError(
          .malformed, in: stream.name,
          "no record in the first 64 MiB; is a quote left open?")
      }
      try requireMemory(3 * (start.count + block.count), for: stream.name)
      start += block
      // Not again for each of many small pieces, unless one may be all that comes.
      if !isWhole, start.count < 2 * tried, stream.isReady { continue }
      tried = start.count
      if !isWhole, start.count < FileKind.bytesNeeded, stream.isReady { continue }
      let source = ByteSource(start, name: stream.name)
      if let other = FileKind.other(than: try source.start()) {
        throw source.malformed(other.problem(insteadOf: "a table"))
      }
      let opening = try Opening(
        of: source, skip: options.skip, comment: try options.commentByte(source),
        skipsComments: true)
      let given = try options.separatorByte(source) ?? opening.separator
      let candidates = given.map { [$0] } ?? SeparatorSample.candidates
      let rest = Bytes(start[opening.offset...])
      let isEnough =
        if isWhole { true } else {
          try Start.hasRecord(rest, candidates, opening, stream.name)
        }
      if isEnough {
        (self.opening, bytes, self.isWhole) = (opening, rest, isWhole)
        (self.candidates, self.source) = (candidates, source)
        return
      }
    }
  }

  private static func hasRecord(
    _ bytes: Bytes, _ candidates: [UInt8], _ opening: Opening, _ name: String
  ) throws(FileError) -> Bool {
    for separator in candidates {
      var reader = RecordReader(pushedTo: name, separator: separator, from: opening)
      try reader.push(bytes)
      do throws(FileError) {
        switch try reader.nextPushed() {
        case .record: continue
        case .incomplete, .end: return false
        }
      } catch {
        // Not a separator of this table, or a mistake in its first record.
        continue
      }
    }
    return true
  }
}

/// The first record as one separator cuts it.
private struct Candidate {
  let separator: UInt8
  let names: [Name]
  let hasHeader: Bool
  /// How many of the wanted columns are there; without names, how many have a value that fits; how
  /// many fields there are. The first of the greatest is taken.
  let rank: (found: Int, fitting: Int, count: Int)
  private let line: Int

  init(
    _ separator: UInt8, _ start: Start, _ wanted: [Name], _ columns: [TableStream.Column],
    _ options: TableOptions
  ) throws(FileError) {
    self.separator = separator
    var first = RecordReader(pushedTo: start.source.name, separator: separator, from: start.opening)
    try first.push(start.bytes)
    first.finish()
    guard case .record = try first.nextPushed() else {
      throw start.source.malformed(
        start.source.byteCount == 0 ? "is empty" : "holds no records")
    }
    let count = first.fields.count
    let numbered = (1...count).map { Name("column \($0)") }
    let header = try Candidate.names(first)
    var comment: [Name] = []
    if let opening = start.opening.atLastComment {
      var reader = RecordReader(start.source, separator: separator, from: opening)
      if try reader.next(), reader.fields.count == count { comment = try Candidate.names(reader) }
    }
    func found(_ names: [Name]) -> Int {
      let known = Set(names)
      return wanted.count { known.contains($0) }
    }
    line = first.line
    let isNamed = found(header) > 0
    let hasHeader =
      options.header ?? (isNamed || found(comment) == 0 && found(numbered) < wanted.count)
    self.hasHeader = hasHeader
    names = hasHeader ? header : options.header == nil && found(comment) > 0 ? comment : numbered
    var fitting = 0
    if !hasHeader {
      var missing = StreamedMissing(options.missing)
      for (name, column) in zip(wanted, columns) {
        guard let position = names.firstIndex(of: name) else { continue }
        let streamed = StreamedColumn(column, at: position, missing.values(of: column))
        if streamed.fits(first) { fitting += 1 }
      }
    }
    rank = (found(names), fitting, count)
  }

  /// What the columns of a record are called.
  private static func names(_ reader: RecordReader) throws(FileError) -> [Name] {
    var names: [Name] = []
    names.reserveCapacity(reader.fields.count)
    for field in reader.fields.indices {
      let text = try reader.text(field)
      names.append(Name(text.isEmpty ? "column \(field + 1)" : text))
    }
    return names
  }

  func reader(of start: Start) -> RecordReader {
    RecordReader(pushedTo: start.source.name, separator: separator, from: start.opening)
  }

  func position(of name: Name, in file: String) throws(FileError) -> Int {
    if let position = names.firstIndex(of: name) {
      guard let other = names[(position + 1)...].firstIndex(of: name) else { return position }
      throw FileError(
        .malformed, in: file, at: .line(line),
        "fields \(position + 1) and \(other + 1) are both named \(name.text.quoted); rename one")
    }
    throw FileError(
      .malformed, in: file, at: .line(line),
      "there is no column \(name.text.quoted)" + name.text.suggestion(among: names.map(\.text)))
  }
}
