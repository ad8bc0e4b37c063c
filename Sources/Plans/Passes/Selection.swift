// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Which instructions are one, and what a product's kernel does besides.

extension Body {
  /// The body with products, quotients and roots merged into the sum or difference behind: one pass
  /// over the tile instead of several.
  ///
  /// - Parameters:
  ///   - kept: a value that is read when the tile is done; its new number is returned.
  ///   - space: what the body runs over.
  func merged(keeping kept: Int? = nil, over space: Shape) -> (body: Body, kept: Int?) {
    guard
      instructions.contains(where: {
        $0.operation == .binary(.add) || $0.operation == .binary(.subtract)
      }),
      instructions.contains(where: {
        $0.operation == .binary(.multiply) || $0.operation == .binary(.divide)
          || $0.operation == .unary(.squareRoot)
      })
    else { return (self, kept) }
    var selection = Selection(self, keeping: kept, space)
    return selection.merged()
  }
}

private struct Selection {
  private let body: Body
  private let space: Shape
  private let kept: Int?
  private let first: Int
  private var values: [Value] = []

  private struct Value {
    /// How often it is read; stored ones and those that are read later must exist by themselves.
    var uses = 0
    var isTaken = false
    /// Its number in the new body.
    var number: Int
  }

  init(_ body: Body, keeping kept: Int?, _ space: Shape) {
    self.body = body
    self.space = space
    self.kept = kept
    first = body.operands.count
    values.reserveCapacity(first + body.instructions.count)
    for number in 0..<first + body.instructions.count { values.append(Value(number: number)) }
    for instruction in body.instructions {
      for input in instruction.inputs { values[input].uses += 1 }
    }
    for store in body.stores { values[store.value].uses += 2 }
    if let kept { values[kept].uses += 2 }
  }

  mutating func merged() -> (body: Body, kept: Int?) {
    var instructions = body.instructions
    for index in instructions.indices {
      let instruction = instructions[index]
      guard case .binary(let binary) = instruction.operation,
        let merge = merge(binary, instruction.inputs, before: first + index),
        instruction.elementType.isFloatingPoint || merge.operation.isForAllNumbers
      else { continue }
      for part in merge.parts { values[part].isTaken = true }
      instructions[index] = Body.Instruction(
        operation: .merged(merge.operation), elementType: instruction.elementType,
        resultType: instruction.resultType, inputs: InlineNumbers(merge.inputs))
    }
    guard values.contains(where: \.isTaken) else { return (body, kept) }
    return without(taken: instructions)
  }

  /// The body without what was taken in, its values numbered anew.
  private mutating func without(taken instructions: [Body.Instruction]) -> (body: Body, kept: Int?)
  {
    var next = first, result = body
    result.instructions.removeAll(keepingCapacity: true)
    for (index, instruction) in instructions.enumerated() where !values[first + index].isTaken {
      var instruction = instruction
      instruction.inputs = instruction.inputs.map { values[$0].number }
      result.instructions.append(instruction)
      values[first + index].number = next
      next += 1
    }
    for index in result.stores.indices {
      result.stores[index].value = values[result.stores[index].value].number
    }
    return (result, kept.map { values[$0].number })
  }

  /// What a sum or difference can take in.
  private enum Part {
    case product(Int, Int)
    case quotient(Int, Int)
    case root(Int)
  }

  private func part(_ input: Int, before value: Int) -> Part? {
    guard input >= first, values[input].uses == 1, !values[input].isTaken else { return nil }
    let instruction = body.instructions[input - first], inputs = instruction.inputs
    // A store in between might write over what the part reads where it is.
    if inputs.contains(where: isReadInPlace),
      body.stores.contains(where: { input < $0.value && $0.value < value })
    {
      return nil
    }
    return switch instruction.operation {
    case .binary(.multiply): .product(inputs[0], inputs[1])
    case .binary(.divide): .quotient(inputs[0], inputs[1])
    case .unary(.squareRoot): .root(inputs[0])
    case .unary, .binary, .comparison, .selection, .conversion, .merged, .checked, .random: nil
    }
  }

  private func isReadInPlace(_ value: Int) -> Bool {
    guard value < first, case .memory(let access) = body.operands[value] else { return false }
    return access.view.isRowMajor(space) && !access.view.isUniform(space)
  }

  /// What a sum or difference becomes with what it takes in, the values that go into it, and those
  /// it reads.
  private func merge(
    _ binary: Binary, _ inputs: InlineNumbers, before value: Int
  ) -> (operation: MergedOperation, parts: [Int], inputs: [Int])? {
    guard binary == .add || binary == .subtract else { return nil }
    let (x, y) = (inputs[0], inputs[1])
    switch (binary == .add, part(x, before: value), part(y, before: value)) {
    case (true, .product(let a, let b), .product(let c, let d)):
      if case .product(let e, let f) = part(d, before: value), e == f {
        return (.sumWithSquare, [x, y, d], [a, b, c, e])
      }
      return (.sumOfProducts, [x, y], [a, b, c, d])
    case (true, _, .product(let a, let b)): return (.multiplyAdd, [y], [a, b, x])
    case (true, .product(let a, let b), _): return (.multiplyAdd, [x], [a, b, y])
    case (true, _, .root(let a)): return (.rootAdd, [y], [a, x])
    case (true, .root(let a), _): return (.rootAdd, [x], [a, y])
    case (false, _, .product(let a, let b)): return (.subtractProduct, [y], [a, b, x])
    case (false, _, .quotient(let a, let b)):
      guard case .product(let c, let d) = part(a, before: value) else {
        return (.subtractQuotient, [y], [a, b, x])
      }
      return (.subtractProductQuotient, [a, y], [c, d, b, x])
    case (true, _, _), (false, _, _): return nil
    }
  }
}

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
        bias.view.isRow(of: space)
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

  /// Whether it is an outer product whose b stands in one row.
  package var isOuter: Bool { inner == 1 && (columns == 1 || b.view.strides.last == 1) }
}

extension View {
  /// Whether all rows of a matrix of this shape, or of a batch of them, are the same elements side
  /// by side.
  fileprivate func isRow(of shape: Shape) -> Bool {
    guard let columns = shape.last, columns > 1, strides[shape.rank - 1] == 1 else { return false }
    return (0..<shape.rank - 1).allSatisfy { shape[$0] == 1 || strides[$0] == 0 }
      && shape.elementCount > columns
  }
}
