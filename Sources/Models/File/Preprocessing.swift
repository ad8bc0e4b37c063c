// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// What is done to the columns of a table before the model sees them, and what its output means:
/// what a model file keeps to predict for new rows as for those it was trained on.
public struct Preprocessing: Sendable, Hashable {
  public enum Transform: Sendable, Hashable {
    /// x ← (x - mean) / scale, after a missing x has become `missing`.
    case standardized(mean: Double, scale: Double, missing: Double)
    /// One input for each category: 1 for the row's own, 0 for the others.
    case oneHot(categories: [String])
  }

  public struct Column: Sendable, Hashable {
    public var name: String
    public var transform: Transform

    public init(_ name: String, _ transform: Transform) {
      (self.name, self.transform) = (name, transform)
    }
  }

  /// The columns that the model's inputs are made from, in order.
  public var inputs: [Column]
  /// The column that is predicted.
  public var target: Column?

  public init(inputs: [Column], target: Column? = nil) {
    (self.inputs, self.target) = (inputs, target)
  }
}

extension Preprocessing {
  var json: JSON {
    var members = [JSON.Member("inputs", .array(inputs.map(\.json)))]
    if let target { members.append(.init("target", target.json)) }
    return .object(members)
  }

  init(_ reader: MetadataReader) throws(FileError) {
    inputs = try reader.member("inputs").elements { (column) throws(FileError) in
      try Column(column)
    }
    if let target = reader.memberIfPresent("target") { self.target = try Column(target) }
  }

  /// Throws if a number is not finite, which JSON cannot hold, or a scale is 0.
  func check(for file: String) throws(FileError) {
    for column in inputs + (target.map { [$0] } ?? []) {
      guard case .standardized(let mean, let scale, let missing) = column.transform else {
        continue
      }
      guard mean.isFinite, missing.isFinite, scale.isFinite, scale != 0 else {
        throw FileError(
          .unwritable, in: file, at: .part(column.name),
          "mean \(mean), scale \(scale), missing \(missing) are no numbers to standardize with")
      }
    }
  }
}

extension Preprocessing.Column {
  fileprivate var json: JSON {
    switch transform {
    case .standardized(let mean, let scale, let missing):
      [
        "name": .string(name), "type": "standardized", "mean": .number(mean),
        "scale": .number(scale), "missing": .number(missing),
      ]
    case .oneHot(let categories):
      [
        "name": .string(name), "type": "oneHot",
        "categories": .array(categories.map(JSON.string)),
      ]
    }
  }

  fileprivate init(_ reader: MetadataReader) throws(FileError) {
    name = try reader.member("name").string()
    let type = try reader.member("type")
    switch try type.string() {
    case "standardized":
      let scale = try reader.member("scale")
      let number = try scale.number()
      if number == 0 { throw scale.malformed("a scale other than 0 expected") }
      transform = .standardized(
        mean: try reader.member("mean").number(), scale: number,
        missing: try reader.member("missing").number())
    case "oneHot":
      transform = .oneHot(categories: try reader.member("categories").strings())
    case let other: throw type.malformed("\(other.quoted) is no transform that is known here")
    }
  }
}
