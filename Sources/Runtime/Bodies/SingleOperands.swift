// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// Which operands of a body are read as a single element for each row: a mean, a largest number,
/// a sum that rows are divided by. Filling a register with one of them takes as long as
/// computing with it.
enum SingleOperands {
  /// Marks them.
  ///
  /// - Parameter kept: values that are read when the tile is done.
  static func find(
    in body: borrowing Body, _ operands: UnsafeMutableBufferPointer<CompiledOperand>,
    keeping kept: InlineNumbers
  ) {
    for value in operands.indices {
      guard let extent = operands[value].singleExtent, extent >= Body.shortestRow,
        isTakenAlone(value, in: body, operands, keeping: kept)
      else { continue }
      operands[value].becomeSingle()
    }
  }

  /// Whether all that read it have a kernel for a single element, beside an operand that is none.
  private static func isTakenAlone(
    _ value: Int, in body: borrowing Body,
    _ operands: UnsafeMutableBufferPointer<CompiledOperand>, keeping kept: InlineNumbers
  ) -> Bool {
    if kept.contains(value) { return false }
    for store in body.stores where store.value == value { return false }
    for index in body.instructions.indices {
      let inputs = body.instructions[index].inputs
      for input in inputs.indices where inputs[input] == value {
        let others = inputs.indices.filter { $0 != input }
        if body.instructions[index].map(withOne: input) == nil
          || others.contains(where: {
            inputs[$0] == value || inputs[$0] < operands.count && operands[inputs[$0]].isSingle
          })
        {
          return false
        }
      }
    }
    return true
  }
}
