// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// A step made ready to run, with what it needs of memory while it runs.
struct CompiledStep: BitwiseCopyable {
  enum CompiledCore: BitwiseCopyable {
    case none
    case contraction(UnsafePointer<CompiledContraction>)
    case reduction(UnsafePointer<CompiledReduction>)
    case scatterAdd(UnsafePointer<CompiledScatter>)
  }

  let core: CompiledCore
  let body: CompiledBody
  let elementCount: Int
  /// Bytes of the core's own result, where it does not go straight to its slot.
  let coreByteCount: Int
  /// Scratch for each thread: what the core needs, then the body's registers.
  let threadByteCount: Int
  let coreScratchByteCount: Int
  /// Scratch that all threads share: the core's result, then what the core prepares.
  let sharedByteCount: Int
  let checksIndices: Bool

  init(_ step: Step, in context: CompilationContext) {
    body = CompiledBody(step.body, space: step.space, in: context)
    elementCount = step.space.elementCount
    var coreScratch = 0, shared = 0, held = 0
    switch step.core {
    case .none: core = .none
    case .contraction(let contraction):
      let compiled = CompiledContraction(
        contraction, writesThrough: body.coreSlot != nil, in: context)
      (core, coreScratch) = (
        .contraction(context.plain.one(compiled)), compiled.threadByteCount
      )
      shared = compiled.sharedByteCount
    case .reduction(let reduction):
      let compiled = CompiledReduction(reduction, in: context)
      (core, coreScratch) = (
        .reduction(context.plain.one(compiled)), compiled.threadByteCount
      )
      shared = compiled.sharedByteCount
      held = elementCount * reduction.resultType.byteCount
    case .scatterAdd(let scatter):
      core = .scatterAdd(context.plain.one(CompiledScatter(scatter, context.slots)))
      held = elementCount * scatter.values.elementType.byteCount
    }
    coreByteCount = body.coreSlot == nil ? Plan.padded(held) : 0
    coreScratchByteCount = Plan.padded(coreScratch)
    threadByteCount = coreScratchByteCount + body.scratchByteCount
    sharedByteCount = coreByteCount + Plan.padded(shared)
    checksIndices = step.body.checksIndices || step.core.checksIndices
  }

  /// Runs the step.
  func run(_ memory: RunMemory, _ scratch: Scratch) {
    if elementCount == 0 { return }
    switch core {
    case .none: runBody(memory, scratch, core: nil)
    case .contraction(let contraction):
      contraction.pointee.run(memory, scratch, self)
    case .reduction(let reduction):
      let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
      reduction.pointee.run(memory, scratch, self, into: target)
      if body.coreSlot == nil { runBody(memory, scratch, core: target) }
    case .scatterAdd(let scatter):
      let target = body.coreSlot.map(memory.pointer) ?? scratch.shared
      scatter.pointee.run(memory, into: target)
      if body.coreSlot == nil { runBody(memory, scratch, core: target) }
    }
  }

  /// The frame of the body on one thread.
  func frame(_ memory: RunMemory, _ scratch: Scratch, thread: Int) -> BodyFrame {
    BodyFrame(body, memory, scratch: scratch.thread(thread) + coreScratchByteCount)
  }

  private func runBody(
    _ memory: RunMemory, _ scratch: Scratch, core: UnsafeMutableRawPointer?
  ) {
    // Units are whole tiles; which thread computes an element does not matter to its bits.
    let unit = CompiledBody.tile * 16
    let work = elementCount * max(body.instructions.count, 1)
    let units = work < Scratch.worthSplitting ? 1 : (elementCount + unit - 1) / unit
    scratch.split(units: units, nanoseconds: work / 2) { index, thread in
      var frame = frame(memory, scratch, thread: thread)
      frame.core = core
      let start = units == 1 ? 0 : index * unit
      frame.run(start..<(units == 1 ? elementCount : min(start + unit, elementCount)))
    }
  }
}

/// Memory for a step's intermediate tiles, and the threads to work with.
struct Scratch: BitwiseCopyable {
  /// Elementwise operations below which one thread does the work.
  static let worthSplitting = 100_000

  let shared: UnsafeMutableRawPointer
  private let threadBase: UnsafeMutableRawPointer
  private let threadStride: Int
  private let threads: Int

  init(
    shared: UnsafeMutableRawPointer, threadBase: UnsafeMutableRawPointer, threadStride: Int,
    threads: Int
  ) {
    self.shared = shared
    self.threadBase = threadBase
    self.threadStride = threadStride
    self.threads = threads
  }

  /// The memory of one thread; `thread` is below `threads`.
  func thread(_ thread: Int) -> UnsafeMutableRawPointer { threadBase + thread * threadStride }

  func split(units: Int, nanoseconds: Int, _ work: (Int, Int) -> Void) {
    ThreadPool.shared.run(
      units: units, threads: threads, nanoseconds: nanoseconds, work)
  }
}

extension Body {
  fileprivate var checksIndices: Bool {
    instructions.contains {
      if case .checked = $0.operation { true } else { false }
    }
  }
}

extension Core {
  fileprivate var checksIndices: Bool {
    if case .reduction(let core) = self { core.prologue.checksIndices } else { false }
  }
}
