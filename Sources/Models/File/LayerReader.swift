// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Makes the layers of a file, without numbers.
struct LayerReader {
  private let types: LayerTypes
  /// True if each layer must have the settings that it is made from, to the last bit.
  private let isExact: Bool
  /// The layers made so far, by their places, and of how many layers each consists.
  private var made: [Name: (layer: any StoredLayer, count: Int)] = [:]
  private var count = 0

  /// More are nobody's model: a few lines could make as many as one likes by naming others.
  private static let mostLayers = 1 << 15

  init(types: LayerTypes, isExact: Bool = false) { (self.types, self.isExact) = (types, isExact) }

  /// The model; a list is a `Sequential`.
  mutating func model(_ reader: MetadataReader) throws(FileError) -> any StoredLayer {
    switch reader.value {
    case .array: try sequence(reader)
    case .object: try layer(reader)
    case .null, .bool, .integer, .number, .string: throw reader.malformed("a list expected")
    }
  }

  private mutating func sequence(_ reader: MetadataReader) throws(FileError) -> any StoredLayer {
    let layers = try reader.elements { (element) throws(FileError) in try layer(element) }
    do throws(LayerError) {
      return try PullbackNetworks.sequence(of: layers)
    } catch {
      throw reader.malformed(error)
    }
  }

  private mutating func layer(_ reader: MetadataReader) throws(FileError) -> any StoredLayer {
    let type = try reader.member("type"), kind = try type.string(), before = count
    if kind == LayerTypes.shared { return try shared(reader.member("layer")) }
    guard let known = types[kind] else {
      throw type.malformed(
        "\(kind.quoted) is no layer that is known here; if it is your own, load with "
          + "layers: [its type]")
    }
    try add(1, reader)
    let layer =
      known is any LayerSequence.Type
      ? try sequence(reader.member("layers")) : try self.layer(of: known, reader)
    made[Name(reader.path)] = (layer, count - before)
    return layer
  }

  private mutating func layer(
    of type: any StoredLayer.Type, _ reader: MetadataReader
  ) throws(FileError) -> any StoredLayer {
    let settings = LayerSettings(
      try reader.namedMembers { (member) throws(FileError) in
        member.value == .null ? nil : try value(member)
      }.compactMap { name, value in name == "type" ? nil : value.map { (name, $0) } })
    let layer: any StoredLayer
    do {
      layer = try type.init(settings: settings)
    } catch let error as LayerError {
      throw reader.malformed(error)
    } catch {
      throw reader.malformed("\(type) cannot be made from its settings: \(error)")
    }
    if isExact { try check(layer, isMadeFrom: settings, reader) }
    return layer
  }

  private func check(
    _ layer: any StoredLayer, isMadeFrom settings: LayerSettings, _ reader: MetadataReader
  ) throws(FileError) {
    let kind = type(of: layer).kind
    var writer = LayerWriter(findsShared: false)
    do throws(LayerError) {
      let given = try writer.json(ofKind: kind, settings, at: reader.path)
      let again = try writer.json(ofKind: kind, layer.settings, at: reader.path)
      // Texts tell -0 from 0, and names by their bytes.
      guard Name("\(given)") == Name("\(again)") else {
        throw LayerError("made from \(given.layerSummary) it is \(again.layerSummary)")
      }
    } catch {
      throw reader.malformed(writing: error)
    }
  }

  /// A layer that has been made before.
  private mutating func shared(_ place: MetadataReader) throws(FileError) -> any StoredLayer {
    let name = try place.string()
    guard let earlier = made[Name(name)] else {
      throw place.malformed("\(name.quoted) is no layer before this one")
    }
    try add(earlier.count, place)
    return earlier.layer
  }

  private mutating func add(_ layers: Int, _ reader: MetadataReader) throws(FileError) {
    count += layers
    guard count <= LayerReader.mostLayers else {
      throw reader.malformed("there are more than \(LayerReader.mostLayers) layers")
    }
  }

  private mutating func value(
    _ reader: MetadataReader
  ) throws(FileError) -> LayerSettings.Value {
    switch reader.value {
    case .null: throw reader.malformed("a value expected")
    case .bool(let truth): return .truth(truth)
    case .integer(let number): return .integer(number)
    case .number(let number):
      guard number.isFinite else { throw reader.malformed("\(number) is no number of a file") }
      return .number(number)
    case .string(let text): return .text(text)
    case .array:
      return .list(try reader.elements { (element) throws(FileError) in try value(element) })
    case .object: return .layer(try layer(reader))
    }
  }
}
