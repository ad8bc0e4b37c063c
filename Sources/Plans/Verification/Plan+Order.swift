// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// In which order memory is written and read, alone and by threads side by side.

extension Plan {
  /// Every number is written before it is read, and every slot once.
  func checkOrder() throws(Illegality) {
    var isWritten = Set<Slot>()
    for index in arguments.indices { isWritten.insert(.argument(index)) }
    for index in 0..<parameterCount { isWritten.insert(.parameter(index)) }
    // How many parts of a buffer are still to be written.
    var missing: [Int: Int] = [:]
    for buffer in buffers {
      if let part = buffer.part { missing[part.whole, default: 0] += 1 }
    }
    for (number, step) in steps.enumerated() {
      for access in step.reads {
        try require(isWritten.contains(access.slot), "step \(number) reads what is not written")
      }
      for slot in step.writes {
        try require(isWritten.insert(slot).inserted, "step \(number) writes a slot again")
        guard case .buffer(let index) = slot, let part = buffers[index].part else { continue }
        missing[part.whole]! -= 1
        if missing[part.whole] == 0 {
          try require(
            isWritten.insert(.buffer(part.whole)).inserted, "step \(number) writes a slot again")
        }
      }
    }
    for output in outputs.indices {
      try require(isWritten.contains(.output(output)), "result \(output) is never written")
    }
    for result in results {
      try require(outputs.indices.contains(result), "a result without memory")
    }
  }

  /// The phases cover the steps, and in none does a step read what another thread may
  /// still be writing.
  func checkPhases() throws(Illegality) {
    try require(
      phases.flatMap(\.steps) == Array(steps.indices), "the phases do not cover the steps")
    for phase in phases {
      var writer: [Slot: Step] = [:]
      for step in steps[phase.steps] {
        for slot in step.writes {
          writer[slot] = step
          // Whoever reads the whole reads this part.
          if case .buffer(let index) = slot, let part = buffers[index].part {
            writer[.buffer(part.whole)] = step
          }
        }
      }
      for step in steps[phase.steps] {
        if let rows = phase.rows {
          try require(step.goesByRows(rows.count), "a step does not go by rows")
        }
        for access in step.reads {
          guard let writer = writer[access.slot] else { continue }
          try require(
            phase.rows.map { access.isByRows($0.count, of: writer.filled) } == true,
            "a step reads what another thread may still be writing")
        }
      }
    }
  }

  /// A result takes the place of an argument of its form, or a buffer that of a buffer, which no
  /// other does, and which nobody reads at the same time or later, but steps before it the same
  /// rows, and its own step at the position that it is about to write.
  package func checkDonations() throws(Illegality) {
    let takers = try checkTakers()
    if takers.isEmpty { return }
    let phaseOfStep = phaseOfStep
    // The step that writes over each.
    var writers: [Slot: Int] = [:]
    for (number, step) in steps.enumerated() {
      for slot in step.writes {
        guard let donor = takers[slot] else { continue }
        writers[donor] = number
        try require(
          !step.readsOutOfStep.contains { $0.slot == donor },
          "step \(number) reads what it may have written over")
        try checkStores(of: step, to: slot, over: donor)
      }
    }
    for (number, step) in steps.enumerated() {
      for access in step.reads {
        guard let writer = writers[access.slot], writer != number else { continue }
        let phase = phaseOfStep[writer], count = elementCount(of: access.slot)
        let isSameRow =
          phaseOfStep[number] == phase && number < writer
          && phases[phase].rows.map { access.isByRows($0.count, of: count) } == true
        try require(
          phaseOfStep[number] < phase || isSameRow,
          "step \(number) reads what is written over by then")
      }
    }
  }

  /// What takes the place of which other.
  private func checkTakers() throws(Illegality) -> [Slot: Slot] {
    var takers: [Slot: Slot] = [:], given = Set<Slot>()
    for (number, output) in outputs.enumerated() {
      guard let donor = output.donor else { continue }
      try require(
        arguments.indices.contains(donor) && arguments[donor].type == output.elementType
          && arguments[donor].shape == output.shape,
        "result \(number) takes the place of what is not like it")
      takers[.output(number)] = .argument(donor)
      try require(given.insert(.argument(donor)).inserted, "an argument is given twice")
    }
    let wholes = Set(buffers.compactMap { $0.part?.whole })
    for (number, buffer) in buffers.enumerated() {
      guard let donor = buffer.donor else { continue }
      let other = buffers[donor]
      try require(
        other.elementType == buffer.elementType && other.elementCount == buffer.elementCount
          && !other.isInner && !buffer.isInner && other.offset == buffer.offset
          && other.firstStep == buffer.firstStep && other.lastStep == buffer.lastStep
          && other.part == nil && buffer.part == nil && wholes.isDisjoint(with: [number, donor]),
        "buffer \(number) takes the place of what is not like it")
      takers[.buffer(number)] = .buffer(donor)
      try require(given.insert(.buffer(donor)).inserted, "a buffer is given twice")
    }
    return takers
  }

  private func elementCount(of slot: Slot) -> Int {
    switch slot {
    case .argument(let argument): arguments[argument].shape.elementCount
    case .buffer(let buffer): buffers[buffer].elementCount
    case .parameter, .output: 0
    }
  }

  /// What later instructions of a body still read is written over when all of them are done.
  private func checkStores(of step: Step, to slot: Slot, over donor: Slot) throws(Illegality) {
    let body = step.body
    for store in body.stores where store.slot == slot && !store.isDeferred {
      let next = max(store.value - body.operands.count + 1, 0)
      for instruction in body.instructions[min(next, body.instructions.count)...] {
        for input in 0..<instruction.inputs.count {
          let value = instruction.inputs[input]
          try require(
            value >= body.operands.count
              || !body.operands[value].reads(donor),
            "a store writes over what a later instruction reads")
        }
      }
    }
  }
}
