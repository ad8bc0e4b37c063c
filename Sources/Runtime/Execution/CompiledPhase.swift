// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A phase made ready to run: see `Phase`. Threads meet at its end, not between its steps.
struct CompiledPhase: BitwiseCopyable {
  private struct Member: BitwiseCopyable {
    let step: CompiledStep
    /// Where the step's part of the shared memory begins.
    let sharedOffset: Int
    /// Units of the step that threads share; 0 if it runs by itself.
    let unitCount: Int
  }

  private let members: UnsafeBufferPointer<Member>
  private let rows: Int?
  private let rowByteCount: Int
  private let unitCount: Int
  /// About how long the phase takes on one thread.
  let nanoseconds: Int
  let checksIndices: Bool
  let sharedByteCount: Int
  let threadByteCount: Int

  init(_ phase: Phase, of plan: borrowing Plan, in context: inout CompilationContext) {
    var members: [Member] = [], shared = 0, bytes = 0, threadByteCount = 0
    members.reserveCapacity(phase.steps.count)
    for number in phase.steps {
      context.step = number
      let step = CompiledStep(plan.steps[number], in: context)
      members.append(
        Member(step: step, sharedOffset: shared, unitCount: step.needs.unitCount ?? 0))
      shared += Plan.padded(step.needs.sharedByteCount)
      threadByteCount = max(threadByteCount, step.needs.threadByteCount)
      bytes += plan.steps[number].streamedCount * MemoryLayout<Float>.size / (phase.rows ?? 1)
    }
    if phase.rows == nil {
      // The longest units first: what is short fills the gaps at the end.
      func length(_ member: Member) -> Int {
        member.step.nanoseconds / max(member.unitCount, 1)
      }
      members.sort { length($0) > length($1) }
    }
    self.members = context.plain.array(members)
    rows = phase.rows
    rowByteCount = max(bytes, 1)
    sharedByteCount = shared
    self.threadByteCount = threadByteCount
    checksIndices = members.contains(where: \.step.checksIndices)
    unitCount = members.reduce(0) { $0 + $1.unitCount }
    nanoseconds = members.reduce(0) { $0 + $1.step.nanoseconds }
  }

  /// How the steps are blocked that are.
  var blockings: [String] { members.compactMap(\.step.blockingInWords) }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    if members.count == 1, rows == nil {
      members[0].step.run(memory, scratch)
      return
    }
    if let rows {
      runByRows(rows, memory, scratch)
    } else {
      runUnits(memory, scratch)
    }
  }

  private func runByRows(_ rows: Int, _ memory: RunMemory, _ scratch: Scratch) {
    // As many rows as stay in the second cache, and as many for each thread; bits do not depend on
    // it. Multiples of 48 cut into whole tiles of every instruction set.
    let threads = scratch.pays(nanoseconds) ? scratch.threads : 1
    let most = max(CompiledPhase.cachedByteCount / rowByteCount, 48)
    let turns = (rows + most * threads - 1) / (most * threads)
    var length = (rows + turns * threads - 1) / (turns * threads)
    if turns > 4, length > 48 { length = length / 48 * 48 }
    let units = (rows + length - 1) / length
    // With one turn each, threads need not wait for each other's copies.
    let alone = threads > 1 && turns == 1
    for index in members.indices {
      members[index].step.prepare(
        memory, scratch.sharing(members[index].sharedOffset), alone: alone)
    }
    scratch.split(units: units, nanoseconds: nanoseconds) { unit, thread in
      let range = unit * length..<min((unit + 1) * length, rows)
      for index in members.indices {
        members[index].step.runRows(
          range, of: rows, memory, scratch.sharing(members[index].sharedOffset), thread: thread,
          alone: alone)
      }
    }
  }

  private func runUnits(_ memory: RunMemory, _ scratch: Scratch) {
    for index in members.indices where members[index].unitCount > 0 {
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

  /// What a thread works on at a time: half of a small second cache.
  private static let cachedByteCount = 256 * 1024
}
