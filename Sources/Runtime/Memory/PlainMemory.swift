// SPDX-License-Identifier: Apache-2.0

/// Arrays of plain data that live as long as their owner: what a replay reads is reached through
/// pointers alone, without counting references.
final class PlainMemory: @unchecked Sendable {
  /// Of the first block; a later one is as large as all before it.
  private static let blockByteCount = 4096
  private static let alignment = 16

  private var blocks: [UnsafeMutableRawPointer] = []
  /// What is left of the last block.
  private var free = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var byteCount = 0

  /// A copy of the elements, which must hold no references.
  func array<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    if elements.isEmpty { return UnsafeBufferPointer(start: nil, count: 0) }
    let memory = take(elements.count * MemoryLayout<Element>.stride)
    // In bounds: as many elements as there is room for were asked for.
    let bound = memory.bindMemory(to: Element.self, capacity: elements.count)
    elements.withUnsafeBufferPointer {
      bound.initialize(from: $0.baseAddress!, count: elements.count)
    }
    return UnsafeBufferPointer(start: bound, count: elements.count)
  }

  /// Room for elements, which the caller must write before anybody reads them.
  func room<Element: BitwiseCopyable>(for count: Int) -> UnsafeMutableBufferPointer<Element> {
    if count == 0 { return UnsafeMutableBufferPointer(start: nil, count: 0) }
    let memory = take(count * MemoryLayout<Element>.stride)
    // In bounds: as many elements as there is room for were asked for.
    return UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// What `make` gives for each element of a list that it does not leave out.
  func array<Source: Sequence, Element: BitwiseCopyable>(
    from source: Source, _ make: (Source.Element) -> Element?
  ) -> UnsafeBufferPointer<Element> {
    var count = 0
    for element in source where make(element) != nil { count += 1 }
    if count == 0 { return UnsafeBufferPointer(start: nil, count: 0) }
    let bound = take(count * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: count)
    var next = 0
    for element in source {
      guard let made = make(element) else { continue }
      // In bounds: as many as were counted.
      precondition(next < count)
      (bound + next).initialize(to: made)
      next += 1
    }
    return UnsafeBufferPointer(start: bound, count: next)
  }

  /// A copy of one element.
  func one<Element: BitwiseCopyable>(_ element: Element) -> UnsafePointer<Element> {
    // In bounds: there is room for one.
    let bound = take(MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: 1)
    bound.initialize(to: element)
    return UnsafePointer(bound)
  }

  private func take(_ wanted: Int) -> UnsafeMutableRawPointer {
    let needed = (wanted + PlainMemory.alignment - 1) & ~(PlainMemory.alignment - 1)
    if needed > free.count {
      let length = max(needed, PlainMemory.blockByteCount, byteCount)
      let block = UnsafeMutableRawPointer.allocate(
        byteCount: length, alignment: PlainMemory.alignment)
      blocks.append(block)
      byteCount += length
      free = UnsafeMutableRawBufferPointer(start: block, count: length)
    }
    let memory = free.baseAddress!
    // In bounds: the block has at least as much left.
    free = UnsafeMutableRawBufferPointer(start: memory + needed, count: free.count - needed)
    return memory
  }

  deinit { for block in blocks { block.deallocate() } }
}
