// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTraining

/// Rows that train, and rows that validate.
package struct RowSplit {
  package let training: [Int]
  package let validation: [Int]
}

/// What rows are divided by.
package struct RowDivision {
  /// The rows.
  let rows: [Int]
  /// For each of them the stratum that is to be in both parts: its class, or a
  /// tenth of the numbers.
  let strata: [Int]
  let seed: UInt64

  package init(rows: [Int], strata: [Int], seed: UInt64) {
    (self.rows, self.strata, self.seed) = (rows, strata, seed)
  }

  /// In which tenth of all numbers each is.
  package static func tenths(of numbers: [Double]) -> [Int] {
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    var tenths = [Int](repeating: 0, count: numbers.count)
    for (place, row) in order.enumerated() { tenths[row] = place * 10 / numbers.count }
    return tenths
  }

  package func split(_ share: Double) throws(FitError) -> RowSplit {
    let (training, validation) = dataset.split(
      1 - share, stratifiedBy: strata, shuffledWith: key)
    return try split(training, validation)
  }

  package func folds(_ number: Int) throws(FitError) -> [RowSplit] {
    guard number <= rows.count else {
      throw FitError("validation", "\(number) folds of \(counted(rows.count, "row"))")
    }
    var splits: [RowSplit] = []
    for fold in dataset.folds(number, stratifiedBy: strata, shuffledWith: key) {
      splits.append(try split(fold.training, fold.validation))
    }
    return splits
  }

  /// - Parameter times: one for each row, none NaN.
  package func split(_ share: Double, orderedBy times: [Double]) throws(FitError) -> RowSplit {
    let (training, validation) = dataset.split(1 - share, orderedBy: times)
    return try split(training, validation)
  }

  package func split(_ share: Double, groupedBy groups: [Int32]) throws(FitError) -> RowSplit {
    guard Set(groups).count > 1 else {
      throw FitError("validation", "all rows are of one group, and none is left to validate with")
    }
    let (training, validation) = dataset.split(1 - share, groupedBy: groups, shuffledWith: key)
    return try split(training, validation)
  }

  private var key: RandomKey { RandomKey(seed: seed).folding(in: "split") }

  /// The rows as examples, so that what splits examples splits them.
  private var dataset: Dataset<Int32> {
    Dataset(inputs: .zeros([rows.count, 1]), labels: Tensor(rows.map { Int32($0) }))
  }

  private func split(
    _ training: Dataset<Int32>, _ validation: Dataset<Int32>
  ) throws(FitError) -> RowSplit {
    guard training.count > 0, validation.count > 0 else {
      throw FitError(
        "validation",
        "\(counted(rows.count, "row")) leave none to \(training.count == 0 ? "train" : "validate") "
          + "with; use another share, or none")
    }
    return RowSplit(
      training: training.labels.scalars.map { Int($0) },
      validation: validation.labels.scalars.map { Int($0) })
  }
}
