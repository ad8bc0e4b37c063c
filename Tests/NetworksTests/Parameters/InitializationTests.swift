// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Starts: their spread, their range, right angles, and that a seed and a path are all that counts.
struct InitializationTests {
  private func start(
    _ initialization: Initialization, _ shape: Shape, seed: UInt64 = 1
  ) -> [Float] {
    Parameter(shape: shape, initialization).initialized(seed: seed).value.scalars
  }

  private func moments(_ numbers: [Float]) -> (mean: Double, deviation: Double) {
    let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
    let squares = numbers.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(numbers.count)).squareRoot())
  }

  /// The numbers of PyTorch's `calculate_gain`.
  @Test(
    arguments: [
      (Gain.linear, 1), (.sigmoid, 1), (.tanh, 5.0 / 3), (.relu, 1.4142135623730951),
      (.selu, 0.75), (.leakyReLU(), 1.4141428569978354),
      (.leakyReLU(slope: 0.2), 1.3867504905630728), (Gain(0.5), 0.5),
    ] as [(Gain, Double)])
  func gains(gain: Gain, factor: Double) {
    #expect(abs(Double(gain.factor) - factor) < 1e-7 * factor)
    let shape: Shape = [300, 200], n = 300.0, m = 200.0
    let both = factor * (2 / (n + m)).squareRoot(), inputs = factor / n.squareRoot()
    let starts: [(Initialization, Double, Double)] = [
      (.kaimingUniform(for: gain), inputs, 3.0.squareRoot()),
      (.kaimingNormal(for: gain), inputs, 6),
      (.xavierUniform(for: gain), both, 3.0.squareRoot()), (.xavierNormal(for: gain), both, 6),
    ]
    for (initialization, deviation, furthest) in starts {
      let numbers = start(initialization, shape), found = moments(numbers)
      #expect(abs(found.mean) < 0.02 * deviation)
      #expect(abs(found.deviation - deviation) < 0.01 * deviation)
      let end = numbers.reduce(0) { max($0, abs(Double($1))) }
      #expect(end <= furthest * deviation * (1 + 1e-6))
    }
  }

  /// By the formulas of the papers, to the bit: models that were trained before start as they did.
  @Test func startsOfOldStayTheSame() {
    let shape: Shape = [64, 50], key = RandomKey(seed: 7).folding(in: "")
    func uniform(_ bound: Float) -> [Float] {
      Tensor<Float>.uniform(shape, from: -bound, to: bound, key: key).scalars
    }
    func normal(_ deviation: Float) -> [Float] {
      Tensor<Float>.normal(shape, standardDeviation: deviation, key: key).scalars
    }
    let pairs: [(Initialization, [Float])] = [
      (.kaimingUniform, uniform((6 / Float(64)).squareRoot())),
      (.kaimingNormal, normal((2 / Float(64)).squareRoot())),
      (.xavierUniform, uniform((6 / Float(114)).squareRoot())),
      (.xavierNormal, normal((2 / Float(114)).squareRoot())),
      (.uniform(bound: 0.3), uniform(0.3)), (.normal(standardDeviation: 0.3), normal(0.3)),
      (.zeros, [Float](repeating: 0, count: 3200)),
      (.uniform(bound: 0), [Float](repeating: 0, count: 3200)),
    ]
    for (initialization, expected) in pairs {
      #expect(start(initialization, shape, seed: 7) == expected, "\(initialization)")
    }
  }

  /// Qᵀ Q = I or Q Qᵀ = I, summed in Double.
  @Test(
    arguments: [
      [3, 2], [2, 3], [1, 1], [1, 7], [64, 50], [50, 64], [17, 17], [100, 100], [3, 3, 8, 16],
      [5, 40],
    ] as [Shape])
  func orthogonalStartsHaveRightAngles(shape: Shape) {
    let columns = shape.last!, rows = shape.elementCount / columns
    let numbers = start(.orthogonal, shape).map(Double.init)
    let (count, length) = (min(rows, columns), max(rows, columns))
    for i in 0..<count {
      for j in i..<count {
        let product = (0..<length).reduce(0.0) { sum, k in
          let (a, b) =
            rows < columns
            ? (i * columns + k, j * columns + k) : (k * columns + i, k * columns + j)
          return sum + numbers[a] * numbers[b]
        }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-6, "\(i) \(j)")
      }
    }
    let scaled = start(.orthogonal(for: .tanh), shape)
    for (one, other) in zip(numbers, scaled) {
      #expect(abs(Double(other) - one * 5 / 3) < 1e-6)
    }
  }

  /// No direction is preferred: over many seeds an element of Q is as often positive as negative,
  /// and its square is 1 / n on average.
  @Test func orthogonalStartsPointEverywhere() {
    var sums = [Double](repeating: 0, count: 9), squares = sums
    let draws = 600
    for seed in 0..<draws {
      for (index, number) in start(.orthogonal, [3, 3], seed: UInt64(seed)).enumerated() {
        sums[index] += Double(number)
        squares[index] += Double(number * number)
      }
    }
    for index in 0..<9 {
      let mean = sums[index] / Double(draws), square = squares[index] / Double(draws)
      #expect(abs(mean) < 0.1 && abs(square - 1.0 / 3) < 0.05)
    }
  }

  @Test func truncatedNormalsHaveNoTails() {
    let numbers = start(.truncatedNormal(standardDeviation: 0.5), [500, 400])
    let (mean, deviation) = moments(numbers)
    #expect(abs(mean) < 0.005 && abs(deviation - 0.5) < 0.003)
    let furthest = numbers.reduce(0) { max($0, abs($1)) }
    #expect(furthest <= 2 * 0.5 / 0.8796 && furthest > 1.99 * 0.5 / 0.8797)
    // Within one deviation of the curve: 0.6827 / 0.9545 of all.
    let inner = numbers.count { abs($0) <= 0.5 / 0.8796 }
    #expect(abs(Double(inner) / Double(numbers.count) - 0.71524) < 0.004)
    #expect(start(.truncatedNormal(standardDeviation: 0), [3]) == [0, 0, 0])
  }

  @Test(arguments: [Initialization.orthogonal, .truncatedNormal(standardDeviation: 1)])
  func startsAreFunctionsOfSeedAndPath(initialization: Initialization) {
    let one = start(initialization, [40, 30], seed: 3)
    #expect(one == start(initialization, [40, 30], seed: 3))
    #expect(one != start(initialization, [40, 30], seed: 4))
    let layers = Sequential(
      Linear(40, 30, initialization: initialization), Linear(30, 20, initialization: initialization)
    )
    let deeper = Sequential(
      Linear(40, 30, initialization: initialization),
      Linear(30, 20, initialization: initialization),
      Linear(20, 20, initialization: initialization))
    let path = "1.weight"
    let short = layers.initialized(seed: 5).parameters[path]!.value.scalars
    #expect(short == deeper.initialized(seed: 5).parameters[path]!.value.scalars)
    #expect(start(initialization, [0, 4]).isEmpty)
  }

  private static let mistakes: [(String, @Sendable () -> Void)] = [
    (
      "Linear: the initialization has a gain of nan. Fix: use a finite number of 0 or more.",
      { _ = Linear(2, 3, initialization: .kaimingNormal(for: Gain(.nan))) }
    ),
    (
      "Linear: the initialization has a standard deviation of -1.0. Fix: use a finite number of 0",
      { _ = Linear(2, 3, initialization: .truncatedNormal(standardDeviation: -1)) }
    ),
    (
      "Parameter: a parameter of shape [3] has no rows and columns to be orthogonal. Fix: use another",
      { _ = Parameter(shape: [3], .orthogonal) }
    ),
    (
      "Parameter: the initialization has a start of inf. Fix: use a finite number.",
      { _ = Parameter(shape: [3], .constant(.infinity)) }
    ),
    (
      "Parameter.value: a parameter of shape [2] is set inside a recorded function, which is written",
      {
        let w = Parameter(value: [1, 2])
        let step = recorded { (x: Tensor<Float>) in
          w.value = x
          return x
        }
        _ = step([3, 4])
      }
    ),
  ]

  /// Also after `initialized(seed:)`, as a start that another parameter of the model
  /// needs a seed for.
  @Test(arguments: [[0.5, -1, .infinity], [0, 0, 0], [2, 2, 2]] as [[Float]])
  func numbersThatWereGivenAreTheStart(numbers: [Float]) {
    let given = Parameter(value: Tensor(numbers)), zeros = Parameter(value: .zeros([3]))
    let model: Parameters = ["given": given, "zeros": zeros, "drawn": Linear(2, 3)]
    let before = model.initialized(seed: 7)["given"]!.value.scalars
    #expect(before == numbers && zeros.value.scalars == [0, 0, 0])
    given.value = [7, 8, 9]
    _ = model.initialized(seed: 8)
    #expect(given.value.scalars == numbers)
    #expect(model.copy().parameters["given"]!.value.scalars == numbers)
  }

  /// What an optimizer keeps begins as zeros, and is as large as the model.
  @Test func ofOneNumberEverywhereOnlyThatIsKept() {
    for (value, start) in [
      (Tensor<Float>.zeros([300, 2]), Initialization.zeros), (.ones([3]), .constant(1)),
      (.full([2, 1, 3], -0.5), .constant(-0.5)), (Tensor(4), .constant(4)),
    ] {
      let parameter = Parameter(value: value)
      #expect(parameter.initialization == start)
      #expect(parameter.value.scalars == value.scalars)
    }
  }

  @Test(arguments: mistakes.indices)
  func whatCannotStartIsNamed(index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index = index as Int] in
      InitializationTests.mistakes[index].1()
    }
    #expect(standardError(of: result).contains(Self.mistakes[index].0))
  }
}
