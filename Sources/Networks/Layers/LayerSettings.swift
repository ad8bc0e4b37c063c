// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a layer is made from: values under names, in order.
///
/// ```swift
/// let settings: LayerSettings = ["inputs": .integer(4), "bias": .truth(true)]
/// print(settings)   // (inputs: 4, bias: true)
/// print(try settings.count("inputs"))   // 4
/// ```
public struct LayerSettings: Sendable, ExpressibleByDictionaryLiteral {
  /// What files can hold.
  public enum Value: Sendable {
    /// Yes or no.
    case truth(Bool)
    /// A whole number.
    case integer(Int)
    /// A finite number.
    case number(Double)
    /// A word, such as the name of a choice.
    case text(String)
    /// Several in order.
    case list([Value])
    /// A layer within the layer.
    case layer(any Layer)
  }

  package let members: [(name: String, value: Value)]

  package init(_ members: [(name: String, value: Value)]) { self.members = members }

  public init(dictionaryLiteral elements: (String, Value)...) {
    self.init(elements.map { ($0, $1) })
  }

  /// The value of a setting; nil if there is none. Names are compared byte for byte, as in files.
  public subscript(name: String) -> Value? {
    members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }
}

// Readers for `init(settings:)`. Each throws a ``LayerError`` if there is no such value.
extension LayerSettings {
  /// A whole number from 0 on. For the extents of a parameter use ``shape(_:)``.
  public func count(_ name: String, upTo most: Int = Int(Int32.max)) throws(LayerError) -> Int {
    let expected = "a whole number from 0 on"
    guard case .integer(let number) = try value(name), number >= 0 else {
      throw LayerError("\(expected) expected", setting: name)
    }
    guard number <= most else {
      throw LayerError("\(number) where \(expected) up to \(most) is expected", setting: name)
    }
    return number
  }

  /// A list of whole numbers from 0 on.
  public func counts(_ name: String, upTo most: Int = Int(Int32.max)) throws(LayerError) -> [Int] {
    var counts: [Int] = []
    for (index, value) in try list(name).enumerated() {
      let place = "\(name)[\(index)]"
      counts.append(try LayerSettings([(place, value)]).count(place, upTo: most))
    }
    return counts
  }

  /// A shape of which the extents are counts and lists of counts: what a parameter is made of. Its
  /// elements can be counted, whatever the file says.
  ///
  /// ```swift
  /// let settings: LayerSettings = [
  ///   "size": .list([.integer(3), .integer(5)]), "outputs": .integer(8),
  /// ]
  /// print(try settings.shape("size", "outputs"))   // [3, 5, 8]
  /// ```
  public func shape(_ names: String...) throws(LayerError) -> Shape {
    var extents: [Int] = []
    for name in names {
      if case .list? = self[name] {
        extents += try counts(name, upTo: .max)
      } else {
        extents.append(try count(name, upTo: .max))
      }
    }
    let shape = Shape(extents)
    guard shape.checkedElementCount != nil else {
      throw LayerError("the shape \(shape) has more elements than can be counted")
    }
    return shape
  }

  /// A finite number, whole or not.
  public func number(_ name: String) throws(LayerError) -> Double {
    switch try value(name) {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw LayerError("a number expected", setting: name)
    }
  }

  /// True or false.
  public func truth(_ name: String) throws(LayerError) -> Bool {
    guard case .truth(let truth) = try value(name) else {
      throw LayerError("true or false expected", setting: name)
    }
    return truth
  }

  /// A text, byte for byte as it was saved.
  public func text(_ name: String) throws(LayerError) -> String {
    guard case .text(let text) = try value(name) else {
      throw LayerError("a text expected", setting: name)
    }
    return text
  }

  /// A layer within the layer, of this type.
  public func layer<Inner>(
    _ name: String, as type: Inner.Type = (any Layer<Tensor<Float>, Tensor<Float>>).self
  ) throws(LayerError) -> Inner {
    let value = try value(name)
    return try LayerSettings.layer(value, name)
  }

  /// A list of layers of this type.
  public func layers<Inner>(
    _ name: String, as type: Inner.Type = (any Layer<Tensor<Float>, Tensor<Float>>).self
  ) throws(LayerError) -> [Inner] {
    var layers: [Inner] = []
    for (index, value) in try list(name).enumerated() {
      layers.append(try LayerSettings.layer(value, "\(name)[\(index)]"))
    }
    return layers
  }

  private static func layer<Inner>(_ value: Value, _ name: String) throws(LayerError) -> Inner {
    guard case .layer(let layer) = value else {
      throw LayerError("a layer expected", setting: name)
    }
    guard let inner = layer as? Inner else {
      throw LayerError(
        "\(layer.title) where \(typeName(of: Inner.self)) is expected", setting: name)
    }
    return inner
  }

  private func list(_ name: String) throws(LayerError) -> [Value] {
    guard case .list(let values) = try value(name) else {
      throw LayerError("a list expected", setting: name)
    }
    return values
  }

  private func value(_ name: String) throws(LayerError) -> Value {
    guard let value = self[name] else { throw LayerError("the member \"\(name)\" is missing") }
    return value
  }
}

extension LayerSettings: CustomStringConvertible {
  /// As in a call: "(inputs: 4, bias: true)".
  public var description: String {
    "(" + members.map { "\($0.name): \($0.value)" }.joined(separator: ", ") + ")"
  }
}

extension LayerSettings.Value: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truth(let truth): "\(truth)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .text(let text): "\"\(text)\""
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .layer(let layer): "\(layer)"
    }
  }
}

/// Why there is no layer of some settings, or no settings of a layer.
///
/// ```swift
/// print(LayerError("0 where 1 or more are expected", setting: "heads"))
/// // heads: 0 where 1 or more are expected
/// ```
public struct LayerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The setting that is wrong; nil if it is none alone.
  public let setting: String?
  /// What is wrong.
  public let problem: String

  /// An error of a setting, or of none alone.
  public init(_ problem: String, setting: String? = nil) {
    (self.problem, self.setting) = (problem, setting)
  }

  public var description: String { (setting.map { "\($0): " } ?? "") + problem }
}
