// SPDX-License-Identifier: Apache-2.0

extension TableEvaluation {
  /// Of predictions and the numbers that are true, a row each of one or more.
  package init(predictions: [[Double]], numbers: [[Double]]) {
    let count = numbers.count, columns = numbers.first?.count ?? 0
    var r2 = 0.0, rmse = 0.0, mae = 0.0
    // By how much each row moves the metrics, to first order.
    var ofR2 = [Double](repeating: 0, count: count), ofRMSE = ofR2, ofMAE = ofR2
    for column in 0..<columns {
      // In a unit of their size the squares of the largest and the smallest numbers are numbers.
      let unit = powerOfTwo(near: zip(predictions, numbers).flatMap { [$0[column], $1[column]] })
      let truth = numbers.map { $0[column] / unit }
      let errors = zip(predictions, truth).map { $0[column] / unit - $1 }
      // From the first on: of numbers that are all the same it is that number, without a rounding.
      let first = truth.first ?? 0
      let middle = first + truth.reduce(0) { $0 + ($1 - first) } / Double(count)
      let squares = errors.map { $0 * $0 }
      let variations = truth.map { ($0 - middle) * ($0 - middle) }
      let square = squares.reduce(0, +) / Double(count)
      let variation = variations.reduce(0, +) / Double(count)
      let share = variation > 0 ? square / variation : square == 0 ? 0 : 1
      r2 += count < 2 ? .nan : 1 - share
      rmse += square.squareRoot() * unit
      mae += errors.reduce(0) { $0 + $1.magnitude } / Double(count) * unit
      for row in 0..<count {
        if variation > 0 { ofR2[row] += (squares[row] - share * variations[row]) / variation }
        if square > 0 { ofRMSE[row] += squares[row] / (2 * square.squareRoot()) * unit }
        ofMAE[row] += errors[row].magnitude * unit
      }
    }
    func metric(
      _ name: String, _ sum: Double, _ moves: [Double]
    ) -> (name: String, value: Double, interval: ClosedRange<Double>?) {
      let value = sum / Double(columns)
      let reach = reach(of: moves) / Double(columns)
      return (name, value, .around(value, reach, within: TableEvaluation.bounds(of: name)))
    }
    self.init(
      rows: count,
      metrics: [
        metric("r2", r2, ofR2), metric("rmse", rmse, ofRMSE), metric("mae", mae, ofMAE),
      ])
  }
}

/// By which numbers are divided without a change of their digits, so that the
/// largest is from 1 to 2.
private func powerOfTwo(near numbers: [Double]) -> Double {
  let largest = numbers.reduce(0) { max($0, $1.magnitude) }
  return largest > 0 && largest.isFinite ? largest.binade : 1
}
