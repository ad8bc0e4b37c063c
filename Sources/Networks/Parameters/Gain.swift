// SPDX-License-Identifier: Apache-2.0

/// What an activation function makes of the spread of its inputs: starts are made larger by it, so
/// that signals keep their size from layer to layer. The numbers are those of PyTorch's
/// `calculate_gain`.
///
/// ```swift
/// let layer = Linear(64, 50, initialization: .xavierUniform(for: .tanh))
/// print(Gain.tanh.factor, Gain(1.5).factor)   // 1.6666666 1.5
/// ```
public struct Gain: Sendable, Hashable, CustomStringConvertible {
  /// Starts are made from the square: that of relu is 2, its root no number of Float.
  let squared: Float

  private init(squared: Float) { self.squared = squared }

  /// A gain of your own.
  public init(_ factor: Float) { squared = factor * factor }

  /// What the deviation of a start is multiplied by.
  public var factor: Float { squared.squareRoot() }

  /// The factor.
  public var description: String { "Gain(\(factor))" }

  /// No activation function: 1.
  public static let linear = Gain(squared: 1)
  /// The logistic function: 1.
  public static let sigmoid = Gain(squared: 1)
  /// Tanh: 5/3.
  public static let tanh = Gain(squared: 25 / 9)
  /// Relu: √2, because half of the signal is lost.
  public static let relu = Gain(squared: 2)
  /// SELU: 3/4.
  public static let selu = Gain(squared: 9 / 16)

  /// Leaky relu with this slope below 0: √(2 / (1 + slope²)).
  public static func leakyReLU(slope: Float = 0.01) -> Gain {
    Gain(squared: 2 / (1 + slope * slope))
  }
}
