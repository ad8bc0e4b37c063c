// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// A model as data: the kinds and settings of its layers, from which a file makes it again.
///
/// ```swift
/// let model = Sequential(Linear(64, 50), ReLU(), Dropout(0.5))
/// print(try Architecture(of: model))
/// // [linear(inputs: 64, outputs: 50, bias: true), relu, dropout(rate: 0.5)]
/// ```
public struct Architecture: Sendable {
  /// As files keep it: a `Sequential` is a list of its layers, any other layer an object.
  let json: JSON
  /// The types that the layers are of.
  let types: LayerTypes

  /// The architecture of a model. Throws a ``LayerError`` that names the layer if one of them is no
  /// ``StoredLayer``.
  public init(of model: some ParameterTree) throws(LayerError) {
    // A snapshot has the layers of its model.
    let original = (model as? any ModelVersion)?.original ?? model
    guard let layer = original as? any StoredLayer else {
      throw LayerError("\(Swift.type(of: original)) is no StoredLayer")
    }
    try self.init(describing: layer)
  }

  /// What a file says, as the layers that are made of it say it.
  init(_ reader: MetadataReader, of types: LayerTypes) throws(FileError) {
    var layers = LayerReader(types: types)
    let model = try layers.model(reader)
    do throws(LayerError) {
      try self.init(describing: model)
    } catch {
      throw reader.malformed(writing: error)
    }
  }

  private init(describing model: any StoredLayer) throws(LayerError) {
    var writer = LayerWriter()
    json = try writer.json(ofModel: model)
    types = writer.types
  }

  /// A new model without numbers. Throws unless there is such a model, each layer has the settings
  /// that it is made from, and the model's parameters are the weights.
  func model(for weights: NamedTensors, _ check: FileCheck) throws(FileError) -> any StoredLayer {
    guard !json.isDeeper(than: ModelFile.deepestValue) else {
      throw check.error("architecture", "layers nested too deep")
    }
    try types.check(check)
    var layers = LayerReader(types: types, isExact: true)
    let model = try layers.model(MetadataReader(json, path: "architecture", check))
    try check.check(weights, areParametersOf: model)
    return model
  }
}

extension Architecture: Hashable {
  /// True if kinds and settings are the same.
  public static func == (left: Architecture, right: Architecture) -> Bool {
    left.json == right.json
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}

extension FileCheck {
  /// Throws unless the weights have the paths and shapes of a model's parameters.
  fileprivate func check(
    _ weights: NamedTensors, areParametersOf model: any StoredLayer
  ) throws(FileError) {
    let parameters = model.parameters.distinctPaths
    for (path, parameter) in parameters {
      guard let tensor = weights[path] else {
        throw error(
          path,
          "the architecture has it, the weights do not"
            + (kind == .unwritable
              ? "; if layers share it, use one layer at both places, or write a StoredLayer of them"
              : ""))
      }
      guard tensor.shape == parameter.shape else {
        throw error(
          path,
          "has the shape \(tensor.shape), in the architecture the shape \(parameter.shape)")
      }
    }
    let paths = Set(parameters.map { Name($0.name) })
    if let other = weights.names.first(where: { !paths.contains(Name($0)) }) {
      throw error(other, "belongs to no layer of the architecture")
    }
  }
}
