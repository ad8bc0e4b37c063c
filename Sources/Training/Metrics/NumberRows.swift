// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Outputs of a regression, targets and weights, read once a batch and checked.
struct NumberRows {
  /// Examples, and numbers of each.
  let count: Int, columns: Int
  private let outputs: [Float], targets: [Float], weights: [Float]?

  init(
    _ metric: String, _ outputs: Tensor<Float>, _ targets: Tensor<Float>, weights: Tensor<Float>?
  ) throws(Mistake) {
    guard outputs.shape == targets.shape else {
      throw Mistake(
        metric,
        "the outputs \(outputs.value.label) and the targets \(targets.value.label) differ in shape",
        fix: outputs.elementCount == targets.elementCount
          ? "targets.reshaped(to: \(outputs.shape))" : "one output for each target")
    }
    guard outputs.rank > 0 else {
      throw Mistake(
        metric, "the outputs \(outputs.value.label) have no axis of examples",
        fix: "outputs and targets are [n, ...]")
    }
    count = outputs.shape[0]
    columns = outputs.shape.dropFirst().reduce(1, *)
    if let weights {
      evaluate(outputs, targets, weights)
      self.weights = try checkedWeights(
        metric, weights, for: targets.value.label, of: [count], repeated: 1)
    } else {
      evaluate(outputs, targets)
      self.weights = nil
    }
    self.outputs = outputs.scalars
    self.targets = targets.scalars
  }

  func weight(_ row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }

  func target(_ row: Int, _ column: Int) -> Double { Double(targets[row * columns + column]) }

  /// Target minus output.
  func error(_ row: Int, _ column: Int) -> Double {
    target(row, column) - Double(outputs[row * columns + column])
  }
}

/// A metric of a regression that is made of sums over the rows of each column.
protocol NumberMetric: WeightedMetric where Target == Float {
  mutating func add(_ rows: NumberRows) throws(Mistake)
}

extension NumberMetric {
  /// Takes outputs, targets and a weight for each example, or none.
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Float>, weights: Tensor<Float>?,
    file: StaticString, line: UInt
  ) {
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try add(NumberRows(name, outputs, targets, weights: weights))
    }
  }
}

/// Something for each column of the outputs; as many as at first.
struct ByColumn<Part: Sendable>: Sendable {
  private(set) var parts: [Part] = []

  /// Adds each number's row and column to what its column has.
  mutating func add(
    _ rows: NumberRows, _ metric: String, startingWith first: Part,
    _ body: (inout Part, _ row: Int, _ column: Int) -> Void
  ) throws(Mistake) {
    if parts.isEmpty { parts = Array(repeating: first, count: rows.columns) }
    guard parts.count == rows.columns else {
      throw Mistake(
        metric, "\(counted(rows.columns, "number")) of each example after \(parts.count)",
        fix: "add outputs of one model")
    }
    for row in 0..<rows.count {
      for column in 0..<rows.columns { body(&parts[column], row, column) }
    }
  }

  /// The mean of a number of each column; NaN over none.
  func mean(_ number: (Part) -> Double) -> Double {
    parts.reduce(0) { $0 + number($1) } / Double(parts.count)
  }
}
