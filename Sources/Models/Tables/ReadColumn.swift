// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// A column as it stands in a table or in a part of a stream, to be read as what a
/// model was trained on.
struct ReadColumn {
  enum Values {
    /// NaN where one is missing.
    case numbers([Double])
    /// For each row the number of its text, or -1.
    case texts([Int32], any RandomAccessCollection<String>)
    /// For each row the place among categories that are known; -1 where none stands, -2 for others,
    /// of which the first are kept.
    case places([Int32], others: [Int: String])
  }

  let file: String
  let name: String
  let values: Values
  let isDated: Bool
  /// The line of a row, for messages.
  let line: (Int) -> Int

  var areNumbers: Bool {
    switch values {
    case .numbers: true
    case .texts, .places: false
    }
  }

  func error(row: Int, _ problem: String) -> FileError {
    FileError(
      .malformed, in: file, at: .line(line(row)), "in the column \(name.quoted): \(problem)")
  }

  /// Numbers, NaN where one is missing: plain ones, or the seconds of dates. Among texts of which
  /// some are plain numbers the others are missing.
  func numbers(dated: Bool) throws(FileError) -> [Double] {
    let expected = dated ? "dates" : "numbers"
    switch values {
    case .numbers(let numbers):
      if isDated != dated, let row = numbers.firstIndex(where: { !$0.isNaN }) {
        throw error(row: row, "\(dated ? "numbers" : "dates") stand where \(expected) are expected")
      }
      return numbers
    case .texts(let codes, let texts):
      let numbers = dated ? [] : texts.map { Double($0) ?? .nan }
      if numbers.allSatisfy(\.isNaN), let row = codes.firstIndex(where: { $0 >= 0 }) {
        throw error(row: row, "\(text(row: row).quoted) stands where \(expected) are expected")
      }
      return codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
    case .places(let places, _): return places.map { _ in .nan }
    }
  }

  /// For each row the number of its text, or -1, and the texts: those of the table, or the numbers
  /// as they are written.
  var coded: (codes: [Int32], texts: [String]) {
    switch values {
    case .texts(let codes, let texts): return (codes, Array(texts))
    case .places(let places, _): return (places.map { _ in -1 }, [])
    case .numbers(let numbers):
      // 0 and -0 are one number.
      let distinct = Set(numbers.lazy.filter { !$0.isNaN }.map { $0 + 0 }).sorted()
      let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0)) })
      return (numbers.map { $0.isNaN ? -1 : places[$0 + 0]! }, distinct.map(numberText))
    }
  }

  /// The place of each row's value among categories; -1 where it is missing, -2 where it is none of
  /// them. Where either the categories or the values are numbers, numbers are compared.
  func places(among coding: CategoryCoding) throws(FileError) -> [Int32] {
    let names = coding.categories
    switch values {
    case .places(let places, _): return places
    case .texts(let codes, let texts) where !coding.areNumbers:
      let known = Dictionary(names.enumerated().map { (Name($1), Int32($0)) }) { first, _ in first }
      let places = texts.map { known[Name($0)] ?? -2 }
      return codes.map { $0 < 0 ? -1 : places[Int($0)] }
    case .numbers, .texts:
      let places = names.enumerated().compactMap { place, name in
        Double(name).map { ($0 + 0, Int32(place)) }
      }
      let known = Dictionary(places.filter { !$0.0.isNaN }) { first, _ in first }
      return try numbers(dated: isDated).map { $0.isNaN ? -1 : known[$0 + 0] ?? -2 }
    }
  }

  func hasValue(_ row: Int) -> Bool {
    switch values {
    case .numbers(let numbers): !numbers[row].isNaN
    case .texts(let codes, _), .places(let codes, _): codes[row] >= 0
    }
  }

  /// What stands in a row that is not missing.
  func text(row: Int) -> String {
    switch values {
    case .numbers(let numbers): return numberText(numbers[row])
    case .texts(let codes, let texts): return ReadColumn.text(Int(codes[row]), of: texts)
    case .places(_, let others): return others[row] ?? ""
    }
  }

  private static func text<Texts: RandomAccessCollection<String>>(
    _ number: Int, of texts: Texts
  ) -> String {
    texts[texts.index(texts.startIndex, offsetBy: number)]
  }
}

/// A number as a category is named: whole ones without a point.
func numberText(_ number: Double) -> String {
  number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
}

extension Table {
  /// A column that must be there; `use` says what for.
  ///
  /// - Parameter missing: texts that stand for no value, beside those of the table's reader.
  func readColumn(
    _ name: String, _ use: String, missing: [String] = []
  ) throws(FileError) -> ReadColumn {
    guard let column = self[name] else {
      throw FileError(
        .malformed, in: file,
        "there is no column \(name.quoted), \(use)" + name.suggestion(among: columns.map(\.name)))
    }
    return readColumn(column, missing: missing)
  }

  func readColumn(_ column: Column, missing: [String] = []) -> ReadColumn {
    let values: ReadColumn.Values =
      switch column.values(withoutThose: missing) {
      case .numeric(let numbers): .numbers(numbers)
      case .categorical(let codes, let texts): .texts(codes, texts)
      }
    return ReadColumn(
      file: file, name: column.name, values: values, isDated: column.spelling.isDated,
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
