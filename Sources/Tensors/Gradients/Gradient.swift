// SPDX-License-Identifier: Apache-2.0

/// The gradients of a scalar loss: for each tensor w the tensor w.g = ∂loss/∂w, in the shape of w.
///
/// A pure function from graph to graph: nothing runs, and the result can be printed, drawn and
/// differentiated again. A tensor that the loss does not depend on has the gradient zero. A
/// tensor that is used twice gets the sum of both contributions.
///
/// A mistake if the loss is not a scalar, is not of a floating-point type, or if its history
/// ended with `minimize(loss)`.
///
/// ```swift
/// let x: Tensor<Float> = [1, 2], w: Tensor<Float> = [3, 4]
/// let loss = (x * w).sum()
/// let (xg, wg) = gradient(of: loss, withRespectTo: x, w)
/// print(xg, wg)   // [3. 4.] [1. 2.]
/// ```
///
/// Source: Linnainmaa, "Taylor expansion of the accumulated rounding error", BIT 16, 1976.
public func gradient<Scalar: FloatingPointScalar, each Target: FloatingPointScalar>(
  of loss: Tensor<Scalar>, withRespectTo target: repeat Tensor<each Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> (repeat Tensor<each Target>) {
  typedGradients(
    of: loss, withRespectTo: repeat each target, in: "gradient", at: CallSite(file, line))
}

// Swift 6.3 does not take a pack of one for a tensor where it infers what a closure gives.

/// The gradient of a scalar loss with respect to one tensor.
public func gradient<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of loss: Tensor<Scalar>, withRespectTo target: Tensor<Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Target> {
  gradient(of: loss, withRespectTo: [target], file: file, line: line)[0]
}

/// The gradients of a scalar loss with respect to an array of tensors, in its order.
public func gradient<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of loss: Tensor<Scalar>, withRespectTo targets: [Tensor<Target>],
  file: StaticString = #fileID, line: UInt = #line
) -> [Tensor<Target>] {
  let start = Node.reserveSerials(1)
  return gradients(of: loss.value, withRespectTo: targets.map(\.value), at: CallSite(file, line))
    .distinct(since: start, by: "gradient").map { Tensor($0) }
}

/// The value and the gradient of a function at a point. A mistake if the value is none that
/// `gradient(of:withRespectTo:)` takes.
///
/// ```swift
/// let (value, slope) = valueAndGradient(at: Tensor<Float>(3)) { x in x * x }
/// print(value, slope)   // 9.0 6.0
/// ```
public func valueAndGradient<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  at point: Tensor<Target>, file: StaticString = #fileID, line: UInt = #line,
  of function: (Tensor<Target>) -> Tensor<Scalar>
) -> (value: Tensor<Scalar>, gradient: Tensor<Target>) {
  let loss = function(point)
  let slope = typedGradients(
    of: loss, withRespectTo: point, in: "valueAndGradient", at: CallSite(file, line))
  return (loss, slope)
}

/// The value and the partial gradients of a function of several tensors: see the form for one. A
/// tensor that is given twice is two arguments.
///
/// ```swift
/// let x: Tensor<Float> = 3
/// print(valueAndGradient(at: x, x) { a, b in a * b * b }.gradient)   // (9.0, 18.0)
/// ```
public func valueAndGradient<
  Scalar: FloatingPointScalar, First: FloatingPointScalar, Second: FloatingPointScalar,
  each Other: FloatingPointScalar
>(
  at first: Tensor<First>, _ second: Tensor<Second>, _ other: repeat Tensor<each Other>,
  file: StaticString = #fileID, line: UInt = #line,
  of function: (Tensor<First>, Tensor<Second>, repeat Tensor<each Other>) -> Tensor<Scalar>
) -> (
  value: Tensor<Scalar>, gradient: (Tensor<First>, Tensor<Second>, repeat Tensor<each Other>)
) {
  var uses: [ObjectIdentifier: Int] = [:]
  func count(_ node: Node) { uses[ObjectIdentifier(node), default: 0] += 1 }
  count(first.value.node)
  count(second.value.node)
  repeat count((each other).value.node)
  func own<T>(_ point: Tensor<T>) -> Tensor<T> {
    uses[ObjectIdentifier(point.value.node)] == 1 ? point : point.reshaped(to: point.shape)
  }
  let (one, two, rest) = (own(first), own(second), (repeat own(each other)))
  let loss = function(one, two, repeat each rest)
  let slope = typedGradients(
    of: loss, withRespectTo: one, two, repeat each rest, in: "valueAndGradient",
    at: CallSite(file, line))
  return (loss, slope)
}

private func typedGradients<Scalar: FloatingPointScalar, each Target: FloatingPointScalar>(
  of loss: Tensor<Scalar>, withRespectTo target: repeat Tensor<each Target>,
  in operation: String, at site: CallSite
) -> (repeat Tensor<each Target>) {
  var targets: [Value] = []
  repeat targets.append((each target).value)
  let start = Node.reserveSerials(1)
  let gradients = gradients(of: loss.value, withRespectTo: targets, in: operation, at: site)
    .distinct(since: start, by: operation)
  var next = gradients.makeIterator()
  func typed<T>(_ target: Tensor<T>) -> Tensor<T> { Tensor(next.next()!) }
  return (repeat typed(each target))
}

/// The gradients of a scalar loss, zero for tensors it does not depend on.
///
/// - Parameter operation: what messages call it.
package func gradients(
  of loss: Value, withRespectTo targets: [Value], in operation: String = "gradient",
  at site: CallSite? = nil
) -> [Value] {
  let reached = gradientsIfReached(of: loss, withRespectTo: targets, in: operation, at: site)
  return zip(targets, reached).map { $1 ?? Value.full($0.shape, 0, $0.elementType) }
}

/// The gradients of a scalar loss, nil for tensors it does not depend on.
///
/// - Parameters:
///   - operation: what messages call it.
///   - ofNetworks: see `pullback`.
package func gradientsIfReached(
  of loss: Value, withRespectTo targets: [Value], in operation: String = "gradient",
  at site: CallSite? = nil, ofNetworks: Bool = false,
  observing observe: ((ReverseStep) -> Void)? = nil
) -> [Value?] {
  stopping(at: site) { () throws(Mistake) in try checkDifferentiable(loss, in: operation) }
  return pullback(
    of: loss, cotangent: Value.constant(1, loss.elementType), withRespectTo: targets,
    in: operation, at: site, ofNetworks: ofNetworks, observing: observe)
}

/// What the reverse walk did at one node: for those who read it.
package struct ReverseStep {
  package let node: Node
  /// The node's whole cotangent: all contributions summed.
  package let cotangent: Value
  /// What the node's rule handed to its inputs.
  package fileprivate(set) var contributions: [Contribution] = []

  package struct Contribution {
    package let input: Node
    /// In the shape of the node's result.
    package let stretched: Value
    /// Summed over the axes along which the input was stretched.
    package let summed: Value
  }
}

/// The reverse walk: from a result of any shape and its cotangent back to the targets, each
/// node's cotangent handed to its inputs by the node's own rule. The one place where cotangents
/// are summed. Nil for targets that the result does not depend on.
///
/// - Parameters:
///   - operation: what messages call it.
///   - refusesEnds: whether a history that has ended on the way is a mistake.
///   - ofNetworks: whether targets, and what depends on them, have an axis of networks in front:
///     each network then gets the bits that it gets alone.
///   - observe: called after each node with what was handed to its inputs.
package func pullback(
  of result: Value, cotangent: Value, withRespectTo targets: [Value],
  in operation: String = "gradient", at site: CallSite? = nil,
  refusingEnds refusesEnds: Bool = true, ofNetworks: Bool = false,
  observing observe: ((ReverseStep) -> Void)? = nil
) -> [Value?] {
  // Nothing older than the oldest target depends on a target. No derivative goes through a detached
  // tensor, and what is behind it is known only until somebody reads it: the order in which
  // cotangents are summed must not depend on that.
  let oldest = targets.lazy.map(\.node.serial).min() ?? 0
  var order = GraphOrder()
  order.walk(from: [result]) { $0.serial < oldest || $0.isDetached }
  var isWanted = [Bool](repeating: false, count: order.count)
  for target in targets {
    if let position = order.position(of: target) { isWanted[position] = true }
  }
  let isTarget = isWanted
  for position in 0..<order.count where !isWanted[position] {
    let node = order[position]
    if refusesEnds, node.historyHasEnded, node.serial > oldest {
      endedHistory(node, in: operation).stop(at: site)
    }
    if node.serial < oldest { continue }
    isWanted[position] = (0..<order.inputCount(at: position)).contains {
      let input = order.input($0, at: position)
      return order[input].elementType.isFloatingPoint && isWanted[input]
    }
  }

  var received = [ReceivedCotangents](repeating: ReceivedCotangents(), count: order.count)
  received[order.count - 1].add(cotangent)
  for position in (0..<order.count).reversed() where isWanted[position] {
    guard let cotangent = received[position].sum(ofNetworks: ofNetworks) else { continue }
    received[position] = ReceivedCotangents()
    if isTarget[position] { received[position].add(cotangent) }
    let node = order[position], inputs = node.inputs
    var step = observe == nil ? nil : ReverseStep(node: node, cotangent: cotangent)
    for index in 0..<order.inputCount(at: position) {
      var source = order.input(index, at: position)
      let input = order[source]
      guard isWanted[source], input.elementType.isFloatingPoint,
        let contribution = node.operation.derivative(
          at: index, inputs: inputs, result: Value(node), cotangent: cotangent)
      else { continue }
      let summed = contribution.summed(to: input.shape)
      if step == nil, node.operation.broadcasts {
        // Straight to what was aligned, so that its uses are added in the order in which they came:
        // a swarm aligns where a network alone does not.
        while !isTarget[source], order[source].isAligned(behind: ofNetworks ? 1 : 0) {
          source = order.input(0, at: source)
        }
      }
      received[source].add(
        summed.aligned(back: order[source].shape), amongZeros: node.operation.placesCotangent)
      step?.contributions.append(.init(input: input, stretched: contribution, summed: summed))
    }
    if let step { observe?(step) }
  }
  return targets.map { order.position(of: $0).flatMap { received[$0].sum(ofNetworks: ofNetworks) } }
}

extension Operation {
  /// Whether its inputs may have lower ranks than its result, element by element.
  fileprivate var broadcasts: Bool {
    switch self {
    case .binary, .selection: true
    case .creation, .random, .identity, .unary, .comparison, .conversion, .reduction, .scan,
      .contraction, .movement, .gathering:
      false
    }
  }
}

extension Node {
  /// Whether it is its input with axes of extent 1 put in front, or behind some leading axes.
  fileprivate func isAligned(behind leading: Int) -> Bool {
    guard case .movement(.reshape) = operation, let shape = input(0)?.shape else { return false }
    let new = self.shape.rank - shape.rank
    return new > 0 && shape.rank >= leading
      && (0..<self.shape.rank).allSatisfy { axis in
        axis < leading
          ? self.shape[axis] == shape[axis]
          : self.shape[axis] == (axis < leading + new ? 1 : shape[axis - new])
      }
  }
}

extension Value {
  /// The cotangent of what was aligned.
  fileprivate func aligned(back shape: Shape) -> Value {
    if self.shape == shape { return self }
    if case .movement(.reshape) = node.operation, node.inputs[0].shape == shape {
      return node.inputs[0]
    }
    return reshaped(to: shape)
  }
}

extension [Value] {
  /// What a function of the user's gives, each a tensor of its own: rules may hand on one cotangent
  /// twice, or a tensor that was there before.
  func distinct(since serial: UInt64, by function: String) -> [Value] {
    map { value in
      let isShared = value.node.serial < serial || count { $0.node === value.node } > 1
      return isShared ? value.distinct(from: value, by: function) : value
    }
  }
}

private func checkDifferentiable(_ loss: Value, in operation: String) throws(Mistake) {
  if loss.node.historyHasEnded { throw endedHistory(loss.node, in: operation) }
  guard loss.rank == 0 else {
    throw Mistake(
      operation, "the loss \(loss.label) is not a scalar",
      fix: "reduce it with sum() or mean() first")
  }
}

private func endedHistory(_ node: Node, in operation: String) -> Mistake {
  Mistake(
    operation, "the history of \(Value(node).label) has ended: minimize(loss) took its step",
    fix: "take gradients before minimize(loss), or compute the loss again")
}
