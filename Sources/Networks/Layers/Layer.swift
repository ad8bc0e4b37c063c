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
///
/// What it takes and gives is read off its `callAsFunction`; a type that has several names the one
/// that is meant: `typealias Input = Tensor<Float>`. `some Layer<Tensor<Int32>, Tensor<Float>>` is
/// any layer from indices to numbers. A function of several tensors is no layer: let it be a
/// ``ParameterTree``.
public protocol Layer<Input, Output>: ParameterTree, Sendable {
  /// What the layer takes.
  associatedtype Input = Tensor<Float>
  /// What the layer gives.
  associatedtype Output = Tensor<Float>

  /// The layer's parameters under the names that files and messages use.
  var parameters: Parameters { get }

  /// y = f(x).
  func callAsFunction(_ x: Input) -> Output
}
