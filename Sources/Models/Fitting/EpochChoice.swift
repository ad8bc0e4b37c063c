// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackRuntime
import PullbackTensors
import PullbackTraining

/// Measures a committee on validation rows after each epoch and keeps its weights at the epoch to
/// choose: the last one that is not clearly worse than the best.
///
/// Not clearly: the losses of the rows are larger in the mean by less than the standard error of
/// that difference. Where few rows validate the best epoch is a matter of luck, and late epochs,
/// whose steps are small, serve new rows better.
///
/// Source: the rule of one standard error, Breiman et al., "Classification and
/// regression trees", 1984.
final class EpochChoice<Target: TensorScalar> {
  private(set) var epoch = 0
  let committee: Committee
  private let validation: Dataset<Target>
  private let metric: any Metric<Target>
  private let measure: Recorded<Tensor<Float>, Tensor<Target>, (Tensor<Float>, Tensor<Float>)>
  /// The losses of the best epoch.
  private var best: RowLosses?
  /// At the epoch to choose.
  private var weights: [Tensor<Float>] = []
  private(set) var chosen: RowLosses?
  /// What the metric was there.
  private var value = 0.0

  init(_ committee: Committee, on validation: Dataset<Target>, _ objective: FitObjective<Target>) {
    (self.committee, self.validation) = (committee, validation)
    metric = objective.metric
    measure = recorded { x, targets in
      let outputs = committee(x)
      return (outputs, objective.rowLosses(outputs, targets))
    }
  }

  /// Measures an epoch.
  func note(epoch: Int) -> Evaluation {
    var losses: [Float] = [], metric = metric
    losses.reserveCapacity(validation.count)
    for batch in validation.batches(of: 4096) {
      let (outputs, rows) = measure(batch.inputs, batch.targets)
      metric.add(outputs, batch.targets)
      losses += rows.scalars
    }
    let measured = RowLosses(losses)
    if isChosen(measured) {
      (self.epoch, chosen, value) = (epoch, measured, metric.value)
      weights = Parameter.values(of: committee.parameters.distinct)
    }
    return Evaluation(loss: measured.mean, metrics: [metric.name: metric.value])
  }

  private func isChosen(_ losses: RowLosses) -> Bool {
    guard losses.mean.isFinite else { return false }
    guard let best, best.mean <= losses.mean else {
      best = losses
      return true
    }
    return !best.isClearlyBetter(than: losses)
  }

  /// Whether both the losses are clearly smaller and the metric is better.
  func isClearlyBetter(than other: EpochChoice) -> Bool {
    guard let losses = chosen, let others = other.chosen else { return false }
    return losses.isClearlyBetter(than: others) && value > other.value
  }

  /// Gives the committee the weights that it had at the epoch to choose.
  func restore() {
    if !weights.isEmpty { Parameter.setValues(of: committee.parameters.distinct, to: weights) }
  }

  /// What a checkpoint has of it.
  var state: FitState.Choice {
    .init(
      epoch: epoch, value: value, losses: [best, chosen].compactMap { $0.map { Tensor($0.rows) } },
      weights: weights)
  }

  /// Goes back to where it stood. False, and nothing changes, if that was on other rows, or with
  /// another committee.
  func resume(from state: FitState.Choice) -> Bool {
    let shapes = state.epoch == 0 ? [] : committee.parameters.distinct.map(\.shape)
    guard state.losses.allSatisfy({ $0.shape == [validation.count] }),
      state.weights.map(\.shape) == shapes
    else { return false }
    let losses = state.losses.map { RowLosses($0.scalars) }
    (epoch, value, weights) = (state.epoch, state.value, state.weights)
    (best, chosen) = (losses.first, losses.last)
    return true
  }
}

/// The losses of rows.
package struct RowLosses {
  let rows: [Float]
  package let mean: Double

  package init(_ rows: [Float]) {
    self.rows = rows
    mean = rows.reduce(0) { $0 + Double($1) } / Double(rows.count)
  }

  /// Whether they are smaller in the mean by more than the standard error of the difference.
  package func isClearlyBetter(than other: RowLosses) -> Bool {
    let rise = other.mean - mean, count = Double(rows.count)
    let squares = zip(other.rows, rows).reduce(0) { sum, pair in
      let distance = Double(pair.0) - Double(pair.1) - rise
      return sum + distance * distance
    }
    return rise > 0 && rise * rise > squares / (count * max(count - 1, 1))
  }
}
