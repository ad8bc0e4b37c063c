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

  /// Shows the entries of a body or prologue, in the order of the program.
  func forEachEntry(of chain: Chains.Chain, _ show: (Int) -> Void) {
    var last = -1, areInOrder = true
    members.forEach(chain) { entry in
      areInOrder = areInOrder && last < entry
      last = entry
    }
    // Mostly they are, and need no list.
    if areInOrder { return members.forEach(chain, show) }
    var entries: [Int] = []
    entries.reserveCapacity(chain.count)
    members.forEach(chain) { entries.append($0) }
    entries.sort()
    for entry in entries { show(entry) }
  }

  /// Which entries a group other than their own reads.
  var isStored: [Bool] {
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
    return isStored
  }
}
