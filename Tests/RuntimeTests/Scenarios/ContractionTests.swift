// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Against the sum over p of A_ip B_pj in Double.
@Suite struct ContractionTests {
  /// Around one and several tiles of every instruction set.
  static let extents: [Int] = [0, 1, 2, 5, 6, 7, 12, 13, 16, 31, 33, 65]

  private static func product(_ a: Naive<Double>, _ b: Naive<Double>) -> [Double] {
    let rows = a.shape[0], inner = a.shape[1], columns = b.shape[1]
    var c = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for p in 0..<inner {
        let x = a.numbers[i * inner + p]
        for j in 0..<columns { c[i * columns + j] += x * b.numbers[p * columns + j] }
      }
    }
    return c
  }

  /// Quarters between -2 and 2: products and their sums are exact in Float.
  private static func matrix(_ rows: Int, _ columns: Int, _ choice: inout SplitMix) -> Naive<Double>
  {
    Naive([rows, columns], (0..<(rows * columns)).map { _ in Double(choice.below(17) - 8) / 4 })
  }

  @Test("All small extents", arguments: extents, extents)
  func grid(rows: Int, inner: Int) {
    var choice = SplitMix(seed: rows * 100 + inner)
    for columns in ContractionTests.extents {
      let a = ContractionTests.matrix(rows, inner, &choice)
      let b = ContractionTests.matrix(inner, columns, &choice)
      let expected = ContractionTests.product(a, b)
      check(a.tensor, b.tensor, expected)
      // Rows and columns that do not stand together.
      let at = Naive<Double>([inner, rows]) { a[[$0[1], $0[0]]] }.tensor.transposed()
      let bt = Naive<Double>([columns, inner]) { b[[$0[1], $0[0]]] }.tensor.transposed()
      check(at, b.tensor, expected)
      check(a.tensor, bt, expected)
    }
  }

  private func check(_ a: Tensor<Double>, _ b: Tensor<Double>, _ expected: [Double]) {
    #expect((a • b).scalars == expected)
    let single = Tensor<Float>(a) • Tensor<Float>(b)
    #expect(Tensor<Double>(single).scalars == expected)
    let whole = Tensor<Int32>(a * 4) • Tensor<Int32>(b * 4)
    #expect(Tensor<Double>(whole).scalars == expected.map { $0 * 16 })
    // Something follows in the same step.
    let followed = (a • b * 2 + 1).scalars
    let doubled: [Double] = expected.map { (number: Double) -> Double in number * 2 + 1 }
    #expect(followed == doubled)
  }

  static let large: [[Int]] = [
    [1, 784, 50], [3, 300, 700], [100, 210, 70], [130, 64, 520], [64, 784, 50], [97, 201, 33],
  ]

  @Test("Panels, packing and threads", arguments: large)
  func panels(shape: [Int]) {
    let (rows, inner, columns) = (shape[0], shape[1], shape[2])
    var choice = SplitMix(seed: rows)
    let a = ContractionTests.matrix(rows, inner, &choice)
    let b = ContractionTests.matrix(inner, columns, &choice)
    let expected = ContractionTests.product(a, b)
    check(a.tensor, b.tensor, expected)
    let bias = Naive([columns], choice.doubles(columns))
    let biased = (a.tensor • b.tensor + bias.tensor).scalars
    #expect(biased == expected.enumerated().map { $0.element + bias.numbers[$0.offset % columns] })
  }

  @Test("Slices, repeated rows and steps", arguments: [1, 6, 40])
  func views(size: Int) {
    var choice = SplitMix(seed: size)
    let x = ContractionTests.matrix(size + 3, size + 5, &choice)
    let part = Naive<Double>([size, size]) { x[[$0[0] + 2, $0[1] + 1]] }
    let slice = x.tensor[2..<(size + 2), 1..<(size + 1)]
    check(slice, slice, ContractionTests.product(part, part))
    let turned = Naive<Double>([size, size]) { part[[$0[1], $0[0]]] }
    check(slice.transposed(), slice, ContractionTests.product(turned, part))
    // One row, one column and one number for all.
    let row = Naive<Double>([size, size]) { x[[0, $0[1]]] }
    let column = Naive<Double>([size, size]) { x[[$0[0], 0]] }
    let rows = x.tensor[0..<1, ..<size].expanded(to: [size, size])
    let columns = x.tensor[..<size, 0..<1].expanded(to: [size, size])
    check(rows, columns, ContractionTests.product(row, column))
    check(columns, rows, ContractionTests.product(column, row))
    let one = Naive<Double>([size, size]) { _ in 3 }
    check(slice, .full([size, size], 3), ContractionTests.product(part, one))
    check(.full([size, size], 3), slice, ContractionTests.product(one, part))
    // Every second row of a matrix, by way of a new axis.
    let pairs = ContractionTests.matrix(2 * size, size, &choice)
    let second = pairs.tensor.reshaped(to: [size, 2, size])[.all, 1]
    let odd = Naive<Double>([size, size]) { pairs[[$0[0] * 2 + 1, $0[1]]] }
    check(second, slice, ContractionTests.product(odd, part))
  }

  static let batchCases: [(left: [Int], right: [Int], result: [Int])] = [
    ([2, 3, 4], [2, 4, 5], [2, 3, 5]), ([2, 3, 4], [4, 5], [2, 3, 5]),
    ([3, 4], [2, 4, 5], [2, 3, 5]), ([2, 1, 3, 4], [3, 4, 2], [2, 3, 3, 2]),
    ([1, 3, 4], [3, 4, 1], [3, 3, 1]), ([0, 3, 4], [4, 5], [0, 3, 5]), ([4], [4], []),
    ([3, 4], [4], [3]), ([4], [4, 5], [5]), ([2, 3, 4], [4], [2, 3]), ([4], [2, 4, 5], [2, 5]),
    ([2, 3, 0], [0, 5], [2, 3, 5]), ([0], [0], []),
  ]

  @Test("Batches and vectors", arguments: batchCases)
  func batches(left: [Int], right: [Int], result: [Int]) {
    var choice = SplitMix(seed: left.count * 10 + right.count)
    let a = Naive(left, (0..<left.reduce(1, *)).map { _ in Double(choice.below(9) - 4) })
    let b = Naive(right, (0..<right.reduce(1, *)).map { _ in Double(choice.below(9) - 4) })
    // As matrices with equally many batch axes.
    let aMatrix = left.count == 1 ? [1] + left : left
    let bMatrix = right.count == 1 ? right + [1] : right
    let rank = max(aMatrix.count, bMatrix.count)
    let aShape = [Int](repeating: 1, count: rank - aMatrix.count) + aMatrix
    let bShape = [Int](repeating: 1, count: rank - bMatrix.count) + bMatrix
    let aFull = Naive(aShape, a.numbers), bFull = Naive(bShape, b.numbers)
    var shape = zip(aShape, bShape).map { $0 == 1 ? $1 : $0 }
    (shape[rank - 2], shape[rank - 1]) = (aShape[rank - 2], bShape[rank - 1])
    func element(_ x: Naive<Double>, _ index: [Int]) -> Double {
      x[zip(index, x.shape).map { $1 == 1 ? 0 : $0 }]
    }
    let expected = Naive<Double>(shape) { index in
      var sum = 0.0
      var (i, j) = (index, index)
      for p in 0..<aShape[rank - 1] {
        i[rank - 1] = p
        j[rank - 2] = p
        sum += element(aFull, i) * element(bFull, j)
      }
      return sum
    }
    let product = matmul(a.tensor, b.tensor)
    #expect(Array(product.shape) == result)
    #expect(product.scalars == expected.numbers)
    let single = Tensor<Float>(a.tensor) • Tensor<Float>(b.tensor)
    #expect(single.scalars == expected.numbers.map { Float($0) })
  }

  @Test func integersWrap() {
    let numbers: [Int32] = [.max, .min, 2_000_000_011, -7, 65_537, 3]
    let a = Tensor(shape: [2, 3], scalars: numbers), b = Tensor(shape: [3, 2], scalars: numbers)
    let expected = Naive<Int32>([2, 2]) { index in
      (0..<3).reduce(Int32(0)) { $0 &+ numbers[index[0] * 3 + $1] &* numbers[$1 * 2 + index[1]] }
    }
    #expect((a • b).scalars == expected.numbers)
  }

  @Test func nothingToSumIsZero() {
    let a = Tensor<Float>.ones([3, 0]), b = Tensor<Float>.ones([0, 40])
    #expect((a • b).scalars == [Float](repeating: 0, count: 120))
    #expect((a • b + 2).scalars == [Float](repeating: 2, count: 120))
  }

  @Test func infinitiesStayInTheirRows() {
    // Columns that fill up a tile must not reach the numbers beside them.
    var rows = [[Float]](repeating: [1, 1, 1], count: 7)
    rows[3] = [.infinity, 0, .nan]
    let b = Tensor<Float>([[1, 2], [3, 4], [5, 6]])
    let product = [[Float]](Tensor(rows) • b)
    for row in 0..<7 where row != 3 { #expect(product[row] == [9, 12]) }
    #expect(product[3].allSatisfy { $0.isNaN })
  }
}
