// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Which instructions are one.

extension Body {
  /// The body with instructions merged into those that alone read their results: one pass over the
  /// tile instead of several.
  ///
  /// - Parameters:
  ///   - kept: a value that is read when the tile is done; its new number is returned.
  ///   - space: what the body runs over.
  consuming func merged(
    keeping kept: Int? = nil, over space: Shape
  ) -> (body: Body, kept: Int?) {
    guard instructions.count > 1 else { return (self, kept) }
    var selection = Selection(self, keeping: kept, space)
    selection.merge()
    return (selection.body, selection.kept)
  }
}

private struct Selection {
  private(set) var body: Body
  private(set) var kept: Int?
  private let space: Shape
  private let first: Int
  /// How often each value is read; those that are stored or read when the tile is done count for
  /// more, because they must exist.
  private var uses: [Int]
  private var hasMerged = false

  init(_ body: consuming Body, keeping kept: Int?, _ space: Shape) {
    var uses = [Int](filled: 0, count: body.operands.count + body.instructions.count)
    for index in body.instructions.indices {
      let inputs = body.instructions[index].inputs
      for input in 0..<inputs.count { uses[inputs[input]] += 1 }
    }
    for store in body.stores { uses[store.value] += 2 }
    if let kept { uses[kept] += 2 }
    self.uses = uses
    self.kept = kept
    self.space = space
    first = body.operands.count
    self.body = body
  }

  private var instructions: [Body.Instruction] {
    _read { yield body.instructions }
    _modify { yield &body.instructions }
  }

  mutating func merge() {
    for index in instructions.indices { if let sum = sum(index) { apply(sum, at: index) } }
    for index in instructions.indices { if let choice = choice(index) { apply(choice, at: index) } }
    // Last, so that sums have taken what they can.
    for index in instructions.indices {
      if let product = product(index) { apply(product, at: index) }
    }
    if hasMerged { dropUnused() }
  }

  private typealias Merge = (operation: MergedOperation, inputs: InlineNumbers)

  /// Makes an instruction one with others, and drops those that nobody reads any more.
  private mutating func apply(_ merge: Merge, at index: Int) {
    guard uses[first + index] > 0 else { return }
    let old = instructions[index], type = old.elementType
    guard type.isFloatingPoint || merge.operation.isForAllNumbers && type != .bool else { return }
    instructions[index] = Body.Instruction(
      operation: .merged(merge.operation), elementType: type, resultType: old.resultType,
      inputs: merge.inputs)
    for input in merge.inputs { uses[input] += 1 }
    drop(old.inputs)
    hasMerged = true
  }

  private mutating func drop(_ inputs: InlineNumbers) {
    for input in inputs {
      uses[input] -= 1
      if uses[input] == 0, input >= first { drop(instructions[input - first].inputs) }
    }
  }

  /// Leaves out what nobody reads, and numbers the values anew.
  private mutating func dropUnused() {
    var numbers = uses, count = 0
    for value in 0..<first { numbers[value] = value }
    for index in instructions.indices where uses[first + index] > 0 {
      for input in 0..<instructions[index].inputs.count {
        instructions[index].inputs[input] = numbers[instructions[index].inputs[input]]
      }
      numbers[first + index] = first + count
      if count < index { instructions[count] = instructions[index] }
      count += 1
    }
    instructions.removeLast(instructions.count - count)
    for index in body.stores.indices {
      body.stores[index].value = numbers[body.stores[index].value]
    }
    kept = kept.map { numbers[$0] }
  }

  // MARK: What may be taken in

  /// The instruction that makes a value, if `reader` may compute it instead: where a store in
  /// between might write over what it reads where it is, it may not.
  private func maker(of input: Int, for reader: Int) -> Body.Instruction? {
    guard input >= first else { return nil }
    let instruction = instructions[input - first]
    let isOverwritten = body.stores.contains { input < $0.value && $0.value < first + reader }
    return isOverwritten && instruction.inputs.contains(where: isReadInPlace) ? nil : instruction
  }

  /// The same, if nothing else reads the value.
  private func part(_ input: Int, of reader: Int) -> Body.Instruction? {
    uses[input] == 1 ? maker(of: input, for: reader) : nil
  }

  private func factors(_ input: Int, of reader: Int) -> (Int, Int)? {
    guard let part = part(input, of: reader), part.operation == .binary(.multiply) else {
      return nil
    }
    return (part.inputs[0], part.inputs[1])
  }

  private func quotient(_ input: Int, of reader: Int) -> (Int, Int)? {
    guard let part = part(input, of: reader), part.operation == .binary(.divide) else {
      return nil
    }
    return (part.inputs[0], part.inputs[1])
  }

  private func root(_ input: Int, of reader: Int) -> Int? {
    guard let part = part(input, of: reader), part.operation == .unary(.squareRoot) else {
      return nil
    }
    return part.inputs[0]
  }

  private func isReadInPlace(_ value: Int) -> Bool {
    guard value < first, case .memory(let access) = body.operands[value] else { return false }
    return access.view.isRowMajor(space) && !access.view.isUniform(space)
  }

  private func isUniform(_ value: Int) -> Bool { body.isUniform(value, over: space) }

  /// Whether it is 0, and not -0.
  private func isZero(_ value: Int) -> Bool {
    if value < first, case .constant(bits: 0, _) = body.operands[value] { true } else { false }
  }

  /// Whether it is one number for each long row, which products by one number take as such.
  private func isSameAlongRows(_ value: Int) -> Bool {
    guard value < first, case .memory(let access) = body.operands[value],
      !access.view.isUniform(space), let length = space.last
    else { return false }
    return length >= Body.shortestRow && access.view.strides.last == 0
  }

  // MARK: Merges

  /// A sum or difference with the products, quotient or root in it.
  private func sum(_ index: Int) -> Merge? {
    let isSum = instructions[index].operation == .binary(.add)
    guard isSum || instructions[index].operation == .binary(.subtract) else { return nil }
    let x = instructions[index].inputs[0], y = instructions[index].inputs[1]
    // Two readings of one value are more than one use: it stays.
    if let (c, d) = factors(y, of: index) {
      guard isSum else { return (.subtractProduct, [c, d, x]) }
      guard let (a, b) = factors(x, of: index) else {
        return scaled(c, d, x, index) ?? scaled(d, c, x, index) ?? (.multiplyAdd, [c, d, x])
      }
      if let (e, f) = factors(d, of: index), e == f { return (.sumWithSquare, [a, b, c, e]) }
      return (.sumOfProducts, [a, b, c, d])
    }
    if isSum {
      if let (a, b) = factors(x, of: index) {
        return scaled(a, b, y, index) ?? scaled(b, a, y, index) ?? (.multiplyAdd, [a, b, y])
      }
      if let a = root(y, of: index) { return (.rootAdd, [a, x]) }
      return root(x, of: index).map { (.rootAdd, [$0, y]) }
    }
    guard let (a, b) = quotient(y, of: index) else { return nil }
    guard let (c, d) = factors(a, of: index) else { return (.subtractQuotient, [a, b, x]) }
    return (.subtractProductQuotient, [c, d, b, x])
  }

  /// a b + c, where a is a product by one number for each long row.
  private func scaled(_ a: Int, _ b: Int, _ c: Int, _ index: Int) -> Merge? {
    guard let (x, y) = factors(a, of: index), isSameAlongRows(x) != isSameAlongRows(y),
      !isSameAlongRows(b), !isSameAlongRows(c)
    else { return nil }
    return (.scaleMultiplyAdd, isSameAlongRows(x) ? [y, x, b, c] : [x, y, b, c])
  }

  /// A choice with the comparison that it is made by. Comparing again costs nothing: so others may
  /// read the comparison too.
  private func choice(_ index: Int) -> Merge? {
    let instruction = instructions[index], inputs = instruction.inputs
    guard instruction.operation == .selection, let condition = maker(of: inputs[0], for: index),
      case .comparison(let comparison) = condition.operation,
      condition.elementType == instruction.elementType
    else { return nil }
    let (x, y) = (condition.inputs[0], condition.inputs[1])
    return selection(comparison, x, y, inputs[1], inputs[2], index)
  }

  /// `chosen` where x and y are in a relation, else `other`.
  private func selection(
    _ comparison: Comparison, _ x: Int, _ y: Int, _ chosen: Int, _ other: Int, _ index: Int
  ) -> Merge {
    switch comparison {
    case .equal:
      // x = x ? x >= most ? 0 : x <= least ? 0 : d : x
      if x == y, other == x, let outer = bounded(chosen, of: index), outer[0] == x,
        let inner = bounded(outer[3], of: index), inner[1] == x, isUniform(outer[1]),
        isUniform(inner[0]), isZero(outer[2]), isZero(inner[2])
      {
        return (.within, [x, inner[0], outer[1], inner[3]])
      }
      return (.selectEqual, [x, y, chosen, other])
    case .notEqual: return (.selectEqual, [x, y, other, chosen])
    case .less:
      // |other| < y ? 0 : other
      if isZero(chosen), isUniform(y), let size = maker(of: x, for: index),
        size.operation == .unary(.absolute), size.inputs[0] == other,
        instructions[index].elementType.isFloatingPoint
      {
        return (.flushed, [other, y])
      }
      return (.selectGreater, [y, x, chosen, other])
    case .greaterOrEqual: return (.selectGreaterOrEqual, [x, y, chosen, other])
    case .greater:
      if chosen == x, let (a, b) = factors(other, of: index), a == x,
        instructions[index].elementType.isFloatingPoint
      {
        return (.aboveOrProduct, [x, y, b])
      }
      return (.selectGreater, [x, y, chosen, other])
    case .lessOrEqual:
      guard isUniform(y), let inner = bounded(other, of: index), inner[0] == x, isUniform(inner[1])
      else { return (.selectGreaterOrEqual, [y, x, chosen, other]) }
      // x <= y ? y : x >= most ? most : x
      if chosen == y, inner[3] == x, inner[1] == inner[2] { return (.clamp, [x, y, inner[1]]) }
      return (.selectGreaterOrEqual, [y, x, chosen, other])
    }
  }

  /// The inputs of a choice by `>=`, if nothing else reads it.
  private func bounded(_ input: Int, of reader: Int) -> InlineNumbers? {
    guard let part = part(input, of: reader), part.operation == .merged(.selectGreaterOrEqual)
    else { return nil }
    return part.inputs
  }

  /// A product with the product or quotient in it, and of a number with what it passes through; a
  /// power with the difference in it.
  private func product(_ index: Int) -> Merge? {
    let inputs = instructions[index].inputs
    if instructions[index].operation == .merged(.clamp) {
      guard let sum = part(inputs[0], of: index), sum.operation == .binary(.add) else { return nil }
      return (.clampSum, [sum.inputs[0], sum.inputs[1], inputs[1], inputs[2]])
    }
    if instructions[index].operation == .unary(.exp) {
      guard let less = part(inputs[0], of: index), less.operation == .binary(.subtract) else {
        return nil
      }
      return (.expOfDifference, [less.inputs[0], less.inputs[1]])
    }
    guard instructions[index].operation == .binary(.multiply) else { return nil }
    if let gated = gated(inputs[0], inputs[1], index) { return gated }
    if let ramp = ramp(inputs[0], inputs[1], index) { return ramp }
    return product(inputs[0], inputs[1], index) ?? product(inputs[1], inputs[0], index)
  }

  private func product(_ x: Int, _ y: Int, _ index: Int) -> Merge? {
    if let b = opposite(y, of: index) { return (.timesOppositeSigmoid, [x, b]) }
    if let (a, b) = factors(x, of: index), ![a, b, y].contains(where: isSameAlongRows) {
      return (.multiplyProduct, [a, b, y])
    }
    return quotient(x, of: index).map { (.multiplyQuotient, [$0, $1, y]) }
  }

  /// max(x, least) f(z), z = x between least and most.
  private func gated(_ y: Int, _ gate: Int, _ index: Int) -> Merge? {
    guard let function = part(gate, of: index), let raised = part(y, of: index),
      raised.operation == .binary(.maximum)
    else { return nil }
    func merge(_ merged: MergedOperation, _ inputs: InlineNumbers) -> Merge? {
      let isSame = raised.inputs[0] == inputs[0] && raised.inputs[1] == inputs[1]
      return isSame ? (merged, inputs) : nil
    }
    if function.operation == .merged(.ramp) { return merge(.gatedRamp, function.inputs) }
    guard case .unary(let unary) = function.operation,
      unary == .sigmoid || unary == .normalDistribution,
      let limited = part(function.inputs[0], of: index), limited.operation == .merged(.clamp)
    else { return nil }
    return merge(unary == .sigmoid ? .gatedSigmoid : .gatedNormal, limited.inputs)
  }

  /// (z + most) slope, z = x between least and most.
  private func ramp(_ above: Int, _ slope: Int, _ index: Int) -> Merge? {
    guard isUniform(slope), let sum = part(above, of: index), sum.operation == .binary(.add),
      let limited = part(sum.inputs[0], of: index), limited.operation == .merged(.clamp),
      limited.inputs[2] == sum.inputs[1]
    else { return nil }
    var inputs = limited.inputs
    inputs.append(slope)
    return (.ramp, inputs)
  }

  /// b, of σ(-b).
  private func opposite(_ input: Int, of reader: Int) -> Int? {
    guard let function = part(input, of: reader), function.operation == .unary(.sigmoid),
      let negated = maker(of: function.inputs[0], for: reader), negated.operation == .unary(.negate)
    else { return nil }
    return negated.inputs[0]
  }
}
