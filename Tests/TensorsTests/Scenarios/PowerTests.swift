// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTensors
import PullbackTestSupport
import Testing

/// pow of special numbers as NumPy has it, and its gradients as PyTorch has them. The file is
/// written by Scripts/fixtures/powers.py.
@Suite struct PowerTests {
  private struct Example {
    let x, y, z, xg, yg: Double

    init(_ line: Substring) {
      let numbers = line.split(separator: " ").map { Double($0)! }
      (x, y, z, xg, yg) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
    }
  }

  private static let examples = Fixture.lines("powers.txt").map { Example($0) }

  @Test func fixtureIsComplete() {
    #expect(Self.examples.count == 27 * 27)
  }

  @Test func specialValuesOfDouble() {
    let examples = Self.examples
    let x = Tensor(examples.map(\.x)), y = Tensor(examples.map(\.y))
    for (example, z) in zip(examples, pow(x, y).scalars) {
      let isNear = abs(z - example.z) <= example.z.ulp
      #expect(isSame(z, example.z) || isNear && z != 0, "\(example.x)^\(example.y) is \(z)")
    }
  }

  @Test func specialValuesOfFloat() {
    let examples = Self.examples.filter {
      isSame(Double(Float($0.x)), $0.x) && isSame(Double(Float($0.y)), $0.y)
    }
    let x = Tensor(examples.map { Float($0.x) }), y = Tensor(examples.map { Float($0.y) })
    #expect(examples.count == 25 * 25)
    for (example, z) in zip(examples, pow(x, y).scalars) {
      let expected = Float(example.z), isNear = abs(z - expected) <= expected.ulp
      #expect(
        isSame(Double(z), Double(expected)) || isNear && z != 0,
        "\(example.x)^\(example.y) is \(z)")
    }
  }

  /// NaN^0 is 1, but what its derivative by NaN is, nobody needs to know.
  @Test func gradients() {
    let examples = Self.examples.filter { !$0.x.isNaN && !$0.y.isNaN }
    let x = Tensor(examples.map(\.x)), y = Tensor(examples.map(\.y))
    let (xg, yg) = gradient(of: pow(x, y).sum(), withRespectTo: x, y)
    for (example, (xg, yg)) in zip(examples, zip(xg.scalars, yg.scalars)) {
      #expect(isClose(xg, example.xg), "\(example.x)^\(example.y) by x is \(xg)")
      #expect(isClose(yg, example.yg), "\(example.x)^\(example.y) by y is \(yg)")
    }
  }

  private func isClose(_ x: Double, _ y: Double) -> Bool {
    x == y || x.isNaN && y.isNaN || abs(x - y) <= 1e-13 * abs(y)
  }

  /// (x³)'' = 6 x, also at 0 and below, where log x has no number.
  @Test func secondDerivative() {
    let x: Tensor<Double> = [-2, 0, 0.5, 3]
    let first = gradient(of: pow(x, 3).sum(), withRespectTo: x)
    expect(first, [12, 0, 0.75, 27])
    let second = gradient(of: first.sum(), withRespectTo: x)
    expect(second, [-12, 0, 3, 18])
  }

  /// At 0^0 the conventions, not NaN; apart from 0 the true mixed derivative: 1 / x at y = 0.
  @Test func secondDerivativeAtExponentZero() {
    let x: Tensor<Double> = [0, 2, 4], y: Tensor<Double> = [0, 0, 0]
    let (xg, yg) = gradient(of: pow(x, y).sum(), withRespectTo: x, y)
    expect(xg, [0, 0, 0])
    expect(yg, [0, log(2), log(4)])
    let mixed = gradient(of: xg.sum(), withRespectTo: y)
    expect(mixed, [1, 0.5, 0.25])
    let mixedAgain = gradient(of: yg.sum(), withRespectTo: x)
    expect(mixedAgain[1...], [0.5, 0.25])
  }

  @Test func scalarsOnEitherSide() {
    let x: Tensor<Double> = [1, 2, 3], number = 2.0
    expect(pow(x, number), [1, 4, 9])
    expect(pow(number, x), [2, 4, 8])
    expect(pow(x, 2), [1, 4, 9])
    expect(pow(2, x), [2, 4, 8])
    let (xg, yg) = gradient(of: pow(x, Tensor(number)).sum(), withRespectTo: x, Tensor(number))
    expect(xg, [2, 4, 6])
    #expect(yg.shape == [])
  }

  /// What is exactly a number of the type comes out as that number.
  @Test func powersThatAreNumbersAreExact() {
    let bases = (-9...9).map { Double($0) }, exponents = (0...16).map { Double($0) }
    let table = pow(Tensor(bases).expandingShape(at: 1), Tensor(exponents)).scalars
    let expected = bases.flatMap { base in
      exponents.map { exponent in (0..<Int(exponent)).reduce(1) { power, _ in power * base } }
    }
    #expect(table == expected)
    let roots = (0...1000).map { Double($0) / 8 }
    #expect(pow(Tensor(roots).squared(), 0.5).scalars == roots)
  }
}
