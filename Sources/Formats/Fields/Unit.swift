// SPDX-License-Identifier: Apache-2.0

/// What stands beside a number: nothing, a percent sign, or a currency.
struct Unit: Hashable {
  let number: UInt8

  static let none = Unit(number: 0), percent = Unit(number: 1)

  /// How many there are.
  static let count = 2 + codes.count

  var isCurrency: Bool { number > 1 }

  /// The currency's code by ISO 4217, or what stands for several of them: "$" of whatever country
  /// is "USD", and "kr" is a code of its own.
  var code: String? { isCurrency ? Unit.codes[Int(number) - 2] : nil }

  init(number: UInt8) { self.number = number }

  init?(code: String) {
    guard let index = Unit.codes.firstIndex(of: code) else { return nil }
    number = UInt8(index + 2)
  }

  /// The currency that stands at the start of a text, and its length.
  static func leading(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Unit, Int)? {
    guard begins[Int(bytes[start])] else { return nil }
    let mark = marks.first { mark in
      mark.text.count <= end - start
        && mark.text.indices.allSatisfy { bytes[start + $0] == mark.text[$0] }
    }
    return mark.map { ($0.unit, $0.text.count) }
  }

  /// The currency that stands at the end of a text, and its length.
  static func trailing(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (Unit, Int)? {
    guard ends[Int(bytes[end - 1])] else { return nil }
    let mark = marks.first { mark in
      let first = end - mark.text.count
      return first >= start && mark.text.indices.allSatisfy { bytes[first + $0] == mark.text[$0] }
    }
    return mark.map { ($0.unit, $0.text.count) }
  }

  private static let codes = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK",
    "kr", "PLN", "CZK", "HUF", "RUB", "UAH", "TRY", "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD",
    "ILS", "THB",
  ]

  /// Signs, and the code that each stands for.
  private static let signs: KeyValuePairs = [
    "US$": "USD", "A$": "AUD", "C$": "CAD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "Fr.": "CHF", "kr.": "kr", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY",
    "₩": "KRW", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "₪": "ILS", "฿": "THB",
  ]

  private static let marks: [(text: Bytes, unit: Unit)] =
    (signs.map { ($0.key, $0.value) } + codes.map { ($0, $0) })
    .map { (Bytes($0.0.utf8), Unit(code: $0.1)!) }

  /// Whether a mark begins, or ends, with a byte: most fields need no longer look.
  private static let begins = table { $0.first! }
  private static let ends = table { $0.last! }

  private static func table(_ byte: (Bytes) -> UInt8) -> [Bool] {
    var table = [Bool](repeating: false, count: 256)
    for mark in marks { table[Int(byte(mark.text))] = true }
    return table
  }
}
