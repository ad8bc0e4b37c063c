// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import CPullbackLocks
import PullbackPlans
import PullbackTensors
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Holds a leaf that training replaces: what a parameter is to the runtime.
///
/// Whoever replaces the leaf takes the slot meanwhile; others who want it wait. In the child of a
/// fork nobody waits for a thread of the parent: a leaf whose step it was taking is half of each.
package final class LeafSlot: LeafHolder {
  /// Who has taken it: 0, or a mark of the process whose thread has.
  private let taker = Atomic<UInt32>(0)
  // Touched only by whoever has taken the slot.
  @exclusivity(unchecked) nonisolated(unsafe) private var node: Node?
  /// Whether somebody sleeps until it is free.
  private let isWanted = Atomic<Bool>(false)
  /// What its leaves know it by.
  package let number = Node.reserveSerials(1)
  /// True if it keeps its leaf for ever.
  package let isFrozen: Bool
  /// If its leaf has no numbers and stands for one of many, where all of them are.
  package let all: LeafSlot?
  package var ofAll: (any LeafHolder)? { all }

  package init() { (isFrozen, all) = (false, nil) }

  /// A slot of a leaf that stands for each of many in turn, which are in `all`.
  package init(standIn leaf: Value, for all: LeafSlot) {
    self.all = all
    isFrozen = true
    node = leaf.node
  }

  /// A slot with a leaf of these numbers.
  package init(_ numbers: Storage, _ type: ElementType, _ shape: Shape, isFrozen: Bool) {
    self.isFrozen = isFrozen
    all = nil
    node = Node(numbers: numbers, elementType: type, shape: shape, heldBy: number)
  }

  /// The leaf of now; nil before there is one.
  package var leaf: Value? {
    get {
      take()
      defer { give() }
      return node.map { Value($0) }
    }
    set {
      take()
      let old = node
      node = newValue?.node
      give()
      // Released here: it may free more than itself.
      withExtendedLifetime(old) {}
    }
  }

  /// The serial number of the leaf of now.
  package var serial: UInt64? {
    take()
    defer { give() }
    return heldSerial
  }

  /// Steps of small networks end while one waits; during a long one the waiting thread sleeps.
  /// Who comes back at once after a long one, as training does, first lets those who slept
  /// have their turn.
  package func take() {
    // Nobody replaces a frozen leaf, so that threads which predict with it do not meet here.
    if isFrozen { return }
    if isWanted.load(ordering: .relaxed) {
      isWanted.store(false, ordering: .relaxed)
      usleep(2 * LeafSlot.longestSleep)
    }
    var tries = 0
    let mark = pb_forks() + 1
    while taker.exchange(mark, ordering: .acquiring) == mark {
      if tries < 100 {
        pb_yield()
      } else if tries < 200 {
        usleep(50)
      } else {
        isWanted.store(true, ordering: .relaxed)
        usleep(LeafSlot.longestSleep)
      }
      tries += 1
    }
  }

  /// In microseconds.
  private static let longestSleep: UInt32 = 500

  package func give() {
    if !isFrozen { taker.store(0, ordering: .releasing) }
  }

  // For whoever has taken the slot: -------------------------------------------------------------

  // A step asks this of every parameter: counting references would take longer than the answers.
  private func withHeld<Result>(_ look: (Node) -> Result) -> Result {
    Unmanaged.passUnretained(node!)._withUnsafeGuaranteedRef(look)
  }

  /// The serial number of the leaf.
  var heldSerial: UInt64? { node == nil ? nil : withHeld { $0.serial } }

  /// The leaf; nil before there is one.
  var heldLeaf: Value? { node.map { Value($0) } }

  /// Puts a leaf in the place of this one, and returns this one.
  func exchangeHeld(for leaf: Value) -> Node? {
    defer { node = leaf.node }
    return node
  }

  /// The numbers of the leaf, which the slot keeps alive until it is replaced.
  var heldNumbers: Storage {
    guard let node else {
      let name = HolderNames[number] ?? "a parameter"
      Mistake(
        "recorded", "\(name) is read before it has numbers", fix: "use model.initialized(seed:)"
      ).stop(at: nil)
    }
    return node.numbers!
  }

  /// Where they are.
  var heldBase: UnsafeMutableRawPointer {
    withHeld { $0.withNumbers { UnsafeMutableRawPointer($0.address) } }
  }

  /// True if nobody else can see the leaf or its numbers, so that they may be written over.
  func holdsAlone() -> Bool {
    isKnownUniquelyReferenced(&node) && withHeld { $0.holdsNumbersAlone }
  }

  /// To be called when the numbers have been written over.
  func renewHeld(as serial: UInt64) { withHeld { $0.renew(as: serial) } }

  /// Puts a leaf with other numbers in the place of this one.
  func replaceHeld(with numbers: Storage, _ made: Plan.Output) {
    node = Node(
      numbers: numbers, elementType: made.elementType, shape: made.shape, heldBy: number)
  }
}
