// SPDX-License-Identifier: Apache-2.0

/// A seeded source of random numbers and choices: the same seed makes the same test, on any
/// machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// Seeds that follow each other start far from each other.
  package init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x2545_F491_4F6C_DD1D }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
  package mutating func isTrue(oneIn count: Int) -> Bool { below(count) == 0 }
  package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  package mutating func floats(_ count: Int, in range: Range<Float> = -1..<1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  package mutating func doubles(
    _ count: Int, in range: ClosedRange<Double> = -1...1
  ) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }

  /// Pairs of any bits at all and a number in the range.
  package mutating func bitsAndFloats(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    (0..<2 * count).map { place in
      place % 2 == 0
        ? Float(bitPattern: UInt32(truncatingIfNeeded: next()))
        : Float.random(in: range, using: &self)
    }
  }

  package mutating func bitsAndDoubles(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
    (0..<2 * count).map { place in
      place % 2 == 0 ? Double(bitPattern: next()) : Double.random(in: range, using: &self)
    }
  }

  package mutating func integers(_ count: Int, in range: ClosedRange<Int32>) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: range, using: &self) }
  }
}
