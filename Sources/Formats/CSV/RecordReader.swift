// SPDX-License-Identifier: Apache-2.0

/// Where a field's text stands in the reader's buffer.
struct Field {
  var start: Int
  var end: Int
  /// A quoted field in which a doubled quote stands for one.
  var hasDoubledQuotes = false
}

/// Cuts a text into records and fields, block by block: RFC 4180, with LF, CRLF or CR at the end
/// of a line, spaces around fields dropped, empty lines skipped.
struct RecordReader {
  /// A record longer than this is a quote left open.
  static let longestRecord = 1 << 26
  private static let block = 1 << 20

  let source: ByteSource
  let separator: UInt8
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
  private var nextLine = 1

  /// - Parameter end: where to stop, for looking at the start of a file.
  init(_ source: ByteSource, separator: UInt8, end: Int? = nil) throws(FileError) {
    self.source = source
    self.separator = separator
    self.end = min(end ?? source.byteCount, source.byteCount)
    let mark = try source.bytes(at: 0, count: min(3, source.byteCount))
    offset = mark == [0xEF, 0xBB, 0xBF] ? 3 : 0
    if mark.starts(with: [0xFF, 0xFE]) || mark.starts(with: [0xFE, 0xFF]) {
      throw source.malformed(at: 0, "is UTF-16; save it as UTF-8")
    }
  }

  /// Moves to the next record; false at the end.
  mutating func next() throws(FileError) -> Bool {
    while true {
      switch try scan(isLast: offset == end) {
      case .record: return true
      case .end: return false
      case .incomplete: try refill()
      }
    }
  }

  /// Drops what has been read and appends at least as much as a long record already has.
  private mutating func refill() throws(FileError) {
    buffer.removeFirst(position)
    position = 0
    guard buffer.count <= RecordReader.longestRecord else {
      throw error("a record of more than 64 MiB; is a quote left open?", line: nextLine)
    }
    let count = min(max(RecordReader.block, buffer.count), end - offset)
    buffer += try source.bytes(at: offset, count: count)
    offset += count
  }

  private enum Outcome { case record, incomplete, end }

  private mutating func scan(isLast: Bool) throws(FileError) -> Outcome {
    // A reference of its own: a span of `self.buffer` would lock all of `self`.
    let buffer = buffer
    let bytes = buffer.span, count = bytes.count
    var index = position, lines = nextLine
    // Empty lines before the record.
    while index < count, bytes[index] == newline || bytes[index] == carriageReturn {
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
    fields.removeAll(keepingCapacity: true)
    while true {
      while index < count, isBlank(bytes[index]) { index += 1 }
      var field = Field(start: index, end: index)
      if index < count, bytes[index] == quote {
        guard let closing = closingQuote(of: &field, from: index + 1, &lines) else {
          if !isLast { return .incomplete }
          throw error("field \(fields.count + 1): a quote is left open", line: line)
        }
        index = closing + 1
        while index < count, isBlank(bytes[index]) { index += 1 }
        if index < count, !isEnd(bytes[index]) {
          throw error("field \(fields.count + 1): text after the closing quote", line: lines)
        }
      } else {
        while index < count, !isEnd(bytes[index]) { index += 1 }
        field.end = index
        while field.end > field.start, isBlank(bytes[field.end - 1]) { field.end -= 1 }
      }
      if index == count {
        if !isLast { return .incomplete }
        fields.append(field)
        break
      }
      fields.append(field)
      if bytes[index] == separator {
        index += 1
        continue
      }
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

  /// The position of the quote that ends a field; nil if the buffer ends before.
  private func closingQuote(
    of field: inout Field, from start: Int, _ lines: inout Int
  ) -> Int? {
    let bytes = buffer.span, count = bytes.count
    field.start = start
    var index = start
    while index < count {
      let byte = bytes[index]
      if byte == quote {
        if index + 1 < count, bytes[index + 1] == quote {
          field.hasDoubledQuotes = true
          index += 1
        } else if index + 1 < count || offset == end {
          field.end = index
          return index
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
    let text = raw(fields[position])
    if text.contains(0) {
      throw error("a NUL character; is this a text in UTF-8?", field: position, column: column)
    }
    guard let text = String(validating: text, as: UTF8.self) else {
      throw error("the text is not UTF-8; save the file as UTF-8", field: position, column: column)
    }
    return text
  }

  /// The bytes of a field, with doubled quotes as one.
  func raw(_ field: Field) -> Bytes {
    var text: Bytes = []
    text.reserveCapacity(field.end - field.start)
    var index = field.start
    while index < field.end {
      text.append(buffer[index])
      index += field.hasDoubledQuotes && buffer[index] == quote ? 2 : 1
    }
    return text
  }
}

private let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
private let quote = UInt8(ascii: "\""), space = UInt8(ascii: " "), tab = UInt8(ascii: "\t")
