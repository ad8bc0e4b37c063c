// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Fusion {
  /// Computes where it is read what one later group alone reads, element by element, and what is
  /// made of nothing but numbers that stand in memory by then anyway.
  ///
  /// Of tanh the way back then needs y alone, where 1 - y y, which could be computed as soon as y
  /// is, would be kept beside it.
  mutating func leaveToReaders() {
    let readers = Readers(self)
    for entry in program.entries.indices.reversed() {
      guard let target = readers.only(of: entry), target > groupOf[entry], canLeave(entry),
        groups[target].takesBody, groups[target].space == groups[groupOf[entry]].space,
        let leaving = entries(leavingWith: entry, for: target, readers),
        groups[target].body.count + leaving.count <= Fusion.bodyLimit
      else { continue }
      give(leaving, of: groupOf[entry], to: target)
    }
  }

  /// An entry and those of its group that are made for it alone; nil if they are made of what would
  /// have to be kept for the target, but for one that can stay in place of the entry.
  private func entries(leavingWith entry: Int, for target: Int, _ readers: Readers) -> [Int]? {
    var leaving = [entry], next = 0, staying: Int?
    while next < leaving.count {
      for input in program.entries[leaving[next]].inputs {
        let base = bases[input]
        if base < 0 || readers.last[base] >= target || leaving.contains(base) { continue }
        if groupOf[base] == groupOf[entry], readers.count[base] == 1, canLeave(base) {
          leaving.append(base)
        } else if staying ?? base == base, canStay(base, insteadOf: entry, readers) {
          staying = base
        } else {
          return nil
        }
      }
      next += 1
    }
    return leaving
  }

  /// Whether an entry is in the body of its group and its operands could be in that of another.
  private func canLeave(_ entry: Int) -> Bool {
    guard case .pointwise = program.entries[entry].accessPattern else { return false }
    let shape = program.entries[entry].shape
    return roleOf[entry] == .body && writtenOut(entry) == nil
      && program.entries[entry].inputs.allSatisfy {
        let base = base(of: $0, for: entry)
        return base == bases[$0]
          && (base < 0 || groupOf[base] != groupOf[entry] || isDirect($0, as: shape))
      }
  }

  /// Whether an entry that is stored anyway, if not for as long, may stay as long as another would.
  private func canStay(_ entry: Int, insteadOf other: Int, _ readers: Readers) -> Bool {
    groupOf[entry] >= 0 && readers.last[entry] > groupOf[entry]
      && program.entries[entry].shape.elementCount == program.entries[other].shape.elementCount
      && program.entries[entry].elementType == program.entries[other].elementType
  }

  /// Who reads the entries of a program.
  private struct Readers {
    /// How many inputs they are.
    private(set) var count: [Int]
    /// The last group that reads each one; -1 for none.
    private(set) var last: [Int]
    /// The group that reads it, if that does so element by element and is the only one.
    private var onlyOne: [Int]

    init(_ fusion: Fusion) {
      let entries = fusion.program.entries
      count = [Int](filled: 0, count: entries.count)
      last = [Int](filled: -1, count: entries.count)
      onlyOne = last
      for reader in entries.indices where fusion.groupOf[reader] >= 0 {
        let group = fusion.groupOf[reader], writtenOut = fusion.writtenOut(reader)
        if let base = writtenOut?.source.base { note(base, readBy: group, byElement: false) }
        let isInBody = fusion.roleOf[reader] == .body && entries[reader].isPointwise
        for input in entries[reader].inputs {
          let base = fusion.base(of: input, for: reader)
          note(
            base, readBy: group,
            byElement: isInBody && writtenOut == nil
              && fusion.isDirect(input, as: entries[reader].shape, for: reader))
        }
      }
      for result in fusion.program.results {
        note(fusion.bases[result], readBy: .max, byElement: false)
      }
    }

    private mutating func note(_ base: Int, readBy group: Int, byElement: Bool) {
      if base < 0 { return }
      let isOnly = byElement && (count[base] == 0 || onlyOne[base] == group)
      onlyOne[base] = isOnly ? group : -1
      count[base] += 1
      last[base] = max(last[base], group)
    }

    func only(of entry: Int) -> Int? { onlyOne[entry] < 0 ? nil : onlyOne[entry] }
  }
}

extension Program.Entry {
  fileprivate var isPointwise: Bool { if case .pointwise = accessPattern { true } else { false } }
}
