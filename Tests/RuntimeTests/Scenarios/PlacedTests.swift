// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Parts at their places against a loop over all elements.
@Suite(.serialized) struct PlacedTests {
  init() { Plan.verifiesByDefault = true }

  private struct Part {
    let numbers: Naive<Float>
    let starts: Shape
    let strides: Shape
    var value: (value: Value, starts: Shape, strides: Shape?) {
      (numbers.tensor.value, starts, strides)
    }

    init(of space: Shape, _ choice: inout SplitMix) {
      let axes = space.map { choice.part(of: $0) }, extents = axes.map(\.extent)
      starts = Shape(axes.map(\.start))
      strides = Shape(axes.map(\.stride))
      numbers = Naive(extents, choice.floats(extents.reduce(1, *)))
    }
  }

  private static func sum(_ parts: [Part], in space: Shape) -> [Float] {
    var sums = [Float](repeating: 0, count: space.elementCount)
    for part in parts {
      for index in Naive<Float>.indices(of: part.numbers.shape) {
        let place = index.indices.reduce(0) {
          $0 * space[$1] + part.starts[$1] + index[$1] * part.strides[$1]
        }
        sums[place] += part.numbers[index]
      }
    }
    return sums
  }

  @Test("Anywhere, over each other or not", arguments: 0..<200)
  func anywhere(seed: Int) {
    var choice = SplitMix(seed: seed)
    let space = choice.shape(rank: 0...4, extents: [0, 1, 2, 3, 5, 9])
    let parts = (0..<(1 + choice.below(4))).map { _ in Part(of: space, &choice) }
    let expected = Self.sum(parts, in: space), limit = Threads.limit
    defer { Threads.limit = limit }
    for threads in [1, 2, 7] {
      Threads.limit = threads
      let placed = Tensor<Float>(Value.placed(parts.map(\.value), in: space))
      #expect(placed.scalars == expected)
      let followed: [Float] = (placed * 2 + 1).scalars
      #expect(followed == expected.map { $0 * 2 + 1 })
    }
    let inDouble = parts.map {
      ($0.value.value.converted(to: .double), $0.starts, Shape?($0.strides))
    }
    let truths = parts.map { ($0.value.value .== 0, $0.starts, Shape?($0.strides)) }
    let counts = parts.map { ($0.value.value.converted(to: .int32), $0.starts, Shape?($0.strides)) }
    let wide: [Double] = Tensor<Double>(Value.placed(inDouble, in: space)).scalars
    #expect(zip(wide, expected).allSatisfy { abs($0 - Double($1)) < 1e-5 })
    #expect(Tensor<Int32>(Value.placed(counts, in: space)).shape == space)
    #expect(Tensor<Bool>(Value.placed(truths, in: space)).scalars.allSatisfy { !$0 })
  }

  @Test(
    "Large, on any number of threads",
    arguments: [[3000, 70], [70, 3000], [1, 200_000], [200_000]])
  func large(extents: [Int]) {
    var choice = SplitMix(seed: extents.count)
    let space = Shape(extents), limit = Threads.limit
    defer { Threads.limit = limit }
    let parts = (0..<4).map { _ in Part(of: space, &choice) }
    let expected = Self.sum(parts, in: space)
    for threads in [1, 2, 3, 7] {
      Threads.limit = threads
      let placed = Tensor<Float>(Value.placed(parts.map(\.value), in: space))
      #expect(placed.scalars == expected)
      let reduced = (placed * 2).sum(along: -1)
      let alone = (Tensor(shape: space, scalars: expected) * 2).sum(along: -1)
      #expect(reduced.scalars == alone.scalars)
    }
  }

  /// Where one part stands alone its numbers are copied, whatever they are.
  @Test func copiesKeepTheSignOfZero() {
    let x = Tensor<Float>([-0.0, 1]), y = Tensor<Float>([-0.0, Float.nan])
    let scalars = concatenated([x, y, x]).scalars
    let signs: [FloatingPointSign] = [.minus, .plus, .minus]
    #expect([scalars[0], scalars[1], scalars[2]].map(\.sign) == signs)
    #expect(scalars[3].isNaN && scalars[4].sign == .minus && scalars[5] == 1)
    #expect(Tensor.stacked([x, y], along: 1)[0, 1].scalars[0].sign == .minus)
  }

  @Test func truthsAndWholeNumbers() {
    let a: Tensor<Bool> = [true, false], b: Tensor<Bool> = [false, true]
    #expect(concatenated([a, b]).scalars == [true, false, false, true])
    let over = Tensor<Bool>(
      Value.placed([(a.value, [0], nil), (b.value, [1], nil)], in: [4]))
    #expect(over.scalars == [true, false, true, false])
    let large = Tensor<Int32>([.max, 1])
    let sums = Tensor<Int32>(
      Value.placed([(large.value, [0], nil), (large.value, [0], [1])], in: [2]))
    #expect(sums.scalars == [-2, 2])
  }

  /// Constants, numbers of a run and ranges are parts, too.
  @Test func numbersAsParts() {
    let ones = Tensor<Float>.full([2], 1), sevens = Tensor<Float>.full([1], 7)
    let range = Tensor<Float>(range: 0..<3)
    #expect(concatenated([ones, range, sevens]).scalars == [1, 1, 0, 1, 2, 7])
    let columns = concatenated(
      [ones.expandingShape(at: 1), Tensor<Float>([[3, 4], [5, 6]]).transposed()], along: 1)
    #expect(columns.scalars == [1, 3, 5, 1, 4, 6])
    #expect(columns[.reversed, .every(2)].scalars == [1, 6, 1, 5])
  }

  /// The gradient of slices that overlap is the sum of cotangents among zeros, in order.
  @Test("Gradients of many slices", arguments: 0..<50)
  func slices(seed: Int) {
    var choice = SplitMix(seed: seed)
    let space = choice.shape(rank: 1...3, extents: [1, 2, 4, 7])
    let x = Tensor(shape: space, scalars: choice.floats(space.elementCount))
    let places = (0..<(1 + choice.below(6))).map { _ in Part(of: space, &choice) }
    func loss(_ x: Tensor<Float>) -> Tensor<Float> {
      places.map { place in
        let part = x.value.strided(
          from: place.starts, extents: Shape(place.numbers.shape), by: place.strides)
        return (Tensor<Float>(part) * place.numbers.tensor).sum()
      }.reduce(0, +)
    }
    let slope = gradient(of: loss(x), withRespectTo: x)
    #expect(slope.shape == space)
    let expected = Self.sum(places.reversed(), in: space)
    #expect(zip(slope.scalars, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    // Beside a use of the whole.
    let both = gradient(of: loss(x) + (x * x).sum(), withRespectTo: x)
    let sums = zip(expected, x.scalars).map { $0 + 2 * $1 }
    #expect(zip(both.scalars, sums).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// One tensor of zeros and one pass, however many slices there are.
  @Test func slicesArePlacedOnce() {
    let x = Tensor<Float>.ones([8, 3])
    let loss = (0..<8).map { (x[$0] * Float($0)).sum() }.reduce(0, +)
    let slope = gradient(of: loss, withRespectTo: x).value
    let nodes = GraphOrder(of: [slope]) { _ in false }.nodes
    #expect(nodes.count { $0.operation.placesOfParts != nil } == 1)
    #expect(slope.node.operation.placesOfParts?.count == 8)
  }
}
