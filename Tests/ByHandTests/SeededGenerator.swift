// SPDX-License-Identifier: Apache-2.0

import Pullback

/// Random choices that are the same in every run.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A tensor of integers from -4 to 4.
  mutating func integers<Scalar: NumericScalar>(_ shape: Shape) -> Tensor<Scalar> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.elementCount).map { _ in
        Scalar(exactly: Int.random(in: -4...4, using: &self))!
      })
  }

  /// A tensor of numbers from -1 to 1.
  mutating func numbers(_ shape: Shape) -> Tensor<Double> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.elementCount).map { _ in Double.random(in: -1...1, using: &self) })
  }
}
