// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. Kinds of cores are told apart here and nowhere else: by a switch for each
/// question, because a replay asks all of them, and calls through a protocol would copy the cores.
struct CompiledStep: BitwiseCopyable {
  private enum Core: BitwiseCopyable {
    case pointwise(UnsafePointer<CompiledPointwise>)
    case contraction(UnsafePointer<CompiledContraction>)
    case reduction(UnsafePointer<CompiledReduction>)
    case scatterAdd(UnsafePointer<CompiledScatter>)
  }

  private let core: Core
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: Step, in context: CompilationContext) {
    let plain = context.plain
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
    switch step.core {
    case _ where step.space.elementCount == 0, .pointwise:
      core = .pointwise(plain.one(CompiledPointwise(step, in: context)))
    case .contraction(let contraction):
      core = .contraction(plain.one(CompiledContraction(contraction, of: step, in: context)))
    case .reduction(let reduction):
      core = .reduction(plain.one(CompiledReduction(reduction, of: step, in: context)))
    case .scatterAdd(let scatter):
      core = .scatterAdd(plain.one(CompiledScatter(scatter, of: step, in: context)))
    }
  }

  /// What the plan must know of the core before it runs.
  var facts: any CompiledCore {
    switch core {
    case .pointwise(let core): core.pointee
    case .contraction(let core): core.pointee
    case .reduction(let core): core.pointee
    case .scatterAdd(let core): core.pointee
    }
  }

  func run(_ memory: RunMemory, _ scratch: Scratch) {
    switch core {
    case .pointwise(let core): core.pointee.run(memory, scratch)
    case .contraction(let core): core.pointee.run(memory, scratch)
    case .reduction(let core): core.pointee.run(memory, scratch)
    case .scatterAdd(let core): core.pointee.run(memory, scratch)
    }
  }

  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    switch core {
    case .pointwise, .reduction, .scatterAdd: break
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
      core.pointee.runRows(rows, memory, scratch, thread: thread, alone: alone)
    case .reduction(let core):
      core.pointee.runRows(rows, of: count, memory, scratch, thread: thread)
    case .scatterAdd: preconditionFailure("rows that are added up do not go by rows")
    }
  }

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    switch core {
    case .pointwise(let core): core.pointee.runUnit(unit, memory, scratch, thread: thread)
    case .contraction(let core): core.pointee.runUnit(unit, memory, scratch, thread: thread)
    case .reduction(let core): core.pointee.run(memory, scratch.alone(thread))
    case .scatterAdd(let core): core.pointee.run(memory, scratch.alone(thread))
    }
  }
}
