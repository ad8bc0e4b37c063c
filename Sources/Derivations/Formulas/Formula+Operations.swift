// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Formula {
  /// One operation in the notes' notation, given the formulas of its inputs. The one place that
  /// knows how operations are written; derivatives are graphs of the same operations.
  init(of node: Node, inputs x: [Formula]) {
    switch node.operation {
    case .creation(let creation): self = Formula.created(creation, node)
    case .random(let distribution, _): self = .name("\(distribution.rawValue) numbers")
    case .identity(let identity):
      switch identity {
      case .named, .unchanged, .checked: self = x[0]
      case .detached: self = .call("detached", [x[0]])
      case .custom: self = .arranged(x[0], "with a derivative of its own")
      }
    case .unary(let unary): self = Formula.unary(unary, x[0].inPointwise)
    case .binary(let binary):
      let isBool = node.elementType == .bool
      self = Formula.binary(binary, x[0].inPointwise, x[1].inPointwise, isBool: isBool)
    case .comparison(let comparison):
      self = .relation(Relation(comparison), x[0].inComparison, x[1].inComparison)
    case .selection:
      let other = node.choosesElseRelu ? .number(0) : x[2].inPointwise
      self = .choose(x[0].inPointwise, x[1].inPointwise, other)
    case .conversion: self = Formula.converted(x[0], from: node.inputs[0].elementType, node)
    case .reduction(let reduction, let axes):
      let shape = node.inputs[0].shape
      let over = axes.count == shape.rank ? nil : axisNames(axes, rank: shape.rank)
      // How many numbers there are is part of what a sum of equal ones says.
      let count = x[0].isMadeOfNumbers ? "all \(shape.elementCount) elements" : nil
      self = .reduced(reduction.rawValue, x[0], over: over ?? count)
    case .contraction:
      let inputs = node.inputs.values
      self = .matmul(x[0].inProduct(inputs[0].shape), x[1].inProduct(inputs[1].shape))
    case .movement(let movement): self = Formula.moved(movement, x[0], node)
    case .gathering(.gather, _): self = .part(x[0], x[1].text)
    case .gathering(.scatterAdd(let count), _):
      self = .arranged(x[0], "added into \(count) rows at \(x[1].text)")
    }
  }

  private static func created(_ creation: Creation, _ node: Node) -> Formula {
    switch creation {
    case .data: return .name("numbers")
    case .constant(let number), .scalar(let number, _):
      // A Float is written with its own digits, not with those of the Double that holds it.
      return .number(
        node.elementType == .float ? Double(Float(number).description) ?? number : number)
    case .iota: return .name("0..<\(node.shape[0])")
    }
  }

  private static func unary(_ unary: Unary, _ x: Formula) -> Formula {
    switch unary {
    case .negate: .minus(x)
    case .not: .opposite(x)
    case .absolute, .sign, .exp, .log, .squareRoot, .tanh, .erf, .sin, .cos, .relu:
      .call(unary.rawValue, [x])
    }
  }

  private static func binary(
    _ binary: Binary, _ x: Formula, _ y: Formula, isBool: Bool
  ) -> Formula {
    switch binary {
    case .add: .plus(x, y)
    case .subtract: .plus(x, .minus(y))
    case .multiply: .times(x, y)
    case .divide: .over(x, y)
    case .power: .call(binary.rawValue, [x, y])
    case .maximum: isBool ? .relation(.or, x, y) : .call(binary.rawValue, [x, y])
    case .minimum: isBool ? .relation(.and, x, y) : .call(binary.rawValue, [x, y])
    }
  }

  private static func converted(
    _ x: Formula, from source: ElementType, _ node: Node
  ) -> Formula {
    switch node.elementType {
    case .float, .double: source == .bool ? .indicator(x) : x
    case .int32: source == .bool ? .indicator(x) : .call("integer", [x])
    case .bool: .relation(.notEqual, x, .number(0))
    }
  }

  private static func moved(_ movement: Movement, _ x: Formula, _ node: Node) -> Formula {
    let shape = node.inputs[0].shape
    switch movement {
    case .reshape:
      let isSame = shape.filter { $0 != 1 } == node.shape.filter { $0 != 1 }
      return isSame || x.isNumber ? x : .arranged(x, "as \(node.shape)")
    case .transpose(let order):
      var swapped = Shape(order.indices)
      if order.rank >= 2 { swapped.swapAt(order.rank - 2, order.rank - 1) }
      return order == swapped ? .transpose(x) : .arranged(x, "with axes in the order \(order)")
    case .expand:
      let axes = shape.stretchedAxes(to: node.shape)
      let isRepeated = axes.sorted.contains { node.shape[$0] != 1 }
      if !isRepeated || x.isMadeOfNumbers { return x }
      return .stretched(
        x,
        along: shape.elementCount == 1
          ? Formula.everywhere : axisNames(axes, rank: node.shape.rank))
    case .slice(let starts, let dropped):
      let extents = node.shape.restoring(dropped)
      let ranges = starts.indices.map { axis in
        let (start, extent) = (starts[axis], extents[axis])
        return extent == shape[axis]
          ? ":" : extent == 1 ? "\(start)" : "\(start)..<\(start + extent)"
      }
      return .part(x, ranges.joined(separator: ", "))
    case .pad(let starts): return .arranged(x, "among zeros in \(node.shape) from \(starts)")
    }
  }

  /// Where one number goes to all elements.
  private static let everywhere = "all axes"

  /// As a factor of a product of matrices, where a number that is the same everywhere is a matrix.
  private func inProduct(_ shape: Shape) -> Formula {
    guard isMadeOfNumbers else { return self }
    let extents = shape.map(String.init).joined(separator: ", ")
    return .times(self, .part(.name("ones"), extents))
  }

  /// As an operand that is stretched anyway.
  private var inPointwise: Formula {
    if case .stretched(let x, Formula.everywhere) = self { return x }
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

extension Formula.Relation {
  init(_ comparison: Comparison) {
    switch comparison {
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    }
  }
}
