// SPDX-License-Identifier: Apache-2.0

/// An integer of any size, with the few operations that printing takes.
struct Natural: Comparable {
  /// Base 2³², lowest first; the last is not zero.
  private var words: [UInt32]

  /// `number` × 2^`bits`.
  init(_ number: UInt64, shiftedBy bits: Int) {
    words = Array(repeating: 0, count: bits / 32)
    words.append(UInt32(truncatingIfNeeded: number))
    words.append(UInt32(number >> 32))
    dropZeros()
    multiply(by: 1 << UInt32(bits % 32))
  }

  mutating func multiply(by factor: UInt32) {
    var carry: UInt64 = 0
    for index in words.indices {
      carry += UInt64(words[index]) * UInt64(factor)
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  mutating func multiply(byPowerOfTen power: Int) {
    // 10^9 is the largest power of ten in a word.
    for _ in 0..<(power / 9) { multiply(by: 1_000_000_000) }
    for _ in 0..<(power % 9) { multiply(by: 10) }
  }

  mutating func add(_ other: Natural) {
    let missing = other.words.count - words.count
    if missing > 0 { words.append(contentsOf: repeatElement(0, count: missing)) }
    var carry: UInt64 = 0
    for index in words.indices {
      carry += UInt64(words[index]) + UInt64(index < other.words.count ? other.words[index] : 0)
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  /// - Precondition: `other` is not greater.
  mutating func subtract(_ other: Natural) {
    var borrow: Int64 = 0
    for index in words.indices {
      borrow += Int64(words[index]) - Int64(index < other.words.count ? other.words[index] : 0)
      words[index] = UInt32(truncatingIfNeeded: borrow)
      borrow >>= 32
    }
    dropZeros()
  }

  private mutating func dropZeros() {
    while words.last == 0 { words.removeLast() }
  }

  static func < (left: Natural, right: Natural) -> Bool {
    if left.words.count != right.words.count { return left.words.count < right.words.count }
    for index in left.words.indices.reversed() where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }
}
