// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import Synchronization

/// A plan with its kernels chosen: immutable, run by any number of threads at once, each with an
/// arena of its own.
final class Executable: Sendable {
  let plan: Plan
  private let steps: [CompiledStep]
  private let bufferOffsets: [Int]
  private let threadByteCount: Int
  private let sharedByteCount: Int
  private let idleArenas = Mutex<[Arena]>([])

  init(_ plan: Plan) {
    self.plan = plan
    steps = plan.steps.map { CompiledStep($0) }
    bufferOffsets = plan.buffers.map(\.offset)
    threadByteCount = Plan.padded(steps.lazy.map(\.threadByteCount).max() ?? 0)
    sharedByteCount = Plan.padded(steps.lazy.map(\.sharedByteCount).max() ?? 0)
  }

  /// The memory of one run between its first and last step.
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
    let threads = Threads.limit
    let arena = idleArenas.withLock { arenas -> Arena? in
      arenas.firstIndex { $0.threads >= threads }.map { arenas.remove(at: $0) }
    }
    let memory = arena ?? makeArena(threads: threads)
    let failure = Failure()
    var parameters = parameters + [0]
    parameters.withUnsafeMutableBufferPointer { parameters in
      let base = memory.storage.base
      let run = RunMemory(
        arguments: arguments.map(\.base), outputs: outputs.map(\.base),
        parameters: parameters.baseAddress!, arena: base, bufferOffsets: bufferOffsets,
        failure: failure)
      let scratch = Scratch(
        shared: base + Plan.padded(plan.arenaByteCount),
        threadBase: base + Plan.padded(plan.arenaByteCount) + sharedByteCount,
        threadStride: threadByteCount, threads: threads)
      for step in steps {
        step.run(run, scratch)
        if step.checksIndices, let record = failure.record { record.stop() }
      }
    }
    withExtendedLifetime((arguments, outputs)) {}
    idleArenas.withLock { $0.append(memory) }
  }

  private func makeArena(threads: Int) -> Arena {
    Arena(
      byteCount: Plan.padded(plan.arenaByteCount) + sharedByteCount + threads * threadByteCount,
      threads: threads)
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
