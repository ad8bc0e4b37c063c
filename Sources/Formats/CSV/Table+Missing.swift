// SPDX-License-Identifier: Apache-2.0

extension Table {
  /// Those of some texts that stand for no value which did so neither where the table was read nor
  /// in ``CSV/missing``: there they are values.
  package func notReadAsMissing(_ texts: [String]) -> [String] {
    let known = MissingValues(missing + CSV.missing)
    return texts.filter { !known.contains($0) }
  }
}

extension Table.Column {
  /// The values where more texts stand for no value: numbers that are equal to one of them, as the
  /// column's are written, are NaN, the codes of such texts are -1.
  package func values(withoutThose texts: [String]) -> Table.Values {
    if texts.isEmpty { return values }
    switch values {
    case .numeric(let numbers):
      let reader = SpellingReader(spelling)
      let marks = Set(
        texts.compactMap { text in
          let bytes = Array(text.utf8)
          return reader.number(bytes.span, Field(start: 0, end: bytes.count))
        })
      return .numeric(marks.isEmpty ? numbers : numbers.map { marks.contains($0) ? .nan : $0 })
    case .categorical(let codes, let categories):
      let missing = MissingValues(texts), isMissing = categories.map { missing.contains($0) }
      guard isMissing.contains(true) else { return .categorical(codes, categories: categories) }
      return .categorical(
        codes.map { $0 >= 0 && isMissing[Int($0)] ? -1 : $0 }, categories: categories)
    }
  }
}
