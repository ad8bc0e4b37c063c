// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing

@Suite struct AxisSetTests {
  @Test func setsOfAxes() {
    let set = AxisSet([3, 0, 63, 3])
    #expect(set.sorted == [0, 3, 63])
    #expect(set.count == 3 && !set.isEmpty)
    #expect(set.contains(63) && set.contains(0) && !set.contains(1))
    #expect(set == AxisSet([63, 0, 3]))
    #expect(AxisSet().isEmpty && AxisSet().sorted == [])
    #expect(AxisSet(all: 0) == AxisSet())
    #expect(AxisSet(all: 5).sorted == [0, 1, 2, 3, 4])
    #expect(AxisSet(all: 64).count == 64)
    #expect(AxisSet([0, 3]).shifted(by: 2) == AxisSet([2, 5]))
  }

  @Test("Axes from the end", arguments: 1...7)
  func negativeAxes(rank: Int) throws {
    for axis in 0..<rank {
      #expect(try normalizedAxis(axis, rank: rank, in: "sum") == axis)
      #expect(try normalizedAxis(axis - rank, rank: rank, in: "sum") == axis)
      #expect(try AxisSet([axis - rank], rank: rank, in: "sum") == AxisSet([axis]))
    }
    for axis in [rank, -rank - 1, Int.max, Int.min] {
      #expect(
        throws: Mistake(
          "sum", "axis \(axis) does not exist in a tensor of rank \(rank)",
          fix: "use an axis in \(-rank)..<\(rank)")
      ) { try normalizedAxis(axis, rank: rank, in: "sum") }
    }
  }

  @Test func scalarsHaveNoAxes() {
    #expect(
      throws: Mistake(
        "max", "axis 0 does not exist in a tensor of rank 0", fix: "a scalar has no axes")
    ) { try normalizedAxis(0, rank: 0, in: "max") }
  }

  @Test func noAxisTwice() {
    #expect(
      throws: Mistake("sum", "axis -3 is named twice in [0, -3]", fix: "name each axis once")
    ) { try AxisSet([0, -3], rank: 3, in: "sum") }
  }

  @Test func ranksBeyondTheMask() {
    #expect(throws: Mistake.self) { try normalizedAxis(0, rank: 65, in: "sum") }
    let x = Tensor<Double>.ones(Shape(repeating: 1, rank: 64)) + 1
    #expect(x.sum().scalars == [2])
    #expect(x.sum(along: -1).shape == Shape(repeating: 1, rank: 63))
    let y = Tensor<Double>.ones(Shape(repeating: 1, rank: 70)) + 1
    #expect(y.scalars == [2])
    #expect(y.reshaped(to: []).sum().scalars == [2])
  }

  @Test func reducingARankBeyondTheMaskIsAMistake() async {
    let named = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.ones(Shape(repeating: 1, rank: 65)).sum(along: 64)
    }
    #expect(named.message.contains("sum: a tensor of rank 65 has more axes than the 64 supported."))
    let all = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.ones(Shape(repeating: 1, rank: 65)).sum()
    }
    #expect(all.message.contains("sum: a tensor of rank 65 has more axes than the 64 supported."))
  }
}
