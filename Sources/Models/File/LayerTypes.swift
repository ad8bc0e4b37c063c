// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// The types of layers that files are read with, by their kinds.
struct LayerTypes: Sendable {
  /// A layer that stands elsewhere in the file, too: no type has this kind.
  static let shared = "shared"

  private var types: [Name: any StoredLayer.Type]
  /// Why the kinds cannot be told apart.
  private var collision: String?

  /// This package's own, asked for their kinds once.
  private static let own: LayerTypes = {
    var own = LayerTypes(types: [:])
    for type in ownLayers + [Sequential<Tensor<Float>>.self] { own.add(type) }
    return own
  }()

  private init(types: [Name: any StoredLayer.Type]) { self.types = types }

  /// This package's own.
  init() { self = LayerTypes.own }

  init(_ others: [any StoredLayer.Type]) {
    self.init()
    for type in others { add(type) }
  }

  mutating func add(_ type: any StoredLayer.Type) {
    // Of whatever input a sequence is, its layers say it.
    if type is any LayerSequence.Type, type.kind == Sequential<Tensor<Float>>.kind {
      types[Name(type.kind)] = Sequential<Tensor<Float>>.self
    } else if type.kind == LayerTypes.shared {
      collision = "\(type) has the kind \(type.kind.quoted), which no layer can have"
    } else if let known = types.updateValue(type, forKey: Name(type.kind)), known != type {
      collision =
        "\(type) has the kind \(type.kind.quoted), which is that of \(known): give it another"
    }
  }

  subscript(kind: String) -> (any StoredLayer.Type)? { types[Name(kind)] }

  /// Throws if two types have one kind.
  func check(_ check: FileCheck) throws(FileError) {
    if let collision { throw check.error("architecture", collision) }
  }
}
