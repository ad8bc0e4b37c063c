// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// A column as it stands in a table or in a part of a stream, to be read as what a model was trained on.
struct ReadColumn {
  let file: String
  let name: String
  let values: Table.Values
  let isDated: Bool
  /// The line of a row, for messages.
  let line: (Int) -> Int

  func error(row: Int, _ problem: String) -> FileError {
    FileError(
      .malformed, in: file, at: .line(line(row)), "in the column \(name.quoted): \(problem)")
  }

  /// Numbers, NaN where one is missing: plain ones, or the seconds of dates. Among texts of which some
  /// are plain numbers the others are missing.
  func numbers(dated: Bool) throws(FileError) -> [Double] {
    let expected = dated ? "dates" : "numbers"
    switch values {
    case .numeric(let numbers):
      if isDated != dated, let row = numbers.firstIndex(where: { !$0.isNaN }) {
        throw error(row: row, "\(dated ? "numbers" : "dates") stand where \(expected) are expected")
      }
      return numbers
    case .categorical(let codes, let texts):
      let numbers = dated ? [] : texts.map { Double($0) ?? .nan }
      if numbers.allSatisfy(\.isNaN), let row = codes.firstIndex(where: { $0 >= 0 }) {
        throw error(
          row: row, "\(texts[Int(codes[row])].quoted) stands where \(expected) are expected")
      }
      return codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
    }
  }

  /// For each row the number of its text, or -1, and the texts: those of the table, or the numbers as
  /// they are written.
  var coded: (codes: [Int32], texts: [String]) {
    switch values {
    case .categorical(let codes, let texts): return (codes, Array(texts))
    case .numeric(let numbers):
      // 0 and -0 are one number.
      let distinct = Set(numbers.lazy.filter { !$0.isNaN }.map { $0 + 0 }).sorted()
      let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0)) })
      return (numbers.map { $0.isNaN ? -1 : places[$0 + 0]! }, distinct.map(numberText))
    }
  }

  /// The place of each row's value among given texts; -1 where it is missing, -2 where it is none of
  /// them. A number is the text that stands for it, however it is written.
  func places(among names: [String]) -> [Int32] {
    switch values {
    case .categorical(let codes, let texts):
      let known = Dictionary(names.enumerated().map { (Name($1), Int32($0)) }) { first, _ in first }
      let numbers = ReadColumn.numbers(names)
      let places = texts.map { text in
        known[Name(text)] ?? Double(text).flatMap { numbers[$0 + 0] } ?? -2
      }
      return codes.map { $0 < 0 ? -1 : places[Int($0)] }
    case .numeric(let values):
      let numbers = ReadColumn.numbers(names)
      return values.map { $0.isNaN ? -1 : numbers[$0 + 0] ?? -2 }
    }
  }

  private static func numbers(_ names: [String]) -> [Double: Int32] {
    let numbers = names.enumerated().compactMap { place, name in
      Double(name).map { ($0 + 0, Int32(place)) }
    }
    return Dictionary(numbers.filter { !$0.0.isNaN }) { first, _ in first }
  }
}

/// A number as a category is named: whole ones without a point.
func numberText(_ number: Double) -> String {
  number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
}

extension Table {
  /// A column that must be there; `use` says what for.
  func readColumn(_ name: String, _ use: String) throws(FileError) -> ReadColumn {
    guard let column = self[name] else {
      throw FileError(
        .malformed, in: file,
        "there is no column \(name.quoted), \(use)"
          + suggestion(for: name, in: columns.lazy.map(\.name)))
    }
    return readColumn(column)
  }

  func readColumn(_ column: Column) -> ReadColumn {
    ReadColumn(
      file: file, name: column.name, values: column.values, isDated: column.spelling.isDated,
      line: { line(ofRow: $0) })
  }
}

extension Table.Spelling {
  /// Whether the numbers are seconds of days or of the clock.
  var isDated: Bool {
    switch notation {
    case .plain, .percent, .currency: false
    case .date, .time, .dateTime: true
    }
  }
}
