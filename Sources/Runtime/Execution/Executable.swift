// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors
import Synchronization

/// A plan with its kernels chosen: immutable, run by any number of threads at once, each with an
/// arena of its own.
final class Executable: @unchecked Sendable {
  let plan: Plan
  let argumentCount: Int
  /// About how many bytes the plan and its kernels take.
  let byteCount: Int
  /// Bytes of each output, and the output that each result is.
  private let outputByteCounts: [Int]
  private let outputOfResult: [Int]
  // Plain data in `plain`, written once, in `init`.
  private let phases: UnsafeBufferPointer<CompiledPhase>
  private let plain = PlainMemory()
  private let slots: SlotNumbering
  private let threadMemory: ThreadMemory
  /// Bytes of the buffers and of what threads share in a phase.
  private let memoryByteCount: Int
  /// Whether it is worth learning if threads pay: not for work that always or never does.
  private let learnsThreads: Bool
  private let idleArenas = Lock<[Arena]>([])
  /// Idle arenas kept at most: as many threads as this rarely run at once.
  private static let mostIdle = 2 * Threads.processors
  /// Arenas of fewer bytes are let go of after a plan's first run, which is its only one where
  /// extents change all the time: so the next plan's memory is in the caches and has its pages.
  private static let smallestToKeep = 1 << 24
  private let hasRun = Atomic<Bool>(false)

  init(_ plan: Plan) {
    self.plan = plan
    argumentCount = plan.arguments.count
    outputByteCounts = plan.outputs.map { $0.shape.elementCount * $0.elementType.byteCount }
    outputOfResult = plan.results
    slots = SlotNumbering(plan)
    var context = CompilationContext(plan, slots, plain)
    var phases: [CompiledPhase] = []
    phases.reserveCapacity(plan.phases.count)
    for phase in plan.phases { phases.append(CompiledPhase(phase, of: plan, in: &context)) }
    memoryByteCount = Self.placeShared(of: &phases, in: plan)
    self.phases = plain.array(phases)
    threadMemory = ThreadMemory(
      coreByteCount: phases.lazy.map(\.threadByteCount).max() ?? 0,
      slotCount: plan.buffers.contains(where: \.isInner) ? slots.count : 0,
      rowByteCount: plan.rowArenaByteCount)
    let nanoseconds = phases.reduce(0) { $0 + $1.nanoseconds }
    learnsThreads = (Scratch.worthSplitting..<1_000_000).contains(nanoseconds)
    byteCount = plan.byteCount + plain.byteCount
    ArenaMemory.add(self)
  }

  deinit { ArenaMemory.remove(self) }

  /// Says where the threads of each phase share memory: copies of a large operand lie where no
  /// buffer is at that time, what is small behind all buffers.
  private static func placeShared(of phases: inout [CompiledPhase], in plan: Plan) -> Int {
    let large = phases.indices.filter { phases[$0].sharedByteCount >= largeShare }
      .sorted { (phases[$1].sharedByteCount, $0) < (phases[$0].sharedByteCount, $1) }
    let end = Plan.padded(plan.arenaByteCount)
    for phase in phases.indices { phases[phase].sharedOffset = end }
    for phase in large.prefix(mostLarge) {
      phases[phase].sharedOffset = plan.freeOffset(
        for: phases[phase].sharedByteCount, during: plan.phases[phase])
    }
    return phases.reduce(end) { max($0, Plan.padded($1.sharedOffset + $1.sharedByteCount)) }
  }

  private static let largeShare = 1 << 16
  /// Each is held against all buffers.
  private static let mostLarge = 64

  /// For each phase how its products are blocked, the longest steps first where they
  /// run side by side.
  var blockings: [[String]] { phases.map(\.blockings) }

  func output(of result: Int) -> Int { outputOfResult[result] }

  /// New memory for output `output`.
  func memory(for output: Int) throws(OutOfMemory) -> Storage {
    try Storage.requested(outputByteCounts[output])
  }

  func memoryForOutputs() throws(OutOfMemory) -> [Storage] {
    var memory: [Storage] = []
    for byteCount in outputByteCounts { memory.append(try Storage.requested(byteCount)) }
    return memory
  }

  /// Runs all steps after `bind` has said where arguments and outputs are, in this order, and what
  /// the parameters are. The memory must be as large as the plan says; an output may be the very
  /// memory of its donor.
  ///
  /// - Parameter path: of the parameter that an argument is, if it is one; for messages.
  /// - Throws: before anything has run, if the system refuses the memory for it; at the first step
  ///   that meets an index out of range: then it is not known what is in outputs.
  @inline(__always)
  func run(
    naming path: (_ argument: Int) -> String?, bind: (RunMemory) -> Void
  ) throws(EvaluationError) {
    let threads = Threads.limit
    let arena: Arena
    do throws(OutOfMemory) { arena = try take(threads: threads) } catch { throw .memory(error) }
    let run = RunMemory(
      slots: table(of: arena), parameters: parameters(of: arena),
      failure: .passUnretained(arena.failure))
    bind(run)
    let failed: FailedCheck.Record?
    if threads > 1, learnsThreads {
      let isAlone = arena.choice.begin(), start = pb_ticks()
      failed = runPhases(run, arena, threads: isAlone ? 1 : threads)
      arena.choice.end(time: Double(pb_ticks() &- start))
    } else {
      failed = runPhases(run, arena, threads: threads)
    }
    give(arena)
    if let failed {
      let table = plan.table(lookedUpWith: failed.value, of: failed.step)
      throw .index(
        IndexOutOfRange(
          failed, in: plan.steps[failed.step].space, rowsOf: table.flatMap(path)))
    }
  }

  /// Gives the check that failed: what comes after it has not run.
  private func runPhases(
    _ run: RunMemory, _ arena: Arena, threads: Int
  ) -> FailedCheck.Record? {
    let scratch = scratch(of: arena, threads: threads)
    scratch.fillTables(from: run.slots, count: slots.boundCount)
    for index in phases.indices {
      phases[index].run(run, scratch)
      if phases[index].checksIndices, let record = arena.failure.take() { return record }
    }
    return nil
  }

  private func take(threads: Int) throws(OutOfMemory) -> Arena {
    let idle = idleArenas.withLock { arenas -> Arena? in
      arenas.lastIndex { $0.threads >= threads }.map { arenas.remove(at: $0) }
    }
    return if let idle { idle } else { try makeArena(threads: threads) }
  }

  private func give(_ arena: Arena) {
    if !hasRun.load(ordering: .relaxed) {
      hasRun.store(true, ordering: .relaxed)
      if arena.storage.byteCount < Executable.smallestToKeep { return }
    }
    let oldest = idleArenas.withLock { arenas in
      arena.lastUse = ArenaMemory.now
      let oldest = arenas.count < Executable.mostIdle ? nil : arenas.removeFirst()
      arenas.append(arena)
      return oldest
    }
    withExtendedLifetime(oldest) {}
    ArenaMemory.isIdle(arena)
  }

  /// The arenas that nobody runs in, and when each was given back.
  var idle: [(arena: Arena, lastUse: Int)] { idleArenas.withLock { $0.map { ($0, $0.lastUse) } } }

  /// Lets go of an arena; false if somebody has taken it meanwhile.
  func drop(_ arena: Arena) -> Bool {
    let dropped = idleArenas.withLock { arenas in
      arenas.firstIndex { $0 === arena }.map { arenas.remove(at: $0) }
    }
    return dropped != nil
  }

  /// Bytes in front of the buffers: the table of slots, then the parameters, each in 8 bytes.
  private var headByteCount: Int {
    Plan.padded(slots.count * MemoryLayout<UnsafeRawPointer>.stride)
      + Plan.padded(plan.parameterCount * 8)
  }

  private func table(of arena: Arena) -> UnsafeMutablePointer<UnsafeMutableRawPointer> {
    // In bounds: the head has room for one pointer a slot.
    arena.storage.base.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
  }

  private func parameters(of arena: Arena) -> UnsafeMutablePointer<UInt64> {
    // In bounds: the head has 8 bytes for each parameter behind the table of slots.
    (arena.storage.base + Plan.padded(slots.count * MemoryLayout<UnsafeRawPointer>.stride))
      .assumingMemoryBound(to: UInt64.self)
  }

  private func scratch(of arena: Arena, threads: Int) -> Scratch {
    // In bounds: buffers and what threads share in a phase have the bytes behind the head, in which
    // a phase shares none that a buffer has while it runs; the memory of each thread is behind
    // them.
    let buffers = arena.storage.base + headByteCount
    return Scratch(
      shared: buffers, threadBase: buffers + memoryByteCount, threadMemory, threads: threads)
  }

  /// A new arena, in which the slots that lie in the arena itself are known already.
  private func makeArena(threads: Int) throws(OutOfMemory) -> Arena {
    let arena = try Arena(
      byteCount: headByteCount + memoryByteCount + threads * threadMemory.byteCount,
      threads: threads)
    let base = arena.storage.base, table = table(of: arena), parameters = parameters(of: arena)
    for index in 0..<plan.parameterCount {
      table[slots.number(of: .parameter(index))] = UnsafeMutableRawPointer(parameters + index)
    }
    for (index, buffer) in plan.buffers.enumerated() where !buffer.isInner {
      table[slots.number(of: .buffer(index))] = base + headByteCount + buffer.offset
    }
    scratch(of: arena, threads: threads).fillTables(from: table, count: slots.count)
    return arena
  }
}
