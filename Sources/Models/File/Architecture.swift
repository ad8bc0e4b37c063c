// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Layers one after the other as data: what a model file keeps to make the model again.
///
/// ```swift
/// let architecture: Architecture = [.linear(64, 50), .relu, .linear(50, 10)]
/// let model = Sequential(architecture).initialized(seed: 7)
/// print(model.parameters.paths)   // ["0.weight", "0.bias", "2.weight", "2.bias"]
/// ```
public struct Architecture: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// One layer: what it is and its settings.
  public enum Layer: Sendable, Hashable {
    case linear(_ inputs: Int, _ outputs: Int, bias: Bool = true)
    case relu
    case tanh
    case dropout(Float)
  }

  /// The layers in the order in which they are applied.
  public var layers: [Layer]

  /// An architecture of these layers; as a literal, the list alone.
  public init(_ layers: [Layer]) { self.layers = layers }

  public init(arrayLiteral layers: Layer...) { self.layers = layers }
}

extension Sequential {
  /// The model of an architecture, without numbers yet. A mistake if there is no such model: a layer
  /// with too few or too many units to count, or with other inputs than the layer before it gives,
  /// or one that drops at a rate outside 0 ..< 1.
  public init(
    _ architecture: Architecture, file: StaticString = #fileID, line: UInt = #line
  ) {
    if let flaw = architecture.flaw {
      Mistake(
        "Sequential", "layer \(flaw.layer) of the architecture, \(flaw.problem)", fix: flaw.fix
      )
      .stop(at: CallSite(file, line))
    }
    self.init(
      architecture.layers.map { layer -> any Layer in
        switch layer {
        case .linear(let inputs, let outputs, let bias): Linear(inputs, outputs, bias: bias)
        case .relu: Activation(PullbackTensors.relu)
        case .tanh: Activation(PullbackTensors.tanh)
        case .dropout(let rate): Dropout(rate)
        }
      })
  }
}

extension Architecture {
  var json: JSON {
    .array(
      layers.map { layer in
        switch layer {
        case .linear(let inputs, let outputs, let bias):
          [
            "type": "linear", "inputs": .integer(inputs), "outputs": .integer(outputs),
            "bias": .bool(bias),
          ]
        case .relu: ["type": "relu"]
        case .tanh: ["type": "tanh"]
        case .dropout(let rate): ["type": "dropout", "rate": .number(Double(rate))]
        }
      })
  }

  init(_ reader: MetadataReader) throws(FileError) {
    layers = try reader.elements { (layer) throws(FileError) in
      let type = try layer.member("type")
      switch try type.string() {
      case "linear":
        return .linear(
          try layer.member("inputs").count(), try layer.member("outputs").count(),
          bias: try layer.member("bias").truth())
      case "relu": return .relu
      case "tanh": return .tanh
      case "dropout": return .dropout(Float(try layer.member("rate").number()))
      case let other: throw type.malformed("\(other.quoted) is no layer that is known here")
      }
    }
  }
}
