// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The header of a safetensors file: eight bytes that hold its length, then JSON.
///
/// The text is checked once and kept; what it says of one tensor is read from it again when asked
/// for. So a header of millions of tensors takes little more memory than its text.
///
/// Source: Hugging Face, "safetensors", README.md, "Format".
struct SafetensorsHeader: Sendable {
  /// The longest header, as in the reference implementation.
  static let longest = 100_000_000

  struct Entry: Sendable {
    /// The element type as the file writes it.
    let code: String
    /// Nil for one that no tensor holds.
    let type: StoredType?
    let shape: Shape
    /// Positions in the file.
    let range: Range<Int>
  }

  private let text: JSONScanner
  /// Those of the tensors and of the metadata.
  private let keys: JSONKeys
  /// Where the bytes behind the header are.
  private let bytes: Range<Int>
  let metadata: Safetensors.Metadata

  init(_ source: ByteSource) throws(FileError) {
    bytes = try SafetensorsHeader.bytes(behindHeaderOf: source)
    // The text, its keys, and where the bytes of each tensor are.
    try requireMemory(3 * bytes.lowerBound, for: source.name)
    text = JSONScanner(try source.bytes(at: 8, count: bytes.lowerBound - 8), of: source.name) {
      source.malformed(at: 8 + $0, $1)
    }
    var scanner = text
    var metadata = JSONKeys()
    var parts: [Part] = []
    var keyCount: UInt32 = 0
    let bytes = bytes
    keys = try scanner.object { (scanner, name) throws(FileError) in
      if name == SafetensorsHeader.metadataName {
        metadata = try SafetensorsHeader.metadata(&scanner)
      } else {
        let entry = try SafetensorsHeader.entry(name, &scanner, bytes)
        parts.append(Part(range: entry.range, key: keyCount))
      }
      keyCount += 1
    }
    try scanner.end()
    self.metadata = Safetensors.Metadata(metadata, in: text)
    try checkThatAllIsCovered(source, &parts)
  }

  static let metadataName = "__metadata__"

  /// Checks the length of the header.
  private static func bytes(behindHeaderOf source: ByteSource) throws(FileError) -> Range<Int> {
    func other(at offset: Int, _ problem: String) throws(FileError) -> FileError {
      try source.notOf("a safetensors file", at: offset, problem)
    }
    guard source.byteCount >= 8 else {
      throw try other(at: 0, "8 bytes expected, the file ends at byte \(source.byteCount)")
    }
    let length = try source.bytes(at: 0, count: 8).littleEndian(at: 0, count: 8)
    guard length <= longest else {
      throw try other(at: 0, "a header of \(length) bytes; the format allows \(longest)")
    }
    let first = try source.bytes(at: 8, count: min(3, source.byteCount - 8))
    if first == [0xEF, 0xBB, 0xBF] {
      throw source.malformed(at: 8, "the header starts with a byte order mark (U+FEFF), not with {")
    }
    guard first.first == UInt8(ascii: "{") || first.isEmpty && length > 0 else {
      throw try other(at: 8, "not a safetensors file: the header does not start with {")
    }
    let start = 8 + Int(length)
    guard start <= source.byteCount else {
      throw source.malformed(
        at: 0,
        "the header of \(length) bytes is longer than the file of \(source.byteCount) bytes")
    }
    return start..<source.byteCount
  }

  /// The names of the tensors, in the order of the header.
  var names: some Collection<String> {
    keys.positions.lazy.map { [text] in text.knownString(at: $0) }
      .filter { $0 != SafetensorsHeader.metadataName }
  }

  /// What the header says of a tensor; nil if there is none of that name.
  func entry(_ name: String) -> Entry? {
    guard name != SafetensorsHeader.metadataName,
      let position = keys.knownPosition(of: name, in: text)
    else { return nil }
    var scanner = text.at(position)
    _ = scanner.knownString()
    _ = scanner.found(":")
    // Has been read before, so this does not throw.
    return try? SafetensorsHeader.entry(name, &scanner, bytes)
  }

  private static func metadata(_ scanner: inout JSONScanner) throws(FileError) -> JSONKeys {
    if scanner.found(word: "null") { return JSONKeys() }
    try scanner.expect(.object, for: metadataName)
    return try scanner.object { (scanner, key) throws(FileError) in
      try scanner.expect(.text, for: "the value of \(key.quoted) in \(metadataName)")
      _ = try scanner.string()
    }
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, _ bytes: Range<Int>
  ) throws(FileError) -> Entry {
    var code: String?, shape: Shape?, offsets: [Int]?
    try scanner.expect(.object, for: name.quoted)
    try scanner.object { (scanner, key) throws(FileError) in
      switch key {
      case "dtype":
        try scanner.expect(.text, for: "the dtype of \(name.quoted)")
        code = try scanner.string()
      case "shape":
        shape = Shape(try counts(&scanner, "the shape of \(name.quoted)", atMost: longestShape))
      case "data_offsets":
        offsets = try counts(&scanner, "data_offsets of \(name.quoted)", atMost: 2)
      default: throw scanner.malformed("\(name.quoted) has the unknown key \(key.quoted)")
      }
    }
    guard let code, let shape, let offsets, offsets.count == 2 else {
      throw scanner.malformed("\(name.quoted) lacks its dtype, shape or two data_offsets")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= bytes.count else {
      throw scanner.malformed(
        "the bytes \(offsets[0]) ..< \(offsets[1]) of \(name.quoted) are not in the file, which "
          + "has \(bytes.count) behind the header")
    }
    let type = codes[code]
    if type == nil, shape.checkedElementCount == nil {
      throw scanner.malformed(
        "the shape \(shape) of \(name.quoted) has more elements than can be counted")
    }
    if let type, type.byteCount(of: shape) != offsets[1] - offsets[0] {
      throw scanner.malformed(
        "\(name.quoted) has \(offsets[1] - offsets[0]) bytes, not those of \(type.rawValue) "
          + "\(shape)")
    }
    return Entry(
      code: code, type: type, shape: shape,
      range: (bytes.lowerBound + offsets[0])..<(bytes.lowerBound + offsets[1]))
  }

  private static func counts(
    _ scanner: inout JSONScanner, _ owner: @autoclosure () -> String, atMost most: Int
  ) throws(FileError) -> [Int] {
    var counts: [Int] = []
    try scanner.expect(.list, for: owner())
    try scanner.array { (scanner) throws(FileError) in
      guard counts.count < most else {
        throw scanner.malformed("\(owner()) has more than \(most) numbers")
      }
      try scanner.expect(.number, for: "number \(counts.count + 1) in \(owner())")
      counts.append(try scanner.count())
    }
    return counts
  }

  /// The bytes of one tensor.
  private struct Part {
    let range: Range<Int>
    /// Which of the keys is its name.
    let key: UInt32
  }

  /// Each byte behind the header belongs to one tensor.
  private func checkThatAllIsCovered(
    _ source: ByteSource, _ parts: inout [Part]
  ) throws(FileError) {
    var position = bytes.lowerBound
    parts.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for part in parts {
      guard part.range.lowerBound == position else {
        let problem =
          part.range.lowerBound < position ? "overlap another tensor" : "follow a gap"
        let name = text.knownString(at: keys.positions[Int(part.key)])
        throw source.malformed(
          at: part.range.lowerBound, "the bytes of \(name.quoted) \(problem)")
      }
      position = part.range.upperBound
    }
    guard position == bytes.upperBound else {
      throw source.malformed(
        at: position, "\(bytes.upperBound - position) bytes belong to no tensor")
    }
  }

  private static let codes: [String: StoredType] = Dictionary(
    uniqueKeysWithValues: StoredType.allCases.map { (code(of: $0), $0) })

  static func code(of type: StoredType) -> String {
    switch type {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint64: "U64"
    case .uint32: "U32"
    case .uint16: "U16"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }
}
