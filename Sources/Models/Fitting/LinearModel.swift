// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension FitObjective {
  /// A linear model of examples: logistic or ridge regression, the sum of the losses and half the
  /// squares of the weights made as small as they get.
  func linearModel(of training: Dataset<Target>) -> Sequential<Tensor<Float>> {
    let layer = Linear(training.inputs.shape[1], outputs, initialization: .zeros)
    let penalty = 0.5 / Float(training.count)
    minimize(layer, iterations: 60, history: 5, lossTolerance: 1e-6) {
      loss(layer(training.inputs), training.targets, .mean)
        + penalty * layer.weight.value.squared().sum()
    }
    return Sequential(layer)
  }
}
