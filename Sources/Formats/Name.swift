// SPDX-License-Identifier: Apache-2.0

/// A name as files compare it: byte for byte.
///
/// To Swift's `String` an "é" is the same in one scalar and in two; in an archive or a header these
/// are two names. So names are looked up and compared as this type, never as `String`.
package struct Name: Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// True if the bytes of the name end so. (`hasSuffix` compares characters.)
  func hasSuffix(_ ending: String) -> Bool {
    text.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
  }

  func hasPrefix(_ start: String) -> Bool { text.utf8.starts(with: start.utf8) }

  /// The name without its first or last bytes, which must be those of whole scalars.
  func dropFirst(_ count: Int) -> String {
    String(decoding: text.utf8.dropFirst(count), as: UTF8.self)
  }

  func dropLast(_ count: Int) -> String {
    String(decoding: text.utf8.dropLast(count), as: UTF8.self)
  }
}

extension Name: Hashable, Comparable {
  package static func == (left: Name, right: Name) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package static func < (left: Name, right: Name) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    // No byte of UTF-8: ends the name.
    hasher.combine(0xFF as UInt8)
  }
}
