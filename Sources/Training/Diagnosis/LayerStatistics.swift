// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a layer gives for some examples, and what the loss wants of it.
public struct LayerStatistics: Sendable, Hashable {
  /// The path of the layer.
  public let path: String
  /// What the layer gives, after the function that is applied to nothing else.
  public let activations: Distribution
  /// The gradients of what the layer gives; nil where the loss does not depend on it.
  public let activationGradients: Distribution?
  /// The gradients of its trained parameters, by their paths, over all examples.
  public let gradients: [String: Distribution]
  /// How many units there are: the last axis of what the layer gives.
  public let unitCount: Int
  /// The units that give 0 for all examples.
  public let deadUnits: [Int]
}

extension LayerStatistics: CustomStringConvertible {
  public var description: String {
    var lines = ["\(path): \(activations)"]
    if !deadUnits.isEmpty { lines[0] += ", \(deadUnits.count) of \(unitCount) units dead" }
    if let activationGradients { lines.append("  its gradient: \(activationGradients)") }
    lines += gradients.sorted { $0.key < $1.key }.map { "  gradient of \($0.key): \($0.value)" }
    return lines.joined(separator: "\n")
  }
}

extension StepGraph {
  /// The statistics of each layer, in the order in which examples meet them.
  func statistics(bins: Int) -> [LayerStatistics] {
    outputs.map { path, position in
      let value = Value(order[position]), numbers = value.doubles
      let width = max(value.shape.last ?? 1, 1)
      let dead = (0..<width).filter { unit in
        !numbers.isEmpty
          && stride(from: unit, to: numbers.count, by: width).allSatisfy { numbers[$0] == 0 }
      }
      let mine = gradients.filter { $0.path.layerPath == path }
      func distribution(_ value: Value) -> Distribution {
        Distribution(of: value.doubles, bins: bins)
      }
      return LayerStatistics(
        path: path, activations: Distribution(of: numbers, bins: bins),
        activationGradients: cotangent(of: position).map(distribution),
        gradients: Dictionary(
          mine.map { ($0.path, distribution(Value(order[$0.position]))) },
          uniquingKeysWith: { $1 }),
        unitCount: width, deadUnits: dead)
    }
  }

  /// What each layer gives: the last node that takes a parameter of it, and functions of it alone.
  private var outputs: [(path: String, position: Int)] {
    var users = [[Int]](repeating: [], count: order.count), last: [String: Int] = [:]
    for position in 0...lossPosition {
      for input in Set(inputs(of: position)) {
        users[input].append(position)
        if let path = parameters[input]?.layerPath { last[path] = position }
      }
    }
    return last.sorted { $0.value < $1.value }.map { path, position in
      var output = position
      while users[output].count == 1, let next = users[output].first,
        order[next].isFunctionOfOne, order[next].shape == order[position].shape
      {
        output = next
      }
      return (path, output)
    }
  }
}

extension Node {
  /// Whether it is computed of one tensor, element by element.
  fileprivate var isFunctionOfOne: Bool {
    if case .unary = operation { return true }
    if case .identity(let identity) = operation { return identity.isDropped }
    return false
  }
}
