// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// An instruction of a body as it will run: alone, or as a sum or difference that takes in what it
/// reads, products, a quotient or a root.
struct MergedInstruction {
  /// The number of the value it makes.
  let value: Int
  let instruction: Body.Instruction
  /// The values it reads, in the order in which its kernel takes them.
  var inputs: [Int]
  /// What a merged one computes, and its kernel.
  var code: pb_map_code?
  var merged: pb_map?

  /// Whether this is the third input minus the product of the others.
  var isSubtractedProduct: Bool { code == PB_SUBTRACT_PRODUCT }
}

extension Body {
  /// The instructions, with products, quotients and roots merged into the sum or difference behind:
  /// one pass over the tile instead of several. Every operation is still rounded, so no bit changes.
  ///
  /// - Parameters:
  ///   - kept: a value that is read when the tile is done.
  ///   - isReadInPlace: whether an operand, by number, is read in memory that a store may change.
  func mergedInstructions(
    keeping kept: Int?, _ isReadInPlace: (Int) -> Bool
  ) -> [MergedInstruction] {
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
      let value = operands.count + index
      func part(_ input: Int) -> Part? {
        guard input >= operands.count, uses[input] == 1, !isTaken[input - operands.count] else {
          return nil
        }
        let part = instructions[input - operands.count]
        let readsInPlace = (0..<part.inputs.count).contains {
          part.inputs[$0] < operands.count && isReadInPlace(part.inputs[$0])
        }
        // A store in between might write over what the part reads.
        if readsInPlace, stores.contains(where: { input < $0.value && $0.value < value }) {
          return nil
        }
        return Part(part)
      }
      var made = MergedInstruction(
        value: value, instruction: instruction,
        inputs: (0..<instruction.inputs.count).map { instruction.inputs[$0] })
      if let merge = merge(instruction, part),
        let kernel = pb_map_for(merge.code, instruction.elementType.kernelType)
      {
        (made.code, made.merged, made.inputs) = (merge.code, kernel, merge.inputs)
        for part in merge.parts { isTaken[part - operands.count] = true }
      }
      result.append(made)
    }
    return result.filter { !isTaken[$0.value - operands.count] }
  }

  /// What a sum or difference can take in.
  private enum Part {
    case product(Int, Int)
    case quotient(Int, Int)
    case root(Int)

    init?(_ instruction: Instruction) {
      let inputs = instruction.inputs
      switch instruction.operation {
      case .binary(.multiply): self = .product(inputs[0], inputs[1])
      case .binary(.divide): self = .quotient(inputs[0], inputs[1])
      case .unary(.squareRoot): self = .root(inputs[0])
      case .unary, .binary, .comparison, .selection, .conversion, .checked, .random: return nil
      }
    }
  }

  /// The kernel of a sum or difference with what it takes in, the values that go into it, and those
  /// it reads.
  private func merge(
    _ instruction: Instruction, _ part: (Int) -> Part?
  ) -> (code: pb_map_code, parts: [Int], inputs: [Int])? {
    guard case .binary(let binary) = instruction.operation, [.add, .subtract].contains(binary)
    else { return nil }
    let (x, y) = (instruction.inputs[0], instruction.inputs[1])
    switch (binary == .add, part(x), part(y)) {
    case (true, .product(let a, let b), .product(let c, let d)):
      if case .product(let e, let f) = part(d), e == f {
        return (PB_SUM_WITH_SQUARE, [x, y, d], [a, b, c, e])
      }
      return (PB_SUM_OF_PRODUCTS, [x, y], [a, b, c, d])
    case (true, _, .product(let a, let b)): return (PB_MULTIPLY_ADD, [y], [a, b, x])
    case (true, .product(let a, let b), _): return (PB_MULTIPLY_ADD, [x], [a, b, y])
    case (true, _, .root(let a)): return (PB_ROOT_ADD, [y], [a, x])
    case (true, .root(let a), _): return (PB_ROOT_ADD, [x], [a, y])
    case (false, _, .product(let a, let b)): return (PB_SUBTRACT_PRODUCT, [y], [a, b, x])
    case (false, _, .quotient(let a, let b)):
      guard case .product(let c, let d) = part(a) else {
        return (PB_SUBTRACT_QUOTIENT, [y], [a, b, x])
      }
      return (PB_SUBTRACT_PRODUCT_QUOTIENT, [a, y], [c, d, b, x])
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
