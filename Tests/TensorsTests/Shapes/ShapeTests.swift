// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing

@Suite struct ShapeTests {
  static let extents: [[Int]] = [
    [], [0], [1], [5], [2, 3], [2, 3, 4], [2, 3, 4, 5], [1, 2, 3, 4, 5], [6, 5, 4, 3, 2, 1],
    [2, 1, 2, 1, 2, 1, 2, 1, 2],
  ]

  @Test("A collection of its extents", arguments: extents)
  func collection(_ extents: [Int]) {
    let shape = Shape(extents)
    #expect(shape.rank == extents.count)
    #expect(Array(shape) == extents)
    #expect(shape.elementCount == extents.reduce(1, *))
    #expect(shape.checkedElementCount == extents.reduce(1, *))
    #expect(shape.description == extents.description)
    #expect(shape.first == extents.first && shape.last == extents.last)
    let backwards: [Int] = shape.reversed()
    #expect(backwards == extents.reversed())
  }

  @Test("Setting an extent changes a copy alone", arguments: extents)
  func mutation(_ extents: [Int]) {
    let original = Shape(extents)
    for axis in extents.indices {
      var changed = original, expected = extents
      changed[axis] = 9
      expected[axis] = 9
      #expect(Array(changed) == expected)
      #expect(Array(original) == extents)
      #expect(changed != original)
      changed[axis] = extents[axis]
      #expect(changed == original && changed.hashValue == original.hashValue)
    }
  }

  @Test func equalityIncludesTheRank() {
    #expect(Shape([]) != [0])
    #expect(Shape([2]) != [2, 0])
    #expect(Shape([1, 2, 3, 4]) != [1, 2, 3, 4, 0])
    #expect(Shape(repeating: 3, rank: 6) == [3, 3, 3, 3, 3, 3])
  }

  @Test("Appending and adding", arguments: extents)
  func sums(_ extents: [Int]) {
    for other in Self.extents {
      #expect(Array(Shape(extents) + Shape(other)) == extents + other)
    }
    var shape = Shape(extents)
    shape.append(7)
    #expect(Array(shape) == extents + [7])
  }

  @Test func rowMajorStrides() {
    #expect(Shape([]).rowMajorStrides == [])
    #expect(Shape([5]).rowMajorStrides == [1])
    #expect(Shape([2, 3, 4]).rowMajorStrides == [12, 4, 1])
    #expect(Shape([2, 3, 4, 5, 6]).rowMajorStrides == [360, 120, 30, 6, 1])
    #expect(Shape([2, 0, 3]).rowMajorStrides.count == 3)
  }

  @Test func axesLeaveOrCollapse() {
    let shape: Shape = [2, 3, 4, 5, 6]
    #expect(shape.dropping(AxisSet([0, 3])) == [3, 4, 6])
    #expect(shape.collapsing(AxisSet([0, 3])) == [1, 3, 4, 1, 6])
    #expect(shape.dropping(AxisSet(all: 5)) == [])
    #expect(shape.dropping(AxisSet()) == shape)
  }

  @Test func countsThatOverflowAreNil() {
    #expect(Shape([Int.max, 2]).checkedElementCount == nil)
    #expect(Shape([Int.max]).checkedElementCount == nil)
    #expect(Shape([1 << 32, 1 << 32]).checkedElementCount == nil)
    #expect(Shape([1 << 21, 1 << 21, 1 << 22]).checkedElementCount == nil)
    // Even if the product wraps to something small.
    #expect(Shape([1 << 32, 1 << 32, 3]).checkedElementCount == nil)
    // An extent of 0 does not excuse the others.
    #expect(Shape([Int.max, Int.max, 0]).checkedElementCount == nil)
    #expect(Shape([0, 1 << 30, 0]).checkedElementCount == 0)
    #expect(Shape([1 << 28, 1 << 28]).checkedElementCount == 1 << 56)
  }

  @Test(
    "A tensor too large to count is a mistake",
    arguments: [
      [Int.max, 2], [Int.max], [0, Int.max, 2], [1 << 20, 1 << 20, 1 << 20, 1 << 20],
    ])
  func uncountable(_ extents: [Int]) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [extents = extents as [Int]] in
      _ = Tensor<Float>.zeros(Shape(extents))
    }
    #expect(
      result.message.contains(
        "zeros: a tensor of shape \(extents) has more elements than can be counted. "
          + "Fix: check the extents."))
  }

  @Test func uncountableResultsAreMistakes() async {
    let broadcast = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let long = Tensor<Float>(range: 0..<(1 << 40))
      _ = long + long.reshaped(to: [1 << 40, 1])
    }
    #expect(
      broadcast.message.contains(
        "+: a tensor of shape [1099511627776, 1099511627776] has more elements than can be counted"
      ))
    let product = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let long = Tensor<Float>(range: 0..<(1 << 40))
      _ = long.reshaped(to: [1 << 40, 1]) • long.reshaped(to: [1, 1 << 40])
    }
    #expect(
      product.message.contains("matmul: a tensor of shape [1099511627776, 1099511627776] has more"))
    let reshaped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([4]).reshaped(to: [1 << 32, 1 << 32])
    }
    #expect(reshaped.message.contains("reshaped: "))
    #expect(
      reshaped.message.contains("[4294967296, 4294967296] has more than can be counted"))
  }

  @Test func negativeExtentsAreMistakes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, -3])
    }
    #expect(
      result.message.contains(
        "zeros: the shape [2, -3] has the negative extent -3 at axis 1. Fix: extents are 0 or more."
      ))
    let product = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>(shape: [-1, -2], scalars: [1, 2])
    }
    #expect(
      product.message.contains("Tensor(shape:scalars:): 2 numbers do not fill the shape [-1, -2]"))
    let open = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([4]).reshaped(to: [-1, 3])
    }
    #expect(
      open.message.contains(
        "reshaped: no extent in place of -1 lets [-1, 3] hold the 4 elements of [4]. Fix: one "
          + "extent may be -1; the product of the others must divide the "
          + "number of elements."))
  }
}
