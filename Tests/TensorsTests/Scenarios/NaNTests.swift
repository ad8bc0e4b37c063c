// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
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
