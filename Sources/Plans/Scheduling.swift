// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Steps that threads work on side by side; between phases they wait for each other.
package struct Phase: Sendable {
  package let steps: Range<Int>
  /// If there is a number: all steps go by rows, this many, and no row of one step needs another
  /// row of the steps before. So a thread takes some rows through all steps while they are in
  /// cache. Else the steps do not depend on each other.
  package let rows: Int?

  package init(steps: Range<Int>, rows: Int?) {
    self.steps = steps
    self.rows = rows
  }
}

extension Plan {
  /// Puts the steps in an order that needs few phases.
  mutating func schedule() {
    var scheduler = Scheduler(steps, outputs)
    while !scheduler.remaining.isEmpty { scheduler.addPhase() }
    steps = scheduler.order.map { steps[$0] }
    phases = scheduler.phases
  }

  /// The phase of each step.
  var phaseOfStep: [Int] {
    phases.enumerated().flatMap { number, phase in phase.steps.map { _ in number } }
  }
}

private struct Scheduler {
  /// Steps looked at for the next phase: enough for a layer's forward and backward pass; all of
  /// them would take a time that grows with the square of their number.
  private static let window = 32

  let steps: [Step]
  private let outputs: [Plan.Output]
  /// Steps that are in no phase yet, in an order in which each follows what it reads.
  private(set) var remaining: [Int]
  private(set) var order: [Int] = []
  private(set) var phases: [Phase] = []
  private var writer: [Slot: Int] = [:]
  /// Slots that each step reads, and how many remaining steps read an argument.
  private let slotsRead: [Set<Slot>]
  private var readerCount: [Slot: Int] = [:]
  private var isDone: [Bool]

  init(_ steps: [Step], _ outputs: [Plan.Output]) {
    self.steps = steps
    self.outputs = outputs
    remaining = Array(steps.indices.reversed())
    isDone = [Bool](repeating: false, count: steps.count)
    slotsRead = steps.map { Set($0.reads.map(\.slot)) }
    for (number, step) in steps.enumerated() {
      for slot in step.writes { writer[slot] = number }
      for case .argument(let argument) in slotsRead[number] {
        readerCount[.argument(argument), default: 0] += 1
      }
    }
  }

  mutating func addPhase() {
    let window = Array(remaining.suffix(Scheduler.window).reversed())
    let byRows = window.compactMap { isReady($0) ? steps[$0].rowCount : nil }
    // In order, so that a plan is the same in every process.
    let choices = Set(byRows).sorted().map { rows in (rows, stepsByRows(rows, among: window)) }
    let best = choices.max { work(of: $0.1) < work(of: $1.1) }
    // By rows where that lets steps follow each other without a meeting in between.
    if let (rows, steps) = best, steps.contains(where: { !isReady($0) }) {
      add(steps, rows: rows)
    } else {
      let independent = window.filter { isReady($0) && isFreeToWrite($0) }
      // If all that are ready write over what another one still reads, one of them does not.
      add(independent.isEmpty ? [window[0]] : independent, rows: nil)
    }
  }

  private mutating func add(_ chosen: [Int], rows: Int?) {
    phases.append(Phase(steps: order.count..<(order.count + chosen.count), rows: rows))
    order += chosen
    for step in chosen {
      isDone[step] = true
      for case .argument(let argument) in slotsRead[step] {
        readerCount[.argument(argument)]! -= 1
      }
    }
    let tail = remaining.suffix(Scheduler.window).filter { !isDone[$0] }
    remaining.removeLast(min(Scheduler.window, remaining.count))
    remaining += tail
  }

  /// What of the window goes by rows in one phase.
  private func stepsByRows(_ rows: Int, among window: [Int]) -> [Int] {
    var chosen: [Int] = []
    for step in window where steps[step].goesByRows(rows) && isFreeToWrite(step) {
      let follows = steps[step].reads.allSatisfy { access in
        guard let writer = writer[access.slot], !isDone[writer] else { return true }
        return chosen.contains(writer) && steps[step].readsByRows(access, rows, of: steps[writer])
      }
      if follows { chosen.append(step) }
    }
    return chosen
  }

  private func isReady(_ step: Int) -> Bool {
    slotsRead[step].allSatisfy { slot in writer[slot].map { isDone[$0] } ?? true }
  }

  /// True if no other remaining step reads what this one may write over.
  private func isFreeToWrite(_ step: Int) -> Bool {
    steps[step].writes.allSatisfy { slot in
      guard case .output(let output) = slot, let donor = outputs[output].donor else { return true }
      let own = slotsRead[step].contains(.argument(donor)) ? 1 : 0
      return readerCount[.argument(donor), default: 0] == own
    }
  }

  private func work(of chosen: [Int]) -> Int {
    chosen.reduce(0) { $0 + steps[$1].floatingPointOperations }
  }
}

extension Step {
  /// The leading extent, if the step goes by rows of it.
  var rowCount: Int? {
    guard let rows = space.first, goesByRows(rows) else { return nil }
    return rows
  }

  /// True if the elements of row r of the space are made by themselves, for each r below `rows`.
  package func goesByRows(_ rows: Int) -> Bool {
    guard rows > 1, space.first == rows, space.elementCount > 0 else { return false }
    switch core {
    case .none: return true
    case .contraction(let core): return core.batch.isEmpty && core.rows == rows
    case .reduction(let core):
      return core.inner == 1 && core.space.first == rows && core.outer % rows == 0
        && core.reduced <= ReductionCore.segmentLength
    case .scatterAdd: return false
    }
  }

  /// True if each row reads, of what `writer` makes, only elements of the same row.
  package func readsByRows(_ access: Access, _ rows: Int, of writer: Step) -> Bool {
    guard let shape = shape(of: access) else { return false }
    let length = writer.elementCount(of: access.slot) / rows
    var last = access.view.offset
    for axis in 1..<max(shape.rank, 1) { last += (shape[axis] - 1) * access.view.strides[axis] }
    return shape.first == rows && access.view.strides[0] == length
      && access.view.offset >= 0 && last < length
      && access.view.strides.allSatisfy { $0 >= 0 }
  }

  /// How many elements the step writes to a slot.
  private func elementCount(of slot: Slot) -> Int {
    if case .reduction(let core) = core, core.prologue.stores.contains(where: { $0.slot == slot }) {
      return core.space.elementCount
    }
    return space.elementCount
  }

  /// The shape over which an access is viewed, if its first axis is that of the rows.
  private func shape(of access: Access) -> Shape? {
    func isDirect(_ operands: [Operand]) -> Bool {
      !operands.contains {
        if case .memory = $0 { return false }
        return $0.reads.contains(access)
      }
    }
    func isOperand(_ operands: [Operand]) -> Bool { operands.contains(.memory(access)) }
    guard isDirect(body.operands) else { return nil }
    switch core {
    case .none: return space
    case .contraction(let core):
      if core.b == access || core.a == access && isOperand(body.operands) { return nil }
      return core.a == access ? [core.rows, core.inner] : space
    case .reduction(let core):
      let isInside = core.prologue.operands.contains { $0.reads.contains(access) }
      if isInside, isOperand(body.operands) || !isDirect(core.prologue.operands) { return nil }
      return isInside ? core.space : space
    case .scatterAdd: return nil
    }
  }
}
