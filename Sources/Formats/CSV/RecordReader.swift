// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into records and fields, block by block: RFC 4180, with LF, CRLF or CR at the end
/// of a line, spaces around fields dropped, empty lines skipped.
struct RecordReader {
  /// A record longer than this is a quote left open.
  static let longestRecord = 1 << 26
  /// More columns take more memory for themselves than for what is in them.
  static let mostFields = 100_000
  private static let block = 1 << 20

  let source: ByteSource
  let separator: UInt8
  private let comment: UInt8?
  private let end: Int
  /// What `fields` point into.
  private(set) var buffer: Bytes = []
  /// The start of the next record in the buffer, and of the buffer's end in the source.
  private var position = 0
  private var offset: Int

  /// The fields of the current record.
  private(set) var fields: [Field] = []
  /// The line, from 1, on which the current record starts.
  private(set) var line = 0
  private var nextLine: Int
  /// Where the current record stands in the buffer, without the end of its last line.
  private(set) var range = 0..<0
  /// More bytes may be pushed.
  private var isOpen = false

  /// - Parameter end: where to stop, for looking at the start of a file.
  init(
    _ source: ByteSource, separator: UInt8, from opening: Opening, end: Int? = nil
  ) {
    self.source = source
    self.separator = separator
    comment = opening.comment
    self.end = min(end ?? source.byteCount, source.byteCount)
    (offset, nextLine) = (min(opening.offset, self.end), opening.line)
  }

  /// A reader of bytes that are pushed as they come.
  init(pushedTo name: String, separator: UInt8, from opening: Opening) {
    self.init(ByteSource([], name: name), separator: separator, from: opening)
    nextLine = opening.line
    isOpen = true
  }

  /// Appends what has come to what is not read yet.
  mutating func push(_ bytes: Bytes) throws(FileError) {
    guard buffer.count - position <= RecordReader.longestRecord else { throw tooLong }
    try requireMemory(3 * (buffer.count - position + bytes.count), for: source.name)
    buffer.removeFirst(position)
    position = 0
    buffer += bytes
  }

  /// Nothing will be pushed any more.
  mutating func finish() { isOpen = false }

  /// Moves to the next record if all of it has been pushed.
  mutating func nextPushed() throws(FileError) -> Outcome { try scan(isLast: isAtEnd) }

  private var isAtEnd: Bool { offset == end && !isOpen }

  private var tooLong: FileError {
    error("a record of more than 64 MiB; is a quote left open?", line: nextLine)
  }

  /// Moves to the next record; false at the end.
  mutating func next() throws(FileError) -> Bool {
    while true {
      switch try scan(isLast: isAtEnd) {
      case .record: return true
      case .end: return false
      case .incomplete: try refill()
      }
    }
  }

  /// Drops what has been read and appends at least as much as a long record already has.
  private mutating func refill() throws(FileError) {
    let rest = buffer.count - position
    guard rest <= RecordReader.longestRecord else { throw tooLong }
    let stop = min(offset + max(RecordReader.block, rest), end)
    // For the buffer, the one before, and the text of a field as long as the record.
    try requireMemory(3 * (rest + stop - offset), for: source.name)
    buffer.removeFirst(position)
    position = 0
    buffer.reserveCapacity(buffer.count + stop - offset)
    while offset < stop {
      let block = try source.bytes(at: offset, count: min(RecordReader.block, stop - offset))
      buffer += block
      offset += block.count
    }
  }

  enum Outcome { case record, incomplete, end }

  private mutating func scan(isLast: Bool) throws(FileError) -> Outcome {
    // A reference of its own: a span of `self.buffer` would lock all of `self`.
    let buffer = buffer
    let bytes = buffer.span, count = bytes.count
    var index = position, lines = nextLine
    // Empty lines before the record, and comments.
    while index < count {
      if bytes[index] == comment {
        var stop = index
        while stop < count, bytes[stop] != newline, bytes[stop] != carriageReturn { stop += 1 }
        if stop == count {
          // The start of a comment whose end is not there yet is read again.
          if !isLast { return .incomplete }
          (position, nextLine) = (stop, lines)
          return .end
        }
        index = stop
      }
      guard bytes[index] == newline || bytes[index] == carriageReturn else { break }
      if bytes[index] == carriageReturn {
        if index + 1 == count && !isLast { return .incomplete }
        if index + 1 < count && bytes[index + 1] == newline { index += 1 }
      }
      index += 1
      lines += 1
    }
    (position, nextLine) = (index, lines)
    if index == count { return isLast ? .end : .incomplete }
    line = lines
    let recordStart = index
    fields.removeAll(keepingCapacity: true)
    while true {
      while index < count, isBlank(bytes[index]) { index += 1 }
      if fields.count == RecordReader.mostFields {
        throw error(
          "more than \(RecordReader.mostFields) fields; is "
            + "\(Opening.name(of: separator)) the separator?",
          line: line)
      }
      if fields.count == fields.capacity {
        try requireMemory(2 * fields.count * MemoryLayout<Field>.stride, for: source.name)
      }
      var field = Field(start: index, end: index)
      if index < count, bytes[index] == quote {
        guard let quoted = quotedField(from: index + 1, &lines) else {
          if !isLast { return .incomplete }
          throw error("field \(fields.count + 1): a quote is left open", line: line)
        }
        field = quoted
        index = field.end + 1
        while index < count, isBlank(bytes[index]) { index += 1 }
        if index < count, !isEnd(bytes[index]) {
          throw error("field \(fields.count + 1): text after the closing quote", line: lines)
        }
      } else {
        let start = index, separator = separator
        while index < count {
          let byte = bytes[index]
          // Both ends of lines are below all letters and figures.
          if byte == separator
            || byte <= carriageReturn && (byte == newline || byte == carriageReturn)
          {
            break
          }
          index += 1
        }
        var stop = index
        while stop > start, isBlank(bytes[stop - 1]) { stop -= 1 }
        field = Field(start: start, end: stop)
      }
      if index == count {
        if !isLast { return .incomplete }
        fields.append(field)
        range = recordStart..<index
        break
      }
      fields.append(field)
      if bytes[index] == separator {
        index += 1
        continue
      }
      range = recordStart..<index
      // A line feed after a carriage return belongs to it.
      if bytes[index] == carriageReturn {
        if index + 1 == count && !isLast { return .incomplete }
        if index + 1 < count && bytes[index + 1] == newline { index += 1 }
      }
      index += 1
      lines += 1
      break
    }
    (position, nextLine) = (index, lines)
    return .record
  }

  /// The field between quotes; nil if the buffer ends before the closing one.
  private func quotedField(from start: Int, _ lines: inout Int) -> Field? {
    let bytes = buffer.span, count = bytes.count
    var hasDoubledQuotes = false
    var index = start
    while index < count {
      let byte = bytes[index]
      if byte == quote {
        if index + 1 < count, bytes[index + 1] == quote {
          hasDoubledQuotes = true
          index += 1
        } else if index + 1 < count || isAtEnd {
          return Field(
            start: start, end: index, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
        } else {
          return nil
        }
      } else if byte == newline
        || byte == carriageReturn && index + 1 < count && bytes[index + 1] != newline
      {
        lines += 1
      }
      index += 1
    }
    return nil
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == separator || byte == newline || byte == carriageReturn
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == space || byte == tab) && byte != separator
  }

  func checkFieldCount(_ expected: Int) throws(FileError) {
    guard fields.count != expected else { return }
    throw error(
      "expected \(expected == 1 ? "1 field" : "\(expected) fields"), found \(fields.count)",
      line: line)
  }

  func error(_ problem: String, line: Int) -> FileError {
    FileError(.malformed, in: source.name, at: .line(line), problem)
  }

  /// An error in a field of the current record, counted from 0.
  func error(_ problem: String, field: Int, column: String?) -> FileError {
    FileError(
      .malformed, in: source.name, at: .field(line: line, field: field + 1, column: column),
      problem)
  }

  /// The text of a field of the current record, with doubled quotes as one.
  func text(_ position: Int, column: String? = nil) throws(FileError) -> String {
    try checkText(position, column: column)
    let field = fields[position]
    let bytes = field.hasDoubledQuotes ? raw(field)[...] : buffer[field.start..<field.end]
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Throws if a field of the current record is no text in UTF-8. Goes by pieces: the whole may be
  /// as long as the file.
  func checkText(_ position: Int, column: String? = nil) throws(FileError) {
    let field = fields[position]
    var start = field.start
    while start < field.end {
      var stop = min(start + 1 << 16, field.end)
      // No character is cut: of its bytes behind the first, which begin with 10, there are three.
      while stop < field.end, stop > start + 1, buffer[stop] >> 6 == 0b10 { stop -= 1 }
      let piece = buffer[start..<stop]
      if piece.contains(0) {
        throw error("a NUL character; is this a text in UTF-8?", field: position, column: column)
      }
      if String(validating: piece, as: UTF8.self) == nil {
        throw error(
          "the text is not UTF-8; save the file as UTF-8", field: position, column: column)
      }
      start = stop
    }
  }

  /// The bytes of a field, with doubled quotes as one.
  func raw(_ field: Field) -> Bytes {
    var text: Bytes = []
    text.reserveCapacity(field.count)
    var index = field.start
    while index < field.end {
      text.append(buffer[index])
      index += field.hasDoubledQuotes && buffer[index] == quote ? 2 : 1
    }
    return text
  }

  /// The current record has more fields than a table may have columns.
  var hasTooManyFields: Bool { fields.count == RecordReader.mostFields }

  /// Two fields of the current record are the same text.
  var hasEqualFields: Bool {
    var texts = Categories()
    let bytes = buffer.span
    return fields.contains { !texts.number(bytes, $0.start, $0.end).isNew }
  }

  /// The current record begins as comments do: with #, % or //.
  var beginsWithMark: Bool {
    guard let field = fields.first, !field.isQuoted, field.count > 0 else { return false }
    let start = buffer[field.start..<field.end]
    return start.starts(with: "#".utf8) || start.starts(with: "%".utf8)
      || start.starts(with: "//".utf8)
  }
}

private let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
private let quote = UInt8(ascii: "\""), space = UInt8(ascii: " "), tab = UInt8(ascii: "\t")
