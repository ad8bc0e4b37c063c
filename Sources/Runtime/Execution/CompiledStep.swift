// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. Kinds of cores are told apart here and nowhere else: where a core is
/// made, and where it is found again.
struct CompiledStep: BitwiseCopyable {
  private enum Kind: BitwiseCopyable {
    case pointwise(UnsafePointer<CompiledPointwise>)
    case contraction(UnsafePointer<CompiledContraction>)
    case reduction(UnsafePointer<CompiledReduction>)
    case scan(UnsafePointer<CompiledScan>)
    case sort(UnsafePointer<CompiledSort>)
    case scatterAdd(UnsafePointer<CompiledScatter>)
    case placed(UnsafePointer<CompiledPlaced>)
  }

  private let kind: Kind
  /// What the plan must know of the core before it runs.
  let needs: Needs
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: borrowing Step, in context: borrowing CompilationContext) {
    switch step.core {
    case _ where step.space.elementCount == 0, .pointwise:
      self.init(CompiledPointwise(step, in: context), Kind.pointwise, step, context)
    case .contraction(let core):
      self.init(
        CompiledContraction(core, of: step, in: context), Kind.contraction, step, context)
    case .reduction(let core):
      self.init(CompiledReduction(core, of: step, in: context), Kind.reduction, step, context)
    case .scan(let core):
      self.init(CompiledScan(core, of: step, in: context), Kind.scan, step, context)
    case .sort(let core):
      self.init(CompiledSort(core, of: step, in: context), Kind.sort, step, context)
    case .scatterAdd(let core):
      self.init(CompiledScatter(core, of: step, in: context), Kind.scatterAdd, step, context)
    case .placed(let core):
      self.init(CompiledPlaced(core, of: step, in: context), Kind.placed, step, context)
    }
  }

  private init<Made: CompiledCore>(
    _ made: Made, _ kind: (UnsafePointer<Made>) -> Kind, _ step: borrowing Step,
    _ context: borrowing CompilationContext
  ) {
    self.kind = kind(context.plain.one(made))
    needs = Needs(made)
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
  }

  /// The core where it stands, whatever its kind.
  var core: any CompiledCore {
    switch kind {
    case .pointwise(let core): core
    case .contraction(let core): core
    case .reduction(let core): core
    case .scan(let core): core
    case .sort(let core): core
    case .scatterAdd(let core): core
    case .placed(let core): core
    }
  }
}
