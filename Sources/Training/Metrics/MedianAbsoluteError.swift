// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The median of |target - output|: of two in the middle their mean. The mean over columns where an
/// example has several numbers.
///
/// Outputs and targets: [n, ...], of one shape. NaN if a number is, and over nothing. It keeps all
/// errors, 8 bytes each.
///
/// ```swift
/// print(MedianAbsoluteError().value(of: [1, 2, 3], [1, 4, 103]))   // 2.0
/// ```
public struct MedianAbsoluteError: Metric {
  private var columns = ByColumn<[Double]>()

  /// Over nothing yet.
  public init() {}

  public var name: String { "median_absolute_error" }
  public var isBetterWhenLarger: Bool { false }

  public var value: Double {
    columns.mean { errors in
      if errors.isEmpty || errors.contains(where: \.isNaN) { return .nan }
      let sorted = errors.sorted(), middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
  }

  public mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Float>) {
    add(outputs, targets, at: nil)
  }

  mutating func add(_ outputs: Tensor<Float>, _ targets: Tensor<Float>, at site: CallSite?) {
    stopping(at: site) { () throws(Mistake) in
      let rows = try NumberRows(name, outputs, targets, weights: nil)
      try columns.add(rows, name, startingWith: []) { errors, row, column in
        errors.append(abs(rows.error(row, column)))
      }
    }
  }
}

/// The median of |target - output|: see ``MedianAbsoluteError``.
///
/// ```swift
/// print(medianAbsoluteError([1, 2, 3, 4], [1, 4, 103, 4]))   // 1.0
/// ```
public func medianAbsoluteError(
  _ outputs: Tensor<Float>, _ targets: Tensor<Float>,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  var metric = MedianAbsoluteError()
  metric.add(outputs, targets, at: CallSite(file, line))
  return metric.value
}
