// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The header of a .npy file: a magic, a version, a length, and a Python dictionary
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
///
/// Source: NumPy, "numpy.lib.format", versions 1.0, 2.0 and 3.0.
struct NumPyHeader {
  static let mark: Bytes = [0x93] + Bytes("NUMPY".utf8)
  static let markIsMissing = "not a .npy file: it does not start with \\x93NUMPY"
  /// NumPy's own limit is 10,000.
  private static let longest = 1 << 16

  let arrangement: Arrangement
  /// Bytes before the elements.
  let byteCount: Int

  /// - Parameter read: the next bytes of the file, as many as asked for.
  init(
    for origin: StoredTensor.Origin, _ read: (Int) throws(FileError) -> Bytes
  ) throws(FileError) {
    let start = try read(8)
    guard start.starts(with: NumPyHeader.mark) else {
      throw origin.malformed(NumPyHeader.markIsMissing)
    }
    let isWide = start[6] > 1
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw origin.malformed("version \(start[6]).\(start[7]) of the format is not known")
    }
    let lengthBytes = try read(isWide ? 4 : 2)
    let length = Int(lengthBytes.littleEndian(at: 0, count: lengthBytes.count))
    guard length <= NumPyHeader.longest else {
      throw origin.malformed("a header of \(length) bytes is longer than any array's")
    }
    byteCount = 8 + lengthBytes.count + length
    var dictionary = PythonDictionary(try read(length), origin)
    arrangement = try dictionary.arrangement()
  }

  /// The header of a tensor in row-major order, padded so that the elements start at a multiple of
  /// 64; nil if NumPy has no such elements.
  static func bytes(for tensor: StoredTensor) -> Bytes? {
    let codes: [StoredType: String] = [
      .float64: "<f8", .float32: "<f4", .float16: "<f2",
      .int64: "<i8", .int32: "<i4", .int16: "<i2", .int8: "|i1",
      .uint64: "<u8", .uint32: "<u4", .uint16: "<u2", .uint8: "|u1", .bool: "|b1",
    ]
    guard let code = codes[tensor.type] else { return nil }
    let extents = tensor.shape.map(String.init).joined(separator: ", ")
    let shape = tensor.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    let text = "{'descr': '\(code)', 'fortran_order': False, 'shape': \(shape), }"
    // Shapes of up to 64 extents of 20 characters fit version 1.
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    var bytes = mark + [1, 0]
    bytes.append(littleEndian: UInt64(length), count: 2)
    bytes += Bytes(text.utf8)
    bytes += Bytes(repeating: 0x20, count: length - text.utf8.count - 1) + [0x0A]
    return bytes
  }
}

/// The few forms of Python that a header consists of; anything else is refused.
private struct PythonDictionary {
  private let text: Bytes
  private let origin: StoredTensor.Origin
  private var index = 0

  init(_ text: Bytes, _ origin: StoredTensor.Origin) {
    (self.text, self.origin) = (text, origin)
  }

  mutating func arrangement() throws(FileError) -> Arrangement {
    var description: String?, isColumnMajor: Bool?, shape: Shape?
    try expect("{")
    while !found("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where description == nil: description = try elementDescription()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try truth()
      case "shape" where shape == nil: shape = try tuple()
      case "descr", "fortran_order", "shape": throw malformed("\(key) stands in it twice")
      case _: throw malformed("the key \(key.quoted) is not known")
      }
      if !found(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard index == text.count else { throw malformed("text follows the dictionary") }
    guard let description, let isColumnMajor, let shape else {
      throw malformed("descr, fortran_order or shape is missing")
    }
    let (type, isBigEndian) = try elementType(description)
    return Arrangement(
      type: type, shape: shape, isBigEndian: isBigEndian, isColumnMajor: isColumnMajor)
  }

  private static let types: [String: StoredType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "d": .float64, "f": .float32, "e": .float16,
    "i8": .int64, "i4": .int32, "i2": .int16, "i1": .int8,
    "q": .int64, "i": .int32, "h": .int16, "b": .int8,
    "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8,
    "Q": .uint64, "I": .uint32, "H": .uint16, "B": .uint8, "b1": .bool, "?": .bool,
  ]

  private func elementType(
    _ description: String
  ) throws(FileError) -> (StoredType, isBigEndian: Bool) {
    // As NumPy's own `dtype` reads them: with or without an order, which | leaves to the machine.
    let order = description.utf8.first.map(Unicode.Scalar.init) ?? " "
    let hasOrder = "<>=|".unicodeScalars.contains(order)
    let code = hasOrder ? Name(description).dropFirst(1) : description
    if let type = PythonDictionary.types[code] {
      return (type, order == ">" && type.byteCount > 1)
    }
    if !hasOrder, code != "bfloat16", let type = StoredType(rawValue: code) { return (type, false) }
    let kind = description.drop { "<>=|".contains($0) }.first
    let meaning: String =
      switch kind {
      case "O": "Python objects: loading them would run code; save numbers"
      case "c": "complex numbers, which no tensor holds"
      case "U", "S", "a": "texts, which no tensor holds"
      case "M", "m": "dates, which no tensor holds; save numbers"
      case "f": "numbers wider than a Double; save float64"
      case _: "elements of a type that no tensor holds"
      }
    throw origin.malformed("\(description.quoted) means \(meaning)")
  }

  /// The text of the element type; a list means a structure of several.
  private mutating func elementDescription() throws(FileError) -> String {
    if found("[") || found("(") {
      throw origin.malformed("the elements are structures; save each field as an array of its own")
    }
    return try string()
  }

  private mutating func string() throws(FileError) -> String {
    skipBlanks()
    // Python 2 may mark a text as Unicode.
    if index < text.count, text[index] == UInt8(ascii: "u") { index += 1 }
    guard index < text.count, text[index] == UInt8(ascii: "'") || text[index] == UInt8(ascii: "\"")
    else { throw malformed("a text in quotes expected") }
    let start = index + 1
    guard let end = text[start...].firstIndex(of: text[index]) else {
      throw malformed("a text is left open")
    }
    index = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func truth() throws(FileError) -> Bool {
    for (word, truth) in [("True", true), ("False", false)] where found(word) { return truth }
    throw malformed("True or False expected")
  }

  private mutating func tuple() throws(FileError) -> Shape {
    try expect("(")
    var extents: [Int] = []
    var hasComma = true
    while !found(")") {
      guard hasComma else { throw malformed("a comma expected in the shape") }
      extents.append(try extent())
      guard extents.count <= longestShape else { throw malformed("too many axes") }
      hasComma = found(",")
    }
    guard extents.count != 1 || hasComma else { throw malformed("the shape is no tuple") }
    return Shape(extents)
  }

  private mutating func extent() throws(FileError) -> Int {
    skipBlanks()
    let digits = text[index...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("an extent that can be counted expected in the shape")
    }
    index += digits.count
    // Python 2 wrote long numbers so.
    if index < text.count, text[index] == UInt8(ascii: "L") { index += 1 }
    return number
  }

  private mutating func expect(_ token: String) throws(FileError) {
    if !found(token) { throw malformed("\"\(token)\" expected") }
  }

  private mutating func found(_ token: String) -> Bool {
    skipBlanks()
    guard text[index...].starts(with: token.utf8) else { return false }
    index += token.utf8.count
    return true
  }

  private mutating func skipBlanks() {
    while index < text.count, text[index] == 0x20 || (0x09...0x0D).contains(text[index]) {
      index += 1
    }
  }

  private func malformed(_ problem: String) -> FileError {
    origin.malformed("the header, at its character \(index): \(problem)")
  }
}
