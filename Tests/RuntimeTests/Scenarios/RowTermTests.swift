// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Sums of rows of products, differences and squared differences, which are computed while they are
/// added up: with the bits of a sum of the same numbers that stand in memory.
@Suite struct RowTermTests {
  init() { Plan.verifiesByDefault = true }

  static let lengths = [
    1, 2, 3, 15, 16, 17, 31, 64, 100, 128, 255, 256, 511, 512, 513, 600, 1000, 2047, 2049, 4096,
    5000,
  ]
  static let counts = [1, 4, 9]

  /// x and y, and a number for each row.
  private struct Rows<Scalar: FloatingPointScalar> {
    let x: Naive<Scalar>
    let y: Naive<Scalar>
    let one: Naive<Scalar>

    init(_ count: Int, of length: Int) where Scalar == Double {
      var choice = SplitMix(seed: 7 * length + count)
      x = Naive([count, length], choice.floats(count * length).map(Double.init))
      y = Naive([count, length], choice.floats(count * length).map(Double.init))
      one = Naive([count, 1], choice.floats(count).map(Double.init))
    }

    init(_ count: Int, of length: Int) where Scalar == Float {
      var choice = SplitMix(seed: 7 * length + count)
      x = Naive([count, length], choice.floats(count * length))
      y = Naive([count, length], choice.floats(count * length))
      one = Naive([count, 1], choice.floats(count))
    }
  }

  private func check<Scalar: FloatingPointScalar>(
    _ sums: Tensor<Scalar>, _ terms: Naive<Scalar>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = terms.tensor.sum(along: 1).scalars, found = sums.scalars
    #expect(found == expected, sourceLocation: sourceLocation)
    let length = terms.shape[1]
    for (row, sum) in found.enumerated() {
      let numbers = terms.numbers[row * length..<(row + 1) * length].map { Double($0) }
      let exact = numbers.reduce(0, +), size = numbers.reduce(0) { $0 + $1.magnitude }
      #expect((Double(sum) - exact).magnitude <= 4e-7 * size, sourceLocation: sourceLocation)
    }
  }

  private func check<Scalar: FloatingPointScalar>(_ rows: Rows<Scalar>) {
    let x = rows.x.tensor, y = rows.y.tensor, one = rows.one.tensor
    let products = Naive<Scalar>(rows.x.shape) { rows.x[$0] * rows.y[$0] }
    let differences = Naive<Scalar>(rows.x.shape) { rows.x[$0] - rows.one[[$0[0], 0]] }
    let squares = Naive<Scalar>(rows.x.shape) { differences[$0] * differences[$0] }
    check((x * y).sum(along: 1), products)
    check((x * x).sum(along: 1), Naive(rows.x.shape) { rows.x[$0] * rows.x[$0] })
    check((x - one).sum(along: 1), differences)
    let less = x - one
    check((less * less).sum(along: 1), squares)
    // Where the differences are wanted too.
    let first = x - one, sums = first.sum(along: 1)
    evaluate(first, sums)
    check(sums, differences)
    #expect(first.scalars == differences.numbers)
    let second = x - one, ofSquares = (second * second).sum(along: 1)
    evaluate(second, ofSquares)
    check(ofSquares, squares)
    #expect(second.scalars == differences.numbers)
    // After something else.
    let products3 = Naive<Scalar>(rows.x.shape) { (rows.x[$0] + rows.y[$0]) * -rows.y[$0] }
    check(((x + y) * -y).sum(along: 1), products3)
    let later = Naive<Scalar>(rows.x.shape) { -rows.x[$0] - rows.one[[$0[0], 0]] }
    check((-x - one).sum(along: 1), later)
  }

  @Test(arguments: lengths, counts)
  func floats(length: Int, count: Int) { check(Rows<Float>(count, of: length)) }

  @Test(arguments: lengths, counts)
  func doubles(length: Int, count: Int) { check(Rows<Double>(count, of: length)) }

  @Test("At any number of threads, of rows that stand in any order", arguments: [64, 256, 1000])
  func threads(length: Int) {
    let shape = [6, 50, length]
    var choice = SplitMix(seed: length)
    let x = Naive(shape, choice.floats(300 * length)), one = Naive([50, 6], choice.floats(300))
    let turned = Naive([length, 300], choice.floats(300 * length))
    let terms = Naive<Float>([300, length]) { index in
      let difference =
        x[[index[0] / 50, index[0] % 50, index[1]]] - one[[index[0] % 50, index[0] / 50]]
      return difference * difference
    }
    let products = Naive<Float>([300, length]) { index in
      x[[index[0] / 50, index[0] % 50, index[1]]] * turned[[index[1], index[0]]]
    }
    onThreads([1, 2, 3, 7]) { _ in
      let less = x.tensor - one.tensor.transposed().reshaped(to: [6, 50, 1])
      check((less * less).sum(along: 2).reshaped(to: [300]), terms)
      let other = turned.tensor.transposed()
      check((x.tensor.reshaped(to: [300, length]) * other).sum(along: 1), products)
    }
  }

  /// As a normalisation has it: of all rows at once, with what one step needs of the one before.
  @Test(arguments: [3, 100, 128, 256, 700], [1, 4, 70])
  func normalization(length: Int, count: Int) {
    let rows = Rows<Float>(count, of: length), x = rows.x.tensor
    let means = x.mean(along: 1, keepingAxes: true), less = x - means
    let scales = 1 / sqrt((less * less).mean(along: 1, keepingAxes: true) + 1e-5)
    let scale = rows.y.tensor[0], bias = rows.y.tensor[count - 1]
    let y = less * scales * scale + bias
    let moments = (0..<count).map { row in
      let numbers = rows.x.numbers[row * length..<(row + 1) * length].map(Double.init)
      let mean = numbers.reduce(0, +) / Double(length)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
      return (mean: mean, deviation: (variance + 1e-5).squareRoot())
    }
    let exact = Naive<Double>(rows.x.shape) { index in
      let (mean, deviation) = moments[index[0]]
      let scale = Double(rows.y[[0, index[1]]]), bias = Double(rows.y[[count - 1, index[1]]])
      return (Double(rows.x[index]) - mean) / deviation * scale + bias
    }
    #expect(zip(y.scalars, exact.numbers).allSatisfy { (Double($0) - $1).magnitude < 2e-5 })
    // Each operation by itself gives the same bits.
    let known = less.detached(), factors = scales.detached()
    evaluate(known, factors)
    let scaled = known * factors, product = scaled * scale
    evaluate(scaled)
    evaluate(product)
    #expect(y.scalars == (product + bias).scalars)
  }

  @Test("NaN and infinities reach the sums of their rows, and no others")
  func specialValues() {
    for length in [20, 256, 600] {
      var numbers = [Float](repeating: 1, count: 5 * length)
      numbers[length + length - 1] = .nan
      numbers[2 * length + 3] = .infinity
      numbers[3 * length] = -0.0
      let x = Tensor<Float>(shape: [5, length], scalars: numbers)
      let one = Tensor<Float>(shape: [5, 1], scalars: [1, 1, 1, 1, 1])
      let squares = ((x - one) * (x - one)).sum(along: 1).scalars
      let products = (x * x).sum(along: 1).scalars
      #expect(squares[0] == 0 && squares[4] == 0 && squares[3] == 1)
      #expect(squares[1].isNaN && squares[2] == .infinity)
      #expect(products[1].isNaN && products[2] == .infinity && products[3] == Float(length - 1))
      #expect(products[0] == Float(length))
    }
  }
}
