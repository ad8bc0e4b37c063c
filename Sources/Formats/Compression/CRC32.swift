// SPDX-License-Identifier: Apache-2.0

/// CRC-32 as in zip and gzip.
///
/// Source: RFC 1952, section 8. Written out because archives that are not compressed must load
/// where there is no zlib; four bytes at a time, because one is slower than a disk.
struct CRC32 {
  private var state: UInt32 = ~0

  var value: UInt32 { ~state }

  mutating func update(_ bytes: Span<UInt8>) {
    let tables = CRC32.tables.span
    var state = state
    var index = 0
    while index + 4 <= bytes.count {
      state ^=
        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
        | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24
      state =
        tables[768 + Int(state & 0xFF)] ^ tables[512 + Int(state >> 8 & 0xFF)]
        ^ tables[256 + Int(state >> 16 & 0xFF)] ^ tables[Int(state >> 24)]
      index += 4
    }
    while index < bytes.count {
      state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[index])) & 0xFF)]
      index += 1
    }
    self.state = state
  }

  /// Table k holds what a byte becomes with k zero bytes behind it.
  private static let tables: ContiguousArray<UInt32> = {
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { bits, _ in bits >> 1 ^ (bits & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    for _ in 1..<4 {
      tables += tables.suffix(256).map { $0 >> 8 ^ tables[Int($0 & 0xFF)] }
    }
    return ContiguousArray(tables)
  }()
}
