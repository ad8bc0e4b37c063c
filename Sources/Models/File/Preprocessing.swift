// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// What is done to the columns of a table before the model sees them, and what its output means:
/// what a model file keeps to predict for new rows as for those it was trained on.
public struct Preprocessing: Sendable, Hashable {
  /// How the values of a column become inputs.
  public enum Transform: Sendable, Hashable {
    /// x ← (x - mean) / scale, after a missing x has become `missing`. A file takes finite numbers
    /// and a scale that can be divided by: not 0, nor so near it that Double has fewer digits.
    case standardized(mean: Double, scale: Double, missing: Double)
    /// One input for each category: 1 for the row's own, 0 for the others. A file takes one category
    /// or more, each once.
    case oneHot(categories: [String])
  }

  /// A column of the table and what is done to it.
  public struct Column: Sendable, Hashable {
    /// The name in the table.
    public var name: String
    /// What is done to its values.
    public var transform: Transform

    /// A column by its name in the table.
    public init(_ name: String, _ transform: Transform) {
      (self.name, self.transform) = (name, transform)
    }
  }

  /// The columns that the model's inputs are made from, in order.
  public var inputs: [Column]
  /// The column that is predicted.
  public var target: Column?

  /// Preprocessing for the columns that inputs are made from and for the one that is predicted.
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

  /// Throws unless each column can be computed.
  func check(_ check: FileCheck) throws(FileError) {
    for (index, column) in inputs.enumerated() {
      try column.check(at: "preprocessing.inputs[\(index)]", check)
    }
    try target?.check(at: "preprocessing.target", check)
  }
}

extension Preprocessing.Column {
  /// How many numbers the column becomes.
  var width: Int {
    switch transform {
    case .standardized: 1
    case .oneHot(let categories): categories.count
    }
  }

  fileprivate func check(at part: String, _ check: FileCheck) throws(FileError) {
    switch transform {
    case .standardized(let mean, let scale, let missing):
      guard mean.isFinite, missing.isFinite, scale.isNormal else {
        throw check.error(
          part,
          "mean \(mean), scale \(scale), missing \(missing) are no numbers to standardize with")
      }
    case .oneHot(let categories):
      if categories.isEmpty { throw check.error(part, "has no categories") }
      try check.checkDistinct(categories, at: "\(part).categories")
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
      transform = .standardized(
        mean: try reader.member("mean").number(), scale: try reader.member("scale").number(),
        missing: try reader.member("missing").number())
    case "oneHot":
      transform = .oneHot(categories: try reader.member("categories").strings())
    case let other: throw type.malformed("\(other.quoted) is no transform that is known here")
    }
  }
}
