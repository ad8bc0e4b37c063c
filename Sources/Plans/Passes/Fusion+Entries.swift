// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What later passes ask of the decisions.

extension Fusion {
  /// Where an entry's numbers stand in memory, for cores and operands that read by themselves.
  func access(to index: Int, for reader: Int, _ slots: [Slot?]) -> Access {
    guard case .entry(let base, let view) = source(of: index, for: reader) else {
      preconditionFailure("constants and ranges are written out before they are accessed")
    }
    return Access(
      slot: slots[base]!, elementType: program.entries[base].elementType, view: view)
  }

  /// The entries of a body or prologue, in the order of the program.
  func entries(_ chain: Chains.Chain) -> [Int] {
    var entries: [Int] = [], areInOrder = true
    entries.reserveCapacity(chain.count)
    members.forEach(chain) { entry in
      areInOrder = areInOrder && entries.last ?? -1 < entry
      entries.append(entry)
    }
    // Mostly they are.
    if !areInOrder { entries.sort() }
    return entries
  }

  /// Entries that a group other than their own reads.
  var storedEntries: [Int] {
    var isStored = [Bool](filled: false, count: program.entries.count)
    for base in copiedEntries { isStored[base] = true }
    for index in program.entries.indices where groupOf[index] >= 0 {
      func note(_ base: Int) {
        if base >= 0, groupOf[base] >= 0, groupOf[base] != groupOf[index] { isStored[base] = true }
      }
      let inputs = program.entries[index].inputs
      for number in 0..<inputs.count { note(base(of: inputs[number], for: index)) }
      if let written = writtenOut(index) { note(written.source.base) }
    }
    return isStored.indices.filter { isStored[$0] }
  }
}
