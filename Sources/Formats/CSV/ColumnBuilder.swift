// SPDX-License-Identifier: Apache-2.0

/// A column of numbers while it is read for the second time.
struct NumberColumnBuilder {
  private let name: String
  private let survey: Survey.Column
  /// Of the exact reading; the tolerant one knows more.
  private let isDecimalComma: Bool
  private var numbers: Numbers
  /// The numbers themselves where a Double rounds them and all are whole.
  private var wholes: ContiguousArray<Int128> = []
  private var firstRounded: Int?
  /// In the tolerant reading.
  private let spelled: SpelledNumbers?
  /// Whether what the first reading found out of plain numbers is true of those that are read now.
  private var isSurveyed = true

  init(
    name: String, _ survey: Survey.Column, rowCount: Int, _ plan: ColumnPlan, _ syntax: Syntax
  ) {
    (self.name, self.survey) = (name, survey)
    isDecimalComma = syntax.point == UInt8(ascii: ",")
    spelled = plan.spelling.map(SpelledNumbers.init)
    if let spelled {
      // Whole numbers are the same with either sign for decimals.
      isSurveyed =
        spelled.reader.point == syntax.point
        || survey.isWhole && survey.textCount == plan.misfitCount
    }
    numbers = Numbers(
      rowCount: rowCount, missingCount: Int(survey.missingCount) + plan.misfitCount)
    if survey.keepsWholes, isSurveyed { wholes.reserveCapacity(rowCount) }
  }

  /// What its values will take, at most.
  static func byteCount(_ survey: Survey.Column, rowCount: Int) -> Int {
    rowCount * (survey.keepsWholes ? 25 : 9)
  }

  mutating func append(
    _ position: Int, of reader: borrowing RecordReader, _ syntax: Syntax
  ) throws(FileError) {
    let field = reader.fields[position]
    let buffer = reader.buffer, bytes = buffer.span
    if syntax.missing.contains(bytes, field) { return numbers.appendMissing() }
    if spelled != nil { return try appendSpelled(position, of: reader) }
    guard let number = syntax.number(bytes, field) else {
      let text = try reader.text(position, column: name)
      throw reader.error("\(text.quoted) is not a number", field: position, column: name)
    }
    if survey.isRounded {
      if firstRounded == nil, number.isRounded(bytes) { firstRounded = numbers.count }
      if survey.keepsWholes, let whole = number.whole(bytes) { wholes.append(whole) }
    }
    numbers.append(number.double(bytes))
  }

  private mutating func appendSpelled(
    _ position: Int, of reader: borrowing RecordReader
  ) throws(FileError) {
    let field = reader.fields[position]
    let buffer = reader.buffer, bytes = buffer.span
    guard let number = spelled?.reader.decimal(bytes, field) else {
      let number = try spelled?.number(position, of: reader, row: numbers.count, column: name)
      if let number { numbers.append(number) } else { numbers.appendMissing() }
      return
    }
    if number.digitCount > 15 || number.isLong {
      if firstRounded == nil, number.isRounded(bytes) { firstRounded = numbers.count }
    }
    if survey.keepsWholes, isSurveyed, let whole = number.whole(bytes) { wholes.append(whole) }
    let double = number.double(bytes)
    spelled?.note(double)
    numbers.append(double)
  }

  func column() -> Table.Column {
    let misfitCount = spelled?.misfitCount ?? 0
    let missingCount = Int(survey.missingCount) + misfitCount
    var isWhole = survey.isWhole, isConstant = survey.isConstant, isRounded = survey.isRounded
    if let spelled {
      if !isSurveyed || spelled.otherCount > 0 {
        (isWhole, isConstant, isRounded) = (spelled.mayIdentify, spelled.areEqual, false)
      }
      isConstant = isConstant && (missingCount == 0 || missingCount == numbers.count)
    }
    // Nothing is missing in a column that numbers its rows.
    let mayIdentify = numbers.count >= fewestRows && isWhole && missingCount == 0
    let isIdentifierLike =
      mayIdentify
      && (isRounded
        ? identifiesRows(wholes) { UInt128(truncatingIfNeeded: $1 &- $0) }
        : identifiesRows(numbers.array) { UInt128(exactly: $1 - $0) ?? .max })
    return Table.Column(
      name: name, contents: .numbers(numbers), missingCount: missingCount,
      isConstant: isConstant, isIdentifierLike: isIdentifierLike,
      firstRoundedRow: firstRounded, findings: findings(misfitCount, missingCount))
  }

  private func findings(_ misfitCount: Int, _ missingCount: Int) -> Table.Column.Findings? {
    if let spelled {
      return Table.Column.Findings(
        spelled.spelling, misfitCount, spelled.misfits, numberCount: numbers.count - missingCount)
    }
    if !isDecimalComma { return nil }
    return Table.Column.Findings(Table.Spelling(isDecimalComma: true), numberCount: 0)
  }
}

extension Survey.Column {
  /// Whether whole numbers are kept as they are beside the Doubles that round them.
  fileprivate var keepsWholes: Bool { isRounded && isWhole }
}

/// A column of texts while it is read for the second time.
struct CategoryColumnBuilder {
  private let name: String
  private let survey: Survey.Column
  private let numberCount: Int
  private var codes: [Int32] = []
  private var categories: Categories

  init(name: String, _ survey: Survey.Column, rowCount: Int, numberCount: Int) {
    (self.name, self.survey, self.numberCount) = (name, survey, numberCount)
    codes.reserveCapacity(rowCount)
    categories = Categories(mostTexts: rowCount, mostBytes: survey.byteCount)
  }

  /// What its codes will take.
  static func byteCount(rowCount: Int) -> Int { rowCount * 4 }

  /// What putting its texts in order takes.
  var sortingByteCount: Int { 12 * categories.count }

  mutating func append(
    _ position: Int, of reader: borrowing RecordReader, _ syntax: Syntax
  ) throws(FileError) {
    let field = reader.fields[position]
    let buffer = reader.buffer, bytes = buffer.span
    if syntax.missing.contains(bytes, field) {
      codes.append(-1)
    } else if field.hasDoubledQuotes {
      let text = reader.raw(field)
      try append(text.span, 0, text.count, position, reader)
    } else {
      try append(bytes, field.start, field.end, position, reader)
    }
  }

  private mutating func append(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ position: Int,
    _ reader: borrowing RecordReader
  ) throws(FileError) {
    guard categories.hasRoom(for: end - start) else {
      throw reader.error("more than 4 GiB of different texts", field: position, column: name)
    }
    let growth = categories.growth(for: end - start)
    if growth > 0 { try requireMemory(growth, for: reader.source.name) }
    let (code, isNew) = categories.number(bytes, start, end)
    // Throws if it is not UTF-8; a text that has appeared before is known to be.
    if isNew { try reader.checkText(position, column: name) }
    codes.append(code)
  }

  /// Hands over what was read: with a second owner it would be copied.
  mutating func takeColumn(point: UInt8) -> Table.Column {
    let missingCount = Int(survey.missingCount), count = categories.count
    let texts = categories.takeSorted(point: point)
    if let places = texts.places {
      for row in codes.indices where codes[row] >= 0 { codes[row] = places[Int(codes[row])] }
    }
    return Table.Column(
      name: name, contents: .categories(codes, texts), missingCount: missingCount,
      isConstant: count <= 1 && (missingCount == 0 || count == 0),
      isIdentifierLike: codes.count >= fewestRows && count == codes.count, firstRoundedRow: nil,
      findings: numberCount > 0 ? Table.Column.Findings(numberCount: numberCount) : nil)
  }
}

/// Fewer rows say nothing about identifiers.
private let fewestRows = 10

/// Numbers none of which stands twice, that rise or fall from row to row or number the rows in any
/// order.
private func identifiesRows<Numbers: RandomAccessCollection<Number>, Number: Comparable>(
  _ numbers: Numbers, distance: (Number, Number) -> UInt128
) -> Bool where Numbers.Index == Int {
  let neighbours = zip(numbers, numbers.dropFirst())
  if neighbours.allSatisfy({ $0 < $1 }) || neighbours.allSatisfy({ $0 > $1 }) { return true }
  guard let low = numbers.min(), let high = numbers.max() else { return false }
  let reach = distance(low, high)
  // So many different numbers do not fit into less, and do not number the rows in more.
  guard reach >= UInt128(numbers.count - 1), reach < UInt128(2 * numbers.count) else {
    return false
  }
  var isTaken = [UInt64](repeating: 0, count: numbers.count / 32 + 1)
  for number in numbers {
    let place = Int(distance(low, number)), bit: UInt64 = 1 << UInt64(place % 64)
    if isTaken[place / 64] & bit != 0 { return false }
    isTaken[place / 64] |= bit
  }
  return true
}
