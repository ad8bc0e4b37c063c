// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

/// Half-open ranges hold to the last bit, whatever their bounds.
@Suite struct UniformTests {
  init() { Plan.verifiesByDefault = true }

  private static let count = 1 << 18

  static let ranges: [(Double, Double)] = [
    (1, 2), (-2, -1), (0, 1), (-1, 1), (0.1, 0.3), (-0.3, 0.1), (1, 3), (1e9, 1e9 + 128),
    (16_777_215, 16_777_216), (1, 1 + 0x1p-23), (1, 1 + 0x1p-22), (-1, -1 + 0x1p-24),
    (0, 0x1p-149), (0, 0x1p-140), (-0x1p-149, 0x1p-149), (1e-30, 1), (-1e30, 1e-30),
  ]

  @Test(arguments: ranges)
  func ofFloat(low: Double, high: Double) {
    check(Float(low), Float(high))
  }

  @Test(
    arguments: ranges + [(1, 1 + 0x1p-52), (0, 0x1p-1074), (-0x1p-1074, 0x1p-1070)])
  func ofDouble(low: Double, high: Double) {
    check(low, high)
  }

  /// The width of these is more than the largest number.
  @Test func hugeRanges() {
    let most = Float.greatestFiniteMagnitude
    check(-most, most)
    check(-most, most / 2)
    check(-most / 2, most)
    check(-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    let quarter = Tensor<Float>.uniform([4000], from: -most, to: most, key: RandomKey(seed: 3))
      .scalars.filter { $0 < -most / 2 }.count
    // Five deviations of a binomial with p = 1/4.
    #expect(abs(quarter - 1000) < 140)
  }

  private func check<Scalar: FloatingPointScalar>(_ low: Scalar, _ high: Scalar) {
    let numbers = Tensor<Scalar>.uniform(
      [UniformTests.count], from: low, to: high, key: RandomKey(seed: 7)
    ).scalars
    #expect(numbers.allSatisfy { low <= $0 && $0 < high }, "\(numbers.max()!)")
    // Both halves are met.
    let middle = low / 2 + high / 2
    #expect(high == low.nextUp || numbers.contains { $0 <= middle })
    #expect(high <= low.nextUp.nextUp || numbers.contains { $0 >= middle })
  }

  /// Where rounding never reached the end, the formula alone decides: bit for bit.
  @Test(arguments: [0.05, 0.25, 1.0 / 3, 0.7, 12])
  func symmetricOnesAreTheFormula(bound: Float) {
    let key = RandomKey(seed: 5)
    let unit = Tensor<Float>.uniform([1000], key: key).scalars
    let numbers = Tensor<Float>.uniform([1000], from: -bound, to: bound, key: key).scalars
    #expect(numbers == unit.map { $0 * (bound - -bound) + -bound })
  }

  /// Known moments: mean 1.5, variance 1/12.
  @Test func staysUniform() {
    let numbers = Tensor<Float>.uniform([1 << 16], from: 1, to: 2, key: RandomKey(seed: 11)).scalars
    let mean = numbers.reduce(0) { $0 + Double($1) } / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 65536
    #expect(abs(mean - 1.5) < 0.005)
    #expect(abs(variance - 1.0 / 12) < 0.001)
  }

  @Test func normalNumbersAreFinite() {
    let numbers = Tensor<Float>.normal([1 << 20], key: RandomKey(seed: 2)).scalars
    #expect(numbers.allSatisfy { $0.isFinite && abs($0) < 9 })
    let none = Tensor<Double>.normal([3], mean: 2, standardDeviation: 0, key: RandomKey(seed: 2))
    expect(none, [2, 2, 2])
  }

  @Test func equalDistancesBetweenEndsFarApart() {
    let most = Float.greatestFiniteMagnitude
    let numbers = Tensor<Float>(from: -most, through: most, count: 5).scalars
    let expected = [-most, -most / 2, 0, most / 2, most]
    #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) <= $1.ulp })
    #expect(numbers[0] == -most && numbers[4] == most)
    #expect(Tensor<Float>(from: -most, through: most, count: 2).scalars == [-most, most])
    let doubles = Tensor<Double>(
      from: -.greatestFiniteMagnitude, through: .greatestFiniteMagnitude, count: 3)
    expect(doubles, [-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude])
  }
}
