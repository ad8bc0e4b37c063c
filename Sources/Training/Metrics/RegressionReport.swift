// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// How far outputs of a regression are from their targets, as a table.
///
/// It grows by batches, as a metric does, and keeps all errors for their median, 8 bytes each.
///
/// ```swift
/// var report = RegressionReport()
/// report.add([2.5, 0, 2, 8], [3, -0.5, 2, 7])
/// print(report)
/// // r2                     0.9486
/// // mae                    0.5000
/// // rmse                   0.6124
/// // median_absolute_error  0.5000
/// // examples                    4
/// ```
public struct RegressionReport: Sendable, CustomStringConvertible {
  private var squares = RSquared()
  private var absolute = MeanAbsoluteError()
  private var root = RootMeanSquaredError()
  private var median = MedianAbsoluteError()
  /// The number of examples.
  public private(set) var count = 0

  /// Over nothing yet.
  public init() {}

  /// See ``RSquared``.
  public var r2: Double { squares.value }
  /// See ``MeanAbsoluteError``.
  public var mae: Double { absolute.value }
  /// See ``RootMeanSquaredError``.
  public var rmse: Double { root.value }
  /// See ``MedianAbsoluteError``.
  public var medianAbsoluteError: Double { median.value }

  /// Takes outputs and targets, [n, ...] of one shape, else a mistake.
  public mutating func add(
    _ outputs: Tensor<Float>, _ targets: Tensor<Float>,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    squares.add(outputs, targets, file: file, line: line)
    absolute.add(outputs, targets, file: file, line: line)
    root.add(outputs, targets, file: file, line: line)
    median.add(outputs, targets, at: CallSite(file, line))
    count += outputs.shape[0]
  }

  public var description: String {
    let metrics: [any Metric] = [squares, absolute, root, median]
    return alignedTable(
      metrics.map { [$0.name, $0.value.written(decimals: 4)] } + [["examples", "\(count)"]])
  }
}
