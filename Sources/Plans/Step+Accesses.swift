// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Operand {
  var reads: [Access] {
    switch self {
    case .memory(let access), .padded(let access, _, _): [access]
    case .gathered(let gather): [gather.table, gather.indices]
    case .constant, .iota, .core: []
    }
  }
}

extension Step {
  /// All memory that the step reads.
  package var reads: [Access] { coreReads + body.operands.flatMap(\.reads) }

  /// All slots that the step fills.
  package var writes: [Slot] {
    var slots = body.stores.map(\.slot)
    if case .reduction(let core) = core { slots += core.prologue.stores.map(\.slot) }
    return slots
  }

  private var coreReads: [Access] {
    switch core {
    case .none: []
    case .contraction(let core): [core.a, core.b]
    case .reduction(let core): core.prologue.operands.flatMap(\.reads)
    case .scatterAdd(let core): [core.values, core.indices]
    }
  }

  /// Memory that is read at other positions than the one the body is working on.
  var readsOutOfStep: [Access] {
    coreReads
      + body.operands.flatMap { operand -> [Access] in
        if case .memory(let access) = operand, access.view.isRowMajor(space) { return [] }
        return operand.reads
      }
  }

  /// Defers stores to a slot's donor that a later instruction reads.
  func deferringStores(donorOf donor: (Int) -> Slot?) -> Step {
    var body = body
    for index in body.stores.indices {
      guard case .output(let output) = body.stores[index].slot, let donor = donor(output) else {
        continue
      }
      let producer = body.stores[index].value - body.operands.count
      body.stores[index].isDeferred = body.instructions.indices.contains { later in
        later > producer
          && (0..<body.instructions[later].inputs.count).contains {
            let input = body.instructions[later].inputs[$0]
            guard input < body.operands.count else { return false }
            return body.operands[input].reads.contains { $0.slot == donor }
          }
      }
    }
    return Step(core: core, space: space, body: body)
  }

  /// Additions, multiplications and other pointwise operations that the step performs.
  package var floatingPointOperations: Int {
    let elements = space.elementCount
    let pointwise = body.instructions.count * elements
    switch core {
    case .none: return pointwise
    case .contraction(let core):
      return pointwise + 2 * elements * core.inner
    case .reduction(let core):
      let count = core.space.elementCount
      return pointwise + (core.prologue.instructions.count + 1) * count
    case .scatterAdd(let core): return core.batch * core.updates * core.rest
    }
  }
}
