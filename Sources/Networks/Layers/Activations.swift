// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Functions without parameters as layers: those that files know, and any.

/// y = max(x, 0), as a layer: see ``relu(_:)``.
public struct ReLU: StoredLayer {
  public static let kind = "relu"

  /// The layer has no settings.
  public init() {}

  public init(settings: LayerSettings) {}

  public var settings: LayerSettings { [:] }
  public var parameters: Parameters { [:] }
  public var lastAxis: LastAxis { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { relu(x) }
}

/// y = tanh x, as a layer: see ``tanh(_:)``.
public struct Tanh: StoredLayer {
  public static let kind = "tanh"

  /// The layer has no settings.
  public init() {}

  public init(settings: LayerSettings) {}

  public var settings: LayerSettings { [:] }
  public var parameters: Parameters { [:] }
  public var lastAxis: LastAxis { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { tanh(x) }
}

/// y = x Φ(x), as a layer: see ``gelu(_:)``.
public struct GELU: StoredLayer {
  public static let kind = "gelu"

  /// The layer has no settings.
  public init() {}

  public init(settings: LayerSettings) {}

  public var settings: LayerSettings { [:] }
  public var parameters: Parameters { [:] }
  public var lastAxis: LastAxis { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { gelu(x) }
}

/// y = exp xᵢ / Σⱼ exp xⱼ along the last axis, as a layer: see ``softmax(_:along:file:line:)``.
public struct Softmax: StoredLayer {
  public static let kind = "softmax"

  /// The layer has no settings.
  public init() {}

  public init(settings: LayerSettings) {}

  public var settings: LayerSettings { [:] }
  public var parameters: Parameters { [:] }
  public var lastAxis: LastAxis { .kept }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { softmax(x) }
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
}
