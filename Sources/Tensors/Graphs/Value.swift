// SPDX-License-Identifier: Apache-2.0

/// The untyped handle of a node, on which the rules of forms, derivatives and all building are
/// written. `Tensor<Scalar>` is its typed face.
package struct Value: Sendable, Formed {
  package let node: Node

  package init(_ node: Node) { self.node = node }

  package var shape: Shape { node.shape }
  package var rank: Int { node.shape.rank }
  package var elementType: ElementType { node.elementType }
  package var form: Form { node.form }

  /// Writes an operation down after its rule has passed; a mistake stops the program.
  // Inlined, and the rule with it: small graphs are written down often, and where the operation is
  // known here nothing of the switch over families is left. Looking at inputs one by one, not
  // through `Inputs`, counts no reference.
  @inline(__always)
  init(_ operation: Operation, _ x: Value, at site: CallSite? = nil) {
    self.init(operation, Inputs(x), at: site) { () throws(FormFault) in
      try operation.form(x, shape: nil, elementType: nil)
    }
  }

  @inline(__always)
  init(_ operation: Operation, _ x: Value, _ y: Value, at site: CallSite? = nil) {
    self.init(operation, Inputs(x, y), at: site) { () throws(FormFault) in
      try operation.form(x, y)
    }
  }

  @inline(__always)
  init(_ operation: Operation, _ x: Value, _ y: Value, _ z: Value, at site: CallSite? = nil) {
    self.init(operation, Inputs(x, y, z), at: site) { () throws(FormFault) in
      try operation.form(x, y, z)
    }
  }

  @inline(__always)
  private init(
    _ operation: Operation, _ inputs: @autoclosure () -> Inputs, at site: CallSite?,
    rule: () throws(FormFault) -> Form
  ) {
    do throws(FormFault) {
      let form = try rule()
      node = Node(operation, inputs(), form)
    } catch {
      error.stop(operation, inputs(), at: site)
    }
  }

  /// The same with what follows from no input.
  ///
  /// - Parameters:
  ///   - elementType: that of the result (conversion).
  ///   - shape: that of the result (movements to a shape).
  ///   - function: what the user called, if not this operation.
  @inline(__always)
  init(
    _ operation: Operation, _ x: Value, elementType: ElementType?, shape: Shape?,
    in function: String? = nil, at site: CallSite? = nil
  ) {
    do throws(FormFault) {
      let form = try operation.form(x, shape: shape, elementType: elementType)
      node = Node(operation, Inputs(x), form)
    } catch {
      error.stop(operation, Inputs(x), shape: shape, in: function, at: site)
    }
  }

  /// A tensor from nothing.
  @inline(__always)
  package init(
    _ operation: Operation, elementType: ElementType, shape: Shape, in function: String? = nil,
    at site: CallSite? = nil
  ) {
    do throws(FormFault) {
      let form = try operation.form(shape: shape, elementType: elementType)
      node = Node(operation, Inputs(), form)
    } catch {
      error.stop(operation, Inputs(), shape: shape, in: function, at: site)
    }
  }

  /// Any operation, with what follows from no input.
  package init(
    _ operation: Operation, _ inputs: Inputs, elementType: ElementType? = nil, shape: Shape? = nil
  ) {
    do throws(FormFault) {
      let form = try operation.form(of: inputs.forms, shape: shape, elementType: elementType)
      node = Node(operation, inputs, form)
    } catch {
      error.stop(operation, inputs, shape: shape, in: nil, at: nil)
    }
  }

  /// The same for graphs that come from elsewhere: a fault is thrown as the mistake that it is.
  package init(
    checking operation: Operation, _ inputs: Inputs, elementType: ElementType? = nil,
    shape: Shape? = nil
  ) throws(Mistake) {
    do throws(FormFault) {
      let form = try operation.form(of: inputs.forms, shape: shape, elementType: elementType)
      node = Node(operation, inputs, form)
    } catch {
      throw Refusal(error, of: operation, inputs, shape: shape, function: nil).mistake
    }
  }

  /// How messages speak of this tensor: its name, its path in a model, or the operation that made
  /// it, and its shape.
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

  package func named(_ name: String) -> Value { Value(.identity(.named(name)), self) }

  /// The same numbers without their history.
  package func detached() -> Value {
    // The same node as one that is read later.
    node.numbers.map { Value(Node(detaching: self, $0)) }
      ?? Value(.identity(.detached), self)
  }
}

extension FormFault {
  /// Says what does not fit and ends the program.
  @inline(never)
  func stop(
    _ operation: Operation, _ inputs: Inputs, shape: Shape?, in function: String?,
    at site: CallSite?
  ) -> Never {
    Refusal(self, of: operation, inputs, shape: shape, function: function).mistake.stop(at: site)
  }

  @inline(never)
  func stop(_ operation: Operation, _ inputs: Inputs, at site: CallSite?) -> Never {
    stop(operation, inputs, shape: nil, in: nil, at: site)
  }
}

extension Node {
  fileprivate var isCreation: Bool {
    if case .creation = operation { true } else { false }
  }
}
