// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

/// Patterns of axes that do not fit: each message points into the pattern. What right ones give is
/// compared with einops in the cases.
@Suite struct AxisPatternTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let shape: Shape
    let pattern: String
    var sizes: [String: Int] = [:]
    var freedom = AxisArrangement.Freedom.neither
    let carets: String
    let message: String
    var testDescription: String { pattern }
  }

  static let readings: [Example] = [
    Example(
      shape: [2], pattern: "h w", carets: "   ^",
      message: "the pattern has no arrow. "
        + "Fix: write the axes of the tensor, ->, and the axes of the result."),
    Example(
      shape: [2], pattern: "h -> h -> h", carets: "       ^^",
      message: "the pattern has two arrows. Fix: write one ->."),
    Example(
      shape: [2, 3], pattern: "h h -> h", carets: "  ^",
      message: "h stands twice on one side. Fix: name each axis once on each side."),
    Example(
      shape: [2, 3], pattern: "... h ... -> h ...", carets: "      ^^^",
      message: "... stands twice on one side. Fix: name each axis once on each side."),
    Example(
      shape: [2, 3], pattern: "(h (w)) -> h w", carets: "   ^",
      message: "parentheses within parentheses. Fix: close the group first."),
    Example(
      shape: [2, 3], pattern: "h w -> (h w", carets: "       ^",
      message: "the parenthesis is not closed. Fix: close it on its side of the arrow."),
    Example(
      shape: [2, 3], pattern: "h w) -> h w", carets: "   ^",
      message: "nothing is open that could be closed. Fix: drop the parenthesis."),
    Example(
      shape: [2, 3], pattern: "h, w -> h w", carets: " ^",
      message: ", begins no axis. Fix: axes are names of letters and digits, numbers from 1, ..., "
        + "and groups in parentheses."),
    Example(
      shape: [2, 3], pattern: "h 0 -> h", carets: "  ^",
      message: "0 is no extent. Fix: axes are names of letters and digits, numbers from 1, ..., "
        + "and groups in parentheses."),
    Example(
      shape: [2, 3], pattern: "h (... w) -> h ... w", carets: "  ^^^^^^^",
      message: "an ellipsis within parentheses on the left says not how an axis is split. "
        + "Fix: write it without parentheses there."),
  ]

  static let arrangements: [Example] = [
    Example(
      shape: [2, 3], pattern: "h w -> h", carets: "  ^",
      message: "w stands on the left alone. "
        + "Fix: name it on the right too, or use reduced(_:by:)."),
    Example(
      shape: [2], pattern: "h -> h width", carets: "       ^^^^^",
      message: "width stands on the right alone. "
        + "Fix: name it on the left too, or use repeated(_:)."),
    Example(
      shape: [2], pattern: "h -> h c", freedom: .right, carets: "       ^",
      message: "the size of c is not known. Fix: give it: [\"c\": 2]."),
    Example(
      shape: [2], pattern: "h -> h ...", freedom: .right, carets: "       ^^^",
      message: "... stands on the right alone. Fix: write it on the left too."),
    Example(
      shape: [2], pattern: "h -> h", sizes: ["w": 2], carets: "^^^^^^",
      message: "a size is given for w, which the pattern does not name. "
        + "Fix: drop it, or name the axis."),
    Example(
      shape: [2], pattern: "(h w) -> h w", sizes: ["w": -1], carets: "   ^",
      message: "w cannot have the size -1. Fix: sizes are 0 or more."),
    Example(
      shape: [2, 3, 4], pattern: "h w -> w h", carets: "^^^",
      message: "the left side has 2 axes, x [2, 3, 4] has 3. Fix: write one name or group for each "
        + "axis of the tensor, or ... for several."),
    Example(
      shape: [], pattern: "h ... -> h ...", carets: "^^^^^",
      message:
        "the left side has at least 1 axis, x [] has 0. Fix: write one name or group for each "
        + "axis of the tensor, or ... for several."),
    Example(
      shape: [2, 12], pattern: "b (h w) -> b h w", carets: "     ^",
      message: "neither the size of h nor that of w is known. Fix: give one: [\"w\": 2]."),
    Example(
      shape: [2, 12], pattern: "b (h w) -> b h w", sizes: ["h": 5], carets: "  ^^^^^",
      message: "axis 1 of x [2, 12] is not divisible by 5. "
        + "Fix: give sizes whose product divides 12."),
    Example(
      shape: [2, 12], pattern: "b (h w) -> b h w", sizes: ["h": 3, "w": 3], carets: "  ^^^^^",
      message: "axis 1 of x [2, 12] has not the extent 9. "
        + "Fix: give sizes whose product is 12."),
    Example(
      shape: [2, 12], pattern: "b 1 -> b", carets: "  ^",
      message: "axis 1 of x [2, 12] has not the extent 1. "
        + "Fix: give sizes whose product is 12."),
    Example(
      shape: [2, 0], pattern: "b (h w) -> b h w", sizes: ["h": 0], carets: "  ^^^^^",
      message: "axis 1 of x [2, 0] is not divisible by 0. "
        + "Fix: give sizes whose product divides 0."),
    Example(
      shape: [2], pattern: "(h w) -> h w", sizes: ["h": .max, "w": 2], carets: "^^^^^",
      message: "axis 0 of x [2] has not the extent \(Int.max). "
        + "Fix: give sizes whose product is 2."),
  ]

  @Test("Word for word", arguments: readings + arrangements)
  func message(_ example: Example) {
    let x = Tensor<Float>.zeros(example.shape).named("x")
    let mistake = #expect(throws: Mistake.self) {
      let pattern = try AxisPattern(example.pattern, in: "rearranged")
      _ = try AxisArrangement(pattern, example.sizes, of: x.value, freedom: example.freedom)
    }
    let expected =
      "rearranged: \(example.message)\n    \(example.pattern)\n    \(example.carets)"
    #expect(mistake?.description == expected)
  }

  @Test func aPatternThatChangesNothingGivesATensorOfItsOwn() {
    let x = Tensor<Float>([[1, 2], [3, 4]])
    let y = x.rearranged("a b -> a b")
    expect(Tensor<Double>(y), [1, 2, 3, 4])
    #expect(y.value.node !== x.value.node)
  }

  @Test func gradientsGoBack() {
    let x = Tensor<Double>(range: 0..<12).reshaped(to: [4, 3])
    let means = x.reduced("(a 2) b -> b a", by: .mean)
    let weights: Tensor<Double> = [[1, 2], [3, 4], [5, 6]]
    expect(
      gradient(of: (means * weights).sum(), withRespectTo: x),
      [0.5, 1.5, 2.5, 0.5, 1.5, 2.5, 1, 2, 3, 1, 2, 3])
    let copies = x.repeated("a b -> a c (2 b)", ["c": 5])
    expect(gradient(of: copies.sum(), withRespectTo: x), Array(repeating: 10, count: 12))
  }
}
