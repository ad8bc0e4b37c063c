// SPDX-License-Identifier: Apache-2.0

extension Float: PrintedElement {
  package static func column(of elements: [Float]) -> [String] {
    FloatColumn(elements, scientificFrom: 1e6).words
  }

  package var alone: String { FloatColumn.alone(self, scientificFrom: 1e6) }
}

extension Double: PrintedElement {
  package static func column(of elements: [Double]) -> [String] {
    FloatColumn(elements, scientificFrom: 1e8).words
  }

  package var alone: String { FloatColumn.alone(self, scientificFrom: 1e16) }
}

/// Numbers that share one notation and one position of the point.
private struct FloatColumn {
  /// Digits after the point, at most.
  private static let precision = 8

  let words: [String]

  /// The words of `numbers`, in scientific notation when one is large, one is small but not zero,
  /// or they differ so much that the small ones would lose their digits.
  init<T: BinaryFloatingPoint>(_ numbers: [T], scientificFrom limit: T) {
    let sizes = numbers.lazy.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
    let isScientific =
      if let largest = sizes.max(), let smallest = sizes.min() {
        largest >= limit || smallest < 1e-4 || largest / smallest > 1000
      } else {
        false
      }
    let words = isScientific ? Self.scientific(numbers) : Self.positional(numbers)
    let width = words.lazy.map(\.utf8.count).max() ?? 0
    self.words = words.map { $0.padded(toWidth: width) }
  }

  private static func positional<T: BinaryFloatingPoint>(_ numbers: [T]) -> [String] {
    let words = numbers.map { number in
      number.isFinite
        ? DecimalDigits(number, cutoff: .fraction(precision)).positional : nonFinite(number)
    }
    // Blanks take the place of trailing zeros, so that the points stand in line.
    let fraction = zip(numbers, words).lazy.map { $0.isFinite ? fractionWidth($1) : 0 }.max() ?? 0
    return zip(numbers, words).map { number, word in
      guard number.isFinite else { return word }
      return word + String(repeating: " ", count: fraction - fractionWidth(word))
    }
  }

  private static func fractionWidth(_ word: String) -> Int {
    word.utf8.reversed().prefix { $0 != UInt8(ascii: ".") }.count
  }

  private static func scientific<T: BinaryFloatingPoint>(_ numbers: [T]) -> [String] {
    let shortest = numbers.filter(\.isFinite).map {
      DecimalDigits($0, cutoff: .significant(1...(precision + 1)))
    }
    let count = shortest.lazy.map(\.digits.count).max() ?? 1
    let exponentWidth = shortest.lazy.map(\.exponentDigits.utf8.count).max() ?? 2
    return numbers.map { number in
      guard number.isFinite else { return nonFinite(number) }
      // A number with fewer digits goes on with the digits that it has, not with zeros.
      return DecimalDigits(number, cutoff: .significant(count...count))
        .scientific(digitCount: count, exponentWidth: exponentWidth)
    }
  }

  /// The shortest text that reads back as `number`.
  static func alone<T: BinaryFloatingPoint>(_ number: T, scientificFrom limit: Double) -> String {
    guard number.isFinite else { return nonFinite(number) }
    let decimal = DecimalDigits(number, cutoff: .none)
    let size = Double(number.magnitude)
    if size == 0 || (size >= 1e-4 && size < limit) {
      let word = decimal.positional
      return word.utf8.last == UInt8(ascii: ".") ? word + "0" : word
    }
    let word = decimal.scientific(digitCount: 1, exponentWidth: 2)
    // A single digit stands without a point: 1e+06.
    return decimal.digits.count > 1 ? word : String(word.filter { $0 != "." })
  }

  private static func nonFinite<T: BinaryFloatingPoint>(_ number: T) -> String {
    number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
  }
}
