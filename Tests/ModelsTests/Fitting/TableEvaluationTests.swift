// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import PullbackTensors
import Testing

/// Values of scikit-learn 1.9 and, where it has none, of the formulas in NumPy.
struct TableEvaluationTests {
  private func expect(
    _ evaluation: TableEvaluation, _ name: String, _ value: Double, _ interval: [Double]?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let metric = try #require(evaluation.metrics.first { $0.name == name })
    #expect(abs(metric.value - value) < 1e-6, "\(metric)", sourceLocation: sourceLocation)
    #expect((metric.interval == nil) == (interval == nil), sourceLocation: sourceLocation)
    guard let interval, let found = metric.interval else { return }
    #expect(abs(found.lowerBound - interval[0]) < 1e-5, "\(metric)", sourceLocation: sourceLocation)
    #expect(abs(found.upperBound - interval[1]) < 1e-5, "\(metric)", sourceLocation: sourceLocation)
  }

  @Test func twoClasses() throws {
    let logits: Tensor<Float> = [[1, 0], [0, 2], [0.5, 1], [2, 1], [0, 0.25], [3, 0]]
    let evaluation = TableEvaluation(logits: logits, labels: [0, 1, 0, 1, 1, 0])
    #expect(evaluation.rows == 6)
    try expect(evaluation, "accuracy", 0.6666666666666666, [0.299993315138392, 0.9032285888942195])
    try expect(
      evaluation, "log_loss", 0.5586758569520184, [0.15874705843569742, 0.9586046554683394])
    try expect(evaluation, "f1_macro", 0.6666666666666666, nil)
    try expect(evaluation, "roc_auc", 0.7222222222222222, [0.23526525523523245, 1.0])
    #expect("\(evaluation)".hasPrefix("accuracy  0.6667"))
  }

  /// The mean of equal numbers is that number: scikit-learn's R^2 is 0 then, or 1.
  @Test func equalNumbers() {
    let truth = [[Double]](repeating: [0.1], count: 10)
    func r2(_ prediction: Double) -> Double? {
      let predictions = [[Double]](repeating: [prediction], count: 10)
      return TableEvaluation(predictions: predictions, numbers: truth)["r2"]
    }
    #expect(r2(0.2) == 0 && r2(0.1) == 1)
  }

  @Test func numbers() throws {
    let evaluation = TableEvaluation(
      predictions: [[1, 10], [2, 20], [4, 25], [4, 41]],
      numbers: [[1.5, 10], [2, 22], [3, 30], [5, 40]])
    try expect(evaluation, "r2", 0.8124223602484473, [0.5622707469534712, 1.0])
    try expect(evaluation, "rmse", 1.7443063937629153, [0.5960295983898185, 2.892583189136012])
    try expect(evaluation, "mae", 1.3125, [0.15685854689616563, 2.4681414531038346])
  }

  /// Whose squares no Double holds.
  @Test(arguments: [1e300, 1e-300])
  func numbersOfAnySizeAreMeasured(unit: Double) throws {
    func scaled(_ rows: [[Double]]) -> [[Double]] { rows.map { $0.map { $0 * unit } } }
    let evaluation = TableEvaluation(
      predictions: scaled([[1], [2], [4], [4]]), numbers: scaled([[1.5], [2], [3], [5]]))
    // By hand: squares of errors 0.25, 0, 1, 1; of distances from 2.875 in all 7.1875.
    let expected: [(String, Double)] = [
      ("r2", 1 - 2.25 / 7.1875), ("rmse", 0.75 * unit), ("mae", 0.625 * unit),
    ]
    for (name, number) in expected {
      let given: Double = try #require(evaluation[name])
      #expect(abs(given / number - 1) < 1e-12, "\(name)")
    }
    #expect("\(evaluation)".contains(unit > 1 ? " 7.5e+299" : " 7.5e-301"), "\(evaluation)")
  }

  @Test func oneRowHasNoIntervalOfItsOwn() throws {
    let evaluation = TableEvaluation(predictions: [[1]], numbers: [[2]])
    try expect(evaluation, "mae", 1, nil)
    #expect(try #require(evaluation["r2"]).isNaN)
    #expect(evaluation["accuracy"] == nil)
  }

  /// Classes of rows of which a share is right, with two classes or three.
  private func evaluation(right: Int, of count: Int, classes: Int) -> TableEvaluation {
    var logits: [Float] = [], labels: [Int32] = []
    for row in 0..<count {
      let label = row % classes, guess = row < right ? label : (label + 1) % classes
      labels.append(Int32(label))
      logits += (0..<classes).map { $0 == guess ? 3 : 0 }
    }
    return TableEvaluation(
      logits: Tensor(shape: [count, classes], scalars: logits), labels: Tensor(labels))
  }

  /// Wilson's interval reaches from 0 where nothing is right and to 1 where all is, whatever
  /// rounding makes of it.
  @Test(arguments: [2, 3])
  func intervalsHoldTheirValues(classes: Int) throws {
    for count in 1...120 {
      for right in [0, 1, count / 2, count - 1, count] {
        let evaluation = evaluation(right: right, of: count, classes: classes)
        for metric in evaluation.metrics {
          guard let interval = metric.interval else { continue }
          #expect(interval.contains(metric.value), "\(metric)")
          #expect(interval.lowerBound >= 0, "\(metric)")
          #expect(metric.name == "log_loss" || interval.upperBound <= 1, "\(metric)")
        }
        let accuracy = try #require(evaluation.metrics.first)
        let interval = try #require(accuracy.interval)
        #expect(accuracy.name == "accuracy")
        if right == 0 { #expect(interval.lowerBound == 0) }
        if right == count { #expect(interval.upperBound == 1) }
        // The roots of (p - share)² = z² p (1 - p) / n, which is what the interval is.
        let z2 = 1.959963984540054 * 1.959963984540054, n = Double(count)
        let share = Double(right) / n
        for p in [interval.lowerBound, interval.upperBound] {
          #expect(abs((p - share) * (p - share) - z2 * p * (1 - p) / n) < 1e-9)
        }
      }
    }
    let none = "\(evaluation(right: 0, of: 50, classes: 3))".split(separator: "\n")[0]
    #expect(none.split(separator: " ") == ["accuracy", "0", "0", "to", "0.07135"])
  }

  /// Folds that differ much would reach beyond what a metric can be.
  @Test func intervalsOverFoldsEndWhereTheMetricsDo() throws {
    let shares = [10, 10, 4].map { evaluation(right: $0, of: 10, classes: 2) }
    for metric in TableEvaluation(overFolds: shares).metrics {
      let interval = try #require(metric.interval)
      #expect(interval.contains(metric.value) && interval.lowerBound >= 0, "\(metric)")
      #expect(metric.name == "log_loss" || interval.upperBound <= 1, "\(metric)")
    }
    let errors = [0.0, 0, 9].map { error in
      TableEvaluation(predictions: [[0], [8]], numbers: [[error], [8 - error]])
    }
    let mean = TableEvaluation(overFolds: errors)
    try expect(mean, "mae", 3, [0, 9])
    #expect(try #require(mean.metrics.first { $0.name == "r2" }?.interval).upperBound == 1)
  }

  @Test func foldsAreAveraged() throws {
    let folds = [1.0, 2, 3].map { error in
      TableEvaluation(predictions: [[0], [0]], numbers: [[error], [-error]])
    }
    let mean = TableEvaluation(overFolds: folds)
    #expect(mean.rows == 6)
    // Twice the standard error: 2 * 1 / √3.
    try expect(mean, "mae", 2, [2 - 1.1547005, 2 + 1.1547005])
  }
}
