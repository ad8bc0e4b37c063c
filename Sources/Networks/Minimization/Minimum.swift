// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Where ``minimize(_:iterations:history:gradientTolerance:lossTolerance:file:line:_:)`` ended, and
/// why.
public struct Minimum: Hashable, Sendable {
  /// Why a minimisation ended.
  public enum Reason: Hashable, Sendable {
    /// The gradient is within its tolerance.
    case gradientIsSmall
    /// The last iteration changed the loss by less than its tolerance, or five in a row made
    /// neither the loss nor the gradient smaller: they are rounded.
    case lossStays
    /// There were as many iterations as were allowed.
    case iterationsUsedUp
    /// No smaller loss was found down the gradient: rounding, a kink, or a loss
    /// that has no minimum.
    case noSmallerLoss
    /// The loss or its gradient was not finite at the start; nothing was changed.
    case startIsNotFinite
  }

  /// The loss at the end, never larger than at the start.
  public let loss: Float
  /// The largest component of the gradient at the end, in size.
  public let gradientNorm: Float
  /// How often the parameters were changed.
  public let iterations: Int
  /// How often the loss and its gradient were computed.
  public let evaluations: Int
  /// Why it ended.
  public let reason: Reason
}

extension Minimum: CustomStringConvertible {
  public var description: String {
    "loss \(loss) after \(counted(iterations, "iteration")) and "
      + "\(counted(evaluations, "evaluation")): \(reason)"
  }
}

extension Minimum.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .gradientIsSmall: "the gradient is within its tolerance"
    case .lossStays: "the loss stays as it is"
    case .iterationsUsedUp: "there were as many iterations as were allowed"
    case .noSmallerLoss: "no smaller loss was found down the gradient"
    case .startIsNotFinite: "the loss or its gradient is not finite at the start"
    }
  }
}
