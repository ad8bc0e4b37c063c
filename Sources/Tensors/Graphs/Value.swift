// SPDX-License-Identifier: Apache-2.0

/// The untyped handle of a node, on which shape rules, derivatives and all building are written.
/// `Tensor<Scalar>` is its typed face.
package struct Value: Sendable {
  package let node: Node

  package init(_ node: Node) { self.node = node }

  package var shape: Shape { node.shape }
  package var rank: Int { node.shape.rank }
  package var elementType: ElementType { node.elementType }

  /// Writes an operation down after its shape rule has passed; a mistake stops the program.
  ///
  /// - Parameter target: the shape for operations whose result is not a function of their inputs'
  ///   shapes (creation, reshape, expand, slice, pad, scatter).
  package init(
    _ operation: Operation, _ inputs: Inputs = Inputs(), elementType: ElementType? = nil,
    shape target: Shape? = nil, at site: CallSite? = nil
  ) {
    let shape = stopping(at: site) { () throws(Mistake) -> Shape in
      let shape = try operation.resultShape(inputs, target: target)
      try countable(shape, in: operation.name)
      return shape
    }
    node = Node(
      operation, inputs, elementType: elementType ?? inputs[0].elementType, shape: shape)
  }

  /// The same where the rule, and the inputs it asks, are at hand: small graphs are written down often,
  /// and every look into `Inputs` counts a reference.
  @inline(__always)
  init(
    _ operation: Operation, _ inputs: @autoclosure () -> Inputs, _ elementType: ElementType,
    at site: CallSite? = nil, shape rule: () throws(Mistake) -> Shape
  ) {
    let shape = stopping(at: site, rule)
    node = Node(operation, inputs(), elementType: elementType, shape: shape)
  }

  /// How messages speak of this tensor: its name, its path in a model, or the operation that made it,
  /// and its shape.
  package var label: String {
    switch node.operation {
    case .identity(.named(let name)): "\(name) \(shape)"
    case .creation(.data(let holder?)):
      HolderNames[holder].map { "\($0) \(shape)" } ?? "\(shape)"
    case .creation: "\(shape)"
    case .movement(.expand) where node.inputs[0].node.isCreation: "\(shape)"
    case let operation: "the result of \(operation.name) \(shape)"
    }
  }

  /// The name that the user gave, for code in messages.
  var givenName: String? {
    if case .identity(.named(let name)) = node.operation { name } else { nil }
  }

  package func named(_ name: String) -> Value { Value(.identity(.named(name)), Inputs(self)) }

  /// The same numbers without their history.
  package func detached() -> Value {
    // The same node as one that is read later.
    node.numbers.map { Value(Node(detaching: self, $0)) }
      ?? Value(.identity(.detached), Inputs(self))
  }
}

extension Operation {
  /// The shape rule of each family.
  fileprivate func resultShape(_ inputs: Inputs, target: Shape?) throws(Mistake) -> Shape {
    switch self {
    case .creation, .random: try creationShape(target!, in: name)
    case .identity, .unary, .conversion: inputs[0].shape
    case .binary(let binary): try pointwiseShape(inputs[0], inputs[1], in: binary.rawValue)
    case .comparison(let comparison):
      try pointwiseShape(inputs[0], inputs[1], in: comparison.rawValue)
    case .selection: try selectionShape(inputs[0], inputs[1], inputs[2])
    case .reduction(let reduction, let axes): try reduction.shape(inputs[0], axes: axes)
    case .contraction(let batchRank):
      try contractionShape(inputs[0], inputs[1], batchRank: batchRank)
    case .movement(let movement): try movement.shape(inputs[0], target: target)
    case .gathering(let gathering, let batchRank):
      try gathering.shape(inputs[0], inputs[1], batchRank: batchRank)
    }
  }
}

extension Node {
  fileprivate var isCreation: Bool {
    if case .creation = operation { true } else { false }
  }
}
