// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors
import PullbackTraining

/// What is learnt of rows: classes or numbers.
protocol FitProblem<Target> {
  associatedtype Target: TensorScalar
  var source: any FitSource { get }
  /// For each of the source's rows what a split is to have in both parts.
  var strata: [Int] { get throws(FileError) }

  func examples(_ rows: [Int], _ inputs: any FitInputs) throws(FileError) -> Dataset<Target>
  func objective(_ training: Dataset<Target>) -> FitObjective<Target>
  /// How good outputs are for some rows.
  func evaluation(
    _ outputs: Tensor<Float>, _ rows: [Int], _ inputs: any FitInputs
  ) throws(FileError) -> TableEvaluation
  /// How good it is to predict the same for some rows, whatever their inputs: what is commonest
  /// among those that train, or their mean.
  func baseline(_ split: RowSplit) throws(FileError) -> TableEvaluation
}

/// A classification.
struct ClassProblem: FitProblem {
  let source: any FitSource
  let balances: Bool

  var strata: [Int] {
    get throws(FileError) { try source.labels(source.rows).map { Int($0) } }
  }

  func examples(_ rows: [Int], _ inputs: any FitInputs) throws(FileError) -> Dataset<Int32> {
    Dataset(inputs: try inputs.inputs(rows), labels: Tensor(try source.labels(rows)))
  }

  func objective(_ training: Dataset<Int32>) -> FitObjective<Int32> {
    let count = source.classNames.count
    return .classes(
      count,
      weights: balances ? FitObjective.balance(training.labels.scalars, classes: count) : nil)
  }

  func evaluation(
    _ outputs: Tensor<Float>, _ rows: [Int], _ inputs: any FitInputs
  ) throws(FileError) -> TableEvaluation {
    TableEvaluation(logits: outputs, labels: Tensor(try source.labels(rows)))
  }

  func baseline(_ split: RowSplit) throws(FileError) -> TableEvaluation {
    var counts = [Float](repeating: 0, count: source.classNames.count)
    for label in try source.labels(split.training) { counts[Int(label)] += 1 }
    // A class that no row has is as likely as half a row.
    let logits = log(maximum(Tensor(counts), Tensor(0.5)))
    return TableEvaluation(
      logits: logits.expanded(to: [split.validation.count, counts.count]),
      labels: Tensor(try source.labels(split.validation)))
  }
}

/// A regression.
struct NumberProblem: FitProblem {
  let source: any FitSource

  var strata: [Int] {
    get throws(FileError) { RowDivision.tenths(of: try source.numbers(source.rows).map { $0[0] }) }
  }

  func examples(_ rows: [Int], _ inputs: any FitInputs) throws(FileError) -> Dataset<Float> {
    Dataset(inputs: try inputs.inputs(rows), targets: try inputs.targets(rows))
  }

  func objective(_ training: Dataset<Float>) -> FitObjective<Float> {
    .numbers(training.targets.shape[1])
  }

  func evaluation(
    _ outputs: Tensor<Float>, _ rows: [Int], _ inputs: any FitInputs
  ) throws(FileError) -> TableEvaluation {
    TableEvaluation(predictions: inputs.unscaled(outputs), numbers: try source.numbers(rows))
  }

  func baseline(_ split: RowSplit) throws(FileError) -> TableEvaluation {
    let known = try source.numbers(split.training), count = Double(known.count)
    let means = known[0].indices.map { column in
      known.reduce(0) { $0 + $1[column] } / count
    }
    return TableEvaluation(
      predictions: split.validation.map { _ in means },
      numbers: try source.numbers(split.validation))
  }
}
