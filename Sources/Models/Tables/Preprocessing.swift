// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// What is done to the columns of a table before the model sees them, and what its output means:
/// fitted on training rows, and kept in the model file to predict for new rows as for those.
///
/// ```swift
/// let table = try CSV.table(at: "penguins.csv")
/// let understanding = try TableUnderstanding(table, TableSettings(targets: ["species"]))
/// let preprocessing = try Preprocessing(
///   fitting: table, understanding, rows: understanding.rows)
/// let inputs = try preprocessing.inputs(of: table)
/// print(preprocessing)
/// // column    as        inputs  how
/// // island    category  2       Biscoe, Dream
/// // bill      number    2       (x - 41) / 5.099; missing: 39 and 1
/// // predicts
/// // species   category  2       Adelie, Gentoo
/// ```
public struct Preprocessing: Sendable, Hashable {
  /// How the values of a column become inputs, or what outputs stand for.
  public enum Transform: Sendable, Hashable {
    /// A number.
    case number(Standardization)
    /// One of several categories.
    case category(CategoryCoding)
    /// A date or a time.
    case date(DateCoding)
    /// A short text.
    case words(WordCounts)

    /// x ← (x - mean) / scale, after a missing x has become `missing`. A file takes finite numbers
    /// and a scale that can be divided by: not 0, nor so near it that Double has fewer digits.
    public static func standardized(mean: Double, scale: Double, missing: Double) -> Self {
      .number(Standardization(mean: mean, scale: scale, missing: missing))
    }

    /// One input for each category: 1 for the row's own, 0 for the others. A file takes one
    /// category or more, each once.
    public static func oneHot(categories: [String]) -> Self {
      .category(CategoryCoding(categories: categories))
    }

    /// How many numbers a value becomes.
    var width: Int {
      switch self {
      case .number(let number): number.width
      case .category(let category): category.width
      case .date(let date): date.width
      case .words(let words): words.width
      }
    }
  }

  /// A column of the table and what is done to it.
  public struct Column: Sendable, Hashable {
    /// The name in the table.
    public var name: String
    /// What is done to its values.
    public var transform: Transform
    /// How its numbers are written: new ones are read as those of the training rows were.
    public var spelling: Table.Spelling

    /// A column by its name in the table.
    public init(
      _ name: String, _ transform: Transform, spelling: Table.Spelling = Table.Spelling()
    ) {
      (self.name, self.transform, self.spelling) = (name, transform, spelling)
    }
  }

  /// The columns that the model's inputs are made from, in order.
  public var inputs: [Column]
  /// The columns that are predicted: one of classes, or some of numbers.
  public var targets: [Column]
  /// The texts that stood for no value where the training rows were read, and do so in new ones.
  /// A file takes up to 1,000.
  public var missing: [String]

  /// Preprocessing for the columns that inputs are made from and for those that are predicted.
  public init(inputs: [Column], targets: [Column] = [], missing: [String] = CSV.missing) {
    (self.inputs, self.targets, self.missing) = (inputs, targets, missing)
  }

  /// Each field of a table is compared with all of them.
  static let mostMissing = 1000

  /// What is predicted; regression where nothing is.
  public var task: TableTask { classes == nil ? .regression : .classification }
  /// How many numbers an example has.
  public var inputCount: Int { inputs.reduce(0) { $0 + $1.transform.width } }
  /// How many numbers are predicted for it: one for each class, or for each target.
  public var outputCount: Int { targets.reduce(0) { $0 + $1.transform.width } }
  /// The names of the classes in the order of their labels; empty for a regression.
  public var classNames: [String] { classes ?? [] }

  private var classes: [String]? {
    guard targets.count == 1, case .category(let coding) = targets[0].transform else { return nil }
    return coding.categories
  }
}
