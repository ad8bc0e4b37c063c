// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A layer that a file can hold: it names its kind and its settings and can be made from them.
///
/// ```swift
/// /// Each column of x times a factor of its own.
/// struct Scaling: StoredLayer {
///   static let kind = "scaling"
///   let factor: Parameter
///   init(_ columns: Int) { factor = Parameter(shape: [columns], .constant(1)) }
///
///   var parameters: Parameters { ["factor": factor] }
///   func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { x * factor.value }
///
///   var settings: LayerSettings { ["columns": .integer(factor.shape[0])] }
///   init(settings: LayerSettings) throws { self.init(try settings.count("columns")) }
/// }
///
/// let model = Sequential(Linear(4, 3), Scaling(3), ReLU()).initialized(seed: 7)
/// try ModelFile(model).save(to: "scaled.safetensors")
/// let same = try ModelFile.load(at: "scaled.safetensors", layers: [Scaling.self]).makeModel()
/// print(same.layers[1])   // Scaling(columns: 3)
/// ```
///
/// The numbers of the parameters are stored apart, under their paths.
public protocol StoredLayer<Input, Output>: Layer {
  /// What files call the layer, the same in all versions of a program: "linear". No two types that
  /// meet in a file have the same.
  static var kind: String { get }

  /// What the layer is made from; made from it, a layer has the same settings again.
  var settings: LayerSettings { get }

  /// A layer with these settings, its parameters without numbers. They come from a file, which may
  /// claim any size: a layer gives its parameters a shape and a start, and throws a ``LayerError``
  /// where there is no such layer.
  init(settings: LayerSettings) throws

  /// What becomes of the last axis, so that layers which do not fit are found in a file.
  var lastAxis: LastAxis { get }

  /// The same where x is rows of numbers, [n, d], each an example by itself, as a table has
  /// them; nil if the layer takes no rows or makes none of them. A model of such a layer is not
  /// applied to tables.
  var lastAxisOfRows: LastAxis? { get }
}

extension StoredLayer {
  /// Nothing is known, unless the layer says it.
  public var lastAxis: LastAxis { .unknown }

  /// As of any x, unless the layer says otherwise.
  public var lastAxisOfRows: LastAxis? { lastAxis }

  /// The type and the settings: "Scaling(columns: 3)".
  public var description: String { "\(Self.self)\(settings)" }

  /// The extent of the last axis that the layer expects; nil if it takes any, or if it is not
  /// known.
  public var inputCount: Int? { lastAxis.inputs }

  /// The extent of the last axis of what the layer gives; nil if it depends on x, or is not known.
  public var outputCount: Int? { lastAxis.outputs }
}

/// What a layer makes of the last axis of x.
public enum LastAxis: Sendable, Hashable {
  /// Any extent, and y has the same.
  case kept
  /// The extent that x must have and that of y; nil where it is not known.
  case changed(from: Int?, to: Int?)

  /// Nothing is known.
  public static let unknown = LastAxis.changed(from: nil, to: nil)

  /// The extent that x must have; nil if it may have any, or if it is not known.
  package var inputs: Int? { if case .changed(let inputs, _) = self { inputs } else { nil } }
  /// The extent of y; nil if it is that of x, or not known.
  package var outputs: Int? { if case .changed(_, let outputs) = self { outputs } else { nil } }

  /// Whether the next layer can have what this one gives, as far as is known.
  func fits(_ next: LastAxis) -> Bool {
    guard let outputs, let inputs = next.inputs else { return true }
    return outputs == inputs
  }

  /// What two layers one after the other make of it.
  func followed(by next: LastAxis) -> LastAxis {
    switch (self, next) {
    case (_, .kept): self
    case (.kept, _): next
    case (.changed(let inputs, _), .changed(_, let outputs)): .changed(from: inputs, to: outputs)
    }
  }
}

/// The layers of this package that are made from settings alone.
package let ownLayers: [any StoredLayer.Type] = [
  Linear.self, Dropout.self, ReLU.self, LeakyReLU.self, ELU.self, SELU.self, ReLU6.self, Tanh.self,
  Sigmoid.self, LogSigmoid.self, Softplus.self, SiLU.self, GELU.self, HardTanh.self,
  HardSigmoid.self, HardSwish.self, Softmax.self, LogSoftmax.self, LayerNorm.self, RMSNorm.self,
  BatchNorm.self, GroupNorm.self, Embedding.self, Residual.self, MultiHeadAttention.self,
  TransformerBlock.self, RNN.self, GRU.self, LSTM.self, Convolution1D.self, Convolution2D.self,
  TransposedConvolution1D.self, TransposedConvolution2D.self, MaxPool.self, AveragePool.self,
  GlobalAveragePool.self, Flatten.self,
]
