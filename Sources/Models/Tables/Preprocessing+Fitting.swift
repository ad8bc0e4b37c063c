// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

extension Preprocessing {
  /// Fitted on training rows alone, so that other rows say how good predictions of
  /// new ones will be.
  ///
  /// The classes are those of all rows that were understood: a class of which no training row is
  /// keeps its place. Columns of which the training rows say nothing are left out.
  ///
  /// Throws if there are no rows, nothing is left to predict from, or more texts stood for no value
  /// than a file takes.
  ///
  /// - Parameters:
  ///   - understanding: what was understood of the same table.
  ///   - rows: some of `understanding.rows`. A mistake if the table has none of that number.
  public init(
    fitting table: Table, _ understanding: TableUnderstanding, rows: [Int],
    file: StaticString = #fileID, line: UInt = #line
  ) throws(FileError) {
    table.check(rows, in: "Preprocessing", at: CallSite(file, line))
    guard !rows.isEmpty else {
      throw FileError(.malformed, in: table.file, "there are no rows to learn from")
    }
    guard table.missing.count <= Preprocessing.mostMissing else {
      throw FileError(
        .malformed, in: table.file,
        "was read with \(table.missing.count) texts that stand for no value; a model keeps up to "
          + "\(Preprocessing.mostMissing)")
    }
    self.init(inputs: [], missing: table.missing)
    for column in understanding.columns {
      guard let found = table[column.name] else { continue }
      let transform = try Transform(
        fitting: table.readColumn(found), column.role, rows,
        mostCategories: understanding.settings.mostCategories)
      if let transform {
        inputs.append(Column(column.name, transform, spelling: found.spelling))
      }
    }
    guard !inputs.isEmpty else {
      throw FileError(
        .malformed, in: table.file,
        "no column is left to predict from: "
          + understanding.columns.filter { $0.role != .target }.prefix(20).map { column in
            guard case .leftOut(let reason) = column.role else {
              return "\(column.name.quoted) is the same in all training rows"
            }
            return "\(column.name.quoted) \(reason)"
          }.joined(separator: ", "))
    }
    for name in understanding.settings.targets {
      let column = try table.readColumn(name, "which is to be predicted")
      switch understanding.task {
      case .classification:
        let classes = CategoryCoding(
          categories: understanding.classes.map(\.name), areNumbers: column.areNumbers)
        targets.append(Column(name, .category(classes), spelling: table[name]!.spelling))
      case .regression:
        let numbers = try column.numbers(dated: column.isDated)
        targets.append(
          Column(
            name, .number(Standardization(target: rows.map { numbers[$0] })),
            spelling: table[name]!.spelling))
      }
    }
  }
}

extension Preprocessing.Transform {
  /// Nil for a column of which no input is made.
  fileprivate init?(
    fitting column: ReadColumn, _ role: ColumnUnderstanding.Role, _ rows: [Int],
    mostCategories: Int
  ) throws(FileError) {
    switch role {
    case .target, .leftOut: return nil
    case .number:
      let numbers = try column.numbers(dated: column.isDated)
      guard let number = Standardization(fitting: rows.map { numbers[$0] }) else { return nil }
      self = .number(number)
    case .date:
      let seconds = try column.numbers(dated: column.isDated)
      guard let date = DateCoding(fitting: rows.map { seconds[$0] }) else { return nil }
      self = .date(date)
    case .category:
      let (codes, texts) = column.coded
      let (counts, missingCount) = counts(codes, rows, texts.count)
      guard
        let category = CategoryCoding(
          texts: texts, counts: counts, missingCount: missingCount, most: mostCategories,
          areNumbers: column.areNumbers)
      else { return nil }
      self = .category(category)
    case .text:
      let (codes, texts) = column.coded
      let (counts, missingCount) = counts(codes, rows, texts.count)
      guard let words = WordCounts(texts: texts, counts: counts, missingCount: missingCount) else {
        return nil
      }
      self = .words(words)
    }
  }
}

/// In how many rows each code stands, and in how many none.
func counts(_ codes: [Int32], _ rows: [Int], _ count: Int) -> ([Int], missingCount: Int) {
  var counts = [Int](repeating: 0, count: count), missingCount = 0
  for row in rows {
    if codes[row] < 0 { missingCount += 1 } else { counts[Int(codes[row])] += 1 }
  }
  return (counts, missingCount)
}

extension Standardization {
  /// Of a target: through a logarithm only where the numbers are positive, very skewed, spread over
  /// more than two powers of ten, and all but symmetric behind it. Squares of errors are small
  /// there where the ratio to the truth is near 1.
  fileprivate init(target numbers: [Double]) {
    guard let plain = Standardization(fitting: numbers), plain.bounds != 0...0 else {
      let middle = numbers[0]
      self.init(mean: middle, scale: 1, missing: middle)
      return
    }
    let moments = Moments(numbers), least = moments.range.lowerBound
    if least > 0, moments.skewness > 2, moments.range.upperBound > 100 * least {
      let curve = Curve(center: 0, scale: least)
      let bent = Moments(numbers.map { curve($0) })
      if bent.skewness.magnitude < 0.5 {
        // Half and twice of what the training rows hold.
        self.init(curve, bent, reach: 0.693 / bent.deviation, missing: plain.missing)
        return
      }
    }
    self.init(nil, moments, reach: 3, missing: plain.missing)
  }

  private init(_ curve: Curve?, _ moments: Moments, reach: Double, missing: Double) {
    let low = (moments.range.lowerBound - moments.mean) / moments.deviation
    let high = (moments.range.upperBound - moments.mean) / moments.deviation
    self.init(
      curve: curve, mean: moments.mean, scale: moments.deviation, missing: missing,
      bounds: max(low - reach, -1e6)...min(high + reach, 1e6))
  }
}
