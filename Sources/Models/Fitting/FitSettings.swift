// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// How a network is fitted to a table. What is nil is chosen by the size of the data.
///
/// ```swift
/// var settings = FitSettings()
/// settings.hidden = [64, 32]
/// settings.validation = .folds(5)
/// print(settings.activation, settings.rule, settings.weightDecay == nil)   // relu adamw true
/// ```
public struct FitSettings: Sendable, Hashable {
  /// Units of each hidden layer; none for a linear model. Nil: several networks of one hidden
  /// layer, side by side as one.
  public var hidden: [Int]?
  /// How many networks of one hidden layer are trained side by side, each on its own loss; what
  /// they give is averaged. Together they are one network, which errs less than each of them.
  public var members: Int?
  /// What follows each hidden layer.
  public var activation = Activation.relu
  /// The update rule.
  public var rule = Rule.adamw
  /// The largest learning rate.
  public var learningRate: Float?
  /// Tries learning rates first, in 100 steps, and takes the one where the loss falls most. A fit
  /// that is interrupted in them begins with them again: checkpoints come after them.
  public var findsLearningRate = false
  /// How the learning rate changes.
  public var schedule = Curve.cosine
  /// How many epochs there are at most.
  public var epochs: Int?
  /// Rows of a step.
  public var batch: Int?
  /// The share of hidden units that are left out at random in each step.
  public var dropout: Float = 0
  /// How much weights are pulled towards 0. Nil: half of several members weakly and half strongly,
  /// averaged unless one half is clearly better on the validation rows; a single network weakly.
  public var weightDecay: Float?
  /// Which rows validate.
  public var validation = ValidationChoice.share(0.2)
  /// How many epochs in a row may be clearly worse than the best, by more than chance makes them on
  /// so few rows, before training ends.
  public var patience: Int?
  /// Counts a row of a rare class for more, so that all classes count the same.
  public var balancesClasses = false
  /// What all chance depends on: the split, the first weights, the order of the rows.
  public var seed: UInt64 = 0
  /// True to keep the model that was validated; else one is trained anew on all rows, for the
  /// epochs that validation chose.
  public var keepsValidation = false

  /// How weakly and how strongly members are pulled if nobody says so, and the steps over which
  /// rules that decay weights apart from the gradient do it.
  var usualPulls: [Float] = []
  var pullingSteps = 1

  /// The settings that most tables do well with.
  public init() {}

  /// What follows a hidden layer.
  public enum Activation: String, Sendable, Hashable, CaseIterable {
    /// max(x, 0).
    case relu
    /// The hyperbolic tangent.
    case tanh
    /// 1 / (1 + exp(-x)).
    case sigmoid
    /// x sigmoid(x).
    case silu
    /// x Φ(x).
    case gelu
    /// x, or exp(x) - 1 below 0.
    case elu

    var layer: any Layer<Tensor<Float>, Tensor<Float>> {
      switch self {
      case .relu: ReLU()
      case .tanh: Tanh()
      case .sigmoid: Sigmoid()
      case .silu: SiLU()
      case .gelu: GELU()
      case .elu: ELU()
      }
    }
  }

  /// An update rule.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// Steps along the gradient.
    case sgd
    /// The same with a momentum of 0.9.
    case momentum
    /// Adam, with weight decay in the gradient.
    case adam
    /// Adam, with weight decay apart from it.
    case adamw
    /// RMSprop.
    case rmsprop
    /// Adagrad.
    case adagrad
    /// Lion.
    case lion
  }

  /// How the learning rate changes over the epochs.
  public enum Curve: String, Sendable, Hashable, CaseIterable {
    /// It stays.
    case constant
    /// Half a cosine, down to 0.
    case cosine
    /// A line, down to 0.
    case linear
    /// Up for three tenths, then down.
    case oneCycle = "one-cycle"
  }
}
