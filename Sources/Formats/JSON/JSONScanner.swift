// SPDX-License-Identifier: Apache-2.0

/// Reads JSON piece by piece, strictly: no comments, no trailing commas, no key twice, whole
/// numbers exactly.
///
/// Source: RFC 8259. Foundation's decoders neither refuse a key that stands twice nor say at which
/// byte the text is wrong.
struct JSONScanner {
  private let bytes: Bytes
  private let failure: (Int, String) -> FileError
  private(set) var index = 0

  /// - Parameter failure: the error for a position in the bytes and a problem.
  init(_ bytes: Bytes, failure: @escaping (Int, String) -> FileError) {
    (self.bytes, self.failure) = (bytes, failure)
  }

  func malformed(_ problem: String) -> FileError { failure(index, problem) }

  /// The next byte that is not blank, without moving past it; nil at the end.
  mutating func peek() -> UInt8? {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  mutating func found(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    if !found(character) { throw malformed("\(String(character).quoted) expected") }
  }

  /// Throws unless nothing follows but blanks.
  mutating func end() throws(FileError) {
    if peek() != nil { throw malformed("text follows the end of the JSON") }
  }

  /// An object: `member` reads the value of each key.
  mutating func object(
    _ member: (inout JSONScanner, String) throws(FileError) -> Void
  ) throws(FileError) {
    try expect("{")
    if found("}") { return }
    var keys: Set<String> = []
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else {
        throw malformed("the key \(key.quoted) stands there twice")
      }
      try expect(":")
      try member(&self, key)
    } while found(",")
    try expect("}")
  }

  /// An array: `element` reads each element.
  mutating func array(
    _ element: (inout JSONScanner) throws(FileError) -> Void
  ) throws(FileError) {
    try expect("[")
    if found("]") { return }
    repeat { try element(&self) } while found(",")
    try expect("]")
  }

  /// A whole number from 0 on, without fraction or exponent.
  mutating func count() throws(FileError) -> Int {
    _ = peek()
    let text = numberText()
    guard let number = Int(text), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      text == "0" || !text.hasPrefix("0")
    else { throw malformed("a whole number that can be counted expected") }
    index += text.utf8.count
    return number
  }

  private func numberText() -> String {
    String(
      decoding: bytes[index...].prefix {
        $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 == UInt8(ascii: "e")
          || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
      }, as: UTF8.self)
  }

  /// A text in quotation marks.
  mutating func string() throws(FileError) -> String {
    try expect("\"")
    var text: Bytes = []
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        if let text = String(validating: text, as: UTF8.self) { return text }
        throw malformed("a text that is not UTF-8")
      }
      guard byte >= 0x20 else { throw malformed("a control character in a text") }
      if byte == UInt8(ascii: "\\") {
        text += Bytes(String(try escaped()).utf8)
      } else {
        text.append(byte)
      }
    }
    throw malformed("a text is left open")
  }

  private mutating func escaped() throws(FileError) -> Unicode.Scalar {
    guard index < bytes.count else { throw malformed("a text is left open") }
    let letter = Unicode.Scalar(bytes[index])
    index += 1
    switch letter {
    case "\"", "\\", "/": return letter
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // The first half of a pair.
      guard unit < 0xDC00, bytes[index...].starts(with: Bytes("\\u".utf8)) else {
        throw malformed("half of a pair of UTF-16")
      }
      index += 2
      let second = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
      else { throw malformed("half of a pair of UTF-16") }
      return scalar
    default: throw malformed("an escape that JSON does not know")
    }
  }

  private mutating func hexadecimal() throws(FileError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue
      else { throw malformed("four hexadecimal digits expected") }
      unit = unit << 4 | UInt32(digit)
      index += 1
    }
    return unit
  }

  /// Deeper values than this are nobody's metadata, and would use up the stack.
  private static let deepest = 64

  /// Any value.
  mutating func value(depth: Int = 0) throws(FileError) -> JSON {
    guard depth <= JSONScanner.deepest else { throw malformed("values nested too deep") }
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [JSON.Member] = []
      try object { (scanner, key) throws(FileError) in
        members.append(.init(key, try scanner.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSON] = []
      try array { (scanner) throws(FileError) in
        elements.append(try scanner.value(depth: depth + 1))
      }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
      where bytes[index...].starts(with: word.utf8) {
        index += word.utf8.count
        return value
      }
      return try number()
    }
  }

  private mutating func number() throws(FileError) -> JSON {
    let text = numberText()
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    // JSON has no sign +, no digit-less part, no zeros in front.
    let isWellFormed =
      digits.first?.isNumber == true && !text.hasSuffix(".") && !text.contains(".e")
      && !text.contains(".E")
      && (digits.first != "0" || digits.count == 1 || !digits.dropFirst().first!.isNumber)
    guard isWellFormed else { throw malformed("a value expected") }
    if let integer = Int(text), text != "-0" {
      index += text.utf8.count
      return .integer(integer)
    }
    guard let number = Double(text), number.isFinite else {
      throw malformed("\(text.quoted) is not a number that a Double holds")
    }
    index += text.utf8.count
    return .number(number)
  }
}
