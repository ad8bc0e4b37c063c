// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A node through which x reaches the result of a line, and how.
struct Passage {
  let node: Node
  /// Which inputs depend on x.
  let reached: [Bool]
  let reach: Node.Reach
  /// True if its derivative for what comes from x is the cotangent itself.
  let passesOn: Bool
  /// True if what comes from x comes through one input, and goes nowhere else.
  var isOnlyWay = true

  init(node: Node, reached: [Bool]) {
    self.node = node
    self.reached = reached
    reach = node.reach(from: reached)
    passesOn = node.passesOn(reached)
  }

  /// The inputs that depend on x.
  var inputs: [Value] { zip(node.inputs.values, reached).filter(\.1).map(\.0) }
}

/// Where elements of a tensor x are in the result y of a line, to which nothing but pointwise
/// operations and stretching lead.
struct LinePlaces {
  /// For each axis of x that of y; nil where the extent is 1.
  let ofX: [Int?]
  private let x: Value, y: Value
  private let path: [Passage]
  /// For each node on the way, for each of its axes that of y.
  private let places: [UInt64: [Int?]]

  /// Nil if an element of x reaches one of y in several ways that place it differently.
  init?(of x: Value, in y: Value, _ path: [Passage]) {
    var places: [UInt64: [Int?]] = [
      y.node.serial: y.shape.indices.map { y.shape[$0] == 1 ? nil : $0 }
    ]
    for passage in path.reversed() {
      guard let own = places[passage.node.serial], !passage.node.isCustom else { return nil }
      for input in passage.inputs {
        let found = LinePlaces.places(of: input.shape, through: passage.node, own)
        if let known = places[input.node.serial], known != found { return nil }
        places[input.node.serial] = found
      }
    }
    guard let ofX = places[x.node.serial] else { return nil }
    (self.x, self.y, self.path, self.places, self.ofX) = (x, y, path, places, ofX)
  }

  /// - Parameter own: where the axes of the node are.
  private static func places(of input: Shape, through node: Node, _ own: [Int?]) -> [Int?] {
    if node.isUnitReshape {
      var rest = own.compactMap(\.self)[...]
      return input.map { $0 == 1 ? nil : rest.popFirst() }
    }
    return input.indices.map { input[$0] == 1 ? nil : own[$0 + node.shape.rank - input.rank] }
  }

  /// What stands for x, as something that is stretched to y.
  func phrase(of x: Phrase) -> Phrase { x.moved { ofX[$0] } }

  /// The entries ∂y/∂x where they are not zero, in the shape of y: the line is written down once
  /// more with x stretched beforehand, so that nothing is summed on the way back.
  ///
  /// - Parameter table: the formulas, given what stands for x and for y.
  func entry(_ table: (_ x: Value, _ y: Value) -> FormulaTable) -> Formula {
    let standIn = Value.placeholder(y.shape, x.elementType)
    var written = [x.node.serial: standIn]
    for passage in path {
      let node = passage.node
      switch node.operation {
      case .identity, .movement: written[node.serial] = written[passage.inputs[0].node.serial]
      case .creation, .random, .unary, .binary, .comparison, .selection, .conversion, .reduction,
        .scan, .contraction, .gathering:
        let inputs = node.inputs.values.map { written[$0.node.serial] ?? placed($0, under: node) }
        written[node.serial] = Value(
          node.operation, Inputs(inputs), elementType: node.elementType, shape: y.shape)
      }
    }
    let result = written[y.node.serial]!
    let ones = Value.full(y.shape, 1, y.elementType)
    let entries = pullback(of: result, cotangent: ones, withRespectTo: [standIn])[0]!
    var table = table(standIn, result)
    return table.phrase(of: entries).inComparison.line(of: y.shape)
  }

  /// Another operand of a node, with its axes where those of y are.
  private func placed(_ operand: Value, under node: Node) -> Value {
    let found = LinePlaces.places(of: operand.shape, through: node, places[node.serial]!)
    var shape = Shape(repeating: 1, rank: y.rank)
    for (axis, place) in found.enumerated() {
      if let place { shape[place] = operand.shape[axis] }
    }
    return operand.rank == 0 ? operand : operand.reshaped(to: shape)
  }
}
