// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// What a stretch of one row is reduced with.
struct RowKernels {
  let start: pb_row_start
  let accumulate: pb_row_accumulate
  let finish: pb_row_finish

  /// Nil for positions.
  init?(_ reduction: Reduction, _ type: ElementType, isWide: Bool) {
    guard let code = reduction.kernelCode else { return nil }
    start = pb_row_start_for(code, type.kernelType)
    accumulate = isWide ? pb_sum_row_wide() : pb_row_accumulate_for(code, type.kernelType)
    finish = pb_row_finish_for(code, type.kernelType)
  }
}
