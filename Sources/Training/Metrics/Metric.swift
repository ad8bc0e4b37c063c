// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A number that says how good outputs are, exact over any number of batches.
///
/// Examples in the same order give the same bits, whatever the sizes of the batches that they come
/// in. A metric is a value: keep an empty one and copy it for each pass over the data. It keeps
/// sums and counts, so its memory does not grow, except where all scores are needed: ``ROCAUC``,
/// ``AveragePrecision`` and ``MedianAbsoluteError`` say what they keep.
///
/// ```swift
/// var accuracy = Accuracy()
/// accuracy.add([[1, 2], [3, 0]], [1, 1])
/// accuracy.add([[0, 5]], [1])
/// print(accuracy)   // accuracy 0.6666666666666666
/// ```
public protocol Metric<Target>: Sendable, CustomStringConvertible {
  /// `Int32` for labels, `Float` for numbers.
  associatedtype Target: TensorScalar
  /// What tables and JSON call it: "accuracy", "r2".
  var name: String { get }
  /// Takes the outputs of some examples, [n, ...], and their targets, [n, ...].
  mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Target>)
  /// The number over all that was added; NaN where it is undefined, as over no examples.
  var value: Double { get }
  /// Whether larger is better.
  var isBetterWhenLarger: Bool { get }
}

extension Metric {
  /// The name and the value.
  public var description: String { "\(name) \(value)" }

  /// The value with these examples added, which this metric does not keep.
  @_disfavoredOverload
  public func value(of outputs: Tensor<Float>, _ targets: Tensor<Target>) -> Double {
    var metric = self
    metric.add(outputs, targets)
    return metric.value
  }
}

/// A metric that counts each example by a weight if there are weights.
public protocol WeightedMetric<Target>: Metric {
  /// Takes outputs, targets and a weight for each example, [n], none negative; without weights each
  /// counts 1. A mistake names the file and the line.
  mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Target>, weights: Tensor<Float>?,
    file: StaticString, line: UInt)
}

extension WeightedMetric {
  /// Takes outputs and targets; each example counts 1.
  @_disfavoredOverload
  public mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Target>) {
    add(outputs, targets, weights: nil, file: #fileID, line: #line)
  }

  /// Takes outputs and targets; each example counts 1. A mistake if the shapes do not fit.
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Target>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    add(outputs, targets, weights: nil, file: file, line: line)
  }

  /// Takes outputs, targets and a weight for each example, [n]. A mistake if the shapes do not fit,
  /// or if a weight is negative, infinite or NaN.
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Target>, weights: Tensor<Float>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    add(outputs, targets, weights: Optional(weights), file: file, line: line)
  }

  /// The value with these examples added, which this metric does not keep: for one call.
  ///
  /// ```swift
  /// print(MeanAbsoluteError().value(of: [1, 2], [1, 4]))   // 1.0
  /// ```
  ///
  /// A mistake if the shapes do not fit.
  public func value(
    of outputs: Tensor<Float>, _ targets: Tensor<Target>, weights: Tensor<Float>? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Double {
    var metric = self
    metric.add(outputs, targets, weights: weights, file: file, line: line)
    return metric.value
  }
}
