// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans

/// Which operands are one number for all who read them. No register is filled with such a number,
/// and nothing need stay in the first cache for it.
enum NumberOperands {
  /// Marks them.
  ///
  /// - Parameter kept: values that are read when the tile is done.
  static func find(
    in body: borrowing Body, _ operands: UnsafeMutableBufferPointer<CompiledOperand>,
    keeping kept: InlineNumbers
  ) {
    var areNone = true
    for value in operands.indices where operands[value].isUniform {
      operands[value].isNumber =
        !kept.contains(value) && body.stores.allSatisfy { $0.value != value }
      areNone = areNone && !operands[value].isNumber
    }
    if areNone { return }
    for index in body.instructions.indices {
      let instruction = body.instructions[index], inputs = instruction.inputs
      let numbers = instruction.numbers(among: UnsafeBufferPointer(operands))
      for input in 0..<inputs.count where inputs[input] < operands.count {
        if !numbers.contains(input) { operands[inputs[input]].isNumber = false }
      }
    }
  }
}

extension Body.Instruction {
  /// The input that is taken as a single element, for the whole tile or a row, by a
  /// kernel for that.
  func single(among operands: UnsafeBufferPointer<CompiledOperand>) -> Int? {
    // By number: searching a list of another module costs ten times as much.
    var single: Int?
    for input in 0..<inputs.count where inputs[input] < operands.count {
      if operands[inputs[input]].isSingle {
        single = input
        break
      }
      // Of what is the same everywhere a kernel need not read a whole tile.
      if single == nil, operands[inputs[input]].isUniform { single = input }
    }
    return single.flatMap { map(withOne: $0) == nil ? nil : $0 }
  }

  /// The inputs of which the kernel reads one element.
  fileprivate func numbers(among operands: UnsafeBufferPointer<CompiledOperand>) -> Range<Int> {
    if case .merged(let merged) = operation, !merged.numbers.isEmpty { return merged.numbers }
    return single(among: operands).map { $0..<$0 + 1 } ?? 0..<0
  }
}
