// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. Kinds of cores are told apart here and nowhere else: once where a core
/// is made, once where it is asked something.
struct CompiledStep: BitwiseCopyable {
  private let core: Core
  /// What the plan must know of the core before it runs.
  let needs: Needs
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: borrowing Step, in context: borrowing CompilationContext) {
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
    core = Core(step, in: context)
    needs = core.answer(to: AskNeeds())
  }

  /// How the core is blocked on this machine, in words; nil if it is not.
  var blockingInWords: String? { core.answer(to: AskBlocking()) }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    core.answer(to: Run(memory: memory, scratch: scratch))
  }

  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    core.answer(to: Prepare(memory: memory, scratch: scratch, alone: alone))
  }

  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    core.answer(
      to: RunRows(
        rows: rows, count: count, memory: memory, scratch: scratch, thread: thread, alone: alone))
  }

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    core.answer(to: RunUnit(unit: unit, memory: memory, scratch: scratch, thread: thread))
  }
}

/// A core of a kind, made ready to run. Not a value of a protocol's type, which would be copied to
/// be asked.
private enum Core: BitwiseCopyable {
  case pointwise(UnsafePointer<CompiledPointwise>)
  case contraction(UnsafePointer<CompiledContraction>)
  case reduction(UnsafePointer<CompiledReduction>)
  case scan(UnsafePointer<CompiledScan>)
  case sort(UnsafePointer<CompiledSort>)
  case scatterAdd(UnsafePointer<CompiledScatter>)
  case placed(UnsafePointer<CompiledPlaced>)

  init(_ step: borrowing Step, in context: borrowing CompilationContext) {
    let plain = context.plain
    self =
      switch step.core {
      case _ where step.space.elementCount == 0, .pointwise:
        .pointwise(plain.one(CompiledPointwise(step, in: context)))
      case .contraction(let core):
        .contraction(plain.one(CompiledContraction(core, of: step, in: context)))
      case .reduction(let core):
        .reduction(plain.one(CompiledReduction(core, of: step, in: context)))
      case .scan(let core): .scan(plain.one(CompiledScan(core, of: step, in: context)))
      case .sort(let core): .sort(plain.one(CompiledSort(core, of: step, in: context)))
      case .scatterAdd(let core):
        .scatterAdd(plain.one(CompiledScatter(core, of: step, in: context)))
      case .placed(let core): .placed(plain.one(CompiledPlaced(core, of: step, in: context)))
      }
  }

  // Inlined: a replay asks each step several times.
  @inline(__always)
  func answer<Asked: Question>(to question: Asked) -> Asked.Answer {
    switch self {
    case .pointwise(let core): question.answer(of: core)
    case .contraction(let core): question.answer(of: core)
    case .reduction(let core): question.answer(of: core)
    case .scan(let core): question.answer(of: core)
    case .sort(let core): question.answer(of: core)
    case .scatterAdd(let core): question.answer(of: core)
    case .placed(let core): question.answer(of: core)
    }
  }
}

/// What is asked of a core of any kind.
private protocol Question {
  associatedtype Answer
  func answer(of core: UnsafePointer<some CompiledCore>) -> Answer
}

private struct AskNeeds: Question {
  func answer(of core: UnsafePointer<some CompiledCore>) -> Needs { Needs(core.pointee) }
}

private struct AskBlocking: Question {
  func answer(of core: UnsafePointer<some CompiledCore>) -> String? {
    core.pointee.blockingInWords
  }
}

private struct Run: Question {
  let memory: RunMemory, scratch: Scratch

  @inline(__always)
  func answer(of core: UnsafePointer<some CompiledCore>) { core.pointee.run(memory, scratch) }
}

private struct Prepare: Question {
  let memory: RunMemory, scratch: Scratch, alone: Bool

  @inline(__always)
  func answer(of core: UnsafePointer<some CompiledCore>) {
    core.pointee.prepare(memory, scratch, alone: alone)
  }
}

private struct RunRows: Question {
  let rows: Range<Int>, count: Int, memory: RunMemory, scratch: Scratch, thread: Int, alone: Bool

  @inline(__always)
  func answer(of core: UnsafePointer<some CompiledCore>) {
    core.pointee.runRows(rows, of: count, memory, scratch, thread: thread, alone: alone)
  }
}

private struct RunUnit: Question {
  let unit: Int, memory: RunMemory, scratch: Scratch, thread: Int

  @inline(__always)
  func answer(of core: UnsafePointer<some CompiledCore>) {
    core.pointee.runUnit(unit, memory, scratch, thread: thread)
  }
}
