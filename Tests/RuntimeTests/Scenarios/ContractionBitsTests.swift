// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Each element of a product is a chain over each segment of the inner axis, in order, with one
/// rounding a step where the processor can multiply and add at once. Bits, not tolerances.
@Suite(.serialized) struct ContractionBitsTests {
  init() { Plan.verifiesByDefault = true }

  private static let fused = String(cString: pb_instruction_set()) != "baseline"

  /// Around the tiles, wide tiles and narrow tiles of every instruction set.
  private static let extents = [
    1, 2, 5, 11, 12, 13, 15, 16, 17, 18, 31, 32, 33, 34, 46, 47, 48, 49, 50, 51, 63, 64, 65, 66,
  ]

  enum Kind: String, CaseIterable { case float, double, int32 }

  @Test("Tiles that are not full, in all four layouts", arguments: Kind.allCases)
  func partialTiles(kind: Kind) {
    let (all, few) = (ContractionBitsTests.extents, [1, 2, 3, 6, 7, 12, 13, 66])
    switch kind {
    case .float: grid(Float.self, rows: all, columns: all)
    case .double: grid(Double.self, rows: few, columns: all)
    case .int32: grid(Int32.self, rows: few, columns: all)
    }
  }

  /// An element does not depend on the extents: one large product holds all small ones.
  private func grid<Scalar: ChainScalar>(_ type: Scalar.Type, rows: [Int], columns: [Int]) {
    let (inner, most) = (19, 66)
    var choice = SplitMix(seed: inner)
    let a = Scalar.chosen(most * inner, &choice)
    let b = Scalar.chosen(inner * most, &choice)
    let c = Scalar.product(
      a, b, rows: most, inner: inner, columns: most, fused: ContractionBitsTests.fused)
    let lefts = rows.map { rows in
      layouts(Array(a.prefix(rows * inner)), rows: rows, columns: inner)
    }
    let rights = columns.map { columns in
      layouts(
        corner(of: b, width: most, rows: inner, columns: columns), rows: inner, columns: columns)
    }
    for (rows, lefts) in zip(rows, lefts) {
      for (columns, rights) in zip(columns, rights) {
        let expected = corner(of: c, width: most, rows: rows, columns: columns)
        for (one, left) in lefts.enumerated() {
          for (other, right) in rights.enumerated() where (left • right).scalars != expected {
            Issue.record("\(rows) rows, \(columns) columns, layouts \(one) and \(other)")
          }
        }
      }
    }
  }

  private func corner<Scalar>(
    of x: [Scalar], width: Int, rows: Int, columns: Int
  ) -> [Scalar] {
    (0..<rows).flatMap { x[($0 * width)..<($0 * width + columns)] }
  }

  /// The same matrix with its rows, and with its columns, contiguous.
  private func layouts<Scalar: ChainScalar>(
    _ x: [Scalar], rows: Int, columns: Int
  ) -> [Tensor<Scalar>] {
    let turned = Scalar.transposed(x, rows: rows, columns: columns)
    return [
      Tensor(shape: [rows, columns], scalars: x),
      Tensor(shape: [columns, rows], scalars: turned).transposed(),
    ]
  }

  /// Rows, inner extent and columns around segments, blocks, packing and panels.
  static let long: [[Int]] = [
    [5, 400, 10], [5, 401, 10], [9, 3073, 34], [2, 4096, 65], [1, 801, 65], [7, 1201, 16],
    [13, 1025, 33], [70, 1300, 46], [200, 1600, 40], [3, 40, 513], [12, 40, 770],
    // Beyond the second cache.
    [400, 700, 34], [1100, 300, 10], [70, 4200, 46],
    // Threads share columns, and copy tiles or read b where it is, segment by segment.
    [64, 784, 512], [97, 300, 333], [128, 530, 300], [50, 211, 1100], [51, 1000, 290],
    [48, 2050, 270], [60, 410, 1024],
    // A copy of b that its tiles are asked for ahead.
    [97, 2049, 140],
    // Outer products.
    [784, 1, 50], [1, 1, 1], [5, 1, 10], [3, 1, 700], [33, 1, 1], [1, 1, 17],
    [1, 2047, 50], [2, 2048, 65], [3, 2049, 17], [7, 2049, 10], [13, 2048, 33], [1, 4097, 47],
    [12, 4097, 12], [3, 5000, 66], [25, 5000, 51], [97, 2049, 70], [97, 201, 33], [100, 4097, 66],
    // Few columns of a transposed matrix: vectors run along its rows.
    [784, 64, 50], [300, 4200, 10], [130, 700, 50], [200, 500, 3], [70, 90, 1], [33, 40, 2],
    // A matrix and a vector, from either side: lanes are rows, all of them or the last ones again.
    [70, 401, 1], [9, 4500, 1], [37, 2050, 1], [600, 300, 1], [31, 17, 1], [1, 700, 70],
    [1, 4500, 33], [1, 18, 3],
    // Strips, one and several at a time, of a straight and of a turned product.
    [29, 1025, 130], [130, 4096, 32], [170, 530, 300], [260, 4200, 18], [41, 4400, 100],
    [2, 300, 700], [6, 64, 1030], [130, 64, 520], [0, 5, 3], [3, 5, 0], [3, 0, 17],
  ]

  @Test("Long chains, packing and panels on any number of threads", arguments: long)
  func longChains(shape: [Int]) {
    check(Float.self, shape)
    if shape.reduce(1, *) < 2_000_000 {
      check(Double.self, shape)
      check(Int32.self, shape)
    }
  }

  private func check<Scalar: ChainScalar>(_ type: Scalar.Type, _ shape: [Int]) {
    let (rows, inner, columns) = (shape[0], shape[1], shape[2])
    var choice = SplitMix(seed: shape.reduce(0) { $0 * 31 + $1 })
    let a = Scalar.chosen(rows * inner, &choice)
    let b = Scalar.chosen(inner * columns, &choice)
    let expected = Scalar.product(
      a, b, rows: rows, inner: inner, columns: columns, fused: ContractionBitsTests.fused)
    let lefts = layouts(a, rows: rows, columns: inner)
    let rights = layouts(b, rows: inner, columns: columns)
    onThreads([1, 2, 3, 7]) { threads in
      for left in lefts {
        for right in rights {
          let isEqual = (left • right).scalars == expected
          #expect(isEqual, "\(shape) of \(type) on \(threads) threads")
        }
      }
    }
  }

  @Test(
    "Bodies behind products",
    arguments: [
      [1, 40, 50], [5, 2048, 33], [64, 300, 47], [97, 201, 700], [70, 1300, 46], [70, 1, 46],
      [130, 90, 50], [300, 70, 1], [90, 4100, 10], [64, 300, 520],
    ])
  func bodies(shape: [Int]) {
    let (rows, inner, columns) = (shape[0], shape[1], shape[2])
    var choice = SplitMix(seed: rows)
    let a = choice.floats(rows * inner), b = choice.floats(inner * columns)
    let bias = choice.floats(columns), mask = choice.floats(rows * columns)
    let product = Chains.product(
      a, b, rows: rows, inner: inner, columns: columns, fused: ContractionBitsTests.fused)
    let expected = product.indices.map { index -> Float in
      let sum = product[index] + bias[index % columns]
      return (sum > 0 ? sum : 0) * mask[index]
    }
    let lefts = layouts(a, rows: rows, columns: inner)
    let right = Tensor<Float>(shape: [inner, columns], scalars: b)
    let factor = Tensor<Float>(shape: [rows, columns], scalars: mask)
    onThreads([1, 2, 3, 7]) { threads in
      for left in lefts {
        let result = relu(left • right + Tensor(bias)) * factor
        let isEqual = result.scalars == expected
        #expect(isEqual, "\(shape) on \(threads) threads")
      }
    }
  }

  /// Only a bias: the kernel adds it itself, unless it computes the product transposed.
  @Test(
    "A bias behind products",
    arguments: [
      [2, 40, 90], [3, 2049, 70], [5, 0, 40], [6, 900, 10], [33, 128, 128], [40, 401, 16],
      [64, 300, 47], [97, 201, 200], [70, 4200, 46], [130, 90, 50], [9, 1, 30], [4, 60, 511],
      [3, 20, 700], [1, 400, 70], [70, 40, 1], [9, 500, 1],
    ])
  func biases(shape: [Int]) {
    let (rows, inner, columns) = (shape[0], shape[1], shape[2])
    var choice = SplitMix(seed: rows + columns)
    let a = choice.floats(rows * inner), b = choice.floats(inner * columns)
    let all = choice.floats(columns + 5)
    let product = Chains.product(
      a, b, rows: rows, inner: inner, columns: columns, fused: ContractionBitsTests.fused)
    let expected = product.indices.map { product[$0] + all[5 + $0 % columns] }
    let lefts = layouts(a, rows: rows, columns: inner)
    let rights = layouts(b, rows: inner, columns: columns)
    // Part of another tensor: it begins somewhere inside.
    let bias = Tensor<Float>(all)[5..<(columns + 5)]
    onThreads([1, 2, 3, 7]) { threads in
      for left in lefts {
        for right in rights {
          let isEqual =
            (left • right + bias).scalars == expected && (bias + left • right).scalars == expected
          #expect(isEqual, "\(shape) on \(threads) threads")
        }
      }
    }
  }

  @Test(
    "Batches",
    arguments: [
      [2, 5, 19, 33], [3, 13, 2049, 17], [4, 100, 210, 40], [3, 20, 50, 1], [3, 1, 50, 20],
    ])
  func batches(shape: [Int]) {
    let (count, rows, inner, columns) = (shape[0], shape[1], shape[2], shape[3])
    var choice = SplitMix(seed: count)
    let a = choice.floats(count * rows * inner), b = choice.floats(count * inner * columns)
    let expected = (0..<count).flatMap { index -> [Float] in
      let left = Array(a[(index * rows * inner)..<((index + 1) * rows * inner)])
      let right = Array(b[(index * inner * columns)..<((index + 1) * inner * columns)])
      return Chains.product(
        left, right, rows: rows, inner: inner, columns: columns,
        fused: ContractionBitsTests.fused)
    }
    let bias = choice.floats(columns)
    let withBias = expected.indices.map { expected[$0] + bias[$0 % columns] }
    let left = Tensor<Float>(shape: [count, rows, inner], scalars: a)
    let right = Tensor<Float>(shape: [count, inner, columns], scalars: b)
    // The same numbers with the last two axes exchanged in memory.
    let turned = right.transposed(0, 2, 1)
    evaluate(turned)
    let packed = turned.detached().transposed(0, 2, 1)
    onThreads([1, 2, 3, 7]) { threads in
      let isEqual = (left • right).scalars == expected && (left • packed).scalars == expected
      #expect(isEqual, "\(shape) on \(threads) threads")
      let biased = (left • right + Tensor(bias)).scalars == withBias
      #expect(biased, "\(shape) with a bias on \(threads) threads")
    }
  }
}
