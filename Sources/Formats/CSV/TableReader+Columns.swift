// SPDX-License-Identifier: Apache-2.0

extension TableReader {
  /// The second reading. An error in a field comes before what ended the first one.
  func columns(
    _ names: [String], _ plans: [ColumnPlan], _ survey: Survey.Result, _ first: RecordReader,
    hasHeader: Bool
  ) throws(FileError) -> ([Table.Column], RowLines) {
    let kinds = plans.map(\.kind)
    let byteCount = zip(kinds, survey.columns).reduce(4 * survey.extraLineCount) {
      switch $1.0 {
      case .numeric: $0 + NumberColumnBuilder.byteCount($1.1, rowCount: survey.rowCount)
      case .categorical: $0 + CategoryColumnBuilder.byteCount(rowCount: survey.rowCount)
      }
    }
    try requireMemory(byteCount, for: source.name)
    var numbers: [NumberColumnBuilder] = [], categories: [CategoryColumnBuilder] = []
    let numericCount = kinds.count { $0 == .numeric }
    numbers.reserveCapacity(numericCount)
    categories.reserveCapacity(kinds.count - numericCount)
    for column in names.indices {
      let name = names[column], found = survey.columns[column], plan = plans[column]
      switch plan.kind {
      case .numeric:
        numbers.append(
          NumberColumnBuilder(name: name, found, rowCount: survey.rowCount, plan, syntax))
      case .categorical:
        categories.append(
          CategoryColumnBuilder(
            name: name, found, rowCount: survey.rowCount, numberCount: plan.numberCount))
      }
    }
    var lines = RowLines(extraLineCount: survey.extraLineCount)
    var reader = first, isRow = !hasHeader
    repeat {
      guard isRow else {
        isRow = true
        continue
      }
      try reader.checkFieldCount(names.count)
      var number = 0, category = 0
      for column in names.indices {
        switch kinds[column] {
        case .numeric:
          try numbers[number].append(column, of: reader, syntax)
          number += 1
        case .categorical:
          try categories[category].append(column, of: reader, syntax)
          category += 1
        }
      }
      lines.append(reader.line)
    } while try reader.next()
    if let failure = survey.failure { throw failure }
    return (try columns(kinds, &numbers, &categories), lines)
  }

  private func columns(
    _ kinds: [Table.Kind], _ numbers: inout [NumberColumnBuilder],
    _ categories: inout [CategoryColumnBuilder]
  ) throws(FileError) -> [Table.Column] {
    var columns: [Table.Column] = []
    columns.reserveCapacity(kinds.count)
    // Taken from the end, so that each builder is gone when the next column is made.
    for kind in kinds.reversed() {
      switch kind {
      case .numeric: columns.append(numbers.removeLast().column())
      case .categorical:
        var builder = categories.removeLast()
        try requireMemory(builder.sortingByteCount, for: source.name)
        columns.append(builder.takeColumn(point: syntax.point))
      }
    }
    columns.reverse()
    return columns
  }
}
