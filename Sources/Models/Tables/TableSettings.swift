// SPDX-License-Identifier: Apache-2.0

/// What is to be predicted.
public enum TableTask: String, Sendable, Hashable, CaseIterable {
  /// One of several classes, or a number.
  case classification, regression
}

/// What a column is taken for, where the guess is to be overruled.
public enum ColumnChoice: String, Sendable, Hashable, CaseIterable {
  /// Numbers; texts that are none count as missing.
  case number
  /// Categories, also where they are written as numbers: post codes, numbers of shops.
  case category
  /// Dates and times, or seconds since 1970 where they are plain numbers.
  case date
  /// Short texts, of which words are counted.
  case text
  /// Nothing is made of it.
  case ignored
}

/// How a table becomes inputs and targets: which columns are predicted, and where
/// guesses are overruled.
///
/// ```swift
/// let settings = TableSettings(
///   targets: ["price"], columns: ["postcode": .category, "remarks": .ignored])
/// ```
public struct TableSettings: Sendable, Hashable {
  /// The columns that are predicted: one for a classification.
  public var targets: [String]
  /// What is to be predicted of them; detected if nil.
  public var task: TableTask?
  /// What columns are taken for, by name, where the guess is wrong.
  public var columns: [String: ColumnChoice]
  /// How many categories of a column get an input of their own; the others are one, "other".
  /// At least 1.
  public var mostCategories: Int {
    didSet { mostCategories = max(mostCategories, 1) }
  }

  /// Settings for columns that are to be predicted.
  public init(
    targets: [String], task: TableTask? = nil, columns: [String: ColumnChoice] = [:],
    mostCategories: Int = 50
  ) {
    (self.targets, self.task, self.columns) = (targets, task, columns)
    self.mostCategories = max(mostCategories, 1)
  }
}
