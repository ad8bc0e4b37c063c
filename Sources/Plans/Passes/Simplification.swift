// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Program {
  /// The same results with fewer entries. No rule here changes a bit of any result.
  ///
  /// - equal entries become one;
  /// - x · 1, x / 1 and x - 0 are x (x + 0 is not: -0 + 0 is 0), and so are --x and a movement
  ///   that moves nothing;
  /// - sums, differences, products and quotients of known numbers are numbers, rounded alike;
  /// - reshape of reshape, transpose of transpose and expand of expand become one;
  /// - what is placed in a whole that is placed is placed there at once;
  /// - a product of reshaped views is one over the axes that these had before;
  /// - parts side by side stand in their order, and slices that were stacked as
  ///   they lie are a view;
  /// - what no result needs is dropped.
  package func simplified() -> Program {
    var pass = Simplification(capacity: entries.count)
    for entry in entries { pass.add(entry) }
    return pass.takeProgram(results, donations)
  }

  fileprivate mutating func dropUnusedEntries() {
    // The new place of each entry: any at first for those that are used, -1 for others.
    var place = [Int](filled: -1, count: entries.count)
    for result in results { place[result] = 0 }
    for index in entries.indices.reversed() where place[index] >= 0 {
      for input in 0..<entries[index].inputs.count { place[entries[index].inputs[input]] = 0 }
    }
    var count = 0
    for index in entries.indices where place[index] >= 0 {
      place[index] = count
      if count < index { entries[count] = entries[index] }
      for input in 0..<entries[count].inputs.count {
        entries[count].inputs[input] = place[entries[count].inputs[input]]
      }
      count += 1
    }
    entries.removeLast(entries.count - count)
    for index in results.indices { results[index] = place[results[index]] }
  }
}

struct Simplification {
  var entries: [Program.Entry] = []
  /// For each entry of the old program its place in the new one.
  var replacement: [Int] = []
  private var known: KnownWords
  /// The number that all elements of an entry are known to be.
  private var uniform: [Double?] = []

  init(capacity: Int) {
    entries.reserveCapacity(capacity)
    known = KnownWords(capacity: capacity)
    replacement.reserveCapacity(capacity)
    uniform.reserveCapacity(capacity)
  }

  /// What has become of the entries, of which `results` are asked for. None of them is left here.
  mutating func takeProgram(_ results: [Int], _ donations: [Donation]) -> Program {
    var program = Program()
    program.donations = donations
    program.results = results.map { replacement[$0] }
    // Moved, not copied.
    swap(&program.entries, &entries)
    program.dropUnusedEntries()
    return program
  }

  mutating func add(_ entry: consuming Program.Entry) {
    for input in 0..<entry.inputs.count { entry.inputs[input] = replacement[entry.inputs[input]] }
    if let simpler = simpler(&entry) {
      replacement.append(simpler)
    } else {
      replacement.append(place(entry))
    }
  }

  /// The place of another entry that an entry is, by the rules for its kind; nil if it is one of
  /// its own, of which these may have changed how it is written. Changed in place: it is large.
  private mutating func simpler(_ entry: inout Program.Entry) -> Int? {
    switch entry.accessPattern {
    case .given, .rows, .reduction: return nil
    case .view:
      merge(&entry)
      while takeFromPart(&entry) { merge(&entry) }
      return equivalent(of: entry)
    case .pointwise:
      if let same = equivalent(of: entry) { return same }
      return folded(entry).map { place($0, everywhereIn: entry.shape, entry.elementType) }
    case .parts:
      placePartsOfPart(&entry)
      let joined = sortParts(of: &entry)
      return equivalent(of: entry) ?? joined.flatMap { placeStackedSlices(entry, along: $0) }
    case .whole: return placeUnmerged(entry)
    }
  }

  private mutating func place(
    _ number: Double, everywhereIn shape: Shape, _ type: ElementType
  ) -> Int {
    let constant = place(
      Program.Entry(
        operation: .creation(.constant(number)), inputs: InlineNumbers(), elementType: type,
        shape: []))
    if shape.isEmpty { return constant }
    return place(
      Program.Entry(
        operation: .movement(.expand), inputs: InlineNumbers([constant]), elementType: type,
        shape: shape))
  }

  /// The place of an entry: that of an equal one, if there is one.
  mutating func place(_ entry: consuming Program.Entry) -> Int {
    if let same = known.number(of: entry, ifNew: entries.count) { return same }
    uniform.append(number(of: entry))
    entries.append(entry)
    return entries.count - 1
  }

  /// The number that the entry is everywhere, if it can be computed here.
  private func folded(_ entry: Program.Entry) -> Double? {
    guard case .binary(let binary) = entry.operation, let x = uniform[entry.inputs[0]],
      let y = uniform[entry.inputs[1]]
    else { return nil }
    let number: Double? =
      switch entry.elementType {
      case .float: binary.number(Float(x), Float(y)).map(Double.init)
      case .double: binary.number(x, y)
      case .int32, .bool: nil
      }
    // The sign of a NaN is the processor's choice.
    return number?.isNaN == true ? nil : number
  }

  /// An earlier entry with the same elements in the same shape.
  func equivalent(of entry: Program.Entry) -> Int? {
    func input(_ index: Int) -> Int? {
      let input = entry.inputs[index]
      return entries[input].shape == entry.shape && entries[input].elementType == entry.elementType
        ? input : nil
    }
    switch entry.operation {
    case .binary(let binary):
      if isEverywhere(binary.rightIdentity, entry.inputs[1]) { return input(0) }
      return isEverywhere(binary.leftIdentity, entry.inputs[0]) ? input(1) : nil
    case .unary(let unary) where unary.undoesItself:
      let inner = entry.inputs[0]
      guard case .unary(unary) = entries[inner].operation else { return nil }
      return entries[inner].inputs[0]
    case .movement(let movement):
      return movement.movesNothing(from: entries[entry.inputs[0]].shape, to: entry.shape)
        ? input(0) : nil
    case .conversion: return input(0)
    case .creation, .random, .identity, .unary, .comparison, .selection, .reduction, .scan,
      .contraction, .gathering:
      return nil
    }
  }

  /// Whether an entry is this very number everywhere: -0 is not 0.
  private func isEverywhere(_ number: Double?, _ entry: Int) -> Bool {
    guard let number, let known = uniform[entry] else { return false }
    return number == known && number.sign == known.sign
  }

  /// Makes one of a movement and another below it.
  func merge(_ entry: inout Program.Entry) {
    guard case .movement(let outer) = entry.operation,
      case .movement(let inner) = entries[entry.inputs[0]].operation,
      let both = outer.following(inner)
    else { return }
    entry.operation = .movement(both)
    entry.inputs = entries[entry.inputs[0]].inputs
  }

  private func number(of entry: Program.Entry) -> Double? {
    switch entry.operation {
    case .creation(.constant(let number)): number
    case .movement(let movement): movement.isView ? uniform[entry.inputs[0]] : nil
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .gathering:
      nil
    }
  }
}

/// Which words have been seen: all in one array, found by their hash.
private struct KnownWords {
  private var words: [UInt64] = []
  /// For each number the hash of its words, and where they end.
  private var known: [(hash: UInt64, end: Int)] = []
  /// Open addressing: a number, or -1. At least twice as many places as numbers, a power of two.
  private var places: [Int32]

  init(capacity: Int) {
    // An operation takes some five words.
    words.reserveCapacity(5 * capacity)
    known.reserveCapacity(capacity)
    places = [Int32](
      repeating: -1, count: 1 << (Int.bitWidth - (2 * capacity).leadingZeroBitCount))
  }

  /// The number that an equal entry was given before, or nil; then this one has `new`, the next
  /// number.
  mutating func number(of entry: borrowing Program.Entry, ifNew new: Int) -> Int? {
    let start = words.count
    entry.operation.encode(into: &words, elementType: entry.elementType, shape: entry.shape)
    let inputs = entry.inputs
    for index in 0..<inputs.count { words.append(UInt64(inputs[index])) }
    // Arguments and parameters are told apart by their number, never by their value.
    if inputs.isEmpty || entry.operation.takesParameter { words.append(UInt64(entry.index)) }
    var hash: UInt64 = 0
    for index in start..<words.count {
      hash = (hash ^ words[index]) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] >= 0 {
      let number = Int(places[place])
      if known[number].hash == hash, isEqual(number, toWordsFrom: start) {
        words.removeSubrange(start...)
        return number
      }
      place = (place + 1) & (places.count - 1)
    }
    places[place] = Int32(new)
    known.append((hash, words.count))
    if 2 * known.count > places.count { grow() }
    return nil
  }

  private func isEqual(_ number: Int, toWordsFrom start: Int) -> Bool {
    let first = number == 0 ? 0 : known[number - 1].end, count = known[number].end - first
    guard count == words.count - start else { return false }
    for index in 0..<count where words[first + index] != words[start + index] { return false }
    return true
  }

  private mutating func grow() {
    places = [Int32](filled: -1, count: 2 * places.count)
    for number in known.indices {
      var place = Int(truncatingIfNeeded: known[number].hash) & (places.count - 1)
      while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
      places[place] = Int32(number)
    }
  }
}
