// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// A step made ready to run. This is where kinds of cores are told apart; all else asks `core`.
struct CompiledStep: BitwiseCopyable {
  private enum Kind: BitwiseCopyable {
    case pointwise(UnsafePointer<CompiledPointwise>)
    case contraction(UnsafePointer<CompiledContraction>)
    case reduction(UnsafePointer<CompiledReduction>)
    case scatterAdd(UnsafePointer<CompiledScatter>)
  }

  private let kind: Kind
  let checksIndices: Bool
  /// About how long the step takes on one thread.
  let nanoseconds: Int

  init(_ step: Step, in context: CompilationContext) {
    let plain = context.plain
    checksIndices = step.checksIndices
    nanoseconds = step.nanoseconds
    switch step.core {
    case _ where step.space.elementCount == 0, .pointwise:
      kind = .pointwise(plain.one(CompiledPointwise(step, in: context)))
    case .contraction(let core):
      kind = .contraction(plain.one(CompiledContraction(core, of: step, in: context)))
    case .reduction(let core):
      kind = .reduction(plain.one(CompiledReduction(core, of: step, in: context)))
    case .scatterAdd(let core):
      kind = .scatterAdd(plain.one(CompiledScatter(core, of: step, in: context)))
    }
  }

  var core: any CompiledCore {
    switch kind {
    case .pointwise(let core): core
    case .contraction(let core): core
    case .reduction(let core): core
    case .scatterAdd(let core): core
    }
  }
}
