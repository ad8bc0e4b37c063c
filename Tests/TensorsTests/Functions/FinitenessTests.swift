// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct FinitenessTests {
  @Test func asTheStandardLibrarySays() {
    let numbers: [Float] = [
      0, -0.0, 1, -1, .nan, -.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ]
    let x = Tensor(numbers), wide = Tensor(numbers.map { Double($0) })
    #expect(x.isNaN.scalars == numbers.map(\.isNaN) && wide.isNaN.scalars == numbers.map(\.isNaN))
    #expect(x.isFinite.scalars == numbers.map(\.isFinite))
    #expect(wide.isFinite.scalars == numbers.map(\.isFinite))
    #expect(x.isInfinite.scalars == numbers.map(\.isInfinite))
    #expect(wide.isInfinite.scalars == numbers.map(\.isInfinite))
    let largest = Tensor<Double>([.greatestFiniteMagnitude, -.greatestFiniteMagnitude])
    #expect(largest.isFinite.all().scalars == [true])
    #expect(Tensor<Float>.zeros([0]).isFinite.scalars.isEmpty)
    #expect(x.isNaN.any().scalars == [true])
  }
}
