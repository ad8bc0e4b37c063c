// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Layers one after the other: y = f_n(... f_1(f_0(x))).
///
/// Parameters are named by the layer's position, activations counted too: "0.weight", "2.weight",
/// as in PyTorch's `nn.Sequential`.
///
/// ```swift
/// let model = Sequential(Linear(64, 50), Activation(relu), Linear(50, 10)).initialized(seed: 7)
/// print(model.parameters.scalarCount)   // 3760
/// ```
public struct Sequential: Layer {
  /// The layers in the order in which they are applied.
  public let layers: [any Layer]

  /// A model of these layers; of none it is x itself.
  public init(_ layers: any Layer...) { self.layers = layers }

  /// A model of the layers of an array.
  public init(_ layers: [any Layer]) { self.layers = layers }

  public var parameters: Parameters {
    var parameters = Parameters()
    for (position, layer) in layers.enumerated() { parameters.add("\(position)", layer) }
    return parameters
  }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    layers.isEmpty ? x.unchanged(by: "Sequential") : layers.reduce(x) { $1($0) }
  }
}

/// A function without parameters as a layer: `Activation(relu)`, `Activation(softmax)`,
/// `Activation { x in x * tanh(x) }`.
public struct Activation: Layer {
  private let function: @Sendable (Tensor<Float>) -> Tensor<Float>

  /// A layer that applies a function.
  public init(_ function: @escaping @Sendable (Tensor<Float>) -> Tensor<Float>) {
    self.function = function
  }

  public var parameters: Parameters { [:] }

  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    Tensor(function(x).value.distinct(from: x.value, by: "Activation"))
  }
}
