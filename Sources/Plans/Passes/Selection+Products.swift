// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// What a product's kernel does besides.

extension ContractionCore {
  /// The core that also does what the body does to its result, and what is left of the body, if a
  /// kernel does such things.
  func takingIn(_ body: Body) -> (core: ContractionCore, body: Body)? {
    guard body.instructions.count == 1, body.stores.count == 1,
      body.stores[0].value == body.operands.count,
      let ending = ending(of: body.instructions[0], body.operands)
    else { return nil }
    var core = self
    core.ending = ending
    var rest = Body()
    rest.operands = [.core(elementType)]
    rest.stores = [Body.Store(value: 0, slot: body.stores[0].slot)]
    return (core, rest)
  }

  private func ending(of instruction: Body.Instruction, _ operands: [Operand]) -> Ending? {
    func isCore(_ input: Int) -> Bool {
      if case .core = operands[instruction.inputs[input]] { true } else { false }
    }
    func access(_ input: Int) -> Access? {
      if case .memory(let access) = operands[instruction.inputs[input]] { access } else { nil }
    }
    let space = space
    switch instruction.operation {
    case .binary(.add):
      guard isCore(0) != isCore(1), let bias = access(isCore(0) ? 1 : 0),
        bias.view.isRow(of: space, columnRank)
      else { return nil }
      return .bias(bias)
    case .merged(.subtractProduct):
      guard isCore(0) != isCore(1), let factor = access(isCore(0) ? 1 : 0),
        let minuend = access(2), factor.view.isUniform(space),
        !minuend.view.isUniform(space), minuend.view.isRowMajor(space), isOuter
      else { return nil }
      return .update(minuend: minuend, factor: factor)
    case .unary, .binary, .comparison, .selection, .conversion, .merged, .checked, .random:
      return nil
    }
  }
}

extension View {
  /// Whether all rows of a matrix of this shape, or of a batch of them, are the same elements side
  /// by side: the last axes are its columns.
  fileprivate func isRow(of shape: Shape, _ columnRank: Int) -> Bool {
    var columns = 1, axis = shape.rank
    while axis > shape.rank - columnRank {
      axis -= 1
      if shape[axis] != 1, strides[axis] != columns { return false }
      columns *= shape[axis]
    }
    return columns > 1 && (0..<axis).allSatisfy { shape[$0] == 1 || strides[$0] == 0 }
      && shape.elementCount > columns
  }
}
