// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Phrase {
  /// One operation in the notes' notation, given the phrases of its inputs. Operations say how
  /// they are written; derivatives are graphs of the same operations.
  init(of node: Node, inputs x: [Phrase]) {
    func pointwise(_ write: ([Formula]) -> Formula) -> Phrase {
      let found = Phrase.operands(x, node.inputs.values.map(\.shape), to: node.shape)
      return found.together.with(write(found.formulas))
    }
    func isNumber(_ index: Int) -> Bool { x[index].formula.isMadeOfNumbers }
    switch node.notation {
    case .words(let text):
      self.init(node.isStored ? .unnamed(text) : .name(text), of: node.shape)
    case .random(let distribution):
      self.init(.unnamed("\(distribution.symbol) numbers"), of: node.shape)
    case .number(let number): self = .number(.number(number))
    case .same, .named: self = x[0]
    case .detached: self = x[0].with(.call("detached", [x[0].formula]))
    case .remark(let text): self = x[0].with(.arranged(x[0].formula, text))
    case .arranged(let text):
      self =
        isNumber(0)
        ? x[0]
        : Phrase(.arranged(x[0].complete(in: node.inputs[0].shape).formula, text), of: node.shape)
    case .placed(let places, let mayOverlap):
      self.init(Phrase.placed(node, x, at: places, mayOverlap: mayOverlap), of: node.shape)
    case .function(let name): self = pointwise { .call(name, $0) }
    case .minus: self = pointwise { .minus($0[0]) }
    case .opposite: self = pointwise { .opposite($0[0]) }
    case .sum: self = pointwise { .plus($0[0], $0[1]) }
    case .difference: self = pointwise { .plus($0[0], .minus($0[1])) }
    case .product: self = pointwise { .times($0[0], $0[1]) }
    case .quotient: self = pointwise { .over($0[0], $0[1]) }
    case .relation(let comparison):
      let found = Phrase.compared(x, node.inputs.values.map(\.shape), to: node.shape)
      self = found.together.with(
        .relation(.comparison(comparison), found.formulas[0], found.formulas[1]))
    case .or: self = pointwise { .relation(.or, $0[0], $0[1]) }
    case .and: self = pointwise { .relation(.and, $0[0], $0[1]) }
    case .choice:
      let y = node.choosesElseRelu ? Phrase.number(.number(0)) : x[2]
      let tensors = node.inputs.values.map(\.shape)
      // All but NaN equals itself: of no interest to a reader.
      if node.choosesAllButNaN {
        self = x[1].broadcast(from: tensors[1].rank, to: node.shape.rank)
      } else {
        let found = Phrase.operands([x[0], x[1], y], tensors, to: node.shape)
        self = found.together.with(
          .choose(found.formulas[0], found.formulas[1], found.formulas[2]))
      }
    case .conversion:
      self = x[0].with(Phrase.converted(x[0].formula, from: node.inputs[0].elementType, node))
    case .reduction(let reduction, let axes):
      self = Phrase.reduced(x[0], reduction, node.inputs[0].shape, over: axes)
    case .alongAxis(_, let words):
      let operands = zip(x, node.inputs.values).map { $0.complete(in: $1.shape).formula }
      let text = ([words] + operands.dropFirst().map(\.text)).joined(separator: " ")
      self.init(.arranged(operands[0], text), of: node.shape)
    case .matmul: self = Phrase.matmul(x[0], x[1], node)
    case .contraction(let batch, let rows, let inner):
      self.init(
        Phrase.contraction(node, x, batch: batch, rows: rows, inner: inner), of: node.shape)
    case .transposed:
      let matrix = x[0].ranked(in: node.inputs[0].shape)
      if isNumber(0) || x[0].isOneStretched {
        self = x[0]
      } else {
        var shape = matrix.shape
        shape.swapAt(shape.rank - 2, shape.rank - 1)
        self.init(.transpose(matrix.formula), of: shape)
      }
    case .reshaped: self = Phrase.reshaped(x[0], node)
    case .stretched: self = x[0].stretched(from: node.inputs[0].shape, to: node.shape)
    case .part(let index):
      self =
        isNumber(0)
        ? x[0]
        : Phrase(.part(x[0].complete(in: node.inputs[0].shape).formula, index), of: node.shape)
    case .chosen:
      self =
        isNumber(0)
        ? x[0]
        : Phrase(
          .part(x[0].complete(in: node.inputs[0].shape).formula, x[1].formula.text),
          of: node.shape)
    case .collected(let count):
      self.init(
        .arranged(
          x[0].complete(in: node.inputs[0].shape).formula,
          "added into \(count) rows at \(x[1].formula.text)"), of: node.shape)
    }
  }

  private static func converted(
    _ x: Formula, from source: ElementType, _ node: Node
  ) -> Formula {
    switch node.elementType {
    case .float, .double: source == .bool ? .indicator(x) : x
    case .int32: source == .bool ? .indicator(x) : .call("integer", [x])
    case .bool: .relation(.comparison(.notEqual), x, .number(0))
    }
  }

  /// Parts with their places, whose extents these say.
  private static func placed(
    _ node: Node, _ x: [Phrase], at places: [String], mayOverlap: Bool
  ) -> Formula {
    let parts = zip(x.indices, places).map { index, place in
      let part = x[index], shape = node.inputs[index].shape
      let elements = part.isWhole(shape) ? part : part.aligned(in: shape)
      return Formula.arranged(elements.inPointwise.formula, "at [\(place)]")
    }
    if parts.count == 1, case .arranged(let part, let place) = parts[0] {
      return .arranged(part, "\(place) among zeros in \(node.shape)")
    }
    return .arranged(
      .call("parts", parts), "\(mayOverlap ? "added up" : "placed") in \(node.shape)")
  }

  private static func reduced(
    _ x: Phrase, _ reduction: Reduction, _ shape: Shape, over axes: AxisSet
  ) -> Phrase {
    let isAll = shape.indices.allSatisfy { axes.contains($0) || shape[$0] == 1 }
    func counted() -> Formula.Axes {
      let count = axes.sorted.reduce(1) { $0 * shape[$1] }
      return .counted(axes, rank: shape.rank, count: count)
    }
    func formula(_ x: Formula, _ over: Formula.Axes?) -> Formula {
      .reduced(.elements(reduction), x, over: over)
    }
    // A sum of equal numbers says how many they are.
    if x.formula.isMadeOfNumbers {
      return .number(formula(x.formula, isAll ? .elements(shape.elementCount) : counted()))
    }
    let missing = x.missing(in: shape)
    if axes.count == shape.rank {
      if missing.isEmpty { return .number(formula(x.formula, nil)) }
      let isOne = x.axes.allSatisfy { $0 == nil }
      let all: Formula =
        isOne
        ? x.inPointwise.formula
        : x.bare.isEmpty
          ? .stretched(x.aligned(in: shape).formula, along: .these(missing, rank: shape.rank))
          : x.formula
      return .number(formula(all, .elements(shape.elementCount)))
    }
    let isCounted = axes.sorted.contains(where: missing.contains)
    let operand = isCounted ? x.aligned(in: shape) : x.ranked(in: shape)
    // A reader keeps the axes that the sum was taken over.
    let kept = shape.collapsing(missing).collapsing(axes)
    let over: Formula.Axes = isCounted ? counted() : .these(axes, rank: shape.rank)
    return Phrase(formula(operand.formula, over), of: kept).moved { axis in
      axis - axes.sorted.count { $0 < axis }
    }
  }

  /// As NumPy has it: a vector is a row on the left, a column on the right.
  private static func matmul(_ x: Phrase, _ y: Phrase, _ node: Node) -> Phrase {
    let (left, right) = (node.inputs[0].shape, node.inputs[1].shape)
    func isVector(_ x: Phrase, _ tensor: Shape, axis: Int) -> Bool {
      tensor.rank == 2 && tensor[1 - axis] == 1 && x.shape.rank == 1 && x.isWhole(tensor)
    }
    let isRow = isVector(x, left, axis: 1), isColumn = isVector(y, right, axis: 0)
    let factors = Phrase.factors(node, [x, y])
    let formula = Formula.matmul(
      isRow ? x.formula : factors[0], isColumn ? y.formula : factors[1])
    if !isRow, !isColumn { return Phrase(formula, of: node.shape) }
    let dropped = AxisSet((isRow ? [0] : []) + (isColumn ? [1] : []))
    return Phrase(formula, of: node.shape.dropping(dropped)).moved { isRow ? $0 + 1 : $0 }
  }

  /// Axes of extent 1 come and go unsaid; other shapes are said.
  private static func reshaped(_ x: Phrase, _ node: Node) -> Phrase {
    if x.formula.isMadeOfNumbers { return x }
    let source = node.inputs[0].shape, target = node.shape
    if node.isUnitReshape {
      let places = zip(
        source.indices.filter { source[$0] != 1 }, target.indices.filter { target[$0] != 1 })
      let place = Dictionary(uniqueKeysWithValues: Array(places))
      return x.moved { place[$0] }
    }
    let elements = x.isWhole(source) ? x : x.complete(in: source)
    return Phrase(elements.formula.shaped(target), of: target)
  }

  /// The operands of a product, with all their elements. Of axes that both have one may say how far
  /// the other is stretched.
  private static func factors(_ node: Node, _ x: [Phrase]) -> [Formula] {
    guard case .contraction(let batch, let rows, let inner) = node.operation else { return [] }
    let shapes = node.inputs.values.map(\.shape)
    let missing = [x[0].missing(in: shapes[0]), x[1].missing(in: shapes[1])]
    var known = [AxisSet(), AxisSet()]
    for axis in 0..<(batch + inner) {
      let own = [axis < batch ? axis : axis + rows, axis]
      for side in 0...1 where !missing[1 - side].contains(own[1 - side]) {
        known[side].insert(own[side])
      }
    }
    return (0...1).map { x[$0].complete(in: shapes[$0], butFor: known[$0]).formula }
  }

  /// As `einsum` writes it, its operands without the transpositions that a pattern says as well.
  private static func contraction(
    _ node: Node, _ x: [Phrase], batch: Int, rows: Int, inner: Int
  ) -> Formula {
    let inputs = factors(node, x)
    let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(UnicodeScalar($0)) }
    guard node.shape.rank + inner <= letters.count else {
      return .call(node.operation.name, inputs)
    }
    let result = Array(letters[..<node.shape.rank])
    let summed = Array(letters[node.shape.rank..<(node.shape.rank + inner)])
    let left = operand(node.inputs[0].node, inputs[0], Array(result[..<(batch + rows)]) + summed)
    let right = operand(
      node.inputs[1].node, inputs[1],
      Array(result[..<batch]) + summed + Array(result[(batch + rows)...]))
    let pattern = "\(left.letters),\(right.letters)->\(result.joined())"
    return .call("einsum", [.name("\"\(pattern)\""), left.formula, right.formula])
  }

  private static func operand(
    _ input: Node, _ x: Formula, _ letters: [String]
  ) -> (letters: String, formula: Formula) {
    guard case .movement(.transpose(let order)) = input.operation else {
      return (letters.joined(), x)
    }
    var source = letters
    for (axis, sourceAxis) in order.enumerated() { source[sourceAxis] = letters[axis] }
    if case .arranged(let inner, let words) = x, case .arranged(words) = input.notation {
      return (source.joined(), inner)
    }
    if case .transposed(let inner) = x, case .transposed = input.notation {
      return (source.joined(), inner)
    }
    return (letters.joined(), x)
  }
}

extension Node {
  /// True for a choice of what a relu gives where its input is not positive: 0, but for NaN.
  var choosesElseRelu: Bool {
    let condition = inputs[0].node, other = inputs[2].node
    guard other.isDetached, let relu = other.input(0), case .unary(.relu) = relu.operation,
      case .comparison(.greater) = condition.operation, Value(condition.inputs[1].node).isNumber
    else { return false }
    return condition.input(0) === relu.input(0)
  }

  /// True for a choice of what stands where something equals itself, at every element.
  var choosesAllButNaN: Bool {
    let condition = inputs[0].node
    guard case .comparison(.equal) = condition.operation else { return false }
    return condition.inputs[0].node === condition.inputs[1].node
  }
}

/// Axes as a reader names them: those of a matrix are rows and columns.
func axisNames(_ axes: AxisSet, rank: Int) -> String {
  let numbers = axes.sorted
  if rank == 2, numbers.count == 1 { return numbers[0] == 0 ? "rows" : "columns" }
  if numbers.count == rank { return "all axes" }
  let list = numbers.map(String.init).joined(separator: ", ")
  return numbers.count == 1 ? "axis \(list)" : "axes \(list)"
}

/// The same with how many elements there are along them: "3 rows", "6 elements of axes 0, 2".
func countedAxes(_ axes: AxisSet, rank: Int, count: Int) -> String {
  let names = axisNames(axes, rank: rank), isOne = count == 1
  if rank == 2, axes.count == 1 { return "\(count) \(isOne ? String(names.dropLast()) : names)" }
  return "\(count) \(isOne ? "element" : "elements") of \(names)"
}
