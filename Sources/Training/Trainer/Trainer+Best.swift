// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

extension Trainer {
  /// The epoch with the best value that ``EarlyStopping`` watches, counted from 1; nil
  /// if there is none.
  public var bestEpoch: Int? { best?.epoch }

  /// Whether training has gone on for too long since the best epoch.
  var hasStoppedEarly: Bool {
    guard let earlyStopping, let last = history.last else { return false }
    return last.epoch - (best?.epoch ?? watchedFrom ?? last.epoch) > earlyStopping.patience
  }

  /// Keeps the weights of an epoch that is the best one so far.
  func keepBest(_ record: EpochRecord) {
    guard let earlyStopping else { return }
    let value = earlyStopping.value(of: record)
    let isBetterWhenLarger = metrics.contains {
      earlyStopping.watched == .metric($0.name) && $0.isBetterWhenLarger
    }
    if earlyStopping.isBetter(value, than: best?.value, isBetterWhenLarger: isBetterWhenLarger) {
      best = BestWeights(
        value: value, epoch: record.epoch, weights: Parameter.values(of: parameters))
    }
  }

  /// Gives the model the best weights; those of now are kept, in case that training goes on.
  func useBest() {
    guard let weights = best?.weights else { return }
    let current = Parameter.values(of: parameters)
    Parameter.setValues(of: parameters, to: weights)
    suspend(current)
  }

  /// Notes the weights with which training goes on instead of those that the model has.
  func suspend(_ weights: [Tensor<Float>]?) {
    best?.suspended = weights.map { ($0, parameters.map(\.slot.serial)) }
  }

  /// Undoes ``useBest()``, unless somebody has changed the model meanwhile.
  func putBack() {
    if let suspended = suspendedWeights { Parameter.setValues(of: parameters, to: suspended) }
    best?.suspended = nil
  }

  /// The weights with which training goes on.
  var currentWeights: [Tensor<Float>] {
    suspendedWeights ?? Parameter.values(of: parameters)
  }

  /// Nil if the model has those with which training goes on.
  var suspendedWeights: [Tensor<Float>]? {
    guard let suspended = best?.suspended, suspended.serials == parameters.map(\.slot.serial) else {
      return nil
    }
    return suspended.weights
  }
}
