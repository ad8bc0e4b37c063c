// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Numbers that stand once in a row, beside all of it: rows of all lengths around tiles, which
/// begin and end anywhere.
@Suite struct SingleOperandTests {
  init() { Plan.verifiesByDefault = true }

  static let lengths = [127, 128, 129, 255, 511, 512, 513, 1000, 2047, 2048, 2049, 5000]

  /// x and a number for each of its rows.
  private static func operands(_ length: Int, rows: Int) -> (x: Naive<Float>, one: Naive<Float>) {
    var choice = SplitMix(seed: length + rows)
    return (
      Naive([rows, length], choice.floats(rows * length)), Naive([rows, 1], choice.floats(rows))
    )
  }

  @Test("On either side, at any number of threads", arguments: lengths, [1, 3, 70])
  func rows(length: Int, rows: Int) {
    let (x, one) = Self.operands(length, rows: rows)
    let expected = Naive<Float>(x.shape) { index in
      let number = one[[index[0], 0]]
      return (number - x[index]) * number + (x[index] - number) / number
    }
    onThreads([1, 2, 3, 7]) { threads in
      let (a, b) = (x.tensor, one.tensor)
      let y = (b - a) * b + (a - b) / b
      let isEqual = y.scalars == expected.numbers
      #expect(isEqual, "rows of \(length) on \(threads) threads")
    }
  }

  /// Rows that end within the pieces that threads take, of three axes, and numbers that are read in
  /// another order than rows follow each other.
  @Test(arguments: [128, 200, 513, 1000])
  func planes(length: Int) {
    var choice = SplitMix(seed: length)
    let shape = [3, 40, length]
    let x = Naive(shape, choice.floats(120 * length)),
      one = Naive([40, 3], choice.floats(120))
    let expected = Naive<Float>(shape) { x[$0] - one[[$0[1], $0[0]]] }
    onThreads([1, 2, 3]) { threads in
      let numbers = one.tensor.transposed().reshaped(to: [3, 40, 1])
      let isEqual = (x.tensor - numbers).scalars == expected.numbers
      #expect(isEqual, "rows of \(length) on \(threads) threads")
    }
  }

  @Test("A power of a difference is that of the rounded difference", arguments: lengths)
  func powers(length: Int) {
    let (x, one) = Self.operands(length, rows: 5)
    let differences = x.tensor - one.tensor
    evaluate(differences)
    let apart = exp(differences.detached()).scalars
    let together = exp(x.tensor - one.tensor).scalars, turned = exp(one.tensor - x.tensor)
    #expect(together == apart)
    #expect(turned.scalars == exp((-differences).detached()).scalars)
    // Beside a sum of the same powers, and a number that is the same everywhere.
    let y = exp(x.tensor - one.tensor), sum = y.sum(along: 1)
    evaluate(y, sum)
    #expect(y.scalars == apart && sum.scalars == y.detached().sum(along: 1).scalars)
    let less = Tensor<Float>(shape: Shape(x.shape), scalars: x.numbers.map { $0 - 0.3 })
    #expect(exp(x.tensor - 0.3).scalars == exp(less).scalars)
  }

  @Test("Several rows are reduced at a time", arguments: [1, 5, 16, 100, 256, 512], 1...9)
  func reductions(length: Int, rows: Int) {
    let (x, one) = Self.operands(length, rows: rows)
    var numbers = x.numbers
    if length > 5 { numbers[(rows - 1) * length + 5] = .nan }
    let a = Tensor<Float>(shape: [rows, length], scalars: numbers)
    let sums = a.sum(along: 1).scalars, largest = a.max(along: 1).scalars
    for row in 0..<rows {
      let alone = Array(numbers[row * length..<(row + 1) * length])
      let sum = Tensor<Float>(alone).sum().scalars[0]
      if length > 5, row == rows - 1 {
        #expect(sums[row].isNaN && largest[row].isNaN)
      } else {
        #expect(sums[row] == sum && largest[row] == alone.max()!)
      }
    }
    // The same sums of what is computed on the way.
    let less = (a - one.tensor), known = less.sum(along: 1).scalars
    evaluate(less)
    let again = less.detached().sum(along: 1).scalars
    #expect(zip(known, again).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
  }

  @Test("The largest of long rows, with and without NaN", arguments: [600, 1000, 4097])
  func longRows(length: Int) {
    var choice = SplitMix(seed: length)
    for place in [nil, 0, 511, 512, length - 1] {
      var numbers = choice.floats(length)
      let most = numbers.max()!
      if let place { numbers[place] = .nan }
      let found = Tensor<Float>(numbers).max().scalars[0]
      #expect(place == nil ? found == most : found.isNaN)
    }
  }
}
