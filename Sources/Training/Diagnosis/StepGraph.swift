// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// A training step as a graph of single operations, each of whose results has its numbers: the
/// loss on a batch, and its gradients. The bits are those of the step itself.
struct StepGraph {
  let order: GraphOrder
  /// Of the loss.
  let lossPosition: Int
  /// Of the gradients that there are, with the paths of their parameters.
  let gradients: [(path: String, position: Int)]
  /// Of the inputs and the targets of the batch, if the loss depends on them.
  let examples: [(name: String, position: Int)]
  /// The paths of the parameters that are leaves here, by position.
  let parameters: [Int: String]
  /// How many examples there are.
  let count: Int
  /// For a node of the backward pass the node of the loss that its derivative is of.
  private let origins: [(end: UInt64, node: UInt64)]
  /// The gradient of a node, by its serial number.
  private let cotangents: [UInt64: Value]
  /// The calls of layers of which it is known where they stand in the model.
  private let calls: [(call: LayerTrace.Call, path: String)]

  /// - Parameters:
  ///   - parameters: of the model; trained, those with respect to which gradients are wanted.
  ///   - examples: the inputs and the targets of the batch.
  ///   - loss: writes it down.
  init(
    _ parameters: Parameters, trained: Parameters, examples: [(name: String, value: Value)],
    count: Int, loss makeLoss: () -> Tensor<Float>
  ) {
    let start = Node.reserveSerials(1), trace = LayerTrace(evaluating: false)
    let loss = trace.trace(makeLoss).value
    calls = zip(trace.calls, trace.paths(in: parameters)).compactMap { call, path in
      path.map { (call, $0) }
    }
    var origins: [(end: UInt64, node: UInt64)] = [], cotangents: [UInt64: Value] = [:]
    let leaves = trained.distinctLeaves
    let found =
      leaves.isEmpty
      ? []
      : gradientsIfReached(of: loss, withRespectTo: leaves.map(\.parameter.leaf)) { step in
        origins.append((end: Node.reserveSerials(1), node: step.node.serial))
        cotangents[step.node.serial] = step.cotangent
      }
    let gradients = zip(leaves, found).compactMap { leaf, gradient in
      gradient.map { (path: leaf.path, value: $0) }
    }
    // What is older was there before the step.
    let order = GraphOrder(of: [loss] + gradients.map(\.value)) { $0.serial < start }
    evaluate(order.nodes.map { Value($0) })
    let paths = Dictionary(
      parameters.leaves.map { ($0.parameter.slot.number, $0.path) }, uniquingKeysWith: { a, _ in a }
    )
    var known: [Int: String] = [:]
    for position in 0..<order.count {
      if let holder = order[position].holder, let path = paths[holder] { known[position] = path }
    }
    (self.order, self.count, self.origins, self.parameters) = (order, count, origins, known)
    self.cotangents = cotangents
    lossPosition = order.position(of: loss)!
    self.gradients = gradients.map { ($0.path, order.position(of: $0.value)!) }
    self.examples = examples.compactMap { name, value in
      order.position(of: value).map { (name, $0) }
    }
  }

  /// The inputs of a node, by position.
  func inputs(of position: Int) -> [Int] { order.inputs(of: position) }

  /// The gradient of what a node of the loss gives; nil if nothing depends on it.
  func cotangent(of position: Int) -> Value? { cotangents[order[position].serial] }

  /// For a node that a derivative is made of, the node of the loss that has this derivative.
  func differentiated(_ position: Int) -> Int? {
    let serial = order[position].serial
    guard position > lossPosition, let step = origins.first(where: { serial < $0.end }) else {
      return nil
    }
    return (0...lossPosition).first { order[$0].serial == step.node }
  }

  /// The layer of each node: the one that was called, as far as that is known. Within it, and
  /// elsewhere, that of the parameter which the node takes, else that of what it takes last; for
  /// what follows the model none.
  var layers: [String?] {
    enteredLayers.enumerated().map { position, entered in
      let node = order[position]
      guard position <= lossPosition, parameters[position] == nil else { return entered }
      guard let path = calls.last(where: { $0.call.made(node) })?.path else {
        return calls.contains { $0.path.isEmpty && $0.call.end < node.serial } ? nil : entered
      }
      if let entered, path.isEmpty || "\(entered).".hasPrefix("\(path).") { return entered }
      return path.isEmpty ? nil : path
    }
  }

  /// The layer of each node by the parameters that it depends on alone.
  private var enteredLayers: [String?] {
    var layers: [String?] = []
    /// Where the layer of a node was entered.
    var entries: [Int] = []
    for position in 0..<order.count {
      let inputs = inputs(of: position)
      if let entered = inputs.last(where: { parameters[$0] != nil }) {
        layers.append(parameters[entered]?.layerPath)
        entries.append(position)
      } else if let path = parameters[position] {
        layers.append(path.layerPath)
        entries.append(-1)
      } else {
        let last = inputs.max { entries[$0] < entries[$1] }
        layers.append(last.flatMap { layers[$0] })
        entries.append(last.map { entries[$0] } ?? -1)
      }
    }
    return layers
  }

  /// Which nodes have a row for each example, the one of example i at place i.
  var hasRows: [Bool] {
    var hasRows = [Bool](repeating: false, count: order.count)
    for (_, position) in examples { hasRows[position] = true }
    for position in 0..<order.count where !hasRows[position] {
      let inputs = inputs(of: position)
      guard let first = inputs.first, order[position].shape.first == count else { continue }
      hasRows[position] =
        switch order[position].notation {
        case .reduction(_, let axes): !axes.contains(0) && hasRows[first]
        case .alongAxis(let axis, _): axis > 0 && hasRows[first]
        case .contraction, .transposed, .arranged, .collected, .placed, .part: false
        case .matmul: hasRows[first]
        case .chosen: hasRows[inputs[1]]
        case .words, .random, .number, .same, .named, .detached, .remark, .function, .minus,
          .opposite, .sum, .difference, .product, .quotient, .relation, .or, .and, .choice,
          .conversion, .reshaped, .stretched:
          inputs.contains { hasRows[$0] }
        }
    }
    return hasRows
  }
}

extension String {
  /// "hidden" of "hidden.weight"; a parameter that stands alone is its own layer.
  var layerPath: String { parentPath ?? self }
}
