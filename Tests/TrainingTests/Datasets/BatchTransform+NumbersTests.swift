// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct BatchTransformNumbersTests {
  private let key = RandomKey(seed: 3)

  @Test func noiseIsNormal() throws {
    let data = Dataset(inputs: .full([100, 200], 3), targets: Tensor<Double>.ones([100]))
    let result = try BatchTransform<Double, Double>.noise(0.5)(data, key: key)
    let numbers: [Double] = result.inputs.scalars.map { Double($0) - 3 }
    let squares: [Double] = numbers.map { $0 * $0 }
    let mean = numbers.reduce(0, +) / 20_000, variance = squares.reduce(0, +) / 20_000
    // Six standard deviations of the mean and of the variance.
    #expect(abs(mean) < 0.022 && abs(variance - 0.25) < 0.015)
    #expect(result.targets.scalars == data.targets.scalars)
  }

  @Test func numbersAreScaled() throws {
    let inputs = Tensor<Float>(range: 0..<12).reshaped(to: [2, 3, 2])
    let data = Dataset(inputs: inputs, targets: Tensor<Float>.zeros([2]))
    func scaled(_ mean: Tensor<Float>, _ deviation: Tensor<Float>) throws -> [Float] {
      try BatchTransform.normalized(mean: mean, standardDeviation: deviation)(data, key: key)
        .inputs.scalars
    }
    let numbers = (0..<12).map { Float($0) }
    #expect(try scaled(1, 2) == numbers.map { ($0 - 1) / 2 })
    let byColumn: [Float] = numbers.map { Int($0) % 2 == 0 ? ($0 - 1) / 2 : ($0 - 3) / 4 }
    #expect(try scaled([1, 3], [2, 4]) == byColumn)
    let byRow: [Float] = numbers.map { $0 - Float(Int($0) / 2 % 3) }
    #expect(try scaled([[0], [1], [2]], 1) == byRow)
  }

  @Test func classesBecomeRows() throws {
    let data = Dataset(inputs: .zeros([3, 1]), labels: [2, 0, 1])
    let result = try BatchTransform<Int32, Float>.oneHot(classes: 3)(data, key: key)
    #expect([[Float]](result.targets) == [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
  }

  /// Inputs are rows of the unit matrix, so the shares can be read off.
  private func shares(_ alpha: Float, _ key: RandomKey) throws -> [Double] {
    let count = 128
    let labels = Tensor<Int32>(range: 0..<count)
    let data = Dataset(inputs: labels.oneHot(count, as: Float.self), labels: labels)
    let mixed = try BatchTransform<Int32, Float>.mixup(alpha, classes: count)(data, key: key)
    let (inputs, targets) = ([[Float]](mixed.inputs), [[Float]](mixed.targets))
    #expect(inputs == targets)
    var partners: Set<Int> = []
    for (row, numbers) in inputs.enumerated() {
      let other = numbers.indices.filter { numbers[$0] != 0 && $0 != row }
      #expect(other.count <= 1)
      #expect(numbers.allSatisfy { (0...1).contains($0) })
      let sum = numbers.reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
      for partner in other { #expect(partners.insert(partner).inserted) }
    }
    return inputs.enumerated().map { Double($0.element[$0.offset]) }
  }

  /// Mean, variance and a quarter of the range of the distribution Beta(a, a), by hand: the
  /// variance is 1 / (4 (2a + 1)), the share below 1/4 is (2 / pi) asin(1/2) for 1/2, 1/4 for 1,
  /// 3/16 - 1/32 for 2.
  @Test(arguments: [(0.2, nil), (0.5, 1.0 / 3), (1, 0.25), (2, 0.15625), (1e-3, 0.5), (50, 0)])
  func sharesHaveTheirDistribution(example: (alpha: Float, quarter: Double?)) throws {
    var shares: [Double] = []
    for seed in 0..<40 {
      shares += try self.shares(example.alpha, RandomKey(seed: UInt64(seed)))
    }
    let count = Double(shares.count), mean = shares.reduce(0, +) / count
    let squares: [Double] = shares.map { ($0 - mean) * ($0 - mean) }
    let variance = squares.reduce(0, +) / count
    // 5120 of them, of which one of 128 is alone: four standard deviations and that.
    #expect(abs(mean - 0.5) < 0.032)
    #expect(abs(variance - 1 / (4 * (2 * Double(example.alpha) + 1))) < 0.01)
    if let quarter = example.quarter {
      #expect(abs(Double(shares.count { $0 < 0.25 }) / count - quarter) < 0.032)
    }
  }

  @Test func targetsOfARegressionAreMixedAlike() throws {
    let inputs = Tensor<Float>(range: 0..<24).reshaped(to: [4, 2, 3])
    let data = Dataset(inputs: inputs, targets: 2 * inputs[.all, 0, 0] + 1)
    let mixed = try BatchTransform<Float, Float>.mixup(1)(data, key: key)
    let expected: [Float] = mixed.inputs[.all, 0, 0].scalars.map { 2 * $0 + 1 }
    for (target, expected) in zip(mixed.targets.scalars, expected) {
      #expect(abs(target - expected) < 1e-4)
    }
    let empty = Dataset(inputs: .zeros([0, 3]), targets: Tensor<Float>.zeros([0]))
    #expect(try BatchTransform<Float, Float>.mixup(1)(empty, key: key).count == 0)
  }

  enum Fault: String, CaseIterable, Codable {
    case noise, mean, deviation, shape, alpha

    var message: String {
      switch self {
      case .noise: "noise: a standard deviation of -1.0. Fix: use a number of 0 or more."
      case .mean: "normalized: a mean of nan. Fix: use finite numbers."
      case .deviation:
        "normalized: a standard deviation of 0.0. "
          + "Fix: use finite numbers above 0: 1 for a column that does not vary."
      case .shape:
        "normalized: the mean [3] does not fit examples of the shape [2]. "
          + "Fix: give one number, or one for each of the last axis or axes."
      case .alpha: "mixup: an alpha of 0.0. Fix: use a number above 0, such as 0.2."
      }
    }

    func run() throws {
      typealias Transform = BatchTransform<Float, Float>
      switch self {
      case .noise: _ = Transform.noise(-1)
      case .mean: _ = Transform.normalized(mean: Tensor<Float>(.nan), standardDeviation: 1)
      case .deviation: _ = Transform.normalized(mean: 0, standardDeviation: [1, 0])
      case .shape:
        let transform = Transform.normalized(mean: [1, 2, 3], standardDeviation: 1)
        let data = Dataset(inputs: .zeros([3, 2]), targets: Tensor<Float>.zeros([3]))
        _ = try transform(data, key: RandomKey(seed: 1))
      case .alpha: _ = Transform.mixup(0)
      }
    }
  }

  @Test(arguments: Fault.allCases) func wrongNumbersAreMistakes(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in try fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("BatchTransform+NumbersTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
