// SPDX-License-Identifier: Apache-2.0

/// The distinct texts of a column, numbered as they appear: all in one buffer, because a million
/// strings of their own would take several times the memory of their letters. Two texts are the
/// same if their bytes are, so "é" as one character and as two are two.
struct Categories {
  private var text: Bytes = []
  /// Text i ends here and starts where the one before ends.
  private var ends: ContiguousArray<UInt32> = []
  /// Open addressing: numbers of texts, or -1. Empty while there are few texts: they are looked
  /// through.
  private var slots: ContiguousArray<Int32> = []

  private static let few = 8
  /// Beyond so many texts, room for all that may come is reserved. What is not used of it is an
  /// address, no memory; growing would hold two copies of each text for a while.
  private static let many = 4096
  private let mostBytes: Int
  private let mostTexts: Int

  /// - Parameters:
  ///   - mostTexts: how many texts there will be at most.
  ///   - mostBytes: how long they will be together at most.
  init(mostTexts: Int = 0, mostBytes: Int = 0) {
    (self.mostTexts, self.mostBytes) = (mostTexts, mostBytes)
  }

  var count: Int { ends.count }

  /// The number of the text bytes[start ..< end] if it has appeared.
  func firstIndex(of bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int32? {
    if slots.isEmpty {
      return (0..<count).first { isEqual($0, bytes, start, end) }.map(Int32.init)
    }
    var slot = place(bytes, start, end)
    while slots[slot] >= 0 {
      if isEqual(Int(slots[slot]), bytes, start, end) { return slots[slot] }
      slot = slot + 1 == slots.count ? 0 : slot + 1
    }
    return nil
  }

  /// The number of the text bytes[start ..< end]: a new one if it has not appeared yet.
  mutating func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Int32, isNew: Bool) {
    if let number = firstIndex(of: bytes, start, end) { return (number, false) }
    if isOutgrown {
      text.reserveCapacity(mostBytes)
      ends.reserveCapacity(mostTexts)
    }
    let number = Int32(count)
    for index in start..<end { text.append(bytes[index]) }
    ends.append(UInt32(text.count))
    if count > Categories.few {
      if count * 5 > slots.count * 4 {
        fillSlots(count: max(4 * Categories.few, slots.count + slots.count / 2))
      } else {
        insert(number)
      }
    }
    return (number, true)
  }

  private var isOutgrown: Bool { count >= Categories.many && text.capacity < mostBytes }

  /// About how much memory is taken for a text of so many bytes, if it is new and
  /// large amounts are.
  func growth(for byteCount: Int) -> Int {
    // For all texts to come: letters and ends, and twice what finds them, old and new.
    if isOutgrown { return mostBytes + 16 * mostTexts }
    let total = text.count + byteCount
    return total > max(text.capacity, 1 << 16) ? 2 * total : 0
  }

  /// Whether a text of so many bytes more can be kept.
  func hasRoom(for byteCount: Int) -> Bool { text.count + byteCount <= UInt32.max }

  private func range(_ number: Int) -> Range<Int> {
    (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
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

  private mutating func fillSlots(count newCount: Int) {
    // The old ones go before the new ones come.
    slots = []
    slots = ContiguousArray(repeating: -1, count: newCount)
    for number in 0..<count { insert(Int32(number)) }
  }

  private mutating func insert(_ number: Int32) {
    let letters = text, range = range(Int(number))
    var slot = place(letters.span, range.lowerBound, range.upperBound)
    while slots[slot] >= 0 { slot = slot + 1 == slots.count ? 0 : slot + 1 }
    slots[slot] = number
  }

  /// Where to look for a text first. By the standard library's hash: its seed differs from run to
  /// run, so that no file can be made to have all its texts in one place.
  private func place(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
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
    let hash = UInt(bitPattern: hasher.finalize())
    return Int(hash.multipliedFullWidth(by: UInt(slots.count)).high)
  }

  /// Hands over the texts in the order of their values; none are left here.
  mutating func takeSorted(point: UInt8) -> Texts {
    let (text, ends) = (text, ends)
    // The slots are as large as the order that is made now.
    self = Categories()
    return Texts(text, ends, point: point)
  }
}

extension Categories {
  /// The number of a text if it has appeared.
  func firstIndex(of text: String) -> Int? {
    let bytes = Bytes(text.utf8)
    return firstIndex(of: bytes.span, 0, bytes.count).map { Int($0) }
  }

  /// Adds a text; the number of the same one if it has appeared, else nil.
  mutating func add(_ text: String) -> Int? {
    let bytes = Bytes(text.utf8)
    let (number, isNew) = number(bytes.span, 0, bytes.count)
    return isNew ? nil : Int(number)
  }
}
