// SPDX-License-Identifier: Apache-2.0

/// A sum in twice the precision of Double: what is lost of each addend is kept beside the sum.
///
/// Source: T. J. Dekker, "A floating-point technique for extending the available precision",
/// Numerische Mathematik 18 (1971).
struct LongSum: Sendable {
  private(set) var high = 0.0
  private(set) var low = 0.0

  var value: Double { high + low }

  mutating func add(_ x: Double) {
    let sum = high + x
    // What is lost of an infinity would be NaN.
    guard sum.isFinite else {
      (high, low) = (sum, 0)
      return
    }
    let part = sum - high
    let lost = (high - (sum - part)) + (x - part) + low
    high = sum + lost
    low = lost - (high - sum)
  }

  /// Adds x y as if it were not rounded.
  mutating func add(_ x: Double, times y: Double) {
    let product = x * y
    add(product)
    if product.isFinite { add((-product).addingProduct(x, y)) }
  }

  /// Adds x² y with x² not rounded.
  mutating func add(squareOf x: Double, times y: Double) {
    let square = x * x
    add(square, times: y)
    if square.isFinite { add((-square).addingProduct(x, x), times: y) }
  }

  mutating func add(_ sum: LongSum, times factor: Double) {
    add(sum.high, times: factor)
    add(sum.low, times: factor)
  }
}

/// The mean of numbers, each counted by its weight; NaN over nothing.
struct WeightedMean: Sendable {
  private var sum = LongSum()
  private var weight = LongSum()

  /// NaN of nothing.
  var value: Double { weight.value == 0 ? .nan : sum.value / weight.value }

  mutating func add(_ x: Double, weight: Double) {
    sum.add(x, times: weight)
    self.weight.add(weight)
  }
}
