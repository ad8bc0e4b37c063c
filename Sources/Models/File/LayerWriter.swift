// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Writes layers as JSON: `{"type": kind, ...settings}`, and a layer that stands there for the
/// second time as `{"type": "shared", "layer": its first place}`.
struct LayerWriter {
  private(set) var types = LayerTypes()
  /// False to write each layer as if it stood there alone.
  private let findsShared: Bool
  /// The layers with parameters so far, by these.
  private var written: [[ObjectIdentifier]: [(alone: JSON, path: String)]] = [:]

  init(findsShared: Bool = true) { self.findsShared = findsShared }

  /// A `Sequential` alone is a list of its layers.
  mutating func json(ofModel model: any StoredLayer) throws(LayerError) -> JSON {
    guard let sequence = model as? any LayerSequence else {
      return try json(of: model, at: "architecture")
    }
    return try json(of: .list(sequence.layers.map { .layer($0) }), at: "architecture")
  }

  mutating func json(
    ofKind kind: String, _ settings: LayerSettings, at path: String
  ) throws(LayerError) -> JSON {
    var members = [JSON.Member("type", .string(kind))]
    for (name, value) in settings.members {
      members.append(.init(name, try json(of: value, at: "\(path).\(name)")))
    }
    return .object(members)
  }

  private mutating func json(of layer: any Layer, at path: String) throws(LayerError) -> JSON {
    guard let layer = layer as? any StoredLayer else {
      throw LayerError(
        "\(layer.title) is no StoredLayer, which a file could hold", setting: path)
    }
    let type = type(of: layer)
    types.add(type)
    let parameters = layer.parameters.map { ObjectIdentifier($0.parameter) }
    if !findsShared || parameters.isEmpty {
      return try json(ofKind: type.kind, layer.settings, at: path)
    }
    var writer = LayerWriter(findsShared: false)
    let alone = try writer.json(ofKind: type.kind, layer.settings, at: path)
    if let first = written[parameters]?.first(where: { $0.alone == alone }) {
      return ["type": .string(LayerTypes.shared), "layer": .string(first.path)]
    }
    let json = try json(ofKind: type.kind, layer.settings, at: path)
    written[parameters, default: []].append((alone, path))
    return json
  }

  private mutating func json(
    of value: LayerSettings.Value, at path: String
  ) throws(LayerError) -> JSON {
    switch value {
    case .truth(let truth): return .bool(truth)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .text(let text): return .string(text)
    case .layer(let layer): return try json(of: layer, at: path)
    case .list(let values):
      var elements: [JSON] = []
      for (index, value) in values.enumerated() {
        elements.append(try json(of: value, at: "\(path)[\(index)]"))
      }
      return .array(elements)
    }
  }
}
