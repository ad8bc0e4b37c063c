// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Fusion {
  /// Where the numbers of a part are that a core places.
  func operand(for index: Int, readBy reader: Int, _ slots: [Slot?]) -> Operand {
    let type = program.entries[index].elementType
    switch source(of: index, for: reader) {
    case .constant(let number): return .constant(bits: type.bits(of: number), type)
    case .parameter(let parameter):
      let view = View(uniform: 0, rank: program.entries[index].shape.rank)
      return .memory(Access(slot: .parameter(parameter), elementType: type, view: view))
    case .iota, .entry: return .memory(access(to: index, for: reader, slots))
    }
  }

  enum Role { case body, prologue }

  /// Entries that are computed together.
  struct Group {
    /// The entry whose core the group runs, if it has one.
    var core: Int?
    var space: Shape
    /// Entries of the body that follow the core, and of the prologue that precedes it.
    var body = Chains.Chain()
    var prologue = Chains.Chain()
    /// The lowest group that reads from this one.
    var firstReader = Int.max
    /// Whether entries that read what the core makes can be in its body.
    var takesBody = true

    var isPointwise: Bool { core == nil }
    var isEmpty: Bool { core == nil && body.isEmpty }
  }

  /// What an entry's numbers are.
  enum Source {
    case constant(Double)
    case parameter(Int)
    case iota(View)
    /// Numbers of entry `base`, which are stored or at hand in its group, through a view.
    case entry(base: Int, View)

    /// What an entry without inputs is, if it does not stand in memory.
    init?(given entry: Program.Entry) {
      switch entry.operation {
      case .creation(.constant(let number)): self = .constant(number)
      case .creation(.scalar): self = .parameter(entry.index)
      case .creation(.iota): self = .iota(View(rowMajor: entry.shape))
      case .creation(.data): return nil
      case .random, .identity, .unary, .binary, .comparison, .selection, .conversion, .reduction,
        .scan, .contraction, .movement, .gathering:
        preconditionFailure("\(entry.operation.name) is computed")
      }
    }

    /// True for a number that is the same everywhere.
    var isNumber: Bool {
      switch self {
      case .constant, .parameter: true
      case .iota, .entry: false
      }
    }

    /// -1 where there is none.
    var base: Int {
      if case .entry(let base, _) = self { base } else { -1 }
    }
  }

  /// What a view, a constant or a range was before it was written out as numbers, and the first
  /// entry that needed that.
  struct WrittenOut {
    let source: Source
    let reader: Int
  }
}
