// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Functions without parameters as layers: those that files know, and any.

/// y = max(x, 0), as a layer: see ``relu(_:)``.
public struct ReLU: FunctionLayer {
  public static let kind = "relu"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { relu(x) }
}

/// y = tanh x, as a layer: see ``tanh(_:)``.
public struct Tanh: FunctionLayer {
  public static let kind = "tanh"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { tanh(x) }
}

/// y = 1 / (1 + e^-x), as a layer: see ``sigmoid(_:)``.
public struct Sigmoid: FunctionLayer {
  public static let kind = "sigmoid"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { sigmoid(x) }
}

/// y = ln (1 / (1 + e^-x)), as a layer: see ``logSigmoid(_:)``.
public struct LogSigmoid: FunctionLayer {
  public static let kind = "log-sigmoid"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { logSigmoid(x) }
}

/// y = ln (1 + e^x), as a layer: see ``softplus(_:)``.
public struct Softplus: FunctionLayer {
  public static let kind = "softplus"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { softplus(x) }
}

/// y = x / (1 + e^-x), as a layer: see ``silu(_:)``.
public struct SiLU: FunctionLayer {
  public static let kind = "silu"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { silu(x) }
}

/// y = x Φ(x), as a layer: see ``gelu(_:approximation:)``.
public struct GELU: FunctionLayer {
  public static let kind = "gelu"

  /// How Φ is computed.
  public let approximation: GELUApproximation

  /// With Φ as it is.
  public init() { self.init(approximation: .none) }

  /// With Φ or what stands for it.
  public init(approximation: GELUApproximation) { self.approximation = approximation }

  /// Files that were written before there was a choice say nothing of it, and nor does
  /// ``GELU/init()``.
  public var settings: LayerSettings {
    approximation == .none ? [:] : ["approximation": .text(approximation.rawValue)]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let isSaid = settings["approximation"] != nil
    let name = isSaid ? try settings.text("approximation") : GELUApproximation.none.rawValue
    guard let known = GELUApproximation(rawValue: name) else {
      throw LayerError("none or tanh expected", setting: "approximation")
    }
    approximation = known
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    gelu(x, approximation: approximation)
  }
}

/// y = exp xᵢ / Σⱼ exp xⱼ along the last axis, as a layer: see ``softmax(_:along:file:line:)``.
public struct Softmax: FunctionLayer {
  public static let kind = "softmax"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { softmax(x) }
}

/// y = xᵢ - ln Σⱼ exp xⱼ along the last axis, as a layer: see ``logSoftmax(_:along:file:line:)``.
public struct LogSoftmax: FunctionLayer {
  public static let kind = "log-softmax"

  /// The layer has no settings.
  public init() {}

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { logSoftmax(x) }
}

/// A function of your own without parameters as a layer: `Activation { x in x * tanh(x) }`,
/// `Activation(exp)`.
///
/// A file cannot hold a function: of a model that is to be made from a file, use ``ReLU`` and its
/// like, or write a ``StoredLayer``.
public struct Activation: Layer {
  private let function: @Sendable (Tensor<Float>) -> Tensor<Float>

  /// The layer of a function.
  public init(_ function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>) {
    self.function = function
  }

  public var parameters: Parameters { [:] }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    Tensor(function(x).value.distinct(from: x.value, by: "Activation"))
  }

  public var description: String { "Activation" }
}
