// SPDX-License-Identifier: Apache-2.0

/// Reads JSON piece by piece, strictly: no comments, no trailing commas, no key twice, whole
/// numbers exactly.
///
/// Source: RFC 8259. Foundation's decoders neither refuse a key that stands twice nor say at which
/// byte the text is wrong.
struct JSONScanner: Sendable {
  /// Longer texts are refused: positions are counted in 32 bits.
  static let longest = Int(UInt32.max)

  let bytes: Bytes
  /// What errors of the system call the text.
  let file: String
  private let failure: @Sendable (Int, String) -> FileError
  var index = 0
  /// Bytes that the values made so far take.
  var spent = 0
  /// Up to how many the system has been asked for.
  var granted = 0

  /// - Parameter failure: the error for a position in the bytes and a problem.
  init(_ bytes: Bytes, of file: String, failure: @escaping @Sendable (Int, String) -> FileError) {
    (self.bytes, self.file, self.failure) = (bytes, file, failure)
  }

  /// The same text, to be read from a position on.
  func at(_ position: Int) -> JSONScanner {
    var scanner = self
    scanner.index = position
    return scanner
  }

  func malformed(_ problem: String) -> FileError { failure(index, problem) }

  /// The next byte that is not blank, without moving past it; nil at the end.
  mutating func peek() -> UInt8? {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case let byte: return byte
      }
    }
    return nil
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

  /// What a value is.
  enum Kind: String {
    case object = "an object"
    case list = "a list"
    case text = "a text"
    case number = "a number"
    case truth = "true or false"
    case null
    case none = "no value of JSON"
  }

  /// The kind of the next value, by its first character.
  private mutating func kind() -> Kind {
    switch peek() {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .list
    case UInt8(ascii: "\""): .text
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .truth
    case UInt8(ascii: "n"): .null
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): .number
    case _: .none
    }
  }

  /// Throws unless the next value is of a kind.
  mutating func expect(
    _ kind: Kind, for owner: @autoclosure () -> String
  ) throws(FileError) {
    let found = self.kind()
    if found != kind {
      throw malformed("\(owner()) is \(found.rawValue); it must be \(kind.rawValue)")
    }
  }

  /// Passes a word such as null, if it comes next.
  mutating func found(word: String) -> Bool {
    _ = peek()
    guard bytes[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  /// An object: `member` reads the value of each key.
  @discardableResult
  mutating func object(
    _ member: (inout JSONScanner, String) throws(FileError) -> Void
  ) throws(FileError) -> JSONKeys {
    var keys = JSONKeys()
    try expect("{")
    if found("}") { return keys }
    repeat {
      _ = peek()
      let position = index
      let key = try string()
      guard try keys.insert(at: position, in: self) else {
        throw malformed("the key \(key.quoted) stands there twice")
      }
      try expect(":")
      try member(&self, key)
    } while found(",")
    try expect("}")
    return keys
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

  func numberText() -> String {
    String(
      decoding: bytes[index...].prefix {
        switch $0 {
        case 0x30...0x39, UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        case _: false
        }
      }, as: UTF8.self)
  }

  /// A text in quotation marks.
  mutating func string() throws(FileError) -> String {
    if let text = String(validating: try text(), as: UTF8.self) { return text }
    throw malformed("a text that is not UTF-8")
  }

  /// The bytes of the text at a position.
  func text(at position: Int) throws(FileError) -> Bytes.SubSequence {
    var scanner = at(position)
    return try scanner.text()
  }

  /// The bytes of a text in quotation marks, with its escapes replaced; not copied if it has none.
  private mutating func text() throws(FileError) -> Bytes.SubSequence {
    try expect("\"")
    let start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        return bytes[start..<(index - 1)]
      case UInt8(ascii: "\\"): return try unescaped(from: start)[...]
      case 0..<0x20: throw malformed("a control character in a text")
      case _: index += 1
      }
    }
    throw malformed("a text is left open")
  }

  /// The same from the first escape on, behind what stands before it.
  private mutating func unescaped(from start: Int) throws(FileError) -> Bytes {
    var text = Bytes(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      guard byte >= 0x20 else { throw malformed("a control character in a text") }
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"): text.append(contentsOf: UTF8.encode(try escaped())!)
      case _: text.append(byte)
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
}
