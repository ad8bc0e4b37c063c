// SPDX-License-Identifier: Apache-2.0

/// What is needed while a plan is made ready to run.
struct CompilationContext {
  let slots: SlotNumbering
  let plain: PlainMemory
  /// The number of the step, for the order of failures.
  var step = 0
  /// Whether its phase goes by rows.
  var goesByRows = false
}
