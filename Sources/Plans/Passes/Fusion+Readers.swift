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
      let target = readers.only[entry]
      guard target > groupOf[entry], groupOf[entry] >= 0, canLeave(entry),
        groups[target].takesBody, groups[target].space == groups[groupOf[entry]].space,
        members.allSatisfy(groups[target].body, { reads(entry, byElementIn: $0) }),
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
    let shape = program.entries[entry].shape
    return isPointwise(entry) && roleOf[entry] == .body && writtenOut(entry) == nil
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

  /// Whether a member of a body that reads an entry does so element by element.
  private func reads(_ entry: Int, byElementIn reader: Int) -> Bool {
    if let written = writtenOut(reader) { return written.source.base != entry }
    let inputs = program.entries[reader].inputs, shape = program.entries[reader].shape
    return inputs.allSatisfy {
      base(of: $0, for: reader) != entry || isDirect($0, as: shape, for: reader)
    }
  }

  private func isPointwise(_ entry: Int) -> Bool {
    if case .pointwise = program.entries[entry].accessPattern { true } else { false }
  }

  /// Who reads the entries of a program.
  private struct Readers {
    /// How many inputs they are.
    private(set) var count: [Int]
    /// The last group that reads each one; -1 for none.
    private(set) var last: [Int]
    /// The group whose body alone reads it, in pointwise operations; -1 if there is no such group.
    private(set) var only: [Int]

    init(_ fusion: borrowing Fusion) {
      count = [Int](filled: 0, count: fusion.groupOf.count)
      last = [Int](filled: -1, count: fusion.groupOf.count)
      only = last
      for reader in fusion.groupOf.indices where fusion.groupOf[reader] >= 0 {
        let group = fusion.groupOf[reader]
        let isInBody = fusion.roleOf[reader] == .body && fusion.isPointwise(reader)
        if let written = fusion.writtenOut(reader) {
          note(written.source.base, readBy: group, isInBody)
        }
        let inputs = fusion.program.entries[reader].inputs
        for number in 0..<inputs.count {
          note(fusion.base(of: inputs[number], for: reader), readBy: group, isInBody)
        }
      }
      for result in fusion.program.results {
        note(fusion.bases[result], readBy: .max, false)
      }
    }

    private mutating func note(_ base: Int, readBy group: Int, _ isInBody: Bool) {
      if base < 0 { return }
      only[base] = isInBody && (count[base] == 0 || only[base] == group) ? group : -1
      count[base] += 1
      last[base] = max(last[base], group)
    }
  }
}
