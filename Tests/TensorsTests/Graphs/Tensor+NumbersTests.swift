// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Numbers of another type than the tensor's count with their value, rounded to the tensor's type.
struct OtherNumbersTests {
  private let x = Tensor<Float>([-1.5, 0.1, 3]), d = 0.1, n = 3

  @Test func doublesAreRounded() {
    let f = Float(0.1)
    for (mine, known) in [
      (x + d, [-1.5 + f, f + f, 3 + f]), (d + x, [f - 1.5, f + f, f + 3]),
      (x - d, [-1.5 - f, 0, 3 - f]), (d - x, [f + 1.5, 0, f - 3]),
      (x * d, [-1.5 * f, f * f, 3 * f]), (d * x, [f * -1.5, f * f, f * 3]),
      (x / d, [-1.5 / f, 1, 3 / f]), (d / x, [f / -1.5, 1, f / 3]),
      (maximum(x, d), [f, f, 3]), (maximum(d, x), [f, f, 3]),
      (minimum(x, d), [-1.5, f, f]), (minimum(d, x), [-1.5, f, f]),
      (select(x .> d, x, d), [f, f, 3]), (select(x .> d, d, x), [-1.5, f, f]),
    ] { #expect(mine.scalars == known) }
    // 0.1 as a Double is smaller than the Float beside it: it is compared as a Float.
    #expect((x .== d).scalars == [false, true, false])
    #expect((d .>= x).scalars == [true, true, false])
    #expect((x .> d).scalars == [false, false, true])
  }

  @Test func whole() {
    let product = x * n + 1, known: [Float] = [-3.5, 0.1 * 3 + 1, 10]
    #expect(product.scalars == known)
    let tenth: Float = 0.1, three: Float = 3
    let difference: [Float] = [4.5, three - tenth, 0]
    let quotient: [Float] = [-0.5, tenth / three, 1], inverse: [Float] = [-2, three / tenth, 1]
    #expect((n - x).scalars == difference)
    #expect((x / n).scalars == quotient && (n / x).scalars == inverse)
    #expect((x.sum() / n).scalars == [Float(1.6) / three])
    let i = Tensor<Int32>([-4, 7])
    #expect((i * n).scalars == [-12, 21] && (i / n).scalars == [-1, 2])
    #expect((i .> n).scalars == [false, true] && (n .== i - 4).scalars == [false, true])
    #expect(maximum(i, n).scalars == [3, 7] && select(i .> n, i, n).scalars == [3, 7])
  }

  @Test func doublesTakeFloats() {
    let y = Tensor<Double>([0.5, 2]), f = Float(0.1)
    #expect((y * f).scalars == [0.5 * Double(f), 2 * Double(f)])
    #expect((f - y).scalars == [Double(f) - 0.5, Double(f) - 2])
    #expect(pow(y, f).scalars[0] == pow(y, Double(f)).scalars[0])
  }

  /// Numbers that are written are of the tensor's type: 1 / 2 is not the 0 of Int, whatever stands
  /// beside it.
  @Test func writtenFractions() {
    let z = Tensor<Float>([8]), wide = Tensor<Double>([8]), two = 2.0, three = 3
    let narrow = minimum(z, 3) + 1 / 2, other = maximum(wide, two) * (1 / 2)
    #expect(narrow.scalars == [3.5] && other.scalars == [4])
    #expect((z * (1 / 2) - (1 / 4) * z + 1 / 2).scalars == [2.5])
    let powers = pow(z, 2) / 2 + 1 / 4, roots = pow(z, 0.5) + 1 / 2
    #expect(powers.scalars == [32.25] && roots.isClose(to: [3.3284271]))
    let doubles = z * two + 1 / 2, differences = (z - two) * (1 / 2)
    #expect(doubles.scalars == [16.5] && differences.scalars == [3])
    let whole = z * three * (1 / 2) + 1 / 4, sums = 1 / 2 + (z + three) / 2
    #expect(whole.scalars == [12.25] && sums.scalars == [6])
    let extremes = maximum(z, 0) + 1 / 2, mean = z.sum() / three - 1 / 3
    #expect(extremes.scalars == [8.5] && mean.isClose(to: 7 / 3))
    let below = !(z / 16 .> 1 / 4), equal = z / 16 .== (1 / 2)
    #expect(below.scalars == [false] && equal.scalars == [true])
    #expect(select(z / 16 .> 1 / 4, z, 1 / 2).scalars == [8])
  }

  @Test func writtenFractionsAreAssigned() {
    func assigned<S>(_ change: (inout Tensor<S>) -> Void) -> Float {
      var x = Tensor<S>(Tensor<Float>([8]))
      change(&x)
      return Tensor<Float>(x).scalars[0]
    }
    #expect(assigned { (x: inout Tensor<Float>) in x *= 1 / 2 } == 4)
    #expect(assigned { (x: inout Tensor<Double>) in x *= 1 / 2 } == 4)
    #expect(assigned { (x: inout Tensor<Float>) in x /= 5 / 2 } == 3.2)
    #expect(assigned { (x: inout Tensor<Double>) in x -= 5 / 2 } == 5.5)
    #expect(assigned { (x: inout Tensor<Float>) in x += 3 / 2 - 1 } == 8.5)
    #expect(assigned { (x: inout Tensor<Float>) in x[0] += 1 / 4 } == 8.25)
    let n = 3
    #expect(assigned { (x: inout Tensor<Double>) in x += n } == 11)
  }

  @Test func derivativesAreThoseOfTheRoundedNumber() {
    let g = gradient(of: (x * d + x * x / n).sum(), withRespectTo: x)
    // 0.1 + 2 x / 3
    let known: Tensor<Float> = [-0.9, 0.16666667, 2.1]
    #expect(g.isClose(to: known, relativeTolerance: 1e-6))
  }
}
