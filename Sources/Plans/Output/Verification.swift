// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Synchronization

extension Plan {
  private static let verifies = Atomic<Bool>(false)

  /// Whether programs and plans are checked after every pass. Tests turn it on; it is not an
  /// `assert`, so that release builds are tested with it too.
  package static var verifiesByDefault: Bool {
    get { verifies.load(ordering: .relaxed) }
    set { verifies.store(newValue, ordering: .relaxed) }
  }
}

extension Program {
  /// What a legal program is: inputs come before users, and every entry has the shape and type
  /// that its operation gives it.
  package func verify() {
    for (index, entry) in entries.enumerated() {
      for input in 0..<entry.inputs.count {
        require(
          (0..<index).contains(entry.inputs[input]), "entry \(index) reads one not before it")
      }
      require(entry.shape.checkedElementCount != nil, "entry \(index) is too large")
      let inputs = (0..<entry.inputs.count).map { entries[entry.inputs[$0]] }
      switch entry.operation {
      case .unary, .identity:
        require(inputs[0].shape == entry.shape, "a unary entry changes the shape")
        require(inputs[0].elementType == entry.elementType, "a unary entry changes the type")
      case .binary, .comparison:
        require(
          inputs[0].shape.broadcast(with: inputs[1].shape) == entry.shape,
          "a binary entry does not have the broadcast shape")
        require(inputs[0].elementType == inputs[1].elementType, "operands of two types")
      case .selection: require(inputs[0].elementType == .bool, "a condition that is not Bool")
      case .movement(.reshape):
        require(
          inputs[0].shape.elementCount == entry.shape.elementCount, "a reshape loses elements")
      case .reduction(_, let axes):
        require(inputs[0].shape.dropping(axes) == entry.shape, "a reduction's shape is wrong")
      case .creation, .random, .conversion, .contraction, .movement, .gathering: break
      }
    }
    for result in results { require(entries.indices.contains(result), "a result is missing") }
  }
}

extension Plan {
  /// What a legal plan is: every number is written before it is read, every result is written
  /// once, an argument is not read after a result took its place, buffers that live at the same
  /// time do not overlap, and values come before their users.
  package func verify() {
    var isWritten = Set<Slot>()
    for index in arguments.indices { isWritten.insert(.argument(index)) }
    for index in 0..<parameterCount { isWritten.insert(.parameter(index)) }
    for (number, step) in steps.enumerated() {
      for access in step.reads {
        require(isWritten.contains(access.slot), "step \(number) reads what is not written")
      }
      for slot in step.writes {
        require(isWritten.insert(slot).inserted, "step \(number) writes a slot again")
        if case .output(let output) = slot, let donor = outputs[output].donor {
          require(
            isWritten.remove(.argument(donor)) != nil,
            "step \(number) writes over an argument that is gone")
          require(
            !step.readsOutOfStep.contains { $0.slot == .argument(donor) },
            "step \(number) reads an argument where it may have been written over")
        }
      }
      for body in step.core.kind.bodies + [step.body] { verify(body) }
    }
    for output in outputs.indices {
      require(isWritten.contains(.output(output)), "result \(output) is never written")
    }
    verifyPhases()
    for (left, a) in buffers.enumerated() {
      require(a.offset + a.byteCount <= arenaByteCount, "a buffer lies outside the arena")
      for b in buffers[(left + 1)...].prefix(64)
      where a.firstStep <= b.lastStep && b.firstStep <= a.lastStep {
        require(
          a.offset + a.byteCount <= b.offset || b.offset + b.byteCount <= a.offset
            || shareRows(a, b),
          "two living buffers overlap")
      }
    }
  }

  /// Whether each row of one buffer takes the place of the same row of the other.
  private func shareRows(_ a: Buffer, _ b: Buffer) -> Bool {
    guard let first = a.rowSteps, let second = b.rowSteps, a.offset == b.offset,
      a.numberByteCount == b.numberByteCount
    else { return false }
    let (before, after) =
      first.lowerBound < second.lowerBound ? (first, second) : (second, first)
    return before.upperBound < after.lowerBound
      && phases.contains {
        $0.rows != nil && $0.steps.contains(before.lowerBound)
          && $0.steps.contains(after.lowerBound)
      }
  }

  private func verifyPhases() {
    require(phases.flatMap(\.steps) == Array(steps.indices), "the phases do not cover the steps")
    for phase in phases {
      var writer: [Slot: Step] = [:], donors = Set<Slot>()
      for step in steps[phase.steps] {
        for slot in step.writes {
          writer[slot] = step
          if case .output(let output) = slot, let donor = outputs[output].donor {
            donors.insert(.argument(donor))
          }
        }
      }
      for step in steps[phase.steps] {
        if let rows = phase.rows { require(step.goesByRows(rows), "a step does not go by rows") }
        let own = step.writes.compactMap { slot -> Slot? in
          guard case .output(let output) = slot else { return nil }
          return outputs[output].donor.map { .argument($0) }
        }
        for access in step.reads {
          require(
            !donors.contains(access.slot) || own.contains(access.slot),
            "a step writes over what another one of its phase reads")
          guard let writer = writer[access.slot] else { continue }
          require(
            phase.rows.map { step.readsByRows(access, $0, of: writer) } == true,
            "a step reads what another thread may still be writing")
        }
      }
    }
  }

  private func verify(_ body: Body) {
    for (index, instruction) in body.instructions.enumerated() {
      for input in 0..<instruction.inputs.count {
        require(
          instruction.inputs[input] < body.operands.count + index,
          "an instruction reads a value not before it")
      }
    }
  }
}

private func require(_ holds: Bool, _ message: @autoclosure () -> String) {
  if !holds { fatalError("illegal plan: \(message())") }
}
