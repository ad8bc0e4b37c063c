// SPDX-License-Identifier: Apache-2.0

extension JSONScanner {
  /// Deeper values than this are nobody's metadata, and would use up the stack.
  private static let deepest = 64

  /// Any value.
  mutating func value(depth: Int = 0) throws(FileError) -> JSON {
    guard depth <= JSONScanner.deepest else { throw malformed("values nested too deep") }
    switch peek() {
    case UInt8(ascii: "{"):
      try spend(JSONScanner.object)
      var members: [JSON.Member] = []
      try object { (scanner, key) throws(FileError) in
        try scanner.spend(2 * MemoryLayout<JSON.Member>.stride, text: key)
        members.append(.init(key, try scanner.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      try spend(JSONScanner.object)
      var elements: [JSON] = []
      try array { (scanner) throws(FileError) in
        try scanner.spend(2 * MemoryLayout<JSON>.stride)
        elements.append(try scanner.value(depth: depth + 1))
      }
      return .array(elements)
    case UInt8(ascii: "\""):
      let text = try string()
      try spend(0, text: text)
      return .string(text)
    default:
      if found(word: "true") { return .bool(true) }
      if found(word: "false") { return .bool(false) }
      if found(word: "null") { return .null }
      return try number()
    }
  }

  /// What a heap object takes beside its contents.
  private static let object = 48

  /// Counts memory: values take up to forty times the bytes of their text, so that a file which
  /// fits could become values which do not; what is metadata takes some five times as many.
  /// Elements count twice, for arrays that grow.
  private mutating func spend(_ byteCount: Int, text: String = "") throws(FileError) {
    spent += byteCount
    // Shorter texts have no object of their own.
    if text.utf8.count > 15 { spent += text.utf8.count + JSONScanner.object }
    guard spent <= 8 * bytes.count + 48 << 20 else {
      throw malformed("more values than a text of \(bytes.count) bytes may hold")
    }
    if spent > granted {
      // All of it anew, because elements move when their array grows.
      granted = spent + spent / 4 + 1 << 16
      try requireMemory(granted, for: file)
    }
  }

  private mutating func number() throws(FileError) -> JSON {
    if bytes[index...].starts(with: [0xEF, 0xBB, 0xBF]) {
      throw malformed("a byte order mark (U+FEFF) stands where a value is expected")
    }
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
    // A whole number is somebody's name or seed: the Double next to it is another one.
    let isWhole = digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    guard let number = Double(text), number.isFinite,
      !isWhole || text == "-0" || Int128(text).map({ Double(exactly: $0) != nil }) ?? false
    else {
      throw malformed("\(text.quoted) is not a number that a Double holds")
    }
    index += text.utf8.count
    return .number(number)
  }
}
