// SPDX-License-Identifier: Apache-2.0

/// The first number of a column that means something else as a Float, and one that becomes the
/// same.
struct FloatLoss {
  let row: Int
  let number: Double
  let other: Double?

  /// Nil if all numbers can be told apart as well as they matter.
  init?(of numbers: [Double]) {
    if let row = numbers.firstIndex(where: FloatLoss.changes) {
      let number = numbers[row]
      self.init(row, number, numbers.first { $0 != number && Float($0) == Float(number) })
      return
    }
    var low = Double.infinity, high = -Double.infinity
    for number in numbers where number.isFinite {
      low = min(low, number)
      high = max(high, number)
    }
    guard low < high else { return nil }
    // A difference that no eye sees in a picture of the column.
    let least = (high - low) / 1_000_000
    // Numbers that become one Float are at most two of its steps apart.
    if Double(Float(max(-low, high)).ulp) * 2 <= least { return nil }
    let sorted = numbers.filter(\.isFinite).sorted()
    var first = sorted[0]
    for number in sorted {
      if Float(number) != Float(first) {
        first = number
      } else if number - first > least {
        self.init(numbers.firstIndex(of: number)!, number, first)
        return
      }
    }
    return nil
  }

  private init(_ row: Int, _ number: Double, _ other: Double?) {
    (self.row, self.number, self.other) = (row, number, other)
  }

  /// Float holds all whole numbers up to 2^24, and nothing above 2^63 counts or names things.
  private static func changes(_ number: Double) -> Bool {
    guard number.isFinite else { return false }
    let float = Float(number)
    if float.isInfinite || float == 0 && number != 0 { return true }
    guard number.magnitude > 0x1p24, number.magnitude <= 0x1p63 else { return false }
    return Double(float).rounded(.towardZero) != number.rounded(.towardZero)
  }

  /// Whole numbers without an exponent, which is what was written.
  static func text(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? "\(number)"
  }
}
