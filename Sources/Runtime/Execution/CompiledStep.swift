// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. Kinds of cores are told apart here and nowhere else: where a core is
/// made, and where it is found again.
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
    switch step.core {
    case _ where step.space.elementCount == 0, .pointwise:
      self.init(CompiledPointwise(step, in: context), Core.pointwise, step, context)
    case .contraction(let core):
      self.init(
        CompiledContraction(core, of: step, in: context), Core.contraction, step, context)
    case .reduction(let core):
      self.init(CompiledReduction(core, of: step, in: context), Core.reduction, step, context)
    case .scan(let core):
      self.init(CompiledScan(core, of: step, in: context), Core.scan, step, context)
    case .sort(let core):
      self.init(CompiledSort(core, of: step, in: context), Core.sort, step, context)
    case .scatterAdd(let core):
      self.init(CompiledScatter(core, of: step, in: context), Core.scatterAdd, step, context)
    case .placed(let core):
      self.init(CompiledPlaced(core, of: step, in: context), Core.placed, step, context)
    }
  }

  private init<Made: CompiledCore>(
    _ made: Made, _ core: (UnsafePointer<Made>) -> Core, _ step: borrowing Step,
    _ context: borrowing CompilationContext
  ) {
    self.core = core(context.plain.one(made))
    needs = Needs(made)
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
  }

  /// The core where it stands, whatever its kind.
  private var inPlace: any CompiledCore {
    switch core {
    case .pointwise(let core): core
    case .contraction(let core): core
    case .reduction(let core): core
    case .scan(let core): core
    case .sort(let core): core
    case .scatterAdd(let core): core
    case .placed(let core): core
    }
  }

  /// How the core is blocked on this machine, in words; nil if it is not.
  var blockingInWords: String? { inPlace.blockingInWords }

  func run(_ memory: RunMemory, _ scratch: Scratch) { inPlace.run(memory, scratch) }

  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    inPlace.prepare(memory, scratch, alone: alone)
  }

  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    inPlace.runRows(rows, of: count, memory, scratch, thread: thread, alone: alone)
  }

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    inPlace.runUnit(unit, memory, scratch, thread: thread)
  }
}
