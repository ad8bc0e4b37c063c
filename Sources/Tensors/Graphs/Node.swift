// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One step of a computation, written down: what to do, on what, and the shape of the result.
///
/// Nodes are immutable but for two things: the slot for the numbers is written once, and the
/// inputs of a node whose history ends are dropped. Inputs are always older than their node, so the
/// serial number orders any graph.
package final class Node: Sendable {
  package let operation: Operation
  package let elementType: ElementType
  package let shape: Shape

  // Owns a reference from the moment it is set; `AtomicLazyReference` does the same, slower.
  private let slot = Atomic<Unmanaged<Storage>?>(nil)
  private let ended = Atomic<Bool>(false)
  // Read under a lock in the few nodes whose history can end meanwhile; the inputs of all other
  // nodes change in `deinit` alone, when nobody else can look.
  @exclusivity(unchecked) nonisolated(unsafe) private var stored: Inputs

  // Changes only while nobody else holds the node: see `renew`.
  private let number: Atomic<UInt64>

  private static let counter = Atomic<UInt64>(0)

  package init(
    _ operation: Operation, _ inputs: Inputs, elementType: ElementType, shape: Shape
  ) {
    // First: atomic arithmetic between taking the inputs over and letting go of the caller's would
    // have them counted twice.
    number = Atomic(Node.reserveSerials(1))
    self.operation = operation
    self.elementType = elementType
    self.shape = shape
    self.stored = inputs
  }

  /// A leaf that owns numbers.
  package convenience init(
    numbers: Storage, elementType: ElementType, shape: Shape, heldBy holder: UInt64? = nil
  ) {
    self.init(.creation(.data(heldBy: holder)), Inputs(), elementType: elementType, shape: shape)
    store(numbers)
  }

  /// The numbers of a tensor without its history, once they are known.
  package convenience init(detaching value: Value, _ numbers: Storage) {
    // A leaf holds nothing but its numbers, and batching must still find it.
    let inputs = value.node.inputs.isEmpty ? Inputs(value) : Inputs()
    self.init(
      .identity(.detached), inputs, elementType: value.elementType, shape: value.shape)
    store(numbers)
  }

  /// The place in the order of making.
  package var serial: UInt64 { number.load(ordering: .relaxed) }

  /// For the only holder of a leaf: true if nobody else holds its numbers either, not even some.
  package var holdsNumbersAlone: Bool {
    guard let owned = slot.load(ordering: .relaxed) else { return false }
    // Taken over for the question and handed back, without counting.
    var numbers = owned.takeRetainedValue()
    defer { _ = Unmanaged.passRetained(numbers) }
    return isKnownUniquelyReferenced(&numbers) && numbers.whole == nil
  }

  /// For the only holder of a leaf, after new numbers were written over the old: gives it a serial
  /// number that was reserved just now, as a new leaf would have.
  package func renew(as serial: UInt64) { number.store(serial, ordering: .relaxed) }

  /// What holds, or held, this leaf as a value that training changes.
  package var holder: UInt64? {
    if case .creation(.data(let holder)) = operation { holder } else { nil }
  }

  /// Reserves `count` serial numbers and returns the first.
  package static func reserveSerials(_ count: Int) -> UInt64 {
    counter.wrappingAdd(UInt64(count), ordering: .relaxed).oldValue + 1
  }

  /// The numbers, once they are known.
  package var numbers: Storage? { slot.load(ordering: .acquiring)?.takeUnretainedValue() }

  /// Looks at the known numbers without counting a reference.
  package func withNumbers<Result>(_ look: (Storage) -> Result) -> Result {
    slot.load(ordering: .acquiring)!._withUnsafeGuaranteedRef(look)
  }

  package var hasNumbers: Bool { slot.load(ordering: .acquiring) != nil }

  private func store(_ numbers: Storage) {
    let owned = Unmanaged.passRetained(numbers)
    let outcome = slot.compareExchange(
      expected: nil, desired: owned, ordering: .acquiringAndReleasing)
    if !outcome.exchanged { owned.release() }
  }

  /// Stores the numbers. The first writer wins: all writers computed the same bits.
  package func keep(_ numbers: Storage) {
    store(numbers)
    if isDetached { dropInputs() }
  }

  package var inputs: Inputs {
    canEnd ? withLock(sharedAs: serial) { stored } : stored
  }

  /// Input number `index`; nil if there are not so many (any more).
  package func input(_ index: Int) -> Node? {
    canEnd ? withLock(sharedAs: serial) { stored.node(index) } : stored.node(index)
  }

  /// The same without counting a reference, for nodes that cannot lose their inputs.
  func uncountedInput(_ index: Int) -> UncountedNode? { stored.uncountedNode(index) }

  /// Losses are scalars, and a detached tensor needs its history only until it has numbers.
  package var canEnd: Bool {
    shape.rank == 0 || isDetached
  }

  /// True where derivatives end: for the same numbers without their history.
  package var isDetached: Bool {
    if case .identity(.detached) = operation { true } else { false }
  }

  /// True once an optimizer has taken its step with this loss.
  package var historyHasEnded: Bool { ended.load(ordering: .acquiring) }

  /// Forgets how this scalar was computed, so that what it was computed from can be released.
  package func endHistory() {
    ended.store(true, ordering: .releasing)
    dropInputs()
  }

  private func dropInputs() {
    let dropped = withLock(sharedAs: serial) {
      let inputs = stored
      stored = Inputs()
      return inputs
    }
    // Released here, outside the lock: it may set free a large graph.
    withExtendedLifetime(dropped) {}
  }

  deinit {
    slot.load(ordering: .relaxed)?.release()
    // A chain of a million nodes must not recurse a million deep: whoever is the last to hold a
    // node takes its inputs before it goes.
    guard !stored.isEmpty else { return }
    var orphans: [Node] = []
    stored.moveUniquelyReferenced(to: &orphans)
    while let orphan = orphans.popLast() {
      orphan.stored.moveUniquelyReferenced(to: &orphans)
    }
  }
}

/// A node to look at that holds no reference of its own: counting them takes longer than a walk.
///
/// The only way to look at nodes so. Whoever makes one keeps the node alive: a `GraphOrder` does,
/// which holds the results of a graph and what can be lost on the way from them.
struct UncountedNode: BitwiseCopyable {
  private let node: Unmanaged<Node>

  init(_ node: Node) { self.node = .passUnretained(node) }

  // Safe by what the type asks of its makers.
  @inline(__always)
  func look<Result>(_ look: (Node) -> Result) -> Result { node._withUnsafeGuaranteedRef(look) }
}

/// The inputs of a node: up to three are stored inline, which covers all but custom rules.
package struct Inputs: Sendable {
  private var first: Node?
  private var second: Node?
  private var third: Node?
  // Optional, so that copying the inputs of a usual node copies three references.
  private var others: [Node]?
  package private(set) var count: Int

  package init() { self.init(nil, nil, nil, count: 0) }
  package init(_ a: Value) { self.init(a.node, nil, nil, count: 1) }
  package init(_ a: Value, _ b: Value) { self.init(a.node, b.node, nil, count: 2) }
  package init(_ a: Value, _ b: Value, _ c: Value) {
    self.init(a.node, b.node, c.node, count: 3)
  }
  package init(_ values: [Value]) {
    self.init()
    for value in values { append(value.node) }
  }

  private init(_ first: Node?, _ second: Node?, _ third: Node?, count: Int) {
    self.first = first
    self.second = second
    self.third = third
    self.count = count
  }

  package var isEmpty: Bool { count == 0 }

  package subscript(index: Int) -> Value {
    switch index {
    case 0: Value(first!)
    case 1: Value(second!)
    case 2: Value(third!)
    default: Value(others![index - 3])
    }
  }

  fileprivate func node(_ index: Int) -> Node? {
    if index >= count { return nil }
    return switch index {
    case 0: first
    case 1: second
    case 2: third
    default: others![index - 3]
    }
  }

  fileprivate func uncountedNode(_ index: Int) -> UncountedNode? {
    if index >= count { return nil }
    return switch index {
    case 0: UncountedNode(first!)
    case 1: UncountedNode(second!)
    case 2: UncountedNode(third!)
    default: UncountedNode(others![index - 3])
    }
  }

  package var values: [Value] { (0..<count).map { self[$0] } }

  private mutating func append(_ node: Node) {
    switch count {
    case 0: first = node
    case 1: second = node
    case 2: third = node
    default: others = (others ?? []) + [node]
    }
    count += 1
  }

  /// Empties these inputs; nodes that nobody else holds go to `orphans`.
  ///
  /// Uniqueness is asked of the stored property: a copy would itself be a second reference.
  fileprivate mutating func moveUniquelyReferenced(to orphans: inout [Node]) {
    Inputs.release(&first, ifHeldHereAlone: &orphans)
    Inputs.release(&second, ifHeldHereAlone: &orphans)
    Inputs.release(&third, ifHeldHereAlone: &orphans)
    while var last = others?.popLast() as Node? {
      if isKnownUniquelyReferenced(&last) { orphans.append(last) }
    }
    count = 0
  }

  // Static: a method would be called on a copy of these inputs, a second reference to each. Moved,
  // not copied: nothing is counted.
  private static func release(_ node: inout Node?, ifHeldHereAlone orphans: inout [Node]) {
    if node == nil { return }
    if isKnownUniquelyReferenced(&node) {
      orphans.append(node.take()!)
    } else {
      node = nil
    }
  }
}
