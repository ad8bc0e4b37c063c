// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// A metric of a classifier for targets that are numbers: see ``Metric/withFloatLabels()``.
public struct FloatLabelled<Base: Metric<Int32>>: Metric {
  private var base: Base

  fileprivate init(_ base: Base) { self.base = base }

  public var name: String { base.name }
  public var value: Double { base.value }
  public var isBetterWhenLarger: Bool { base.isBetterWhenLarger }

  @_disfavoredOverload
  public mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Float>) {
    base.add(outputs, labels(targets, at: nil))
  }

  private func labels(_ targets: Tensor<Float>, at site: CallSite?) -> Tensor<Int32> {
    var labels: [Int32] = []
    for (row, target) in targets.scalars.enumerated() {
      guard let label = Int32(exactly: target) else {
        Mistake(
          name, "target \(target) at row \(row) is no label", fix: "labels are whole numbers"
        ).stop(at: site)
      }
      labels.append(label)
    }
    return Tensor(shape: targets.shape, scalars: labels)
  }
}

extension FloatLabelled: WeightedMetric where Base: WeightedMetric<Int32> {
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Float>, weights: Tensor<Float>?,
    file: StaticString, line: UInt
  ) {
    let labels = labels(targets, at: CallSite(file, line))
    base.add(outputs, labels, weights: weights, file: file, line: line)
  }
}

extension Metric where Target == Int32 {
  /// This metric for targets that are numbers, as a binary cross-entropy takes them.
  ///
  /// ```swift
  /// var metric = Accuracy(threshold: 0).withFloatLabels()
  /// metric.add([[-1], [2]], [[0], [1]] as Tensor<Float>)
  /// print(metric)   // accuracy 1.0
  /// ```
  ///
  /// It stops with a mistake at a target that is not a whole number.
  public func withFloatLabels() -> FloatLabelled<Self> { FloatLabelled(self) }
}
