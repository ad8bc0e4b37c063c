// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

/// What wrong code is told, word for word.
@Suite struct MistakeTests {
  @Test func products() async {
    let inner = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x") • Tensor<Float>.zeros([4, 5]).named("w")
    }
    #expect(
      inner.message.contains(
        "matmul: x [2, 3] has 3 columns (axis 1) but w [4, 5] has 4 rows (axis 0). "
          + "Fix: the inner extents must be equal: [n, k] • [k, m]."))
    let transposed = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = matmul(Tensor<Float>.zeros([2, 3]).named("x"), Tensor<Float>.zeros([5, 3]).named("w"))
    }
    #expect(
      transposed.message.contains(
        "matmul: x [2, 3] has 3 columns (axis 1) but w [5, 3] has 5 rows (axis 0). "
          + "Fix: transpose the right operand: matmul(a, b.transposed())."))
    let scalar = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x") • Tensor<Float>(2).named("s")
    }
    #expect(
      scalar.message.contains(
        "matmul: x [2, 3] and s []: a scalar is not a matrix. Fix: multiply by a scalar with *."))
    let batch = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3, 4]).named("x") • Tensor<Float>.zeros([5, 4, 1]).named("w")
    }
    #expect(
      batch.message.contains(
        "matmul: the batch axes of x [2, 3, 4] and w [5, 4, 1] do not broadcast. "
          + "Fix: batch extents must be equal or 1."))
  }

  @Test func reductions() async {
    let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 0]).named("x").max(along: 1)
    }
    #expect(
      empty.message.contains(
        "max: x [2, 0] has no elements along axis 1, and max of nothing is not a number. "
          + "Fix: check that the axis is not empty."))
    let axis = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).sum(along: 2)
    }
    #expect(
      axis.message.contains(
        "sum: axis 2 does not exist in a tensor of rank 2. Fix: use an axis in -2..<2."))
  }

  @Test func movements() async {
    let order = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x").transposed(0, 0)
    }
    #expect(
      order.message.contains(
        "transposed: the order [0, 0] does not name each axis of x [2, 3] once. "
          + "Fix: give a permutation of 0..<2."))
    let expanded = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x").expanded(to: [4, 3])
    }
    #expect(
      expanded.message.contains(
        "expanded: x [2, 3] does not stretch to [4, 3]. "
          + "Fix: only axes of extent 1, and new leading ones, can be stretched."))
    let reshaped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).named("x").reshaped(to: [4])
    }
    #expect(
      reshaped.message.contains(
        "reshaped: x [2, 3] has 6 elements, [4] has 4. "
          + "Fix: both shapes must hold the same number of elements."))
    let stacked = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.stacked([Tensor<Float>.zeros([2]), .zeros([3])])
    }
    #expect(
      stacked.message.contains(
        "stacked: element 1 has shape [3], element 0 has [2]. "
          + "Fix: all elements must have one shape."))
    let nothing = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.stacked([])
    }
    #expect(nothing.message.contains("stacked: there is no tensor. Fix: give at least one."))
  }

  @Test func mistakesNameTheCaller() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).sum(along: 5)
    }
    #expect(result.message.hasPrefix("TensorsTests/MistakeTests.swift:"))
  }

  @Test(arguments: [2, -1])
  func rowsOutside(index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [index = index as Int] in
      let indices = Tensor<Int32>([0, 1, Int32(index), 9])
      print(Tensor<Float>.zeros([2, 3]).gathered(indices))
    }
    #expect(result.message.contains("\(index)"))
    #expect(result.message.contains("gather"))
  }

  /// A literal that Int32 does not hold is wrong code, not a trap.
  @Test func literalsOutside() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Int32> = 3_000_000_000
      print(x + 1)
    }
    let expected =
      "Tensor<Int32>: 3000000000 is not a number that Int32 holds. "
      + "Fix: use numbers in -2147483648...2147483647."
    #expect(result.message.contains(expected))
    let written = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x: Tensor<Int32> = [1, 3_000_000_000]
      print(x)
    }
    #expect(written.message.contains(expected))
    let range = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      print(Tensor<Int32>(range: 3_000_000_000..<3_000_000_002))
    }
    #expect(range.message.contains(expected))
  }
}
