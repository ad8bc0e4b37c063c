// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing
import PullbackTestSupport

/// Against loops in Double over all index tuples.
@Suite struct ReductionTests {
  static let shapes: [[Int]] = [
    [1], [0], [7], [513], [3, 5], [5, 0], [0, 5], [2, 1, 3], [4, 3, 17], [1, 600, 1], [20, 33],
    [3, 1, 0, 2], [2, 3, 4, 5], [1, 1, 1, 1], [2, 2, 150, 2], [3, 520], [520, 3],
  ]

  static let cases: [(shape: [Int], axes: [Int])] = shapes.flatMap { shape in
    (1..<(1 << shape.count)).map { mask in
      (shape, (0..<shape.count).filter { mask >> $0 & 1 == 1 })
    }
  }

  /// For each index of the kept axes the numbers along the others, in row-major order.
  private static func groups(_ x: Naive<Double>, _ axes: [Int]) -> [[Double]] {
    let kept = x.shape.indices.filter { !axes.contains($0) }
    return Naive<Double>.indices(of: kept.map { x.shape[$0] }).map { outer in
      Naive<Double>.indices(of: axes.map { x.shape[$0] }).map { inner in
        var index = [Int](repeating: 0, count: x.shape.count)
        for (axis, position) in zip(kept, outer) { index[axis] = position }
        for (axis, position) in zip(axes, inner) { index[axis] = position }
        return x[index]
      }
    }
  }

  @Test("Sums, extremes and positions", arguments: cases)
  func allAxisSubsets(shape: [Int], axes: [Int]) {
    var choice = SplitMix(seed: shape.reduce(axes.count) { $0 * 31 + $1 })
    let count = shape.reduce(1, *)
    // Few different numbers, so that there are ties; whole eighths, so that sums are exact.
    let x = Naive(shape, (0..<count).map { _ in Double(choice.below(17) - 8) / 8 })
    let groups = ReductionTests.groups(x, axes)
    let isEmpty = axes.contains { shape[$0] == 0 }
    check(Tensor<Double>(x.tensor), axes, groups, isEmpty)
    check(Tensor<Float>(x.tensor), axes, groups, isEmpty)
    let whole = Tensor<Int32>(x.tensor * 8)
    check(whole, axes, groups.map { $0.map { $0 * 8 } }, isEmpty)
    let truths = x.tensor .> 0.9
    let any = truths.value.reduced(.max, AxisSet(axes)),
      all = truths.value.reduced(.min, AxisSet(axes))
    #expect(Tensor<Bool>(any).scalars == groups.map { $0.contains { $0 > 0.9 } })
    #expect(Tensor<Bool>(all).scalars == groups.map { $0.allSatisfy { $0 > 0.9 } })
  }

  private func check<Scalar: NumericScalar>(
    _ x: Tensor<Scalar>, _ axes: [Int], _ groups: [[Double]], _ isEmpty: Bool
  ) {
    func reduced(_ reduction: Reduction) -> [Double] {
      Tensor<Double>(Tensor<Scalar>(x.value.reduced(reduction, AxisSet(axes)))).scalars
    }
    let sums: [Double] = groups.map { (group: [Double]) -> Double in group.reduce(0, +) }
    #expect(reduced(.sum) == sums)
    if isEmpty { return }
    #expect(reduced(.max) == groups.map { $0.max()! })
    #expect(reduced(.min) == groups.map { $0.min()! })
    if axes.count == 1 {
      #expect(
        x.argmax(along: axes[0]).scalars == groups.map { Int32($0.firstIndex(of: $0.max()!)!) })
      #expect(
        x.argmin(along: axes[0]).scalars == groups.map { Int32($0.firstIndex(of: $0.min()!)!) })
    }
  }

  static let lengths = [1, 15, 16, 17, 511, 512, 513, 4095, 4096, 4097, 8193, 65_536 + 3]

  @Test("Where segments begin", arguments: lengths, [1, 3])
  func segments(length: Int, rows: Int) {
    let x = Naive<Float>([rows, length]) { Float($0[0] + $0[1] % 7) }
    let expected = (0..<rows).map { (row: Int) -> Float in
      var sum = 0
      for column in 0..<length { sum += row + column % 7 }
      return Float(sum)
    }
    // Whole numbers below 2^24: every order of summation is exact.
    #expect(x.tensor.sum(along: 1).scalars == expected)
    #expect(x.tensor.transposed().sum(along: 0).scalars == expected)
    let doubled = (x.tensor * 2).sum(along: 1)
    #expect(doubled.scalars == expected.map { $0 * 2 })
    let last = Naive<Float>([rows, length]) { $0[1] == length - 1 ? Float(9) : Float($0[1] % 7) }
    #expect(last.tensor.max(along: 1).scalars == [Float](repeating: 9, count: rows))
    let position = [Int32](repeating: Int32(length - 1), count: rows)
    #expect(last.tensor.argmax(along: 1).scalars == position)
    let columns = Naive<Float>([length, rows]) { last[[$0[1], $0[0]]] }
    #expect(columns.tensor.argmax(along: 0).scalars == position)
    #expect(Tensor<Double>(columns.tensor).argmax(along: 0).scalars == position)
  }

  @Test("Positions in tensors of rank 3", arguments: 0..<3)
  func positionsOfDoubles(axis: Int) {
    // Results are half as wide as the numbers.
    var choice = SplitMix(seed: axis)
    let x = Naive([3, 4, 5], choice.doubles(60))
    let groups = ReductionTests.groups(x, [axis])
    #expect(
      x.tensor.argmin(along: axis).scalars == groups.map { Int32($0.firstIndex(of: $0.min()!)!) })
  }

  @Test("NaN wins", arguments: [[1], [40], [3, 33], [33, 3]] as [[Int]], 0..<4)
  func notANumber(shape: [Int], seed: Int) {
    var choice = SplitMix(seed: seed)
    let count = shape.reduce(1, *)
    var numbers = choice.floats(count)
    let place = choice.below(count)
    numbers[place] = .nan
    let x = Tensor<Float>(shape: Shape(shape), scalars: numbers)
    #expect(Float(x.max()).isNaN && Float(x.min()).isNaN && Float(x.sum()).isNaN)
    let flat = x.reshaped(to: [count])
    #expect(flat.argmax(along: 0).scalars == [Int32(place)])
    #expect(flat.argmin(along: 0).scalars == [Int32(place)])
    #expect(x.max(along: 0).scalars.count { $0.isNaN } == 1)
    #expect(x.min(along: -1).scalars.count { $0.isNaN } == 1)
  }

  @Test("Rounding grows with the logarithm, not with the length", arguments: [1000, 300_000])
  func accuracy(count: Int) {
    var choice = SplitMix(seed: count)
    let numbers = choice.floats(count, in: 0..<1)
    let exact = numbers.reduce(0.0) { $0 + Double($1) }
    func error(_ sum: Double) -> Double { abs(sum / exact - 1) }
    let x = Tensor(numbers)
    #expect(error(Double(Float(x.sum()))) < 1e-5)
    #expect(error(Double(Float(x.mean())) * Double(count)) < 1e-5)
    let columns = x.reshaped(to: [count / 4, 4]).sum(along: 0).scalars
    #expect(error(columns.reduce(0.0) { $0 + Double($1) }) < 1e-5)
  }

  @Test func extremesOfNothingButInfinities() {
    let x = Tensor([-Float.infinity, -Float.infinity])
    #expect(x.max().scalars == [-Float.infinity])
    #expect((-x).min().scalars == [Float.infinity])
    let least: Tensor<Int32> = [Tensor<Int32>(Int32.min), Tensor<Int32>(Int32.min)]
    #expect(Int32(least.max()) == .min)
    #expect(Int32(least.sum()) == 0)
  }
}
