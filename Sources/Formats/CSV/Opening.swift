// SPDX-License-Identifier: Apache-2.0

/// What stands before the first record: a byte order mark, lines to skip, and the line `sep=;` by
/// which spreadsheets tell each other the separator.
struct Opening {
  /// The position and the line of the first record.
  private(set) var offset = 0
  private(set) var line = 1
  /// The separator that the file names itself.
  private(set) var separator: UInt8?
  /// What begins lines that are no records, anywhere.
  let comment: UInt8?
  /// The position and the line of the last comment in front of the table.
  private(set) var lastComment: (offset: Int, line: Int)?

  /// - Parameter skipsComments: leaves out lines in front of the table that begin with "#".
  init(
    of source: ByteSource, skip: Int, comment: UInt8? = nil, skipsComments: Bool = false
  ) throws(FileError) {
    self.comment = comment
    let start = try source.start()
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      throw source.malformed(at: 0, "is UTF-16; save it as UTF-8")
    }
    if start.starts(with: mark) { offset = 3 }
    if start.starts(with: mark + mark) {
      throw source.malformed(at: 3, "a second byte order mark; save the file with one, or none")
    }
    guard skip >= 0 else { throw source.malformed("skip: \(skip) lines; give 0 or more") }
    try skipLines(skip, of: source)
    if skip == 0 { try readHint(Array(start.dropFirst(offset).prefix(9)), of: source) }
    if let mark = comment ?? (skipsComments ? UInt8(ascii: "#") : nil) {
      try skipComments(mark, of: source)
    }
  }

  /// The last comment in front of the table as if it were the first record: behind its mark.
  var atLastComment: Opening? {
    guard let lastComment else { return nil }
    var opening = self
    (opening.offset, opening.line) = (lastComment.offset + 1, lastComment.line)
    return opening
  }

  /// One byte that is no part of a line's end, of a quoted text, of a number or of a word.
  static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x0A...0x0D, 0, 0x80...:
      false
    default: !"\".+-".utf8.contains(byte)
    }
  }

  /// A separator as one writes it in Swift.
  static func name(of separator: UInt8) -> String {
    Character(Unicode.Scalar(separator)).debugDescription
  }

  /// `sep=;` alone on the first line, also in quotes.
  private mutating func readHint(_ start: [UInt8], of source: ByteSource) throws(FileError) {
    let line = start.prefix { $0 != 0x0A && $0 != 0x0D }
    let isQuoted = line.count == 7 && line.first == 0x22 && line.last == 0x22
    let hint = isQuoted ? line.dropFirst().dropLast() : line
    guard hint.count == 5, String(decoding: hint.dropLast(), as: UTF8.self).lowercased() == "sep=",
      let last = hint.last, Opening.isSeparator(last)
    else { return }
    separator = last
    try skipLines(1, of: source)
  }

  /// Skips lines that begin with a mark, and empty ones among them.
  private mutating func skipComments(_ mark: UInt8, of source: ByteSource) throws(FileError) {
    var isStart = true, follows = false
    while offset < source.byteCount {
      let block = try source.bytes(at: offset, count: min(1 << 16, source.byteCount - offset))
      for byte in block {
        let isEnd = byte == 0x0A || byte == 0x0D
        if byte == mark, isStart {
          lastComment = (offset, line)
        } else if isStart, !isEnd {
          return
        }
        // A line feed after a carriage return belongs to it.
        if isEnd, byte == 0x0D || !follows { line += 1 }
        (isStart, follows) = (isEnd, byte == 0x0D)
        offset += 1
      }
    }
  }

  private mutating func skipLines(_ count: Int, of source: ByteSource) throws(FileError) {
    var rest = count, follows = false
    while rest > 0 || follows, offset < source.byteCount {
      let block = try source.bytes(at: offset, count: min(1 << 16, source.byteCount - offset))
      for byte in block {
        // A line feed after a carriage return belongs to it.
        if follows {
          follows = false
          if byte == 0x0A {
            offset += 1
            continue
          }
        }
        if rest == 0 { return }
        offset += 1
        guard byte == 0x0A || byte == 0x0D else { continue }
        line += 1
        rest -= 1
        follows = byte == 0x0D
      }
    }
  }
}
