// SPDX-License-Identifier: Apache-2.0

/// What becomes of a column in the second reading.
struct ColumnPlan {
  let kind: Table.Kind
  /// How numbers are written, in the tolerant reading.
  var spelling: Table.Spelling?
  /// How many fields are numbers, and how many fit, in the tolerant reading; else 0.
  var numberCount = 0
  var misfitCount = 0
}

extension TableReader {
  func plans(
    _ names: [String], _ index: Categories, _ survey: Survey.Result, _ first: RecordReader,
    hasHeader: Bool
  ) throws(FileError) -> [ColumnPlan] {
    let kinds = try columns(options.types, index, names)
    let notations = try columns(options.notations, index, names)
    let spellings = try columns(options.spellings, index, names)
    let said = Set(notations.keys).union(spellings.keys)
    for column in said.sorted() where kinds[column] == .categorical {
      throw source.malformed(
        "the column \(names[column].quoted) cannot be categorical and have a notation")
    }
    guard let counts = survey.notations else {
      if let column = said.min() {
        throw source.malformed(
          "a notation of the column \(names[column].quoted) wants reading: .tolerant")
      }
      return survey.columns.enumerated().map { column, found in
        ColumnPlan(kind: kinds[column] ?? (found.textCount == 0 ? .numeric : .categorical))
      }
    }
    let decision = SpellingDecision(
      counts, separator: separator, options, kinds: kinds, notations: notations,
      spellings: spellings)
    for (column, decided) in decision.columns.enumerated() {
      if let question = decided.question {
        throw try ask(question, column, names[column], from: first, hasHeader: hasHeader)
      }
    }
    return decision.columns.map {
      ColumnPlan(
        kind: $0.spelling == nil ? .categorical : .numeric, spelling: $0.spelling,
        numberCount: $0.numberCount,
        misfitCount: $0.spelling == nil ? 0 : max($0.valueCount - $0.numberCount, 0))
    }
  }

  /// What is said of columns by name, by number.
  private func columns<Setting>(
    _ settings: [String: Setting], _ index: Categories, _ names: [String]
  ) throws(FileError) -> [Int: Setting] {
    var columns: [Int: Setting] = [:]
    for (name, setting) in settings.sorted(by: { $0.key < $1.key }) {
      guard let column = index.firstIndex(of: name) else {
        throw source.malformed(
          "there is no column \(name.quoted), of which a type is given"
            + name.suggestion(among: names))
      }
      columns[column] = setting
    }
    return columns
  }

  /// The error that names the first field of a column that can be read in two ways.
  private func ask(
    _ question: SpellingDecision.Question, _ column: Int, _ name: String,
    from first: RecordReader, hasHeader: Bool
  ) throws(FileError) -> FileError {
    var reader = first
    var isFound = !hasHeader && isAmbiguous(question, column, in: reader)
    while !isFound, try reader.next(), reader.fields.count > column {
      isFound = isAmbiguous(question, column, in: reader)
    }
    let text = try reader.text(column, column: name).quoted
    let problem =
      switch question {
      case .decimals:
        "\(text) has decimals or a sign of thousands; say what stands before decimals: "
          + "decimal: \".\" or decimal: \",\""
      case .days: "\(text) has the day or the month in front; say which: dayFirst: true or false"
      }
    return reader.error(problem, field: column, column: name)
  }

  private func isAmbiguous(
    _ question: SpellingDecision.Question, _ column: Int, in reader: borrowing RecordReader
  ) -> Bool {
    let buffer = reader.buffer, bytes = buffer.span
    let field = reader.fields[column]
    switch question {
    case .decimals:
      let evidence = SpelledNumber(bytes, field.start, field.end)?.evidence
      return evidence == .commaOrThousand || evidence == .pointOrThousand
    case .days: return SpelledMoment(bytes, field.start, field.end)?.order == .either
    }
  }
}
