// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// Which operands of a body are read as a single element for each row: a mean, a largest number, a sum that
/// rows are divided by. Filling a register with one of them takes as long as computing with it.
enum SingleOperands {
  /// Shorter rows go several to a tile instead.
  private static let shortestRow = 256

  /// Marks them, and gives the rows that tiles must be kept within; 0 if there are none.
  ///
  /// - Parameters:
  ///   - kept: a value that is read when the tile is done.
  ///   - cutRows: how long the rows are that tiles can be kept within; nil if any can.
  static func find(
    in body: borrowing Body, _ operands: UnsafeMutableBufferPointer<CompiledOperand>,
    keeping kept: Int?, cutRows: Int?
  ) -> Int {
    var row = 0
    for value in operands.indices {
      guard let extent = operands[value].singleExtent else { continue }
      let length = cutRows ?? extent
      guard length >= shortestRow, extent.isMultiple(of: length), row == 0 || row == length,
        isTakenAlone(value, in: body, operands, keeping: kept),
        operands.allSatisfy({ $0.load.period.map { $0 == length } ?? true })
      else { continue }
      row = length
      operands[value].becomeSingle()
    }
    return row
  }

  /// Whether all that read it have a kernel for a single element, beside an operand that is none.
  private static func isTakenAlone(
    _ value: Int, in body: borrowing Body,
    _ operands: UnsafeMutableBufferPointer<CompiledOperand>, keeping kept: Int?
  ) -> Bool {
    if value == kept { return false }
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
