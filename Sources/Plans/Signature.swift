// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The structure of a loss, as gradients see it: two losses of equal words have the same gradients
/// and updates, so that the program of one serves the other.
///
/// Unlike the key of a plan, the words tell what carries a derivative: which leaves are trained,
/// what is detached, and how numbers that are known already were computed.
package struct Signature: ~Copyable, Reusable {
  package private(set) var words: [UInt64] = []
  /// Numbers of the leaves in order; nil for those that are trained.
  package private(set) var numbers: [Storage?] = []
  /// Bit patterns of scalars in their element type, and random keys, in order.
  package private(set) var bits: [UInt64] = []
  /// False if the gradient is not a function of the words: custom rules may do anything, and
  /// an ended history is a mistake.
  package private(set) var isReusable = true
  private var placesOfNumbers: [Int] = []
  private var placesOfBits: [Int] = []
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

  package mutating func read(_ values: [Value]) {
    let oldest = oldestTrained, trained = trained
    // What is older than the oldest trained leaf does not depend on any.
    order.walk(from: values) {
      $0.hasNumbers && ($0.serial < oldest || trained[$0.serial] != nil)
    }
    let found = order
    found.forEach { add($0, at: $1) }
    for value in values { words.append(UInt64(order.position(of: value)!)) }
  }

  private mutating func add(_ node: Node, at position: Int) {
    let known = node.numbers
    if known != nil { placesOfNumbers.append(position) }
    if known != nil, order.inputCount(at: position) == 0 {
      let number = trained[node.serial]
      numbers.append(number == nil ? known : nil)
      words.append(UInt64(truncatingIfNeeded: number ?? -1))
      node.encodeAsData(into: &words)
      if node.historyHasEnded, node.serial > oldestTrained { isReusable = false }
    } else {
      if known != nil { numbers.append(known) }
      addOperation(of: node, at: position, isKnown: known != nil)
    }
  }

  private mutating func addOperation(of node: Node, at position: Int, isKnown: Bool) {
    words.append(isKnown ? 1 << 32 : 1 << 33)
    node.encode(into: &words)
    switch node.operation {
    case .creation(.scalar(let number, _)): addBits(node.elementType.bits(of: number), at: position)
    case .random(_, let key): addBits(key.bits, at: position)
    case .identity(.custom): isReusable = false
    case .identity(.detached): words.append(1)
    case .identity(.named), .identity(.checked): words.append(0)
    case .creation, .unary, .binary, .comparison, .selection, .conversion, .reduction,
      .contraction, .movement, .gathering:
      if node.historyHasEnded { isReusable = false }
    }
    for index in 0..<order.inputCount(at: position) {
      words.append(UInt64(order.input(index, at: position)))
    }
  }

  private mutating func addBits(_ word: UInt64, at position: Int) {
    bits.append(word)
    placesOfBits.append(position)
  }

  /// Adds a number that comes after those of the graph.
  package mutating func add(bits word: UInt64) { bits.append(word) }

  /// The leaves and known nodes in the order of `numbers`.
  package var nodesOfNumbers: [Node] { placesOfNumbers.map { order[$0] } }

  /// The scalars and random nodes in the order of `bits`.
  package var nodesOfBits: [Node] { placesOfBits.map { order[$0] } }

  /// Lets go of the nodes; words, numbers and bits stay.
  package mutating func forgetGraph() { order.removeAll() }

  package mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    bits.removeAll(keepingCapacity: true)
    placesOfNumbers.removeAll(keepingCapacity: true)
    placesOfBits.removeAll(keepingCapacity: true)
    isReusable = true
    order.removeAll()
    trained.removeAll()
    trainedSerials.removeAll(keepingCapacity: true)
    oldestTrained = .max
  }

  package var isLarge: Bool { words.count > 1 << 16 }
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
