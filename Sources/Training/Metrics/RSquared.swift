// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// R² = 1 - Σ (target - output)² / Σ (target - mean target)²: the share of the targets' variance
/// that the outputs explain. The mean over columns where an example has several numbers.
///
/// Outputs and targets: [n, ...], of one shape. As in scikit-learn, of targets that are all equal
/// R² is 1 if the outputs are exact, else 0. NaN over fewer than two examples, and if a number is
/// NaN. No digits are lost where the targets lie far from 0: the sums have twice the precision of
/// Double.
///
/// ```swift
/// var r2 = RSquared()
/// r2.add([2.5, 0], [3, -0.5])
/// r2.add([2, 8], [2, 7])
/// print(r2)   // r2 0.9486081370449679
/// ```
public struct RSquared: NumberMetric {
  private struct Column: Sendable {
    var first: Double?
    var residuals = LongSum()
    /// Of distances from the first target: their weights, their sum, that of their squares.
    var weight = LongSum(), sum = LongSum(), squares = LongSum()

    var value: Double {
      // Σ w (d - m)² for the mean m, whose rounding does not matter: it is the minimum.
      let mean = sum.value / weight.value
      var variation = squares
      variation.add(sum, times: -2 * mean)
      variation.add(squareOf: mean, times: weight.high)
      variation.add(squareOf: mean, times: weight.low)
      let part = residuals.value, whole = variation.value
      if part.isNaN || whole.isNaN { return .nan }
      if whole <= 0 { return part == 0 ? 1 : 0 }
      return 1 - part / whole
    }
  }

  private var columns = ByColumn<Column>()
  private var count = 0

  /// Over nothing yet.
  public init() {}

  public var name: String { "r2" }
  public var isBetterWhenLarger: Bool { true }
  public var value: Double { count < 2 ? .nan : columns.mean(\.value) }

  mutating func add(_ rows: NumberRows) throws(Mistake) {
    count += rows.count
    try columns.add(rows, name, startingWith: Column()) { part, row, column in
      let target = rows.target(row, column), weight = rows.weight(row)
      let first = part.first ?? target
      part.first = first
      let distance = target - first, error = rows.error(row, column)
      part.residuals.add(error * error, times: weight)
      part.weight.add(weight)
      part.sum.add(distance, times: weight)
      part.squares.add(squareOf: distance, times: weight)
    }
  }
}

/// The share of the targets' variance that outputs explain: see ``RSquared``.
///
/// ```swift
/// print(rSquared([2.5, 0, 2, 8], [3, -0.5, 2, 7]))   // 0.9486081370449679
/// ```
public func rSquared(
  _ outputs: Tensor<Float>, _ targets: Tensor<Float>, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  RSquared().value(of: outputs, targets, weights: weights, file: file, line: line)
}
