// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

extension FitOptions {
  /// What the options say; the rest is left to the data.
  var settings: FitSettings {
    var settings = FitSettings()
    settings.hidden = hidden?.extents
    settings.members = members
    if let activation { settings.activation = activation }
    if let optimizer { settings.rule = optimizer }
    settings.learningRate = learningRate
    settings.findsLearningRate = findLearningRate
    if let schedule { settings.schedule = schedule }
    settings.epochs = epochs
    settings.batch = batch
    settings.dropout = dropout ?? 0
    settings.weightDecay = weightDecay
    let share = validation ?? 0.2
    if let crossValidate {
      settings.validation = .folds(crossValidate)
    } else if let splitByTime {
      settings.validation = .byTime(column: splitByTime, share: share)
    } else if let group {
      settings.validation = .groups(column: group, share: share)
    } else {
      settings.validation = share == 0 ? .none : .share(share)
    }
    settings.patience = patience
    settings.balancesClasses = classWeights == .balanced
    settings.seed = seed ?? 0
    settings.keepsValidation = keepValidation
    return settings
  }
}

#endif
