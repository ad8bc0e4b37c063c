// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// A product reads its operands where they are, through any views, and gives the bits
/// of copies of them.
@Suite(.serialized) struct ContractionViewsTests {
  init() { Plan.verifiesByDefault = true }

  private static let fused = String(cString: pb_instruction_set()) != "baseline"

  /// Extents of the axes of each group.
  struct Groups {
    var batch: [Int] = []
    var rows: [Int]
    var inner: [Int]
    var columns: [Int]
  }

  @Test("Random groups of axes in random views", arguments: 0..<150)
  func randomViews(seed: Int) {
    var choice = SplitMix(seed: seed)
    func axes(_ most: Int, _ extents: [Int]) -> [Int] {
      (0..<choice.below(most + 1)).map { _ in choice.pick(extents) }
    }
    let extents = [1, 2, 3, 3, 5, 8, 13]
    let groups = Groups(
      batch: axes(2, [1, 2, 3]), rows: axes(3, extents), inner: axes(3, extents),
      columns: axes(3, extents))
    switch seed % 3 {
    case 0: check(Float.self, groups, &choice)
    case 1: check(Double.self, groups, &choice)
    default: check(Int32.self, groups, &choice)
    }
  }

  /// Around segments, tiles, panels and packing.
  static let large: [Groups] = [
    Groups(rows: [7, 31], inner: [3, 3, 16], columns: [33]),
    Groups(rows: [2, 65], inner: [401], columns: [2, 30]),
    Groups(rows: [5, 2], inner: [3, 700], columns: [17]),
    Groups(rows: [13], inner: [9, 457], columns: [3, 11]),
    Groups(rows: [3, 30], inner: [2, 2050], columns: [10]),
    Groups(rows: [41], inner: [5, 1000], columns: [40]),
    Groups(batch: [3], rows: [4, 9], inner: [5, 11], columns: [3, 21]),
    Groups(batch: [2, 2], rows: [100], inner: [210], columns: [70]),
    Groups(rows: [4, 300], inner: [2, 40], columns: [1]),
    Groups(rows: [3], inner: [2, 40], columns: [3, 200]),
    Groups(rows: [20, 20], inner: [1], columns: [5, 9]),
    Groups(rows: [], inner: [3, 500], columns: [4, 4]),
    Groups(rows: [6, 6], inner: [3, 5], columns: []),
    Groups(batch: [2], rows: [3, 3], inner: [], columns: [2, 3]),
    Groups(rows: [3, 4], inner: [0, 2], columns: [5]),
  ]

  @Test("Large products of views", arguments: 0..<60)
  func largeViews(seed: Int) {
    var choice = SplitMix(seed: 1000 + seed)
    let groups = ContractionViewsTests.large[seed % ContractionViewsTests.large.count]
    if seed % 2 == 0 {
      check(Float.self, groups, &choice)
    } else {
      check(Double.self, groups, &choice)
    }
  }

  /// As kernels' gradients have them: whole vectors of rows of a side by side, steps in
  /// runs, few columns.
  static let rowsSideBySide: [Groups] = [
    Groups(rows: [3, 48], inner: [9, 50], columns: [16]),
    Groups(rows: [5, 32], inner: [4, 1100], columns: [7]),
    Groups(rows: [2, 80], inner: [3, 5, 14], columns: [8]),
    Groups(rows: [3, 16], inner: [40, 16], columns: [1]),
    Groups(rows: [2, 64], inner: [30, 33], columns: [13]),
    Groups(batch: [2], rows: [2, 48], inner: [6, 11], columns: [5]),
    Groups(rows: [3, 40], inner: [9, 20], columns: [16]),
    Groups(rows: [4, 96], inner: [7, 9], columns: [40]),
  ]

  @Test("Rows that stand side by side", arguments: 0..<32)
  func rowsSideBySide(seed: Int) {
    var choice = SplitMix(seed: 2000 + seed)
    let groups = ContractionViewsTests.rowsSideBySide[seed % 8]
    if seed < 16 {
      check(Float.self, groups, &choice, standsByRows: true)
    } else {
      check(Double.self, groups, &choice, standsByRows: true)
    }
  }

  /// So many columns that scattered rows are brought together first.
  static let manyColumns: [Groups] = [
    Groups(rows: [4, 30], inner: [64], columns: [300]),
    Groups(rows: [3, 37], inner: [5, 60], columns: [150]),
    Groups(rows: [2, 70], inner: [2, 130], columns: [3, 90]),
    Groups(rows: [9], inner: [3, 7], columns: [200]),
    Groups(rows: [2, 2], inner: [2, 500], columns: [600]),
    Groups(batch: [2], rows: [3, 7], inner: [2, 300], columns: [5, 60]),
    Groups(batch: [3], rows: [2, 60], inner: [4, 55], columns: [140]),
    Groups(rows: [2, 3], inner: [3, 1500], columns: [130]),
  ]

  @Test("Scattered rows beside many columns", arguments: 0..<32)
  func manyColumns(seed: Int) {
    var choice = SplitMix(seed: 3000 + seed)
    let groups = ContractionViewsTests.manyColumns[seed % 8]
    if seed < 16 {
      check(Float.self, groups, &choice, standsByRows: seed < 8)
    } else {
      check(Double.self, groups, &choice, standsByRows: seed < 24)
    }
  }

  private func check<Scalar: ChainScalar>(
    _ type: Scalar.Type, _ groups: Groups, _ choice: inout SplitMix, standsByRows: Bool = false
  ) {
    let shape = Shape(groups.batch + groups.rows + groups.inner)
    let a =
      standsByRows ? rowsLast(type, groups, &choice) : view(type, shape, &choice)
    let b = view(type, Shape(groups.batch + groups.inner + groups.columns), &choice)
    let batch = groups.batch.reduce(1, *), rows = groups.rows.reduce(1, *)
    let inner = groups.inner.reduce(1, *), columns = groups.columns.reduce(1, *)
    let left = a.scalars, right = b.scalars
    var expected: [Scalar] = []
    for index in 0..<batch {
      let ofA = Array(left.dropFirst(index * rows * inner).prefix(rows * inner))
      let ofB = Array(right.dropFirst(index * inner * columns).prefix(inner * columns))
      expected += Scalar.product(
        ofA, ofB, rows: rows, inner: inner, columns: columns, fused: ContractionViewsTests.fused)
    }
    let bias = Scalar.chosen(columns, &choice)
    let summand = Tensor<Scalar>(shape: Shape(groups.columns), scalars: bias)
    onThreads([1, 2, 3, 7]) { threads in
      func product(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
        Tensor(
          a.value.contracted(
            with: b.value, batch: groups.batch.count, rows: groups.rows.count,
            inner: groups.inner.count))
      }
      let isEqual = product(a, b).scalars == expected
      #expect(isEqual, "\(groups) of \(type) on \(threads) threads")
      let shape = Shape(groups.batch + groups.rows + groups.columns)
      let sum = Tensor(shape: shape, scalars: expected) + summand
      let isBiased = (product(a, b) + summand).scalars == sum.scalars
      #expect(isBiased, "\(groups) of \(type) on \(threads) threads, with a bias")
    }
  }

  /// [batch, rows, inner], but its rows stand side by side in memory, with gaps between the steps.
  private func rowsLast<Scalar: ChainScalar>(
    _ type: Scalar.Type, _ groups: Groups, _ choice: inout SplitMix
  ) -> Tensor<Scalar> {
    let kept = Shape(groups.batch + groups.inner + groups.rows)
    let gap = kept.rank - groups.rows.count
    var stored = kept, axes = Shape()
    stored[gap] += 2
    let scalars = Scalar.chosen(stored.elementCount, &choice)
    let (batch, inner) = (groups.batch.count, groups.inner.count)
    for axis in 0..<batch { axes.append(axis) }
    for axis in 0..<groups.rows.count { axes.append(batch + inner + axis) }
    for axis in 0..<inner { axes.append(batch + axis) }
    let base = Tensor<Scalar>(shape: stored, scalars: scalars).value
    let zeros = Shape(repeating: 0, rank: kept.rank)
    return Tensor(base.sliced(from: zeros, extents: kept).transposed(axes))
  }

  /// A tensor whose axes stand in memory in another order, with gaps, or again and again.
  private func view<Scalar: ChainScalar>(
    _ type: Scalar.Type, _ shape: Shape, _ choice: inout SplitMix
  ) -> Tensor<Scalar> {
    let order = choice.permutation(shape.rank)
    let moved = shape.arranged(by: order)
    var stored = moved, starts = moved, kept = moved
    for axis in moved.indices {
      let isStretched = choice.isTrue(oneIn: 5) && moved[axis] > 0
      let gap = choice.isTrue(oneIn: 3) ? choice.below(3) : 0
      kept[axis] = isStretched ? 1 : moved[axis]
      stored[axis] = kept[axis] + gap
      starts[axis] = gap / 2
    }
    let scalars = Scalar.chosen(stored.elementCount, &choice)
    var inverse = order
    for (axis, source) in order.enumerated() { inverse[source] = axis }
    let base = Tensor<Scalar>(shape: stored, scalars: scalars).value
    return Tensor(
      base.sliced(from: starts, extents: kept).expanded(to: moved).transposed(inverse))
  }
}
