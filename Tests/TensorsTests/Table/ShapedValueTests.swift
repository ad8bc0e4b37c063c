// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing
import PullbackTestSupport

/// The numbers of operations that change shapes against loops over indices, for all types.
@Suite struct ShapedValueTests {
  private static let shapes: [Shape] = [
    [], [1], [7], [2, 3], [3, 1, 4], [0], [2, 0, 3], [5, 33], [17, 513], [513, 3], [2, 3, 4, 5],
    [3, 2, 1, 2, 3],
  ]

  @Test("Reductions along all sets of axes", arguments: Reduction.allCases, ElementType.allCases)
  func reductions(_ reduction: Reduction, _ type: ElementType) {
    guard Reference.isDefined(reduction, type) else { return }
    let isPosition = reduction == .argmax || reduction == .argmin
    for shape in Self.shapes {
      let array = IndexedArray(shape, type, seed: 1)
      for mask in 1..<(1 << shape.rank) where shape.rank > 0 {
        let axes = AxisSet(shape.indices.filter { mask >> $0 & 1 == 1 })
        if isPosition, axes.count > 1 { continue }
        let isOfNothing = [.sum, .product, .norm, .squaredDeviations].contains(reduction)
        if !isOfNothing, axes.sorted.contains(where: { shape[$0] == 0 }) { continue }
        let result = array.value.reduced(reduction, axes)
        let expected = array.reduced(along: axes) { Reference.reduction(reduction, $0, type) }
        #expect(result.elementType == (isPosition ? .int32 : type))
        #expect(result.shape == shape.dropping(axes))
        let tolerance = isOfNothing ? (type == .float ? 1e-4 : 1e-12) : 0
        #expect(areClose(result.numbers, expected, tolerance))
      }
    }
  }

  @Test(
    "Reductions with NaN, infinities and ties", arguments: Reduction.allCases,
    [ElementType.float, .double])
  func specialReductions(_ reduction: Reduction, _ type: ElementType) {
    let numbers: [Double] = [-.infinity, -0.0, 0, 1, 1, .infinity, .nan]
    var random = SplitMix(seed: 12)
    for (rows, columns) in [(40, 1), (40, 3), (7, 33), (3, 600), (600, 3)] {
      let shape: Shape = [rows, columns]
      for withoutNaN in [true, false] {
        let choices = withoutNaN ? numbers.dropLast() : numbers[...]
        let array = IndexedArray(
          shape, type, (0..<shape.elementCount).map { _ in choices.randomElement(using: &random)! })
        for axis in 0...1 {
          let result = array.value.reduced(reduction, AxisSet([axis]))
          let expected = array.reduced(along: AxisSet([axis])) {
            Reference.reduction(reduction, $0, type)
          }
          let isRounded = reduction == .norm || reduction == .squaredDeviations
          #expect(areClose(result.numbers, expected, isRounded ? 1e-6 : 1e-12))
        }
      }
    }
  }

  @Test("Products", arguments: [ElementType.float, .double, .int32])
  func products(_ type: ElementType) {
    let extents = [
      (1, 1, 1), (2, 3, 4), (1, 7, 5), (5, 7, 1), (3, 1, 3), (16, 16, 16), (17, 33, 9),
      (64, 50, 70),
      (1, 784, 50), (33, 257, 31), (0, 3, 2), (2, 0, 3), (2, 3, 0), (5, 5000, 3),
    ]
    for (n, k, m) in extents {
      let a = IndexedArray([n, k], type, seed: 2), b = IndexedArray([k, m], type, seed: 3)
      var expected: [Double] = []
      for i in 0..<n {
        for j in 0..<m {
          expected.append(
            Reference.reduction(
              .sum,
              (0..<k).map { p in
                Reference.binary(.multiply, a.numbers[i * k + p], b.numbers[p * m + j], type)!
              }, type))
        }
      }
      let tolerance = type == .int32 ? 0 : type == .float ? 1e-4 : 1e-12
      #expect(areClose(a.value.matmul(b.value).numbers, expected, tolerance))
      // Through views: the same product from transposed operands.
      let product = a.value.transposed([1, 0]).numbers, other = b.value.transposed([1, 0]).numbers
      let aT = Value.leaf([k, n], product, type), bT = Value.leaf([m, k], other, type)
      #expect(
        areSame(
          aT.transposed([1, 0]).matmul(bT.transposed([1, 0])).numbers,
          a.value.matmul(b.value).numbers))
    }
  }

  @Test("Movements", arguments: ElementType.allCases)
  func movements(_ type: ElementType) {
    for shape in Self.shapes {
      let array = IndexedArray(shape, type, seed: 4)
      #expect(areSame(array.value.reshaped(to: [shape.elementCount]).numbers, array.numbers))
      let order = Shape(shape.indices.reversed())
      let transposed = array.gathered([Int](shape.reversed())) { Array($0.reversed()) }
      #expect(areSame(array.value.transposed(order).numbers, transposed))
      let expanded = array.gathered([3] + shape) { Array($0.dropFirst()) }
      #expect(areSame(array.value.expanded(to: [3] + shape).numbers, expanded))
      // Drops what is first on each axis; pads with one on each side.
      let starts = Shape(shape.map { Swift.min($0, 1) })
      let extents = zip(shape, starts).map { $0 - $1 }
      let sliced = array.gathered(extents) { zip($0, starts).map { $0 + $1 } }
      #expect(areSame(array.value.sliced(from: starts, extents: Shape(extents)).numbers, sliced))
      for axis in shape.indices where shape[axis] > 2 {
        var extents = [Int](shape)
        extents[axis] = (shape[axis] - 3) / 2 + 1
        extents.insert(2, at: axis + 1)
        let windows = array.gathered(extents) { index in
          var original = index
          let place = original.remove(at: axis)
          original[axis] = 2 * place + 2 * index[axis + 1]
          return original
        }
        let value = array.value.windows(of: 2, every: 2, dilation: 2, along: axis)
        #expect(areSame(value.numbers, windows))
      }
      let padded = array.gathered(shape.map { $0 + 2 }) { $0.map { $0 - 1 } }
      let ones = Shape(repeating: 1, rank: shape.rank)
      #expect(
        areSame(array.value.padded(to: Shape(shape.map { $0 + 2 }), at: ones).numbers, padded))
    }
  }

  @Test("Gathered and scattered rows", arguments: ElementType.allCases)
  func rows(_ type: ElementType) {
    var random = SplitMix(seed: 5)
    for (batch, count, rest, picks) in [(1, 4, 1, 3), (1, 7, 33, 20), (3, 5, 2, 9), (2, 3, 0, 2)] {
      let table = IndexedArray([batch, count, rest], type, seed: 6)
      let index = (0..<(batch * picks)).map { _ in Int.random(in: 0..<count, using: &random) }
      let indices = Value.leaf([batch, picks], index.map(Double.init), .int32)
      let gathered = table.gathered([batch, picks, rest]) {
        [$0[0], index[$0[0] * picks + $0[1]], $0[2]]
      }
      #expect(areSame(table.value.gathered(indices, batchRank: 1).numbers, gathered))
      if type == .bool { continue }
      let rows = IndexedArray([batch, picks, rest], type, seed: 7)
      var sums = [Double](repeating: 0, count: batch * count * rest)
      for (place, number) in rows.numbers.enumerated() {
        let (row, column) = place.quotientAndRemainder(dividingBy: rest)
        let target = (row / picks * count + index[row]) * rest + column
        sums[target] = Reference.binary(.add, sums[target], number, type)!
      }
      let scattered = rows.value.scatterAdded(indices, count: count, batchRank: 1)
      #expect(areSame(scattered.numbers, sums))
    }
  }

  @Test("Constants and ranges", arguments: ElementType.allCases)
  func creation(_ type: ElementType) {
    for number in [0.0, 1] {
      #expect(Value.full([2, 3], number, type).numbers == Array(repeating: number, count: 6))
    }
    guard type != .bool else { return }
    for number in [-1.0, 2, 7, -3] {
      #expect(Value.constant(number, type).numbers == [number])
      #expect(Value.scalar(number, type).numbers == [number])
    }
    for count in [0, 1, 5, 513, 3000] {
      let counted: [Double] = (0..<count).map { (number: Int) -> Double in Double(number) }
      #expect(Value.iota(count, type).numbers == counted)
    }
  }
}
