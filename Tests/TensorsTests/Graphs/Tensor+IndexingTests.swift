// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct IndexingTests {
  init() { Plan.verifiesByDefault = true }

  /// Element [i, j, k] is 100 i + 10 j + k.
  let a = Tensor<Double>(
    shape: [2, 3, 4],
    scalars: (0..<24).map { (n: Int) in Double(n / 12 * 100 + n / 4 % 3 * 10 + n % 4) })

  @Test func positionsDropTheirAxis() {
    #expect(a[1].shape == [3, 4])
    #expect(a[1, 2].shape == [4])
    expect(a[1, 2, 3], [123])
    expect(a[-1, -3, -4], [100])
    #expect(a[1, 2, 3].shape == [])
  }

  @Test func rangesKeepTheirAxis() {
    #expect(a[0..<1].shape == [1, 3, 4])
    expect(a[1, 1...2, 3], [113, 123])
    expect(a[1, 1..., 0], [110, 120])
    expect(a[0, ..<2, 1], [1, 11])
    expect(a[0, ...1, 1], [1, 11])
    expect(a[0, 2, .all], [20, 21, 22, 23])
    #expect(a[2..<2].shape == [0, 3, 4])
    #expect(a[0, 3..., 1].scalars == [])
  }

  @Test func newAxesAndEllipses() {
    #expect(a[.newAxis].shape == [1, 2, 3, 4])
    #expect(a[.ellipsis, .newAxis].shape == [2, 3, 4, 1])
    #expect(a[.all, .newAxis, 1].shape == [2, 1, 4])
    #expect(a[0, .ellipsis, 1].shape == [3])
    #expect(a[.ellipsis].shape == [2, 3, 4])
    #expect(a[0, .ellipsis, 0, 0].shape == [])
    expect(a[.ellipsis, -1, 2..<3], [22, 122])
    #expect(a[.newAxis, .ellipsis, .newAxis, 0].shape == [1, 2, 3, 1])
  }

  @Test func everyOther() {
    expect(a[1, 2, .every(2)], [120, 122])
    expect(a[1, 2, .reversed], [123, 122, 121, 120])
    expect(a[1, 2, .every(-3)], [123, 120])
    expect(a[1, 2, (1..<4).every(2)], [121, 123])
    expect(a[1, 2, (1...2).every(-1)], [122, 121])
    expect(a[1, 2, (1...).every(5)], [121])
    expect(a[1, 2, (..<3).every(-2)], [122, 120])
    expect(a[1, 2, (...2).every(2)], [120, 122])
    #expect(a[1, 2, (2..<2).every(-2)].shape == [0])
    #expect(a[.every(.max), .every(.min)].shape == [1, 1, 4])
    expect(a[.reversed, 0, .every(3)], [100, 103, 0, 3])
  }

  @Test func settingAPart() {
    var x = a
    x[0, 1] = [7, 8, 9, 10]
    expect(x[0], [0, 1, 2, 3, 7, 8, 9, 10, 20, 21, 22, 23])
    expect(x[1], a[1].scalars)
    expect(a[0, 1], [10, 11, 12, 13])
    x = a
    x[.every(-1), 2, (1..<4).every(2)] = [[1, 2], [3, 4]]
    expect(x[0, 2], [20, 3, 22, 4])
    expect(x[1, 2], [120, 1, 122, 2])
    expect(x[.all, ..<2], a[.all, ..<2].scalars)
    x[.ellipsis] = 5
    #expect(x.scalars == [Double](repeating: 5, count: 24))
    x[0..<0] = 6
    x[0, 0, 0] += 2
    x[1] *= 2
    x[-1, -1, -1] -= 1
    expect(x[0, 0], [7, 5, 5, 5])
    expect(x[1, 2], [10, 10, 10, 9])
    var long = Tensor<Double>.zeros([100])
    long[.every(49)] = [1, 2, 3]
    #expect(long.scalars.indices.filter { long.scalars[$0] != 0 } == [0, 49, 98])
    var scalar = Tensor<Double>(3)
    scalar[.ellipsis] = 4
    expect(scalar, [4])
  }

  @Test func gradientsOfASetPart() {
    let x: Tensor<Double> = [1, 2, 3, 4], y: Tensor<Double> = [5, 6]
    for every in [1, 2, -2] {
      var z = x
      z[(0..<(every == 1 ? 2 : 3)).every(every)] = y
      let (xg, yg) = gradient(of: (z * z).sum(), withRespectTo: x, y)
      expect(xg, every == 1 ? [0, 0, 6, 8] : [0, 4, 0, 8])
      expect(yg, [10, 12])
    }
    // Where all is chosen element by element.
    let wide = Tensor<Double>(range: 0..<60)
    var z = wide
    z[.every(30)] = y
    let (xg, yg) = gradient(of: (z * z).sum(), withRespectTo: wide, y)
    let kept: [Double] = (0..<60).map { (n: Int) -> Double in n % 30 == 0 ? 0 : 2 * Double(n) }
    expect(xg, kept)
    expect(yg, [10, 12])
  }

  @Test func theGradientStandsAmongZeros() {
    let x: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    expect(gradient(of: x[1, 0..<2].squared().sum(), withRespectTo: x), [0, 0, 0, 8, 10, 0])
    // The same element twice.
    let y = x[0, 0] * x[.all, 0].sum()
    expect(gradient(of: y, withRespectTo: x), [6, 0, 0, 1, 0, 0])
  }

  @Test func indicesOutsideAreMistakes() async {
    let position = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x")[0, 3]
    }
    #expect(
      position.message.contains(
        "subscript: index 3 is outside axis 1 of x [2, 3]. Fix: use an index in -3..<3."))
    let range = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x")[1..<3]
    }
    #expect(
      range.message.contains(
        "subscript: the range 1..<3 is outside axis 0 of x [2, 3]. Fix: use a range within 0..<2."))
    let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([0]).named("x")[0]
    }
    #expect(
      empty.message.contains(
        "subscript: index 0 is outside axis 0 of x [0]. Fix: the axis is empty."))
  }

  /// Ranges count from the first position: the message says which one was meant.
  @Test func rangesDoNotCountFromTheEnd() async {
    let from = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 5]).named("x")[.all, (-2)...]
    }
    #expect(
      from.message.contains(
        "subscript: the range -2... is outside axis 1 of x [2, 5]. "
          + "Fix: ranges do not count from the end: use 3..<5."))
    let both = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([5]).named("x")[-3 ..< -1]
    }
    #expect(both.message.contains("Fix: ranges do not count from the end: use 2..<4."))
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([5]).named("x")[..<(-1)]
    }
    #expect(end.message.contains("Fix: ranges do not count from the end: use 0..<4."))
    let none = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([5]).named("x")[-1..<0]
    }
    #expect(none.message.contains("is outside axis 0 of x [5]. Fix: use a range within 0..<5."))
  }

  @Test func vastBoundsAreMistakes() async {
    let closed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2]).named("x")[0...Int.max]
    }
    #expect(closed.message.contains("is outside axis 0 of x [2]. Fix: use a range within 0..<2."))
    let through = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2]).named("x")[...Int.max]
    }
    #expect(through.message.contains("is outside axis 0 of x [2]. Fix: use a range within 0..<2."))
  }

  @Test func tooManyIndicesAreMistakes() async {
    let many = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x")[0, 0, .newAxis, 0]
    }
    #expect(
      many.message.contains(
        "subscript: 3 axes are indexed but x [2, 3] has 2. Fix: drop 1 of the indices."))
    let ellipses = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3])[.ellipsis, 0, .ellipsis]
    }
    #expect(
      ellipses.message.contains(
        "subscript: there is more than one .ellipsis. Fix: use .all for single axes."))
  }
}
