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
  let body: UnsafePointer<CompiledBody>
  let elementCount: Int
  /// Bytes of the core's own result, where it does not go straight to its slot.
  let coreByteCount: Int
  /// Scratch for each thread: what the core needs, then the body's registers.
  let threadByteCount: Int
  let coreScratchByteCount: Int
  /// Scratch that all threads share: the core's result, then what the core prepares.
  let sharedByteCount: Int
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: Step, in context: CompilationContext) {
    body = context.plain.one(CompiledBody(step.body, space: step.space, in: context))
    elementCount = step.space.elementCount
    var coreScratch = 0, shared = 0, held = 0
    switch step.core {
    case .none: core = .none
    case .contraction(let contraction):
      let compiled = CompiledContraction(
        contraction, body.pointee, in: context)
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
      let compiled = CompiledScatter(scatter, context.slots)
      core = .scatterAdd(context.plain.one(compiled))
      shared = compiled.sharedByteCount
      held = elementCount * scatter.values.elementType.byteCount
    }
    coreByteCount = body.pointee.coreSlot == nil ? Plan.padded(held) : 0
    coreScratchByteCount = Plan.padded(coreScratch)
    threadByteCount = coreScratchByteCount + body.pointee.scratchByteCount
    sharedByteCount = coreByteCount + Plan.padded(shared)
    checksIndices = step.body.checksIndices || step.core.checksIndices
    nanoseconds = step.nanoseconds
  }

  /// Runs the step.
  func run(_ memory: RunMemory, _ scratch: Scratch) {
    if elementCount == 0 { return }
    switch core {
    case .none: runBody(memory, scratch, core: nil)
    case .contraction(let contraction): contraction.pointee.run(memory, scratch, self)
    case .reduction(let reduction):
      let target = body.pointee.coreSlot.map(memory.pointer) ?? scratch.shared
      reduction.pointee.run(memory, scratch, self, into: target)
      if body.pointee.coreSlot == nil { runBody(memory, scratch, core: target) }
    case .scatterAdd(let scatter):
      let target = body.pointee.coreSlot.map(memory.pointer) ?? scratch.shared
      scatter.pointee.run(memory, scratch.shared + coreByteCount, into: target)
      if body.pointee.coreSlot == nil { runBody(memory, scratch, core: target) }
    }
  }

  /// Makes what all threads read, before rows or units run.
  ///
  /// - Parameter alone: whether rows run alone: each thread makes what it can for itself.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool = false) {
    if case .contraction(let contraction) = core, elementCount > 0,
      !alone || !contraction.pointee.canCopyAlone
    {
      contraction.pointee.prepare(memory, scratch, self)
    }
  }

  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    let each = elementCount / count
    let positions = rows.lowerBound * each..<rows.upperBound * each
    var frame = frame(memory, scratch, thread: thread)
    switch core {
    case .none: frame.run(positions)
    case .contraction(let contraction):
      contraction.pointee.runRows(rows, memory, scratch, thread: thread, self, alone: alone)
    case .reduction(let reduction):
      let target = body.pointee.coreSlot.map(memory.pointer) ?? scratch.shared
      reduction.pointee.runRows(
        rows, of: count, memory, own: scratch.thread(thread), into: target)
      if body.pointee.coreSlot != nil { return }
      frame.core = target
      frame.run(positions)
    case .scatterAdd: preconditionFailure("rows that are added up do not go by rows")
    }
  }

  /// Units that threads can share while other steps run; nil if the step is better run by itself.
  var unitCount: Int? {
    if elementCount == 0 { return 1 }
    switch core {
    case .none: return (elementCount + CompiledStep.unit - 1) / CompiledStep.unit
    case .contraction(let contraction):
      let count = contraction.pointee.unitCount
      return count == 0 ? nil : count
    case .reduction, .scatterAdd: return nanoseconds < CompiledStep.longestUnit ? 1 : nil
    }
  }

  /// One of these units on one thread, after `prepare`.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    switch core {
    case .none where elementCount > 0:
      let frame = frame(memory, scratch, thread: thread)
      frame.run(unit * CompiledStep.unit..<min((unit + 1) * CompiledStep.unit, elementCount))
    case .contraction(let contraction) where elementCount > 0:
      contraction.pointee.runUnit(unit, memory, scratch, thread: thread, self)
    case .none, .contraction, .reduction, .scatterAdd: run(memory, scratch.alone(thread))
    }
  }

  /// Whole tiles; which thread computes an element does not matter to its bits.
  private static let unit = CompiledBody.tile * 16
  private static let longestUnit = 20_000

  /// The frame of the body on one thread.
  func frame(_ memory: RunMemory, _ scratch: Scratch, thread: Int) -> BodyFrame {
    BodyFrame(body, memory, scratch: scratch.thread(thread) + coreScratchByteCount)
  }

  private func runBody(
    _ memory: RunMemory, _ scratch: Scratch, core: UnsafeMutableRawPointer?
  ) {
    let unit = CompiledStep.unit
    let units = (elementCount + unit - 1) / unit
    scratch.split(units: units, nanoseconds: nanoseconds) { index, thread in
      var frame = frame(memory, scratch, thread: thread)
      frame.core = core
      frame.run(index * unit..<min((index + 1) * unit, elementCount))
    }
  }
}

/// Memory for a step's intermediate tiles, and the threads to work with.
struct Scratch: BitwiseCopyable {
  let shared: UnsafeMutableRawPointer
  private let threadBase: UnsafeMutableRawPointer
  private let threadStride: Int
  let threads: Int

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

  /// The same memory for a step that runs on one thread, while others run other steps.
  func alone(_ thread: Int) -> Scratch { alone(thread, sharing: shared) }

  func alone(_ thread: Int, sharing shared: UnsafeMutableRawPointer) -> Scratch {
    Scratch(
      shared: shared, threadBase: self.thread(thread), threadStride: threadStride, threads: 1)
  }

  /// The same with other memory to share.
  func sharing(_ offset: Int) -> Scratch {
    Scratch(
      shared: shared + offset, threadBase: threadBase, threadStride: threadStride,
      threads: threads)
  }

  /// Calls `work(unit, thread)` once for each unit, on several threads if that pays.
  ///
  /// - Parameters:
  ///   - nanoseconds: about how long all units take on one thread.
  ///   - areAlike: whether one takes about as long as another.
  @inline(__always)
  func split(
    units: Int, nanoseconds: Int, areAlike: Bool = true, _ work: (Int, Int) -> Void
  ) {
    if units == 1 || !pays(nanoseconds) {
      for unit in 0..<units { work(unit, 0) }
    } else {
      ThreadPool.shared.run(
        units: units, threads: threads, nanoseconds: nanoseconds,
        largestShare: areAlike ? .max : 1, work)
    }
  }

  /// Whether several threads are worth their while.
  func pays(_ nanoseconds: Int) -> Bool {
    threads > 1 && nanoseconds >= Scratch.worthSplitting
  }

  /// What handing work to a thread that waits for it costs, and a little.
  static let worthSplitting = 2_000
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

extension Step {
  /// An estimate, of which the order of magnitude matters: 100 operations a nanosecond in products,
  /// 16 elsewhere.
  fileprivate var nanoseconds: Int {
    if case .contraction(let core) = core {
      let products = 2 * space.elementCount * core.inner
      return products / 100 + (floatingPointOperations - products) / 16
    }
    return floatingPointOperations / 16
  }
}
