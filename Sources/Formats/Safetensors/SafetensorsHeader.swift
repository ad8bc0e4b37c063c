// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The header of a safetensors file: eight bytes that hold its length, then JSON.
///
/// Source: Hugging Face, "safetensors", README.md, "Format".
struct SafetensorsHeader: Sendable {
  /// The longest header, as in the reference implementation.
  private static let longest = 100_000_000

  struct Entry: Sendable {
    let name: String
    let type: StoredType
    let shape: Shape
    /// Positions in the file.
    let range: Range<Int>
  }

  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [Entry] = []

  init(_ source: ByteSource) throws(FileError) {
    func other(at offset: Int, _ problem: String) throws(FileError) -> FileError {
      try source.notOf("a safetensors file", at: offset, problem)
    }
    guard source.byteCount >= 8 else {
      throw try other(at: 0, "8 bytes expected, the file ends at byte \(source.byteCount)")
    }
    let length = try source.bytes(at: 0, count: 8).littleEndian(at: 0, count: 8)
    guard length <= SafetensorsHeader.longest else {
      throw try other(
        at: 0, "a header of \(length) bytes; the format allows \(SafetensorsHeader.longest)")
    }
    let first = try source.bytes(at: 8, count: min(1, source.byteCount - 8)).first
    guard first == UInt8(ascii: "{") || first == nil && length > 0 else {
      throw try other(at: 8, "not a safetensors file: the header does not start with {")
    }
    let start = 8 + Int(length)
    guard start <= source.byteCount else {
      throw source.malformed(
        at: 0,
        "the header of \(length) bytes is longer than the file of \(source.byteCount) bytes")
    }
    let bytes = try source.bytes(at: 8, count: Int(length))
    var scanner = JSONScanner(bytes) { source.malformed(at: 8 + $0, $1) }
    try scanner.object { (scanner, name) throws(FileError) in
      if name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(&scanner)
      } else {
        entries.append(
          try SafetensorsHeader.entry(name, &scanner, start: start, end: source.byteCount))
      }
    }
    try scanner.end()
    try checkThatAllIsCovered(source, start: start)
  }

  private static func metadata(
    _ scanner: inout JSONScanner
  ) throws(FileError) -> [String: String] {
    var metadata: [String: String] = [:]
    try scanner.object { (scanner, key) throws(FileError) in
      metadata[key] = try scanner.string()
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, start: Int, end: Int
  ) throws(FileError) -> Entry {
    var type: StoredType?, shape: Shape?, offsets: [Int]?
    try scanner.object { (scanner, key) throws(FileError) in
      switch key {
      case "dtype":
        let code = try scanner.string()
        type = codes[code]
        if type == nil {
          throw scanner.malformed(
            "\(name.quoted) has the type \(code.quoted), which is not known")
        }
      case "shape":
        let extents = try counts(&scanner)
        guard extents.count <= longestShape else {
          throw scanner.malformed("\(name.quoted) has too many axes")
        }
        shape = Shape(extents)
      case "data_offsets": offsets = try counts(&scanner)
      default: throw scanner.malformed("\(name.quoted) has the unknown key \(key.quoted)")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw scanner.malformed("\(name.quoted) lacks its dtype, shape or two data_offsets")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= end - start else {
      throw scanner.malformed(
        "the bytes \(offsets[0]) ..< \(offsets[1]) of \(name.quoted) are not in the file, which "
          + "has \(end - start) behind the header")
    }
    guard type.byteCount(of: shape) == offsets[1] - offsets[0] else {
      throw scanner.malformed(
        "\(name.quoted) has \(offsets[1] - offsets[0]) bytes, not those of \(type.rawValue) "
          + "\(shape)")
    }
    return Entry(
      name: name, type: type, shape: shape, range: (start + offsets[0])..<(start + offsets[1]))
  }

  private static func counts(_ scanner: inout JSONScanner) throws(FileError) -> [Int] {
    var counts: [Int] = []
    try scanner.array { (scanner) throws(FileError) in counts.append(try scanner.count()) }
    return counts
  }

  /// Each byte behind the header belongs to one tensor.
  private func checkThatAllIsCovered(_ source: ByteSource, start: Int) throws(FileError) {
    var position = start
    let ordered = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in ordered {
      guard entry.range.lowerBound == position else {
        let problem =
          entry.range.lowerBound < position ? "overlap another tensor" : "follow a gap"
        throw source.malformed(
          at: entry.range.lowerBound, "the bytes of \(entry.name.quoted) \(problem)")
      }
      position = entry.range.upperBound
    }
    guard position == source.byteCount else {
      throw source.malformed(
        at: position, "\(source.byteCount - position) bytes belong to no tensor")
    }
  }

  private static let codes: [String: StoredType] = Dictionary(
    uniqueKeysWithValues: StoredType.allCases.map { (code(of: $0), $0) })

  private static func code(of type: StoredType) -> String {
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

  /// The header of tensors that are written one after the other, padded to a multiple of 8; nil if
  /// it is too long.
  static func bytes(
    for tensors: [(name: String, tensor: StoredTensor)], _ metadata: [String: String]
  ) -> Bytes? {
    var members: [JSON.Member] = []
    if !metadata.isEmpty {
      members.append(
        .init(
          "__metadata__",
          .object(metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })))
    }
    var position = 0
    for (name, tensor) in tensors {
      let end = position + tensor.byteCount
      members.append(
        .init(
          name,
          [
            "dtype": .string(code(of: tensor.type)),
            "shape": .array(tensor.shape.map(JSON.integer)),
            "data_offsets": [.integer(position), .integer(end)],
          ]))
      position = end
    }
    let text = Bytes(JSON.object(members).description.utf8)
    let length = (text.count + 7) / 8 * 8
    guard length <= longest else { return nil }
    var bytes: Bytes = []
    bytes.append(littleEndian: UInt64(length), count: 8)
    return bytes + text + Bytes(repeating: 0x20, count: length - text.count)
  }
}
