// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension MistakeExample {
  private static let key = RandomKey(seed: 1)
  private static let long = Tensor<Float>(0).expanded(to: [1 << 31]).named("long")

  /// Numbers that are wrong where they are given.
  static let numbers: [MistakeExample] = [
    MistakeExample(
      name: "order of a norm",
      message: "norm: an order of 0.0. Fix: use 1, 2, .infinity or another number above 0."
    ) { _ = vector.norm(order: 0) },
    MistakeExample(
      name: "order that is NaN",
      message: "norm: an order of nan. Fix: use 1, 2, .infinity or another number above 0."
    ) { _ = vector.norm(order: .nan) },
    MistakeExample(
      name: "negative correction",
      message:
        "standardDeviation: a correction of -1. Fix: use 0 for these numbers, 1 for an estimate "
        + "from a sample."
    ) { _ = vector.standardDeviation(correction: -1) },
    MistakeExample(
      name: "axis of a variance",
      message: "variance: axis 1 does not exist in [3] of rank 1. Fix: use an axis in -1..<1."
    ) { _ = vector.variance(along: 1) },
    MistakeExample(
      name: "axis of a log-sum-exp",
      message: "logSumExp: axis 1 does not exist in [3] of rank 1. Fix: use an axis in -1..<1."
    ) { _ = vector.logSumExp(along: 1) },
    MistakeExample(
      name: "empty range", message: uniform("2.0 ..< 2.0")
    ) { _ = Tensor<Float>.uniform([2], from: 2, to: 2, key: key) },
    MistakeExample(
      name: "range the wrong way round", message: uniform("1.0 ..< -1.0")
    ) { _ = Tensor<Double>.uniform([2], from: 1, to: -1, key: key) },
    MistakeExample(
      name: "range from NaN", message: uniform("nan ..< 1.0")
    ) { _ = Tensor<Float>.uniform([2], from: .nan, key: key) },
    MistakeExample(
      name: "range to NaN", message: uniform("0.0 ..< nan")
    ) { _ = Tensor<Float>.uniform([2], to: .nan, key: key) },
    MistakeExample(
      name: "range to infinity", message: uniform("0.0 ..< inf")
    ) { _ = Tensor<Float>.uniform([2], to: .infinity, key: key) },
    MistakeExample(
      name: "negative deviation", message: normal(mean: "0.0", deviation: "-1.0")
    ) { _ = Tensor<Float>.normal([2], standardDeviation: -1, key: key) },
    MistakeExample(
      name: "deviation that is NaN", message: normal(mean: "0.0", deviation: "nan")
    ) { _ = Tensor<Float>.normal([2], standardDeviation: .nan, key: key) },
    MistakeExample(
      name: "infinite mean", message: normal(mean: "-inf", deviation: "1.0")
    ) { _ = Tensor<Float>.normal([2], mean: -.infinity, key: key) },
    MistakeExample(
      name: "numbers to infinity",
      message: "Tensor(from:through:): numbers from 0.0 to inf. Fix: use ends that are finite."
    ) { _ = Tensor<Float>(from: 0, through: .infinity, count: 3) },
    MistakeExample(
      name: "fewer numbers than none",
      message: "range: the shape [-7] has the negative extent -7 at axis 0. "
        + "Fix: extents are 0 or more."
    ) { _ = Tensor<Float>(from: 0, through: 1, count: -7) },
    MistakeExample(
      name: "fewer keys than none", message: "split: -1 keys. Fix: ask for 0 or more."
    ) { _ = key.split(into: -1) },
    MistakeExample(
      name: "fewer classes than none",
      message: "oneHot: the shape [-3] has the negative extent -3 at axis 0. "
        + "Fix: extents are 0 or more."
    ) { _ = Tensor<Int32>([1]).oneHot(-3, as: Float.self) },
    MistakeExample(
      name: "range below Int32",
      message: "Tensor(range:): Int32 does not hold all numbers of -3000000000..<-2999999990. "
        + "Fix: use a range within the numbers of the element type."
    ) { _ = Tensor<Int32>(range: -3_000_000_000 ..< -2_999_999_990) },
  ]

  /// Axes along which Int32 does not hold a position.
  static let positions: [MistakeExample] = [
    MistakeExample(
      name: "argmax of a long axis", message: beyond("argmax: axis 0 of long [2147483648]")
    ) { _ = long.argmax(along: 0) },
    MistakeExample(
      name: "argmin of a long axis",
      message: beyond("argmin: axis 1 of [1, 3000000000]", 3_000_000_000)
    ) { _ = Tensor<Float>([[1]]).expanded(to: [1, 3_000_000_000]).argmin(along: -1) },
    MistakeExample(
      name: "rows of a long table", message: beyond("gather: axis 0 of long [2147483648]")
    ) { _ = long.gathered([0]) },
    MistakeExample(
      name: "a class for each number", message: beyond("oneHot: the axis of classes")
    ) { _ = Tensor<Int32>([1]).oneHot(1 << 31, as: Float.self) },
    MistakeExample(
      name: "all numbers of Int32",
      message: beyond("range: the range", 4_294_967_295, most: 1 << 31)
    ) { _ = Tensor<Int32>(range: Int(Int32.min)..<Int(Int32.max)) },
    MistakeExample(
      name: "range beyond Int32",
      message: "Tensor(range:): Int32 does not hold all numbers of 0..<2147483649. "
        + "Fix: use a range within the numbers of the element type."
    ) { _ = Tensor<Int32>(range: 0..<(1 << 31) + 1) },
    MistakeExample(
      name: "Jacobian with a row for each element",
      message: beyond("jacobian: the result of * [2147483648]")
    ) {
      let x = long * 1
      _ = jacobian(of: x, withRespectTo: x)
    },
  ]

  private static func uniform(_ range: String) -> String {
    "uniform: no number is in \(range). "
      + "Fix: use finite bounds, the first one less than the second."
  }

  private static func normal(mean: String, deviation: String) -> String {
    "normal: a mean of \(mean) and a standard deviation of \(deviation). "
      + "Fix: use finite numbers, and a deviation of 0 or more."
  }

  private static func beyond(
    _ axis: String, _ count: Int = 1 << 31, most: Int = 2_147_483_647
  ) -> String {
    "\(axis) has \(count) elements, and positions along it are of Int32. "
      + "Fix: use at most \(most) elements, in several parts if there are more."
  }
}
