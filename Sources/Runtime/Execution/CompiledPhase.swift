// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A phase made ready to run: see `Phase`. Threads meet at its end, not between its steps.
struct CompiledPhase: BitwiseCopyable {
  private struct Member: BitwiseCopyable {
    let step: UnsafePointer<CompiledStep>
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

  init(_ phase: Phase, of plan: Plan, in context: CompilationContext) {
    var members: [Member] = [], shared = 0, bytes = 0
    var steps: [CompiledStep] = []
    for number in phase.steps {
      var context = context
      context.step = number
      let step = CompiledStep(plan.steps[number], in: context)
      members.append(
        Member(
          step: context.plain.one(step), sharedOffset: shared, unitCount: step.unitCount ?? 0))
      shared += step.sharedByteCount
      bytes += plan.steps[number].byteCountOfARow(of: phase.rows ?? 1)
      steps.append(step)
    }
    if phase.rows == nil {
      // The longest units first: what is short fills the gaps at the end.
      func length(_ member: Member) -> Int {
        member.step.pointee.nanoseconds / max(member.unitCount, 1)
      }
      members.sort { length($0) > length($1) }
    }
    self.members = context.plain.array(members)
    rows = phase.rows
    rowByteCount = max(bytes, 1)
    sharedByteCount = shared
    threadByteCount = steps.map(\.threadByteCount).max() ?? 0
    checksIndices = steps.contains(where: \.checksIndices)
    unitCount = members.reduce(0) { $0 + $1.unitCount }
    nanoseconds = steps.reduce(0) { $0 + $1.nanoseconds }
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    if members.count == 1, rows == nil {
      members[0].step.pointee.run(memory, scratch)
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
      members[index].step.pointee.prepare(
        memory, scratch.sharing(members[index].sharedOffset), alone: alone)
    }
    scratch.split(units: units, nanoseconds: nanoseconds) { unit, thread in
      let range = unit * length..<min((unit + 1) * length, rows)
      for index in members.indices {
        members[index].step.pointee.runRows(
          range, of: rows, memory, scratch.sharing(members[index].sharedOffset), thread: thread,
          alone: alone)
      }
    }
  }

  private func runUnits(_ memory: RunMemory, _ scratch: Scratch) {
    for index in members.indices where members[index].unitCount > 0 {
      members[index].step.pointee.prepare(
        memory, scratch.sharing(members[index].sharedOffset))
    }
    for index in members.indices where members[index].unitCount == 0 {
      members[index].step.pointee.run(
        memory, scratch.sharing(members[index].sharedOffset))
    }
    scratch.split(units: unitCount, nanoseconds: nanoseconds, areAlike: false) { number, thread in
      var unit = number, index = 0
      while unit >= members[index].unitCount {
        unit -= members[index].unitCount
        index += 1
      }
      members[index].step.pointee.runUnit(
        unit, memory, scratch.sharing(members[index].sharedOffset), thread: thread)
    }
  }

  /// What a thread works on at a time: half of a small second cache.
  private static let cachedByteCount = 256 * 1024
}

extension Step {
  /// Bytes that the step reads and writes for one of `rows` rows, about.
  fileprivate func byteCountOfARow(of rows: Int) -> Int {
    let size = 4, elements = space.elementCount
    switch core {
    case .contraction(let core): return (core.rows * core.inner + elements) * size / rows
    case .reduction(let core): return core.space.elementCount * size / rows
    case .none, .scatterAdd: return elements * size / rows
    }
  }
}
