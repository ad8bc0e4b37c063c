// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// What a column of a table is taken for, and why.
public struct ColumnUnderstanding: Sendable, Hashable {
  /// What becomes of a column.
  public enum Role: Sendable, Hashable {
    /// Inputs are made from it.
    case number, category, date, text
    /// It is predicted.
    case target
    /// Nothing is made of it: "holds the same value in all rows".
    case leftOut(reason: String)
  }

  /// The name in the table.
  public let name: String
  /// What it is taken for.
  public let role: Role
  /// How its numbers are written.
  public let spelling: Table.Spelling
  /// How many of the rows with a target have no value, or one that does not fit.
  public let missingCount: Int
  /// How many values of the file are not what the column holds.
  public let misfitCount: Int
  /// How many values differ; nil for more than 1000 numbers.
  public let distinctCount: Int?

  /// Whether inputs are made from it.
  public var isInput: Bool {
    switch role {
    case .number, .category, .date, .text: true
    case .target, .leftOut: false
    }
  }
}

extension ColumnUnderstanding.Role: CustomStringConvertible {
  /// "number", or "left out".
  public var description: String {
    switch self {
    case .number: "number"
    case .category: "category"
    case .date: "date"
    case .text: "text"
    case .target: "target"
    case .leftOut: "left out"
    }
  }

  fileprivate init(_ choice: ColumnChoice) {
    switch choice {
    case .number: self = .number
    case .category: self = .category
    case .date: self = .date
    case .text: self = .text
    case .ignored: self = .leftOut(reason: "is to be ignored")
    }
  }
}

extension ColumnUnderstanding {
  /// What a column is taken for by what stands in some rows.
  init(
    _ column: Table.Column, rows: [Int], choice: ColumnChoice?,
    isTarget: Bool, mostCategories: Int
  ) {
    let isDated = column.spelling.isDated
    let guess: Role
    switch column.values {
    case .numeric(let numbers):
      let missing = rows.count { numbers[$0].isNaN }
      (missingCount, distinctCount) = (missing, Self.distinctCount(numbers, rows))
      let isWhole = { rows.allSatisfy { numbers[$0] == numbers[$0].rounded() } }
      if missing == rows.count {
        guess = .leftOut(reason: "holds no values")
      } else if distinctCount == 1 && missing == 0 {
        guess = .leftOut(reason: "holds the same value in all rows")
      } else if isDated {
        guess = .date
      } else if column.isIdentifierLike {
        guess = .leftOut(reason: "numbers the rows")
      } else if Self.isNamedAsIdentifier(column.name), rows.count >= 10, missing == 0,
        Set(rows.lazy.map { numbers[$0] }).count == rows.count, isWhole()
      {
        guess = .leftOut(reason: "has a number of its own for each row, and the name of one")
      } else {
        guess = .number
      }
    case .categorical(let codes, let texts):
      let (counts, missing) = counts(codes, rows, texts.count)
      let distinct = counts.count { $0 > 0 }
      (missingCount, distinctCount) = (missing, distinct)
      if distinct == 0 {
        guess = .leftOut(reason: "holds no values")
      } else if distinct == 1 && missing == 0 {
        guess = .leftOut(reason: "holds the same value in all rows")
      } else {
        let present = rows.count - missing
        guess =
          distinct > 20 && 5 * distinct > present && Self.isNamedAsIdentifier(column.name)
          ? .leftOut(
            reason: "has \(distinct) different texts in \(present) rows, and the name of an "
              + "identifier")
          : Self.role(of: texts, counts, missing, mostCategories: mostCategories)
      }
    }
    name = column.name
    (spelling, misfitCount) = (column.spelling, column.misfitCount)
    role = isTarget ? .target : choice.map(Role.init) ?? guess
  }

  /// Categories that come again, else texts whose words do.
  private static func role(
    of texts: Texts, _ counts: [Int], _ missing: Int, mostCategories: Int
  ) -> Role {
    let present = counts.reduce(0, +), distinct = counts.count { $0 > 0 }
    let fewest = max(2, CategoryCoding.fewestRows(of: present + missing))
    let frequent = counts.filter { $0 >= fewest }.sorted(by: >).prefix(mostCategories)
    let covered = frequent.reduce(0, +)
    if distinct <= 2 || 2 * covered >= present { return .category }
    if WordCounts.areTexts(texts),
      WordCounts(texts: texts, counts: counts, missingCount: missing) != nil
    {
      return .text
    }
    if 10 * covered >= present || missing > 0 && 10 * missing >= present { return .category }
    return .leftOut(reason: "has \(distinct) different texts in \(present) rows, as names have")
  }

  /// Up to 1000 are counted: more say nothing that is acted on.
  private static func distinctCount(_ numbers: [Double], _ rows: [Int]) -> Int? {
    var seen: Set<Double> = []
    for row in rows where !numbers[row].isNaN && seen.insert(numbers[row]).inserted {
      if seen.count > 1000 { return nil }
    }
    return seen.count
  }

  /// "id", "customer_id", "passengerId", "Order ID".
  private static func isNamedAsIdentifier(_ name: String) -> Bool {
    let lower = name.lowercased()
    return ["id", "index", "uuid", "key"].contains(lower)
      || ["Id", "ID"].contains { name.hasSuffix($0) }
      || ["_id", " id", "-id", ".id"].contains { lower.hasSuffix($0) }
  }
}
