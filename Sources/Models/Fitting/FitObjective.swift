// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors
import PullbackTraining

/// What a fit makes small, and what it shows of each epoch.
struct FitObjective<Target: TensorScalar>: Sendable {
  /// The numbers that a network gives for an example.
  let outputs: Int
  /// The losses of outputs [..., n, outputs], whose leading axes targets share: their mean, or one
  /// for each row or number.
  let loss: @Sendable (Tensor<Float>, Tensor<Target>, LossReduction) -> Tensor<Float>
  /// What is shown of each epoch.
  let metric: any Metric<Target>
}

extension FitObjective<Int32> {
  /// Cross entropy.
  ///
  /// - Parameter weights: by how much a row of each class counts; nil for 1.
  static func classes(_ count: Int, weights: [Float]? = nil) -> FitObjective {
    let weights = weights.map { Tensor<Float>($0) }
    return FitObjective(
      outputs: count,
      loss: { softmaxCrossEntropy($0, labels: $1, classWeights: weights, reduction: $2) },
      metric: Accuracy())
  }

  /// Weights with which all classes that occur count the same: n / (classes n_c).
  static func balance(_ labels: [Int32], classes: Int) -> [Float] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    let present = counts.count { $0 > 0 }
    return counts.map { $0 == 0 ? 1 : Float(labels.count) / Float(present * $0) }
  }
}

extension FitObjective<Float> {
  /// Squared errors.
  static func numbers(_ count: Int) -> FitObjective {
    FitObjective(
      outputs: count, loss: { meanSquaredError($0, $1, reduction: $2) }, metric: RSquared())
  }
}

extension FitObjective {
  /// The loss of a committee in training: the sum of those of its members, each of which learns as
  /// if it were alone.
  func callAsFunction(
    _ committee: Committee, _ x: Tensor<Float>, _ targets: Tensor<Target>
  ) -> Tensor<Float> {
    let losses = committee.parts.map { part in
      loss(part(x), targets.expanded(to: Shape([part.count] + targets.shape)), .mean)
        * Float(part.count)
    }
    return losses.dropFirst().reduce(losses[0], +)
  }

  /// The loss of each row of outputs [n, outputs].
  func rowLosses(_ outputs: Tensor<Float>, _ targets: Tensor<Target>) -> Tensor<Float> {
    let losses = loss(outputs, targets, .none)
    return losses.rank == 1 ? losses : losses.mean(along: 1)
  }
}
