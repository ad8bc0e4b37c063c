// SPDX-License-Identifier: Apache-2.0

/// A column while it is read: numbers until a text appears.
struct ColumnBuilder {
  let name: String
  private(set) var kind: Table.Kind
  /// The kind was asked for: a text among numbers is an error then.
  private let isFixed: Bool
  /// Texts appeared behind numbers whose own text is gone: the file must be read again.
  private(set) var mustStartAgain = false
  private var numbers: [Double] = []
  private var codes: [Int32] = []
  private var categories = Categories()
  private var missingCount = 0

  init(name: String, kind: Table.Kind, isFixed: Bool) {
    (self.name, self.kind, self.isFixed) = (name, kind, isFixed)
  }

  private var count: Int { kind == .numeric ? numbers.count : codes.count }

  mutating func append(
    _ position: Int, of reader: borrowing RecordReader, _ missing: MissingValues
  ) throws(FileError) {
    if mustStartAgain { return }
    let field = reader.fields[position]
    let bytes = reader.buffer.span
    if kind == .numeric {
      if !field.hasDoubledQuotes, let number = decimal(bytes, field.start, field.end) {
        numbers.append(number)
        return
      }
      if missing.contains(bytes, field) {
        numbers.append(.nan)
        missingCount += 1
        return
      }
      if isFixed {
        let text = try reader.text(position, column: name)
        throw reader.error("\(text.quoted) is not a number", field: position, column: name)
      }
      if count > missingCount {
        mustStartAgain = true
        numbers = []
        return
      }
      kind = .categorical
      codes = [Int32](repeating: -1, count: missingCount)
      numbers = []
    }
    if missing.contains(bytes, field) {
      codes.append(-1)
      missingCount += 1
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
    let (code, isNew) = categories.number(bytes, start, end)
    // Throws if it is not UTF-8; a text that has appeared before is known to be.
    if isNew { _ = try reader.text(position, column: name) }
    codes.append(code)
  }

  consuming func column() -> Table.Column {
    switch kind {
    case .numeric:
      return Table.Column(
        name: name, values: .numeric(numbers), missingCount: missingCount,
        isConstant: isConstant(numbers), isIdentifierLike: isIdentifierLike(numbers))
    case .categorical:
      let order = (0..<categories.count).sorted {
        categories.bytes($0).lexicographicallyPrecedes(categories.bytes($1))
      }
      var places = [Int32](repeating: 0, count: order.count)
      for (place, number) in order.enumerated() { places[number] = Int32(place) }
      for row in codes.indices where codes[row] >= 0 { codes[row] = places[Int(codes[row])] }
      return Table.Column(
        name: name,
        values: .categorical(
          codes, categories: order.map { String(decoding: categories.bytes($0), as: UTF8.self) }),
        missingCount: missingCount,
        isConstant: categories.count <= 1 && (missingCount == 0 || categories.count == 0),
        isIdentifierLike: codes.count >= fewestRows && categories.count == codes.count)
    }
  }
}

/// Fewer rows say nothing about identifiers.
private let fewestRows = 10

private func isConstant(_ numbers: [Double]) -> Bool {
  guard let first = numbers.first else { return true }
  return numbers.allSatisfy { $0 == first || $0.isNaN && first.isNaN }
}

/// Whole numbers, none twice, that rise or fall from row to row or number the rows in any order.
private func isIdentifierLike(_ numbers: [Double]) -> Bool {
  guard numbers.count >= fewestRows, numbers.allSatisfy({ $0 == $0.rounded() && $0.isFinite })
  else { return false }
  let neighbours = zip(numbers, numbers.dropFirst())
  if neighbours.allSatisfy({ $0 < $1 }) || neighbours.allSatisfy({ $0 > $1 }) { return true }
  let low = numbers.min()!
  guard numbers.max()! - low < Double(2 * numbers.count) else { return false }
  var isTaken = [Bool](repeating: false, count: 2 * numbers.count)
  for number in numbers {
    if isTaken[Int(number - low)] { return false }
    isTaken[Int(number - low)] = true
  }
  return true
}

/// The texts that stand for no value, compared without regard to case.
struct MissingValues {
  private let texts: [Bytes]

  init(_ texts: [String]) {
    self.texts = texts.map { Bytes($0.utf8.map(MissingValues.lowercased)) }
  }

  func contains(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
    let count = field.end - field.start
    return texts.contains { text in
      text.count == count
        && text.indices.allSatisfy {
          MissingValues.lowercased(bytes[field.start + $0]) == text[$0]
        }
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
