// SPDX-License-Identifier: Apache-2.0

/// What the start of a file says about the rest: the separator, whether the first record names
/// the columns, which columns hold numbers.
struct Dialect {
  let separator: UInt8
  let hasHeader: Bool
  let names: [String]
  /// The kinds of the columns as far as the start of the file shows.
  let kinds: [Table.Kind]

  private static let candidates: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  init(
    of source: ByteSource, separator: UInt8?, header: Bool?, _ missing: MissingValues
  ) throws(FileError) {
    let sample = try Sample.best(of: source, separator.map { [$0] } ?? Dialect.candidates)
    guard let first = sample.texts.first else {
      throw source.malformed(source.byteCount == 0 ? "is empty" : "holds no records")
    }
    self.separator = sample.separator
    let kinds = first.indices.map { column -> Table.Kind in
      let below = sample.texts.dropFirst().compactMap { column < $0.count ? $0[column] : nil }
      return below.allSatisfy { $0.isNumber || missing.contains($0) } ? .numeric : .categorical
    }
    // Names are not numbers; and where all columns are texts, the usual thing is to name them.
    let hasHeader =
      header
      ?? (first.allSatisfy { !$0.isNumber }
        && first.contains { !missing.contains($0) })
    self.hasHeader = hasHeader
    self.kinds =
      hasHeader
      ? kinds
      : first.indices.map {
        first[$0].isNumber || missing.contains(first[$0]) ? kinds[$0] : .categorical
      }
    names = first.indices.map {
      hasHeader && !first[$0].isEmpty ? first[$0] : "column \($0 + 1)"
    }
    var columns: [String: Int] = [:]
    for (column, name) in names.enumerated() {
      if let other = columns.updateValue(column, forKey: name) {
        throw FileError(
          .malformed, in: source.name, at: .line(sample.firstLine),
          "fields \(other + 1) and \(column + 1) are both named \(name.quoted); rename one, or "
            + "load with header: false if these are no names")
      }
    }
  }
}

/// The first records of a file as one separator cuts them.
private struct Sample {
  static let recordCount = 100

  let separator: UInt8
  var texts: [[String]] = []
  var firstLine = 1
  /// How many of the records have as many fields as the first.
  var share = 0.0
  /// What is wrong with the record behind them.
  var failure: FileError?

  static func best(
    of source: ByteSource, _ separators: [UInt8]
  ) throws(FileError) -> Sample {
    var length = 1 << 16
    while true {
      let samples = try separators.map { (separator) throws(FileError) in
        try Sample(source, separator, length: length)
      }
      // Wide tables need a longer look.
      let isWhole = length >= source.byteCount || length >= RecordReader.longestRecord
      if isWhole || samples.contains(where: { $0.texts.count > 1 }) {
        // The first of the best; one in which nothing was separated only if none has an error.
        let best = samples.reduce(samples[0]) { $1.rank > $0.rank ? $1 : $0 }
        let failure = best.rank.0 > 0 ? best.failure : samples.lazy.compactMap(\.failure).first
        if let failure { throw failure }
        return best
      }
      length *= 8
    }
  }

  /// Agreement first, then the number of fields; one field means that nothing was separated.
  private var rank: (Double, Int) {
    let count = texts.first?.count ?? 0
    return count > 1 ? (share, count) : (0, count)
  }

  private init(_ source: ByteSource, _ separator: UInt8, length: Int) throws(FileError) {
    self.separator = separator
    // The last record of a part of the file may be cut: it is dropped, and an error in it is none.
    let isWhole = length >= source.byteCount
    var reader = try RecordReader(source, separator: separator, end: length)
    do throws(FileError) {
      while texts.count <= Sample.recordCount, try reader.next() {
        if texts.isEmpty { firstLine = reader.line }
        var record: [String] = []
        for position in reader.fields.indices { record.append(try reader.text(position)) }
        texts.append(record)
      }
    } catch {
      failure = isWhole ? error : nil
    }
    if !isWhole, texts.count > 1, texts.count <= Sample.recordCount { texts.removeLast() }
    let matching = texts.count { $0.count == texts[0].count }
    share = texts.isEmpty ? 0 : Double(matching) / Double(texts.count)
  }
}

extension String {
  fileprivate var isNumber: Bool {
    let bytes = Bytes(utf8)
    return decimal(bytes.span, 0, bytes.count) != nil
  }
}

extension MissingValues {
  fileprivate func contains(_ text: String) -> Bool {
    let bytes = Bytes(text.utf8)
    return contains(bytes.span, Field(start: 0, end: bytes.count))
  }
}
