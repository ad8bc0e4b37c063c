// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// An instruction of a body as it will run: alone, or as a sum that takes a product in.
struct MergedInstruction {
  /// The number of the value it makes.
  let value: Int
  let instruction: Body.Instruction
  /// The values it reads; for a merged sum the two factors, then the other summand.
  let inputs: [Int]
  /// The kernel of a merged sum.
  let merged: pb_map?

  /// Whether this is the third input minus the product of the others.
  var isSubtractedProduct: Bool {
    if merged != nil, case .binary(.subtract) = instruction.operation { true } else { false }
  }
}

extension Body {
  /// The instructions, with products merged into the sum or difference behind them: one pass over
  /// the tile instead of two. Both operations are still rounded, so no bit changes.
  ///
  /// - Parameter kept: a value that is read when the tile is done.
  func mergedInstructions(keeping kept: Int?) -> [MergedInstruction] {
    var uses = [Int](repeating: 0, count: operands.count + instructions.count)
    for instruction in instructions {
      for input in 0..<instruction.inputs.count { uses[instruction.inputs[input]] += 1 }
    }
    // Stored values and those read later must exist by themselves.
    for store in stores { uses[store.value] += 2 }
    if let kept { uses[kept] += 2 }
    var isTaken = [Bool](repeating: false, count: instructions.count)
    var result: [MergedInstruction] = []
    for (index, instruction) in instructions.enumerated() {
      let inputs = (0..<instruction.inputs.count).map { instruction.inputs[$0] }
      var merged: pb_map?, sources = inputs
      if let (code, product, other) = sum(instruction, inputs),
        product >= operands.count, uses[product] == 1, !isTaken[product - operands.count],
        case .binary(.multiply) = instructions[product - operands.count].operation,
        // A store in between might write over a factor's memory.
        !stores.contains(where: { product < $0.value && $0.value < operands.count + index })
      {
        let factors = instructions[product - operands.count].inputs
        merged = pb_map_for(code, instruction.elementType.kernelType)
        sources = [factors[0], factors[1], other]
        isTaken[product - operands.count] = true
      }
      result.append(
        MergedInstruction(
          value: operands.count + index, instruction: instruction, inputs: sources, merged: merged))
    }
    return result.filter { !isTaken[$0.value - operands.count] }
  }

  /// What an addition or subtraction would merge with: its kernel, the product, the other operand.
  private func sum(
    _ instruction: Instruction, _ inputs: [Int]
  ) -> (pb_map_code, product: Int, other: Int)? {
    func isProduct(_ value: Int) -> Bool {
      guard value >= operands.count else { return false }
      if case .binary(.multiply) = instructions[value - operands.count].operation { return true }
      return false
    }
    switch instruction.operation {
    case .binary(.add) where isProduct(inputs[1]): return (PB_MULTIPLY_ADD, inputs[1], inputs[0])
    case .binary(.add) where isProduct(inputs[0]): return (PB_MULTIPLY_ADD, inputs[0], inputs[1])
    case .binary(.subtract) where isProduct(inputs[1]):
      return (PB_SUBTRACT_PRODUCT, inputs[1], inputs[0])
    default: return nil
    }
  }

  /// For each merged instruction the values whose last use it is. Stored values, what a check passes
  /// on and `kept` stay until the tile is done.
  func lastUses(in merged: [MergedInstruction], keeping kept: Int?) -> [[Int]] {
    var last = [Int](repeating: -1, count: operands.count + instructions.count)
    for (index, instruction) in merged.enumerated() {
      for input in instruction.inputs { last[input] = max(last[input], index) }
      if case .checked = instruction.instruction.operation {
        last[instruction.inputs[0]] = Int.max
      }
    }
    for store in stores { last[store.value] = Int.max }
    if let kept { last[kept] = Int.max }
    var freed = [[Int]](repeating: [], count: merged.count)
    for (value, index) in last.enumerated() where index >= 0 && index < Int.max {
      freed[index].append(value)
    }
    return freed
  }
}
