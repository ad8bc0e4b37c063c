// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackTestSupport

/// Losses and derivatives that PyTorch computed: see Scripts/fixtures/losses.py.
struct LossFixture: Sendable {
  private let records: [String: [Double]]

  static let shared = LossFixture()

  private init() {
    Plan.verifiesByDefault = true
    records = Fixture.records("losses.txt")
  }

  /// Names of what was recorded, the losses' parts included.
  var names: Dictionary<String, [Double]>.Keys { records.keys }

  func numbers(_ name: String) -> [Double] { records[name]! }

  /// An input of several rows, or of one number for each.
  func tensor<Scalar: FloatingPointScalar>(
    _ name: String, _ shape: Shape = [5, 4], as type: Scalar.Type
  ) -> Tensor<Scalar> {
    Tensor(shape: shape, scalars: numbers(name).map { Scalar($0) })
  }

  func labels(_ name: String) -> Tensor<Int32> { Tensor(numbers(name).map { Int32($0) }) }
}

/// The inputs of the fixture, with one kind of number.
struct LossInputs<Scalar: FloatingPointScalar> {
  let x, y, truths, sides, probabilities, variance, logVariance: Tensor<Scalar>
  let priorMean, priorLogVariance, rowSides, weights, classWeights: Tensor<Scalar>
  let labels = LossFixture.shared.labels("labels")
  let someLabels = LossFixture.shared.labels("someLabels")

  init() {
    func tensor(_ name: String, _ shape: Shape = [5, 4]) -> Tensor<Scalar> {
      LossFixture.shared.tensor(name, shape, as: Scalar.self)
    }
    (x, y, truths, sides) = (tensor("x"), tensor("y"), tensor("truths"), tensor("sides"))
    (probabilities, variance) = (tensor("probabilities"), tensor("variance"))
    (logVariance, priorMean) = (tensor("logVariance"), tensor("priorMean"))
    priorLogVariance = tensor("priorLogVariance")
    (rowSides, weights, classWeights) = (
      tensor("rowSides", [5]), tensor("weights", [5]), tensor("classWeights", [4])
    )
  }

  /// The input of a name; nil if no derivatives are recorded for any such.
  func input(_ name: Substring) -> Tensor<Scalar>? {
    switch name {
    case "x": x
    case "y": y
    case "truths": truths
    case "probabilities": probabilities
    case "variance": variance
    case "logVariance": logVariance
    case "priorMean": priorMean
    case "priorLogVariance": priorLogVariance
    default: nil
    }
  }
}
