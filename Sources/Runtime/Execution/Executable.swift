// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import Synchronization

/// A plan with its kernels chosen: immutable, run by any number of threads at once, each with an
/// arena of its own.
final class Executable: @unchecked Sendable {
  let plan: Plan
  // Plain data in `plain`, written once, in `init`.
  private let steps: UnsafeBufferPointer<CompiledStep>
  private let plain = PlainMemory()
  private let slots: SlotNumbering
  private let threadByteCount: Int
  private let sharedByteCount: Int
  private let idleArenas = Mutex<[Arena]>([])

  init(_ plan: Plan) {
    self.plan = plan
    slots = SlotNumbering(plan)
    let context = CompilationContext(slots: slots, plain: plain)
    let steps = plan.steps.map { CompiledStep($0, in: context) }
    self.steps = plain.array(steps)
    threadByteCount = Plan.padded(steps.lazy.map(\.threadByteCount).max() ?? 0)
    sharedByteCount = Plan.padded(steps.lazy.map(\.sharedByteCount).max() ?? 0)
  }

  /// The memory of one run between its first and last step, with the table of slots in front.
  private final class Arena: Sendable {
    let storage: Storage
    let threads: Int
    init(byteCount: Int, threads: Int) {
      storage = Storage(byteCount: byteCount)
      self.threads = threads
    }
  }

  /// Bytes that the idle arenas hold.
  var idleByteCount: Int { idleArenas.withLock { $0.reduce(0) { $0 + $1.storage.byteCount } } }

  /// Gives the idle arenas back; the next run makes a new one.
  func dropIdleArenas() {
    let dropped = idleArenas.withLock { arenas in
      defer { arenas = [] }
      return arenas
    }
    withExtendedLifetime(dropped) {}
  }

  /// Runs all steps. Storages are as large as the plan's arguments and outputs; an output may be the
  /// very storage of its donor.
  func run(arguments: [Storage], parameters: [UInt64], outputs: [Storage]) {
    run(parameters: parameters) { slots in
      for (index, argument) in arguments.enumerated() { slots[index] = argument.base }
      for (index, output) in outputs.enumerated() {
        slots[arguments.count + index] = output.base
      }
    }
    withExtendedLifetime((arguments, outputs)) {}
  }

  /// Runs all steps after `bind` has said where arguments and outputs are, in this order.
  func run(
    parameters: [UInt64], bind: (UnsafeMutablePointer<UnsafeMutableRawPointer>) -> Void
  ) {
    let threads = Threads.limit
    let arena = idleArenas.withLock { arenas -> Arena? in
      arenas.firstIndex { $0.threads >= threads }.map { arenas.remove(at: $0) }
    }
    let memory = arena ?? makeArena(threads: threads)
    let failure = Failure()
    let run = RunMemory(slots: table(of: memory), failure: .passUnretained(failure))
    bind(run.slots)
    for (index, parameter) in parameters.enumerated() {
      run.slots[slots.number(of: .parameter(index))].storeBytes(of: parameter, as: UInt64.self)
    }
    let shared = memory.storage.base + headByteCount + Plan.padded(plan.arenaByteCount)
    let scratch = Scratch(
      shared: shared, threadBase: shared + sharedByteCount, threadStride: threadByteCount,
      threads: threads)
    for index in 0..<steps.count {
      steps[index].run(run, scratch)
      if steps[index].checksIndices, let record = failure.record { record.stop() }
    }
    withExtendedLifetime(failure) {}
    idleArenas.withLock { $0.append(memory) }
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

  /// A new arena, in which the slots that lie in the arena itself are known already.
  private func makeArena(threads: Int) -> Arena {
    let arena = Arena(
      byteCount: headByteCount + Plan.padded(plan.arenaByteCount) + sharedByteCount
        + threads * threadByteCount,
      threads: threads)
    let base = arena.storage.base, table = table(of: arena)
    let parameters = base + Plan.padded(slots.count * MemoryLayout<UnsafeRawPointer>.stride)
    for index in 0..<plan.parameterCount {
      table[slots.number(of: .parameter(index))] = parameters + 8 * index
    }
    for (index, buffer) in plan.buffers.enumerated() {
      table[slots.number(of: .buffer(index))] = base + headByteCount + buffer.offset
    }
    return arena
  }
}

extension Failure.Record {
  func stop() -> Never {
    Mistake(
      use.rawValue,
      "\(use == .softmaxCrossEntropy ? "label" : "index") \(index) at row \(position) is outside "
        + "0..<\(count)",
      fix: "check the data before it becomes a tensor"
    ).stop(at: nil)
  }
}
