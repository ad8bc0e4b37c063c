// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. Kinds of cores are told apart here and nowhere else: by a
/// switch for each question, because a replay asks all of them, and calls through a protocol
/// would copy the cores.
struct CompiledStep: BitwiseCopyable {
  private enum Core: BitwiseCopyable {
    case pointwise(UnsafePointer<CompiledPointwise>)
    case contraction(UnsafePointer<CompiledContraction>)
    case reduction(UnsafePointer<CompiledReduction>)
    case scan(UnsafePointer<CompiledScan>)
    case sort(UnsafePointer<CompiledSort>)
    case scatterAdd(UnsafePointer<CompiledScatter>)
    case placed(UnsafePointer<CompiledPlaced>)
  }

  private let core: Core
  /// What the plan must know of the core before it runs.
  let needs: Needs
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: borrowing Step, in context: borrowing CompilationContext) {
    let plain = context.plain
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
    switch step.core {
    case _ where step.space.elementCount == 0, .pointwise:
      let made = CompiledPointwise(step, in: context)
      (core, needs) = (.pointwise(plain.one(made)), Needs(made))
    case .contraction(let contraction):
      let made = CompiledContraction(contraction, of: step, in: context)
      (core, needs) = (.contraction(plain.one(made)), Needs(made))
    case .reduction(let reduction):
      let made = CompiledReduction(reduction, of: step, in: context)
      (core, needs) = (.reduction(plain.one(made)), Needs(made))
    case .scan(let scan):
      let made = CompiledScan(scan, of: step, in: context)
      (core, needs) = (.scan(plain.one(made)), Needs(made))
    case .sort(let sort):
      let made = CompiledSort(sort, of: step, in: context)
      (core, needs) = (.sort(plain.one(made)), Needs(made))
    case .scatterAdd(let scatter):
      let made = CompiledScatter(scatter, of: step, in: context)
      (core, needs) = (.scatterAdd(plain.one(made)), Needs(made))
    case .placed(let placed):
      let made = CompiledPlaced(placed, of: step, in: context)
      (core, needs) = (.placed(plain.one(made)), Needs(made))
    }
  }

  /// How the core is blocked on this machine, in words; nil if it is not.
  var blockingInWords: String? {
    switch core {
    case .contraction(let core): core.pointee.blockingInWords
    case .pointwise, .reduction, .scan, .sort, .scatterAdd, .placed: nil
    }
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    switch core {
    case .pointwise(let core): core.pointee.run(memory, scratch)
    case .contraction(let core): core.pointee.run(memory, scratch)
    case .reduction(let core): core.pointee.run(memory, scratch)
    case .scan(let core): core.pointee.run(memory, scratch)
    case .sort(let core): core.pointee.run(memory, scratch)
    case .scatterAdd(let core): core.pointee.run(memory, scratch)
    case .placed(let core): core.pointee.run(memory, scratch)
    }
  }

  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    switch core {
    case .pointwise, .reduction, .scan, .sort, .scatterAdd, .placed: break
    case .contraction(let core): core.pointee.prepare(memory, scratch, alone: alone)
    }
  }

  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    switch core {
    case .pointwise(let core):
      core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    case .contraction(let core):
      core.pointee.runRows(rows, of: count, memory, scratch, thread: thread, alone: alone)
    case .reduction(let core):
      core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    case .scan(let core): core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    case .sort(let core): core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    case .scatterAdd: preconditionFailure("rows that are added up do not go by rows")
    case .placed(let core): core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    }
  }

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    switch core {
    case .pointwise(let core): core.pointee.runUnit(unit, memory, scratch, thread: thread)
    case .contraction(let core): core.pointee.runUnit(unit, memory, scratch, thread: thread)
    case .reduction(let core): core.pointee.run(memory, scratch.alone(thread))
    case .scan(let core): core.pointee.run(memory, scratch.alone(thread))
    case .sort(let core): core.pointee.run(memory, scratch.alone(thread))
    case .scatterAdd(let core): core.pointee.run(memory, scratch.alone(thread))
    case .placed(let core): core.pointee.runUnit(unit, memory, scratch, thread: thread)
    }
  }
}
