// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// How good a model is on some rows: each metric with an interval in which its value for all rows
/// there could be lies 19 times of 20.
///
/// Of a classification: `accuracy` (the interval is Wilson's), `log_loss`, `f1_macro`, and of two
/// classes `roc_auc` (DeLong's). Of a regression, in the units of the table: `r2`, `rmse`, `mae`,
/// the mean over the targets where there are several. Intervals of those not named are a normal
/// distribution's, of the mean over the rows or, for `r2` and `rmse`, of what it is to first order;
/// `f1_macro` has none. Over folds each value is the mean of those of the folds, the interval twice
/// its standard error to both sides. Each interval holds the value and ends where the metric does:
/// no accuracy is above 1.
public struct TableEvaluation: Sendable {
  /// How many rows were measured.
  public let rows: Int
  /// By name, the most telling first.
  public let metrics: [(name: String, value: Double, interval: ClosedRange<Double>?)]

  init(
    rows: Int, metrics: [(name: String, value: Double, interval: ClosedRange<Double>?)]
  ) {
    (self.rows, self.metrics) = (rows, metrics)
  }

  /// The value of a metric; nil if there is none of the name.
  ///
  /// ```swift
  /// let report = try TableModel.fit(table, TableSettings(targets: ["species"])).report
  /// let accuracy = report.validation?["accuracy"]
  /// ```
  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

extension TableEvaluation {
  /// The mean over folds.
  package init(overFolds folds: [TableEvaluation]) {
    let count = Double(folds.count)
    self.init(
      rows: folds.reduce(0) { $0 + $1.rows },
      metrics: folds[0].metrics.map { metric in
        let values = folds.compactMap { $0[metric.name] }
        let mean = values.reduce(0, +) / count
        let error = (values.spread / count.squareRoot()) * 2
        return (metric.name, mean, .around(mean, error, within: Self.bounds(of: metric.name)))
      })
  }

  /// What a metric can be.
  static func bounds(of metric: String) -> ClosedRange<Double> {
    switch metric {
    case "accuracy", "f1_macro", "roc_auc": 0...1
    case "r2": -.infinity...1
    // Errors.
    default: 0 ... .infinity
    }
  }
}

extension [Double] {
  /// The standard deviation of a sample; NaN of fewer than two numbers.
  var spread: Double {
    let mean = reduce(0, +) / Double(count)
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }
}

extension ClosedRange<Double> {
  /// So far to both sides, within bounds; nil if a number is not finite.
  static func around(
    _ middle: Double, _ reach: Double, within bounds: ClosedRange
  ) -> ClosedRange? {
    guard middle.isFinite, reach.isFinite else { return nil }
    return Swift.max(
      middle - reach, bounds.lowerBound)...Swift.min(
        middle + reach, bounds.upperBound)
  }
}

extension TableEvaluation: CustomStringConvertible {
  /// A line for each metric: "accuracy  0.95  0.89 to 0.98".
  public var description: String {
    alignedTable(
      metrics.map { metric in
        [metric.name, metric.value.brief, metric.interval?.brief ?? ""]
      })
  }
}

extension ClosedRange<Double> {
  var brief: String { "\(lowerBound.brief) to \(upperBound.brief)" }
}
