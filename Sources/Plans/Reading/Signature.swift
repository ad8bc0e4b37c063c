// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The structure of a loss, as gradients see it: two losses of equal words have the same gradients
/// and updates, so that the program of one serves the other.
///
/// Unlike the key of a plan, the words tell what carries a derivative: which leaves are trained,
/// what is detached, and how numbers that are known already were computed.
package struct Signature: ~Copyable, Reusable {
  package private(set) var text = SignatureText()
  private var order = GraphOrder()
  private var trained = PositionTable()
  /// The trained leaves by number.
  package private(set) var trainedSerials: [UInt64] = []
  private var oldestTrained = UInt64.max

  package init() {}

  /// Says that a leaf is trained; leaves are numbered in the order of these calls.
  package mutating func train(_ serial: UInt64, _ number: Int) {
    trained[serial] = number
    trainedSerials.append(serial)
    oldestTrained = min(oldestTrained, serial)
  }

  package mutating func read(_ values: [Value], _ former: inout FormerValues) {
    let oldest = oldestTrained, trained = trained
    // What is older than the oldest trained leaf does not depend on any.
    func isFixed(_ source: Node) -> Bool {
      source.serial < oldest
        || source.isData && trained[source.serial] == nil && !source.historyHasEnded
    }
    order.walk(from: values) {
      $0.hasNumbers && ($0.serial < oldest || trained[$0.serial] != nil)
        || $0.takePart(copyingAtMost: Capture.longestCopy, where: isFixed)
    }
    text.write(order, trained: trained, oldestTrained: oldest, &former)
    text.keepRenewals(of: order, reachedBy: values)
    for value in values { text.words.append(UInt64(order.position(of: value)!)) }
  }

  /// Adds a number that comes after those of the graph.
  package mutating func add(bits word: UInt64) { text.bits.append(word) }

  /// The leaves and known nodes in the order of `numbers`.
  package var nodesOfNumbers: [Node] { text.placesOfNumbers.map { order[$0] } }

  /// The scalars and random nodes in the order of `bits`.
  package var nodesOfBits: [Node] { text.placesOfBits.map { order[$0] } }

  /// The nodes that hold new values for what layers keep.
  package var renewals: [Node] { text.placesOfRenewals.map { order[$0] } }

  /// Calls `body` with each node that had no numbers when it was read.
  func forEachUnknown(_ body: (Node) -> Void) {
    var known = text.placesOfNumbers[...]
    for position in 0..<order.count {
      if known.first == position { known.removeFirst() } else { order.look(at: position, body) }
    }
  }

  /// Whether it says all that a recording of the graph is made from: no numbers are known but those
  /// of trained leaves.
  package var saysAll: Bool {
    text.isReusable && text.numbers.allSatisfy { $0 == nil }
  }

  /// Adds which argument of a recorded function each leaf stands for, and what scalars and random
  /// numbers are: the same at each replay, or made of an argument.
  package mutating func add(arguments: [Node]) {
    for position in 0..<order.count where order.inputCount(at: position) == 0 {
      let node = order[position]
      if let number = arguments.firstIndex(where: { $0 === node }) {
        text.words.append(UInt64(number))
      }
    }
    for place in text.placesOfBits { text.words += order[place].wordsOfNumber }
    text.words.append(UInt64(arguments.count))
  }

  /// Lets go of the nodes; words, numbers and bits stay.
  package mutating func forgetGraph() { order.removeAll() }

  package mutating func removeAll() {
    text.removeAll()
    order.removeAll()
    trained.removeAll()
    trainedSerials.removeAll(keepingCapacity: true)
    oldestTrained = .max
  }

  package var isLarge: Bool { text.words.count > 1 << 16 }
}

extension Node {
  /// What the number of a scalar, or the key of random numbers, is in a recording.
  fileprivate var wordsOfNumber: [UInt64] {
    let derivation: RandomKey.Derivation?, bits: UInt64
    switch operation {
    case .creation(.scalar(let number, let argument)):
      (derivation, bits) = (argument.map { .init(argument: $0) }, elementType.bits(of: number))
    case .random(_, let key, _): (derivation, bits) = (key.derivation, key.bits)
    case .creation, .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      preconditionFailure("\(operation.name) has no number of its own")
    }
    guard let derivation else { return [0, bits] }
    return [UInt64(1 + derivation.folded.count), UInt64(derivation.argument)] + derivation.folded
  }
}

/// What a signature says. A type of its own, so that it is written while the order of the graph is
/// read: a copy of the order would count references to all that it holds.
package struct SignatureText {
  package fileprivate(set) var words: [UInt64] = []
  /// Numbers of the leaves in order; nil for those that are trained.
  package fileprivate(set) var numbers: [Storage?] = []
  /// Bit patterns of scalars in their element type, and random keys, in order.
  package fileprivate(set) var bits: [UInt64] = []
  /// False if the gradient is not a function of the words: custom rules may do anything, and
  /// an ended history is a mistake.
  package fileprivate(set) var isReusable = true
  fileprivate var placesOfNumbers: [Int] = []
  fileprivate var placesOfBits: [Int] = []
  fileprivate var placesOfRenewals: [Int] = []

  fileprivate mutating func write(
    _ order: borrowing GraphOrder, trained: borrowing PositionTable, oldestTrained: UInt64,
    _ former: inout FormerValues
  ) {
    for position in 0..<order.count {
      order.look(at: position) { node in
        let known = node.numbers
        if known != nil { placesOfNumbers.append(position) }
        if known != nil, order.inputCount(at: position) == 0 {
          let number = trained[node.serial]
          numbers.append(number == nil ? known : nil)
          words.append(UInt64(truncatingIfNeeded: number ?? -1))
          if number == nil { add(former.numbers(below: node)) }
          node.encodeAsData(into: &words)
          if node.historyHasEnded, node.serial > oldestTrained { isReusable = false }
        } else {
          if known != nil { numbers.append(known) }
          add(node, isKnown: known != nil, at: position)
          for index in 0..<order.inputCount(at: position) {
            words.append(UInt64(order.input(index, at: position)))
          }
        }
      }
    }
  }

  private mutating func add(_ node: Node, isKnown: Bool, at position: Int) {
    words.append(isKnown ? 1 << 32 : 1 << 33)
    node.encode(into: &words)
    switch node.operation {
    case .creation(.scalar(let number, _)): add(node.elementType.bits(of: number), at: position)
    case .random(_, let key, _): add(key.bits, at: position)
    case .identity(.custom(let rule)):
      if let number = rule.number { words.append(1 << 35 | number) } else { isReusable = false }
    case .identity(.detached): words.append(1)
    case .identity(.renewing):
      words.append(2)
      placesOfRenewals.append(position)
    case .identity(.named), .identity(.unchanged), .identity(.checked): words.append(0)
    case .creation, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .scan, .contraction, .movement, .gathering:
      if node.historyHasEnded { isReusable = false }
    }
  }

  /// Drops the renewals that are behind something detached: whether its numbers were read, which
  /// cuts off what it was computed from, must not show.
  fileprivate mutating func keepRenewals(of order: borrowing GraphOrder, reachedBy values: [Value])
  {
    if placesOfRenewals.isEmpty { return }
    var isReached = [Bool](repeating: false, count: order.count)
    for value in values { isReached[order.position(of: value)!] = true }
    for position in (0..<order.count).reversed() where isReached[position] {
      if order[position].isDetached { continue }
      for index in 0..<order.inputCount(at: position) {
        isReached[order.input(index, at: position)] = true
      }
    }
    placesOfRenewals.removeAll { !isReached[$0] }
  }

  /// Of which trained leaves a known tensor carries former values: mostly of none.
  private mutating func add(_ former: [Int]) {
    if former.isEmpty { return }
    words.append(1 << 34 | UInt64(former.count))
    for number in former { words.append(UInt64(number)) }
  }

  private mutating func add(_ word: UInt64, at position: Int) {
    bits.append(word)
    placesOfBits.append(position)
  }

  fileprivate mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    bits.removeAll(keepingCapacity: true)
    placesOfNumbers.removeAll(keepingCapacity: true)
    placesOfBits.removeAll(keepingCapacity: true)
    if !placesOfRenewals.isEmpty { placesOfRenewals.removeAll() }
    isReusable = true
  }
}

extension Signature {
  private static let idle = Reused<Signature>()

  /// A signature of nothing, which was used before if possible.
  package static func take() -> Borrowed<Signature> { idle.take() }

  /// For the next who needs one.
  package static func give(_ borrowed: Borrowed<Signature>) { idle.give(borrowed) }
}

extension Capture {
  private static let idle = Reused<Capture>()

  /// A capture of nothing, which was used before if possible.
  package static func take() -> Borrowed<Capture> { idle.take() }

  /// For the next who needs one.
  package static func give(_ borrowed: Borrowed<Capture>) { idle.give(borrowed) }
}
