// SPDX-License-Identifier: Apache-2.0

/// The first records of a file as one separator cuts them.
struct SeparatorSample {
  static let candidates: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }
  private static let recordCount = 100

  let separator: UInt8
  /// The number of fields of each record, and the line on which it starts.
  private var counts: [Int] = []
  private var lines: [Int] = []
  /// So many records begin as comments do, before the first that does not.
  private var commentCount = 0
  /// What is wrong with the record behind them.
  private var failure: FileError?
  /// How many fields there are, and how many of them are numbers or moments in any notation;
  /// counted for the tolerant reading.
  private var fieldCount = 0
  private var numberCount = 0
  /// The number of fields that most records have; the first record's if several are as many.
  private var usual = 0
  private var share = 0.0

  /// The separator that cuts the records evenly.
  ///
  /// Throws if several do so equally well, and names the first record if it is none of the table's.
  static func detect(
    in source: ByteSource, from opening: Opening, given: UInt8?, _ point: UInt8, isTolerant: Bool
  ) throws(FileError) -> UInt8 {
    let separators = given.map { [$0] } ?? candidates.filter { $0 != point }
    var length = 1 << 16
    while true {
      let samples = try separators.map { (separator) throws(FileError) in
        try SeparatorSample(
          source, separator, opening, end: opening.offset + length, countsNumbers: isTolerant)
      }
      // Wide tables need a longer look.
      let isWhole =
        opening.offset + length >= source.byteCount || length >= RecordReader.longestRecord
      if isWhole || samples.contains(where: { $0.counts.count > $0.commentCount + 1 }) {
        let sample = try best(of: samples, in: source, isTolerant: isTolerant)
        try sample.checkFirstRecord(isGiven: given != nil, source)
        return sample.separator
      }
      length *= 8
    }
  }

  private static func best(
    of samples: [SeparatorSample], in source: ByteSource, isTolerant: Bool
  ) throws(FileError) -> SeparatorSample {
    if isTolerant, let column = columnOfCommas(samples) { return column }
    // One field means that nothing was separated.
    let separating = samples.filter { $0.usual > 1 }
    guard let share = separating.map(\.share).max() else {
      if let failure = samples.lazy.compactMap(\.failure).first { throw failure }
      // Commas may stand in the numbers of a single column.
      return isTolerant ? samples.first { $0.share == 1 } ?? samples[0] : samples[0]
    }
    let equal = separating.filter { $0.share == share }
    let best = equal.filter { $0.failure == nil }
    if best.isEmpty, let failure = equal[0].failure { throw failure }
    if best.count == 1 { return best[0] }
    // Where commas stand in numbers, semicolons leave more of them whole.
    let most = best.map(\.numberShare).max() ?? 0
    let clear = best.filter { $0.numberShare == most }
    guard most > 0, clear.count == 1 else { throw best[0].ambiguity(best, source) }
    return clear[0]
  }

  /// A name over numbers, in some of which a comma stands: they are one column, for as two its
  /// first record would lack a name.
  private static func columnOfCommas(_ samples: [SeparatorSample]) -> SeparatorSample? {
    let comma = UInt8(ascii: ",")
    guard let commas = samples.first(where: { $0.separator == comma })?.counts,
      commas.first == 1, commas.contains(2), commas.allSatisfy({ $0 <= 2 })
    else { return nil }
    return samples.first {
      $0.separator != comma && $0.usual == 1 && $0.share == 1 && $0.numberCount == $0.fieldCount - 1
    }
  }

  private var numberShare: Double {
    fieldCount == 0 ? 0 : Double(numberCount) / Double(fieldCount)
  }

  private func ambiguity(_ samples: [SeparatorSample], _ source: ByteSource) -> FileError {
    let names = samples.map { Opening.name(of: $0.separator) }
    let readings = names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1])"
    let hasComma = samples.contains { $0.separator == UInt8(ascii: ",") }
    return FileError(
      .malformed, in: source.name, at: .line(lines[0]),
      "\(readings) cut the records equally well; say which separates fields: separator: "
        + names.joined(separator: " or ")
        + (hasComma ? ", or decimal: \",\" if commas stand in numbers" : ""))
  }

  /// A comment or a title above the table has one field, or a mark in front, and the records below
  /// agree on more.
  private func checkFirstRecord(isGiven: Bool, _ source: ByteSource) throws(FileError) {
    guard let first = counts.first, usual > 1, first != usual, first == 1 || commentCount > 0,
      let table = counts.firstIndex(of: usual)
    else { return }
    let mayBeDecimals = !isGiven && separator == UInt8(ascii: ",") && usual == 2
    throw FileError(
      .malformed, in: source.name, at: .line(lines[0]),
      "\(first == 1 ? "1 field" : "\(first) fields"), but the records below have \(usual); if the "
        + "table begins on line \(lines[table]), load it with skip: \(lines[table] - 1)"
        + (mayBeDecimals ? "; if commas stand in numbers, with decimal: \",\"" : ""))
  }

  private init(
    _ source: ByteSource, _ separator: UInt8, _ opening: Opening, end: Int, countsNumbers: Bool
  ) throws(FileError) {
    self.separator = separator
    // The last record of a part of the file may be cut: it is dropped, and an error in it is none.
    let isWhole = end >= source.byteCount
    var reader = RecordReader(source, separator: separator, from: opening, end: end)
    do throws(FileError) {
      while counts.count - commentCount <= SeparatorSample.recordCount, try reader.next() {
        if counts.count == commentCount, reader.beginsWithMark {
          if commentCount < SeparatorSample.recordCount {
            commentCount += 1
          } else {
            // Of many the last is kept: it may hold the names.
            counts.removeLast()
            lines.removeLast()
          }
        }
        counts.append(reader.fields.count)
        lines.append(reader.line)
        if countsNumbers { countNumbers(reader) }
      }
    } catch {
      failure = isWhole || reader.hasTooManyFields ? error : nil
    }
    if !isWhole, counts.count > 1, counts.count - commentCount <= SeparatorSample.recordCount {
      counts.removeLast()
    }
    let table = commentCount < counts.count ? counts[commentCount...] : counts[...]
    let frequencies = table.reduce(into: [:] as [Int: Int]) { $0[$1, default: 0] += 1 }
    guard let most = frequencies.values.max() else { return }
    // The first of them, so also the first record's.
    usual = table.first { frequencies[$0] == most } ?? 0
    share = Double(most) / Double(table.count)
  }

  private mutating func countNumbers(_ reader: borrowing RecordReader) {
    let buffer = reader.buffer, bytes = buffer.span
    fieldCount += reader.fields.count
    numberCount += reader.fields.count {
      SpelledNumber(bytes, $0.start, $0.end) != nil || SpelledMoment(bytes, $0.start, $0.end) != nil
    }
  }
}
