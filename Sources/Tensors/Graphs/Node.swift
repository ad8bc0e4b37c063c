// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One step of a computation, written down: what to do, on what, and the shape of the result.
///
/// Nodes are immutable but for two things: the slot for the numbers is written once, and the
/// inputs of a node whose history ends are dropped. Inputs are always older than their node, so the
/// serial number orders any graph.
package final class Node: Sendable {
  package let operation: Operation
  package let form: Form

  private let slot = StorageSlot()
  private let ended = Atomic<Bool>(false)
  private let wasReadByElement = Atomic<Bool>(false)
  // Read under a lock in the few nodes whose history can end meanwhile; the inputs of all other
  // nodes change in `deinit` alone, when nobody else can look.
  @exclusivity(unchecked) nonisolated(unsafe) private var stored: Inputs

  // Changes only while nobody else holds the node: see `renew`.
  private let serialNumber: Atomic<UInt64>

  private static let counter = Atomic<UInt64>(0)

  @inline(__always)
  package init(_ operation: Operation, _ inputs: Inputs, _ form: Form) {
    // First: atomic arithmetic between taking the inputs over and letting go of the caller's would
    // have them counted twice.
    serialNumber = Atomic(Node.reserveSerials(1))
    self.operation = operation
    self.form = form
    self.stored = inputs
  }

  /// A leaf that owns numbers.
  package convenience init(
    numbers: Storage, elementType: ElementType, shape: Shape, heldBy holder: UInt64? = nil
  ) {
    self.init(.creation(.data(heldBy: holder)), Inputs(), Form(shape, elementType))
    slot.store(numbers)
  }

  /// The numbers of a tensor without its history, once they are known.
  package convenience init(detaching value: Value, _ numbers: Storage) {
    // A leaf holds nothing but its numbers, and batching and recordings must still find it.
    let inputs = value.node.inputs.isEmpty || value.node.isDetached ? Inputs(value) : Inputs()
    self.init(.identity(.detached), inputs, value.form)
    slot.store(numbers)
  }

  @inlinable @inline(__always) package var shape: Shape { form.shape }
  @inlinable @inline(__always) package var elementType: ElementType { form.elementType }

  /// The place in the order of making.
  package var serial: UInt64 { serialNumber.load(ordering: .relaxed) }

  /// For the only holder of a leaf: true if nobody else holds its numbers either, not even some.
  package var holdsNumbersAlone: Bool { slot.holdsAlone }

  /// For the only holder of a leaf, after new numbers were written over the old: gives it a serial
  /// number that was reserved just now, as a new leaf would have.
  package func renew(as serial: UInt64) { serialNumber.store(serial, ordering: .relaxed) }

  /// What holds, or held, this leaf as a value that training changes.
  package var holder: UInt64? {
    if case .creation(.data(let holder)) = operation { holder } else { nil }
  }

  /// Reserves `count` serial numbers and returns the first.
  package static func reserveSerials(_ count: Int) -> UInt64 {
    counter.wrappingAdd(UInt64(count), ordering: .relaxed).oldValue + 1
  }

  /// The numbers, once they are known.
  package var numbers: Storage? { slot.storage }

  /// Looks at the known numbers without counting a reference.
  package func withNumbers<Result>(_ look: (Storage) -> Result) -> Result { slot.look(look) }

  package var hasNumbers: Bool { slot.isFull }

  /// Notes that one of its elements is read by itself; true if that happened before.
  package func noteElementRead() -> Bool {
    wasReadByElement.exchange(true, ordering: .relaxed)
  }

  /// Stores the numbers. The first writer wins: all writers computed the same bits.
  package func keep(_ numbers: Storage) {
    slot.store(numbers)
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
