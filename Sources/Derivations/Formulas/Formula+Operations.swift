// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Formula {
  /// One operation in the notes' notation, given the formulas of its inputs. Operations say how
  /// they are written; derivatives are graphs of the same operations.
  init(of node: Node, inputs x: [Formula]) {
    switch node.notation {
    case .words(let text): self = .name(text)
    case .random(let distribution): self = .name("\(distribution.symbol) numbers")
    case .number(let number): self = .number(number)
    case .same, .named: self = x[0]
    case .detached: self = .call("detached", [x[0]])
    case .remark(let text), .arranged(let text): self = .arranged(x[0], text)
    case .placed(let text):
      self = .arranged(x.count == 1 ? x[0] : .call("parts", x.map(\.inPointwise)), text)
    case .function(let name): self = .call(name, x.map(\.inPointwise))
    case .minus: self = .minus(x[0].inPointwise)
    case .opposite: self = .opposite(x[0].inPointwise)
    case .sum: self = .plus(x[0].inPointwise, x[1].inPointwise)
    case .difference: self = .plus(x[0].inPointwise, .minus(x[1].inPointwise))
    case .product: self = .times(x[0].inPointwise, x[1].inPointwise)
    case .quotient: self = .over(x[0].inPointwise, x[1].inPointwise)
    case .relation(let comparison):
      self = .relation(.comparison(comparison), x[0].inComparison, x[1].inComparison)
    case .or: self = .relation(.or, x[0].inPointwise, x[1].inPointwise)
    case .and: self = .relation(.and, x[0].inPointwise, x[1].inPointwise)
    case .choice:
      let other = node.choosesElseRelu ? .number(0) : x[2].inPointwise
      self = .choose(x[0].inPointwise, x[1].inPointwise, other)
    case .conversion: self = Formula.converted(x[0], from: node.inputs[0].elementType, node)
    case .reduction(let reduction, let axes):
      let shape = node.inputs[0].shape
      let isWhole = shape.indices.allSatisfy { axes.contains($0) || shape[$0] == 1 }
      let over: Formula.Axes? =
        isWhole && x[0].isMadeOfNumbers
        ? .elements(shape.elementCount)
        : axes.count < shape.rank ? .these(axes, rank: shape.rank) : nil
      self = .reduced(.elements(reduction), x[0], over: over)
    case .alongAxis(_, let words):
      self = .arranged(x[0], ([words] + x.dropFirst().map(\.text)).joined(separator: " "))
    case .matmul:
      let inputs = node.inputs.values
      self = .matmul(x[0].inProduct(inputs[0].shape), x[1].inProduct(inputs[1].shape))
    case .contraction(let batch, let rows, let inner):
      self = Formula.contraction(node, x, batch: batch, rows: rows, inner: inner)
    case .transposed: self = .transpose(x[0])
    case .reshaped:
      self = node.isUnitReshape || x[0].isNumber ? x[0] : .arranged(x[0], "as \(node.shape)")
    case .stretched: self = Formula.stretched(x[0], node)
    case .part(let index): self = .part(x[0], index)
    case .chosen: self = .part(x[0], x[1].text)
    case .collected(let count):
      self = .arranged(x[0], "added into \(count) rows at \(x[1].text)")
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

  private static func stretched(_ x: Formula, _ node: Node) -> Formula {
    let shape = node.inputs[0].shape, axes = shape.stretchedAxes(to: node.shape)
    let isRepeated = axes.sorted.contains { node.shape[$0] != 1 }
    if !isRepeated || x.isMadeOfNumbers { return x }
    return .stretched(
      x, along: shape.elementCount == 1 ? .all : .these(axes, rank: node.shape.rank))
  }

  /// As `einsum` writes it, its operands without the transpositions that a pattern says as well.
  private static func contraction(
    _ node: Node, _ x: [Formula], batch: Int, rows: Int, inner: Int
  ) -> Formula {
    let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(UnicodeScalar($0)) }
    guard node.shape.rank + inner <= letters.count else { return .call(node.operation.name, x) }
    let result = Array(letters[..<node.shape.rank])
    let summed = Array(letters[node.shape.rank..<(node.shape.rank + inner)])
    let left = operand(node.inputs[0].node, x[0], Array(result[..<(batch + rows)]) + summed)
    let right = operand(
      node.inputs[1].node, x[1],
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
    switch x {
    case .arranged(let inner, _), .transposed(let inner): return (source.joined(), inner)
    default: return (letters.joined(), x)
    }
  }

  /// As a factor of a product of matrices, where a number that is the same everywhere is a matrix.
  private func inProduct(_ shape: Shape) -> Formula {
    guard isMadeOfNumbers else { return self }
    let extents = shape.map(String.init).joined(separator: ", ")
    return .times(self, .part(.name("ones"), extents))
  }

  /// As an operand that is stretched anyway.
  private var inPointwise: Formula {
    if case .stretched(let x, .all) = self { return x }
    return self
  }

  /// In a condition nobody wonders which elements meet.
  private var inComparison: Formula {
    if case .stretched(let x, _) = self { return x }
    return self
  }
}

extension Node {
  /// True for a choice of what a relu gives where its input is not positive: 0, but for NaN.
  fileprivate var choosesElseRelu: Bool {
    let condition = inputs[0].node, other = inputs[2].node
    guard other.isDetached, let relu = other.input(0), case .unary(.relu) = relu.operation,
      case .comparison(.greater) = condition.operation, Value(condition.inputs[1].node).isNumber
    else { return false }
    return condition.input(0) === relu.input(0)
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
