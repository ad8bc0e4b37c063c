// SPDX-License-Identifier: Apache-2.0

/// The distinct texts of a column, numbered as they appear: all in one buffer, because a million
/// strings of their own would take several times the memory of their letters.
struct Categories {
  private var text: Bytes = []
  /// Text i ends here and starts where the one before ends.
  private var ends: [Int] = []
  /// Open addressing: numbers of texts, or -1; at most half of the slots are taken.
  private var slots = [Int32](repeating: -1, count: 16)

  var count: Int { ends.count }

  private func range(_ number: Int) -> Range<Int> {
    (number == 0 ? 0 : ends[number - 1])..<ends[number]
  }

  func bytes(_ number: Int) -> ArraySlice<UInt8> { text[range(number)] }

  /// The number of the text bytes[start ..< end]: a new one if it has not appeared yet.
  mutating func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Int32, isNew: Bool) {
    var slot = Categories.hash(bytes, start, end) & (slots.count - 1)
    while slots[slot] >= 0 {
      if isEqual(Int(slots[slot]), bytes, start, end) { return (slots[slot], false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(count)
    slots[slot] = number
    for index in start..<end { text.append(bytes[index]) }
    ends.append(text.count)
    if count * 2 > slots.count { grow() }
    return (number, true)
  }

  private func isEqual(_ number: Int, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let range = range(number)
    guard range.count == end - start else { return false }
    for offset in 0..<range.count
    where text[range.lowerBound + offset] != bytes[start + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    var slots = [Int32](repeating: -1, count: slots.count * 2)
    let letters = text, text = letters.span
    for number in 0..<count {
      let range = range(number)
      var slot = Categories.hash(text, range.lowerBound, range.upperBound) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
    self.slots = slots
  }

  /// The standard library's hash: its seed differs from run to run, so that no file can be made to
  /// have all its texts in one place.
  private static func hash(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var hasher = Hasher()
    var index = start
    while index < end {
      var word: UInt64 = 0
      let stop = min(index + 8, end)
      for position in index..<stop { word = word << 8 | UInt64(bytes[position]) }
      hasher.combine(word)
      index = stop
    }
    hasher.combine(end - start)
    return hasher.finalize()
  }
}
