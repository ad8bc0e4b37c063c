// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A function with parameters.
///
/// ```swift
/// struct Classifier: Layer {
///   let hidden = Linear(784, 50), output = Linear(50, 10)
///   var parameters: Parameters {
///     ["hidden": hidden.parameters, "output": output.parameters]
///   }
///   func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(relu(hidden(x))) }
/// }
/// ```
public protocol Layer: ParameterTree, Sendable {
  /// The layer's parameters under the names that files and messages use.
  var parameters: Parameters { get }

  /// y = f(x).
  func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float>
}

extension Layer {
  /// The layer after its parameters have got their starts, each a function of the seed and its
  /// path. The parameters are the same objects: the layer is returned so that calls can be chained.
  public func initialized(seed: UInt64) -> Self {
    parameters.initialize(seed: seed)
    return self
  }
}
