// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A phase made ready to run: see `Phase`. Threads meet at its end, not between its steps.
struct CompiledPhase: BitwiseCopyable {
  private struct Member: BitwiseCopyable {
    let step: CompiledStep
    /// Where the step's part of the shared memory begins.
    let sharedOffset: Int
    /// Whether what is there is a copy that another step makes.
    let findsCopy: Bool
    /// Units of the step that threads share; 0 if it runs by itself.
    let unitCount: Int
  }

  /// A copy of a matrix that all rows of a step read.
  private struct Copy: Hashable {
    let matrix: SharedMatrix
    let columns: Int

    init?(of step: borrowing Step, columns: Int?) {
      guard let columns, let matrix = step.readByAllRows else { return nil }
      self.matrix = matrix
      self.columns = columns
    }
  }

  /// A buffer of which each thread holds the rows that it is at.
  private struct InnerBuffer: BitwiseCopyable {
    let slot: Int
    let offset: Int
    let rowByteCount: Int
  }

  private struct ByRows: BitwiseCopyable {
    let rows: Phase.Rows
    let innerBuffers: UnsafeBufferPointer<InnerBuffer>
  }

  private let members: UnsafeBufferPointer<Member>
  private let byRows: UnsafePointer<ByRows>?
  private let unitCount: Int
  /// About how long the phase takes on one thread.
  let nanoseconds: Int
  let checksIndices: Bool
  let sharedByteCount: Int
  let threadByteCount: Int
  /// Where the memory that its threads share begins, from where buffers do.
  var sharedOffset = 0

  init(_ phase: Phase, of plan: borrowing Plan, in context: inout CompilationContext) {
    var members: [Member] = [], shared = 0, threadByteCount = 0
    // Where copies begin of what steps multiply by: one for all that multiply by the same.
    var copies: [Copy: Int] = [:]
    context.rowCount = phase.rows?.count
    members.reserveCapacity(phase.steps.count)
    let fetched = Self.fetched(in: phase, of: plan)
    for number in phase.steps {
      context.step = number
      context.fetched = fetched.isEmpty ? [] : fetched[number - phase.steps.lowerBound]
      let step = CompiledStep(plan.steps[number], in: context)
      let copy = Copy(of: plan.steps[number], columns: step.needs.copiedColumns)
      let found = copy.flatMap { copies[$0] }
      members.append(
        Member(
          step: step, sharedOffset: found ?? shared, findsCopy: found != nil,
          unitCount: step.needs.unitCount ?? 0))
      if found == nil {
        if let copy { copies[copy] = shared }
        shared += Plan.padded(step.needs.sharedByteCount)
      }
      threadByteCount = max(threadByteCount, step.needs.threadByteCount)
    }
    if phase.rows == nil {
      // The longest units first: what is short fills the gaps at the end.
      func length(_ member: Member) -> Int {
        member.step.nanoseconds / max(member.unitCount, 1)
      }
      members.sort { length($0) > length($1) }
    }
    self.members = context.plain.array(members)
    byRows = phase.rows.map {
      context.plain.one(
        ByRows(
          rows: $0, innerBuffers: Self.innerBuffers(of: phase, by: $0, of: plan, in: context)))
    }
    sharedByteCount = shared
    self.threadByteCount = threadByteCount
    checksIndices = members.contains(where: \.step.checksIndices)
    unitCount = members.reduce(0) { $0 + $1.unitCount }
    nanoseconds = members.reduce(0) { $0 + $1.step.nanoseconds }
  }

  /// For each step of a phase that takes its rows in turns: see `CompilationContext.fetched`.
  private static func fetched(in phase: Phase, of plan: borrowing Plan) -> [[Slot]] {
    guard let rows = phase.rows, phase.steps.count > 1, rows.count > 2 * rows.inFlight else {
      return []
    }
    var readLater: Set<Slot> = []
    let fetched = phase.steps.reversed().map { step in
      plan.steps[step].reads.map(\.slot).filter { slot in
        if case .buffer(let number) = slot, plan.buffers[number].isInner { return false }
        return readLater.insert(slot).inserted
      }
    }
    return fetched.reversed()
  }

  private static func innerBuffers(
    of phase: Phase, by rows: Phase.Rows, of plan: borrowing Plan,
    in context: borrowing CompilationContext
  ) -> UnsafeBufferPointer<InnerBuffer> {
    var made: [InnerBuffer] = []
    for step in phase.steps {
      for write in plan.steps[step].filled {
        guard case .buffer(let number) = write.slot, plan.buffers[number].isInner else {
          continue
        }
        made.append(
          InnerBuffer(
            slot: context.slots.number(of: write.slot), offset: plan.buffers[number].offset,
            rowByteCount: plan.buffers[number].rowByteCount(rows)))
      }
    }
    return context.plain.array(made)
  }

  /// How the steps are blocked that are.
  var blockings: [String] { members.compactMap(\.step.blockingInWords) }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    let scratch = scratch.sharing(sharedOffset)
    if members.count == 1, byRows == nil {
      members[0].step.run(memory, scratch)
      return
    }
    if let byRows {
      runByRows(byRows.pointee, memory, scratch)
    } else {
      runUnits(memory, scratch)
    }
  }

  private func runByRows(_ byRows: ByRows, _ memory: RunMemory, _ scratch: Scratch) {
    let rows = byRows.rows, innerBuffers = byRows.innerBuffers
    // As many rows as stay in cache, and as many for each thread; bits do not depend on it.
    let threads = scratch.pays(nanoseconds) ? scratch.threads : 1
    let turns = (rows.count + rows.inFlight * threads - 1) / (rows.inFlight * threads)
    var length = (rows.count + turns * threads - 1) / (turns * threads)
    if turns > 4, length > rows.multiple { length = length / rows.multiple * rows.multiple }
    let units = (rows.count + length - 1) / length
    // With one turn each, threads need not wait for each other's copies.
    let alone = threads > 1 && turns == 1
    for index in members.indices where !members[index].findsCopy {
      members[index].step.prepare(
        memory, scratch.sharing(members[index].sharedOffset), alone: alone)
    }
    scratch.split(units: units, nanoseconds: nanoseconds) { unit, thread in
      let range = unit * length..<min((unit + 1) * length, rows.count)
      let memory =
        innerBuffers.isEmpty
        ? memory : rowMemory(memory, innerBuffers, scratch, thread, from: range.lowerBound)
      for index in members.indices {
        members[index].step.runRows(
          range, of: rows.count, memory, scratch.sharing(members[index].sharedOffset),
          thread: thread, alone: alone)
      }
    }
  }

  /// The same memory, but for inner buffers a thread's own, where row `first` is the first.
  private func rowMemory(
    _ memory: RunMemory, _ innerBuffers: UnsafeBufferPointer<InnerBuffer>, _ scratch: Scratch,
    _ thread: Int, from first: Int
  ) -> RunMemory {
    let table = scratch.table(thread)
    for buffer in innerBuffers {
      // In bounds for the rows in flight, of which `first` is the first.
      table[buffer.slot] = scratch.rows(thread) + (buffer.offset - first * buffer.rowByteCount)
    }
    return memory.with(table)
  }

  private func runUnits(_ memory: RunMemory, _ scratch: Scratch) {
    for index in members.indices where members[index].unitCount > 0 && !members[index].findsCopy {
      members[index].step.prepare(
        memory, scratch.sharing(members[index].sharedOffset), alone: false)
    }
    for index in members.indices where members[index].unitCount == 0 {
      members[index].step.run(
        memory, scratch.sharing(members[index].sharedOffset))
    }
    scratch.split(units: unitCount, nanoseconds: nanoseconds, areAlike: false) { number, thread in
      var unit = number, index = 0
      while unit >= members[index].unitCount {
        unit -= members[index].unitCount
        index += 1
      }
      members[index].step.runUnit(
        unit, memory, scratch.sharing(members[index].sharedOffset), thread: thread)
    }
  }
}
