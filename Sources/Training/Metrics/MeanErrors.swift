// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The mean of |target - output| over all numbers.
///
/// Outputs and targets: [n, ...], of one shape. NaN if an output is, and over nothing.
///
/// ```swift
/// var error = MeanAbsoluteError()
/// error.add([[1, 2], [3, 4]], [[1, 3], [3, 2]])
/// print(error)   // mae 0.75
/// ```
public struct MeanAbsoluteError: NumberMetric {
  private var columns = ByColumn<WeightedMean>()

  /// Over nothing yet.
  public init() {}

  public var name: String { "mae" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { columns.mean(\.value) }

  mutating func add(_ rows: NumberRows) throws(Mistake) {
    try columns.add(rows, name, startingWith: WeightedMean()) { mean, row, column in
      mean.add(abs(rows.error(row, column)), weight: rows.weight(row))
    }
  }
}

/// The mean of (target - output)² over all numbers.
///
/// Outputs and targets: [n, ...], of one shape. NaN if an output is, and over nothing. The function
/// `meanSquaredError` is the loss, a tensor.
///
/// ```swift
/// print(MeanSquaredError().value(of: [1, 2], [1, 4]))   // 2.0
/// ```
public struct MeanSquaredError: NumberMetric {
  private var columns = ByColumn<WeightedMean>()

  /// Over nothing yet.
  public init() {}

  public var name: String { "mse" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { columns.mean(\.value) }

  mutating func add(_ rows: NumberRows) throws(Mistake) {
    try columns.add(rows, name, startingWith: WeightedMean()) { mean, row, column in
      let error = rows.error(row, column)
      mean.add(error * error, weight: rows.weight(row))
    }
  }
}

/// The root of the mean of (target - output)²; with several numbers of each example the mean of the
/// roots of the columns, as scikit-learn's `root_mean_squared_error`.
///
/// Outputs and targets: [n, ...], of one shape. NaN if an output is, and over nothing.
///
/// ```swift
/// print(RootMeanSquaredError().value(of: [[0, 0], [0, 0]], [[3, 0], [3, 4]]).rounded())   // 3.0
/// ```
public struct RootMeanSquaredError: NumberMetric {
  private var columns = ByColumn<WeightedMean>()

  /// Over nothing yet.
  public init() {}

  public var name: String { "rmse" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { columns.mean { $0.value.squareRoot() } }

  mutating func add(_ rows: NumberRows) throws(Mistake) {
    try columns.add(rows, name, startingWith: WeightedMean()) { mean, row, column in
      let error = rows.error(row, column)
      mean.add(error * error, weight: rows.weight(row))
    }
  }
}

/// The mean of q d where the target is larger by d and of (1 - q) d where it is smaller: least for
/// the q-quantile (the pinball loss).
///
/// Outputs and targets: [n, ...], of one shape. NaN if an output is, and over nothing.
///
/// ```swift
/// print(QuantileLoss(0.75).value(of: [1, 2], [5, 0]))   // 1.75
/// ```
public struct QuantileLoss: NumberMetric {
  private let quantile: Double
  private var columns = ByColumn<WeightedMean>()

  /// A mistake if the quantile is not in 0 ... 1.
  public init(_ quantile: Double, file: StaticString = #fileID, line: UInt = #line) {
    guard quantile >= 0, quantile <= 1 else {
      Mistake("QuantileLoss", "a quantile of \(quantile)", fix: "use a number in 0...1")
        .stop(at: CallSite(file, line))
    }
    self.quantile = quantile
  }

  public var name: String { "quantile_loss_\(quantile)" }
  public var isBetterWhenLarger: Bool { false }
  public var value: Double { columns.mean(\.value) }

  mutating func add(_ rows: NumberRows) throws(Mistake) {
    try columns.add(rows, name, startingWith: WeightedMean()) { mean, row, column in
      let error = rows.error(row, column)
      mean.add(
        error >= 0 ? quantile * error : (quantile - 1) * error, weight: rows.weight(row))
    }
  }
}

/// The root of the mean of (target - output)²: see ``RootMeanSquaredError``.
///
/// ```swift
/// print(rootMeanSquaredError([1, 2], [4, 5]))   // 3.0
/// ```
public func rootMeanSquaredError(
  _ outputs: Tensor<Float>, _ targets: Tensor<Float>, weights: Tensor<Float>? = nil,
  file: StaticString = #fileID, line: UInt = #line
) -> Double {
  RootMeanSquaredError().value(of: outputs, targets, weights: weights, file: file, line: line)
}

/// The mean loss of a quantile: see ``QuantileLoss``.
///
/// ```swift
/// print(quantileLoss([1, 2], [5, 0], quantile: 0.75))   // 1.75
/// ```
public func quantileLoss(
  _ outputs: Tensor<Float>, _ targets: Tensor<Float>, quantile: Double,
  weights: Tensor<Float>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Double {
  QuantileLoss(quantile, file: file, line: line)
    .value(of: outputs, targets, weights: weights, file: file, line: line)
}
