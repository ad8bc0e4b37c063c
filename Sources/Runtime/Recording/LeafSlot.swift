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
package final class LeafSlot: Sendable {
  /// Who has taken it: 0, or a mark of the process whose thread has.
  private let taker = Atomic<UInt32>(0)
  // Touched only by whoever has taken the slot.
  @exclusivity(unchecked) nonisolated(unsafe) private var node: Node?
  /// What its leaves know it by.
  package let number = Node.reserveSerials(1)

  package init() {}

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
  package func take() {
    var tries = 0
    let mark = pb_forks() + 1
    while taker.exchange(mark, ordering: .acquiring) == mark {
      if tries < 100 { pb_yield() } else { usleep(tries < 200 ? 50 : 500) }
      tries += 1
    }
  }

  package func give() { taker.store(0, ordering: .releasing) }

  // For whoever has taken the slot: -------------------------------------------------------------

  // A step asks this of every parameter: counting references would take longer than the answers.
  private func withHeld<Result>(_ look: (Node) -> Result) -> Result {
    Unmanaged.passUnretained(node!)._withUnsafeGuaranteedRef(look)
  }

  /// The serial number of the leaf.
  var heldSerial: UInt64? { node == nil ? nil : withHeld { $0.serial } }

  /// The numbers of the leaf, which the slot keeps alive until it is replaced.
  var heldNumbers: Storage { node!.numbers! }

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
