// SPDX-License-Identifier: Apache-2.0

#if Command

/// FNV-1a over the bit patterns of numbers, lowest byte first: equal only if every bit is.
struct Checksum {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init() {}

  mutating func add(_ numbers: [Float]) {
    for number in numbers { add(UInt64(number.bitPattern), bytes: 4) }
  }

  mutating func add(_ numbers: [Double]) {
    for number in numbers { add(number.bitPattern, bytes: 8) }
  }

  private mutating func add(_ bits: UInt64, bytes: UInt64) {
    for byte in 0..<bytes {
      value = (value ^ (bits >> (8 * byte) & 0xFF)) &* 0x100_0000_01b3
    }
  }

  var hexadecimal: String { value.hexadecimal }
}

extension UInt64 {
  /// 16 digits.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

#endif
