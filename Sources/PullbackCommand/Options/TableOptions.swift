// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// How a table is read, where what its reader finds out is not what is meant.
struct TableOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What stands between fields: a character, or comma, semicolon, tab, bar, space. "
        + "(default: found out)",
      valueName: "character"),
    transform: TableOptions.separator)
  var separator: Character?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What stands before decimals: point or comma.", valueName: "point|comma"),
    transform: TableOptions.decimal)
  var decimal: Character?

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Whether the first record has the names of the columns. (default: found out)")
  var header: Bool?

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Whether 3/4/2024 is 3 April. (default: found out)")
  var dayFirst: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What begins lines that are none of the table's, such as #.", valueName: "character"),
    transform: TableOptions.comment)
  var comment: Character?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Lines that stand before the table.", valueName: "lines"))
  var skip: Int?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A text that stands for no value, beside the usual ones and those that a model was trained "
        + "with; several times, or with commas.",
      valueName: "text"))
  var missing: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What a column holds, where the guess is wrong: number, category, date, text or ignored; "
        + "several times.", valueName: "name=kind"),
    transform: ColumnSetting.init(parsing:))
  var column: [ColumnSetting] = []

  func validate() throws {
    try require(skip.map { $0 >= 0 } ?? true, "--skip must be 0 or more")
    var names: Set<String> = []
    for setting in column {
      try require(
        names.insert(setting.name).inserted, "--column says twice what '\(setting.name)' holds")
    }
  }

  /// Whether anything is asked for.
  var isGiven: Bool {
    separator != nil || decimal != nil || header != nil || dayFirst != nil || comment != nil
      || skip != nil || !missing.isEmpty || !column.isEmpty
  }

  func add(to configuration: inout RunConfiguration) {
    configuration.add("separator", separator.map(String.init))
    configuration.add("decimal", decimal.map(String.init))
    configuration.add("header", header.map(JSON.bool))
    configuration.add("day-first", dayFirst.map(JSON.bool))
    configuration.add("comment", comment.map(String.init))
    configuration.add("skip", skip)
    configuration.add("missing", missing)
    configuration.add("column", column.map(\.text))
  }

  private static func separator(_ text: String) throws -> Character {
    let names: [String: Character] = [
      "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "space": " ",
    ]
    if let character = names[text] { return character }
    guard text.count == 1, let character = text.first else {
      throw ValidationError(
        "one character, or comma, semicolon, tab, bar, space is wanted"
          + suggestion(for: text, in: names.keys.sorted()))
    }
    return character
  }

  private static func comment(_ text: String) throws -> Character {
    guard text.count == 1, let character = text.first else {
      throw ValidationError("one character is wanted")
    }
    return character
  }

  private static func decimal(_ text: String) throws -> Character {
    switch text {
    case "point", ".": "."
    case "comma", ",": ","
    default: throw ValidationError("point or comma is wanted")
    }
  }
}

/// "postcode=category"
struct ColumnSetting {
  let name: String
  let choice: ColumnChoice

  init(parsing text: String) throws {
    // A name may have the sign in it, a kind has not.
    guard let sign = text.lastIndex(of: "="), sign > text.startIndex else {
      throw ValidationError("a column, = and what it holds are wanted, as in postcode=category")
    }
    name = String(text[..<sign])
    choice = try chosen(String(text[text.index(after: sign)...]))
  }

  var text: String { "\(name)=\(choice.rawValue)" }
}

#endif
