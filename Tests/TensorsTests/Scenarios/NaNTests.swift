// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// NaN never disappears: what is computed from it is NaN, and so is the derivative.
@Suite struct NaNTests {
  init() { Plan.verifiesByDefault = true }

  private let nan = Double.nan

  /// Expects NaN where the other has it, else the same numbers.
  private func expect(_ found: Tensor<Double>, _ numbers: [Double]) {
    let scalars = found.scalars
    #expect(areSame(scalars, numbers), "\(scalars)")
  }

  @Test("Of reductions: in the row where it is, and nowhere else", arguments: [true, false])
  func reductions(isMax: Bool) {
    let x = Tensor<Double>([[1, .nan, 3], [4, 5, 4], [.infinity, -.infinity, 0]])
    let y = isMax ? x.max(along: 1) : x.min(along: 1)
    let rest = isMax ? [0, 1, 0, 1, 0, 0] : [0.5, 0, 0.5, 0, 1, 0]
    expect(gradient(of: y.sum(), withRespectTo: x), [nan, nan, nan] + rest)
    // Also where the cotangent is 0.
    expect(gradient(of: (y * 0).sum(), withRespectTo: x).sum(along: 1), [nan, 0, 0])
    let all = isMax ? x.max() : x.min()
    expect(gradient(of: all, withRespectTo: x), [Double](repeating: nan, count: 9))
  }

  /// Elsewhere the derivative is that of the elements in the middle.
  @Test func quantiles() {
    let x = Tensor<Double>([[1, .nan, 3], [4, 6, 5], [.infinity, -.infinity, 0]])
    let middle = gradient(of: x.median(along: 1).sum(), withRespectTo: x)
    #expect(middle.scalars[0..<3].contains { $0.isNaN })
    expect(middle[1...], [0, 0, 1, 0, 0, 1])
    let quarter = gradient(of: (3 * x.quantile(0.25, along: 1)).sum(), withRespectTo: x)
    #expect(quarter.scalars[0..<3].contains { $0.isNaN })
    expect(quarter[1], [1.5, 0, 1.5])
    expect(x.median(along: 1), [nan, 5, 0])
  }

  @Test("Of the larger and the smaller of two", arguments: [true, false])
  func pairs(isMaximum: Bool) {
    let x = Tensor<Double>([1, .nan, 2, .nan, 3, 1, .infinity, -.infinity])
    let y = Tensor<Double>([.nan, 1, 2, .nan, 1, 3, .infinity, .infinity])
    let z = isMaximum ? maximum(x, y) : minimum(x, y)
    let (xg, yg) = gradient(of: z.sum(), withRespectTo: x, y)
    let larger: [Double] = [nan, nan, 0.5, nan, 1, 0, 0.5, 0]
    let smaller: [Double] = [nan, nan, 0.5, nan, 0, 1, 0.5, 1]
    expect(xg, isMaximum ? larger : smaller)
    expect(yg, isMaximum ? smaller : larger)
    // Clipping is made of both.
    let clipped = minimum(maximum(x, -1), 1)
    expect(
      gradient(of: clipped.sum(), withRespectTo: x),
      [0.5, nan, 0, nan, 0, 0.5, 0, 0])
  }

  @Test func relus() {
    let x = Tensor<Double>([-1, .nan, 0, -0.0, 2, -.infinity, .infinity])
    let y = relu(x)
    let slope = gradient(of: (3 * y).sum(), withRespectTo: x)
    expect(slope, [0, nan, 0, 0, 3, 0, 3])
    // The derivative has none of its own.
    expect(gradient(of: slope.sum(), withRespectTo: x), [0, 0, 0, 0, 0, 0, 0])
    // Whether the result was read makes no difference.
    _ = y.scalars
    expect(gradient(of: (3 * y).sum(), withRespectTo: x), [0, nan, 0, 0, 3, 0, 3])
  }

  /// Fresh and recorded, whatever the cotangent: NaN where x is, and elsewhere what it is without.
  private func expectPointwise<Scalar: FloatingPointScalar>(
    _ function: @escaping @Sendable (Tensor<Scalar>) -> Tensor<Scalar>
  ) {
    let numbers: [Scalar] = [-8, 1, -6, -3, -1, -0.0, 0, 1, 0.5, 1, 3, 6, 8, -.infinity, .infinity]
    let places = [1, 7, 9]
    var withNaN = numbers
    for place in places { withNaN[place] = .nan }
    for scale in [3, 0] as [Scalar] {
      let slope: @Sendable (Tensor<Scalar>) -> Tensor<Scalar> = { x in
        gradient(of: (function(x) * Tensor(scale)).sum(), withRespectTo: x)
      }
      let expected = slope(Tensor(numbers)).scalars, record = recorded(slope)
      for found in [slope(Tensor(withNaN)), record(Tensor(withNaN))] {
        let found = found.scalars
        for place in numbers.indices {
          let isNaN = places.contains(place)
          #expect(isNaN ? found[place].isNaN : found[place] == expected[place], "\(found)")
        }
      }
    }
  }

  @Test("Of functions that choose, of single numbers", arguments: PointwiseChoice.allCases)
  func choices(choice: PointwiseChoice) {
    expectPointwise { (x: Tensor<Float>) in choice.function(x) }
    expectPointwise { (x: Tensor<Double>) in choice.function(x) }
  }

  /// The gradient of 2 y for y of these numbers, fresh and recorded.
  private func expectSlope<Scalar: FloatingPointScalar>(
    _ expected: [Scalar], at x: Tensor<Scalar>,
    _ function: @escaping @Sendable (Tensor<Scalar>) -> Tensor<Scalar>
  ) {
    let slope: @Sendable (Tensor<Scalar>) -> Tensor<Scalar> = { x in
      gradient(of: (2 * function(x)).sum(), withRespectTo: x)
    }
    let record = recorded(slope)
    for found in [slope(x), record(x)] {
      #expect(
        found.scalars.count == expected.count
          && zip(found.scalars, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN },
        "\(found)")
    }
  }

  private func expectOfChosenElements<Scalar: FloatingPointScalar>(in type: Scalar.Type) {
    let nan = Scalar.nan
    let line = Tensor<Scalar>([1, 3, .nan, 2, 5, 4, -.infinity, .infinity, 0])
      .reshaped(to: [1, 9, 1])
    expectSlope([0, 2, nan, nan, 2, 0, 0, 2, 0], at: line) { $0.maxPooled(size: 2) }
    expectSlope([0, nan, nan, nan, 2, 0, 0, 4, 0], at: line) {
      $0.maxPooled(size: 3, stride: 2, padding: 1)
    }
    // Windows of many elements, axis by axis: one with a NaN, one without.
    for size in [3, 4] {
      var numbers = [Scalar](repeating: 0, count: size * 2 * size), expected = numbers
      numbers[2 * size + 1] = .nan
      numbers[4 * size + size + 2] = 1
      expected[4 * size + size + 2] = 2
      for row in 0..<size {
        for column in 0..<size { expected[row * 2 * size + column] = nan }
      }
      let images = Tensor(numbers).reshaped(to: [1, size, 2 * size, 1])
      expectSlope(expected, at: images) { $0.maxPooled(size: PerAxis(size)) }
    }
    let few = Tensor<Scalar>([3, .nan, 1, 5])
    expectSlope([2, nan, 0, 2], at: few) { $0.largest(2).values }
    expectSlope([2, nan, 2, 2], at: few) { $0.smallest(4).values }
    expectSlope([2, nan, 2, 2], at: few) { $0.sorted() }
    expectSlope([2, nan, 2, 2], at: few) { $0.sorted(descending: true) }
    expectSlope([2, nan, nan, nan], at: few) { $0.cumulativeMaximum(along: 0) }
    expectSlope([2, nan, nan, nan], at: few) { $0.cumulativeMinimum(along: 0) }
    expectSlope([nan, nan, nan, nan], at: few) { $0.max() }
    expectSlope([nan, nan, nan, nan], at: few) { $0.min() }
  }

  @Test("Of functions that choose among elements") func chosenElements() {
    expectOfChosenElements(in: Float.self)
    expectOfChosenElements(in: Double.self)
  }

  /// Everything else that has a derivative, at NaN.
  @Test(
    "Of functions of one number",
    arguments: Unary.allCases.filter { ![.not, .sign, .floor, .ceil, .round].contains($0) })
  func functions(unary: Unary) {
    let x = Value.leaf([2], [.nan, 0.5])
    let y = x.unary(unary)
    let slope = gradients(of: y.sum, withRespectTo: [x])[0].numbers
    // -x is linear: its derivative does not depend on x.
    #expect(y.numbers[0].isNaN && !y.numbers[1].isNaN)
    #expect(slope[0].isNaN == (unary != .negate) && !slope[1].isNaN)
  }

  /// The values that carry a NaN on: those of NumPy.
  @Test func values() {
    let x = Tensor<Double>([1, .nan, 3])
    expect(x.max(), [nan])
    expect(x.min(), [nan])
    expect(x.sum(), [nan])
    expect(maximum(x, 2), [2, nan, 3])
    expect(minimum(2, x), [1, nan, 2])
    expect(relu(x), [1, nan, 3])
    expect(abs(x), [1, nan, 3])
    expect(sign(x), [1, nan, 1])
    #expect(x.argmax(along: 0).scalars == [1])
    #expect(x.argmin(along: 0).scalars == [1])
  }

  @Test func inSinglePrecision() {
    let x = Tensor<Float>([1, .nan])
    let slope = gradient(of: x.max() + relu(x).sum() + maximum(x, 0).sum(), withRespectTo: x)
    #expect(slope.scalars.map(\.isNaN) == [true, true])
    #expect(gradient(of: relu(x).sum(), withRespectTo: x).scalars.map(\.isNaN) == [false, true])
  }
}
