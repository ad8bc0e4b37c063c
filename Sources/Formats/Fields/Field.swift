// SPDX-License-Identifier: Apache-2.0

/// Where a field's text stands in the reader's buffer, in eight bytes: a record may have as many
/// fields as letters. No buffer reaches 2^30 bytes.
struct Field {
  private let first: UInt32
  private let last: UInt32

  init(start: Int, end: Int, isQuoted: Bool = false, hasDoubledQuotes: Bool = false) {
    first = UInt32(start)
    last = UInt32(end) << 2 | (isQuoted ? 1 : 0) | (hasDoubledQuotes ? 2 : 0)
  }

  var start: Int { Int(first) }
  var end: Int { Int(last >> 2) }
  var count: Int { end - start }
  var isQuoted: Bool { last & 1 != 0 }
  /// A quoted field in which a doubled quote stands for one.
  var hasDoubledQuotes: Bool { last & 2 != 0 }
}

/// The texts that stand for no value, compared byte by byte without regard to case; a number among
/// them does so however it is written.
struct MissingValues {
  private let texts: [Bytes]
  /// Bit n is set if one of them has n bytes: most fields are told apart by this.
  private let lengths: UInt64
  private let numbers: [Double]

  init(_ texts: [String]) {
    self.texts = texts.map { Bytes($0.utf8.map(MissingValues.lowercased)) }
    lengths = self.texts.reduce(0) { $0 | MissingValues.bit($1.count) }
    numbers = self.texts.compactMap {
      MissingValues.number($0.span, Field(start: 0, end: $0.count))
    }
  }

  func contains(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
    if containsText(bytes, field) { return true }
    if numbers.isEmpty { return false }
    return MissingValues.number(bytes, field).map(numbers.contains) ?? false
  }

  private func containsText(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
    let count = field.count
    guard lengths & MissingValues.bit(count) != 0 else { return false }
    return texts.contains { text in
      text.count == count
        && text.indices.allSatisfy {
          MissingValues.lowercased(bytes[field.start + $0]) == text[$0]
        }
    }
  }

  func contains(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return contains(bytes.span, Field(start: 0, end: bytes.count))
  }

  /// Words by which people mark missing values, beyond those that are taken for one.
  static let marks = MissingValues([
    "-", "--", "---", ".", "..", "*", "?", "NA", "NaN", "N/A", "#N/A", "n.a.", "null", "nil",
    "none", "missing", "unknown", "undefined", "<NA>", "#NULL!", "#DIV/0!", "#VALUE!",
  ])

  /// With either sign for decimals; but a comma before three figures may be one between thousands.
  private static func number(_ bytes: Span<UInt8>, _ field: Field) -> Double? {
    if field.hasDoubledQuotes { return nil }
    for point in [UInt8(ascii: "."), UInt8(ascii: ",")] {
      guard let number = Decimal(bytes, field.start, field.end, point: point) else { continue }
      let mayGroup =
        point == UInt8(ascii: ",") && field.count > 4 && bytes[field.end - 4] == point
      return number.isInfinite || mayGroup ? nil : number.double(bytes)
    }
    return nil
  }

  private static func bit(_ count: Int) -> UInt64 { 1 << UInt64(min(count, 63)) }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
