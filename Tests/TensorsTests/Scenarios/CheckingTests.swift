// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing

/// Graphs that come from elsewhere: what does not fit is thrown, in words, and what fits is built.
@Suite struct CheckingTests {
  private static let x = Value.placeholder([2, 3], .float).named("x")
  private static let d = Value.placeholder([2, 3], .double).named("d")
  private static let n = Value.placeholder([3], .int32).named("n")
  private static let truth = Value.placeholder([2, 3], .bool).named("truth")

  struct Example: Sendable, CustomTestStringConvertible {
    let operation: Operation
    let inputs: [Value]
    var shape: Shape?
    var type: ElementType?
    let message: String
    var testDescription: String { message }
  }

  static let examples: [Example] = [
    Example(
      operation: .binary(.add), inputs: [x, d],
      message: "+: x [2, 3] is of Float, d [2, 3] of Double. Fix: convert one of them."),
    Example(
      operation: .unary(.exp), inputs: [n],
      message: "exp: n [3] is of Int32. Fix: use elements of Float or Double."),
    Example(
      operation: .unary(.not), inputs: [x],
      message: "!: x [2, 3] is of Float. Fix: use elements of Bool."),
    Example(
      operation: .comparison(.less), inputs: [truth, truth],
      message: ".<: truth [2, 3] is of Bool. Fix: use elements of Float, Double or Int32."),
    Example(
      operation: .selection, inputs: [truth],
      message: "select: it takes 3 inputs and gets 1. Fix: give it 3."),
    Example(
      operation: .unary(.tanh), inputs: [x, x],
      message: "tanh: it takes 1 input and gets 2. Fix: give it 1."),
    Example(
      operation: .binary(.multiply), inputs: [],
      message: "*: it takes 2 inputs and gets 0. Fix: give it 2."),
    Example(
      operation: .selection, inputs: [x, x, x],
      message: "select: x [2, 3] is of Float. Fix: use elements of Bool."),
    Example(
      operation: .selection, inputs: [truth, x, n],
      message:
        "select: x [2, 3] is of Float, n [3] of Int32. Fix: convert one of them."),
    Example(
      operation: .reduction(.sum, axes: AxisSet([2])), inputs: [x],
      message: "sum: it names axes that x [2, 3] does not have. Fix: name each axis once."),
    Example(
      operation: .contraction(batch: 1, rows: 1, inner: 1), inputs: [x, n.converted(to: .float)],
      message:
        "matmul: x [2, 3] and the result of converted [3] are not matrices of the same rank. "
        + "Fix: matmul takes [..., n, k] and [..., k, m]; insert axes with .newAxis."),
    Example(
      operation: .contraction(batch: 1, rows: 1, inner: 1),
      inputs: [.placeholder([2, 1, 3], .float), .placeholder([5, 3, 1], .float)],
      message: "matmul: [2, 1, 3] has extent 2 at axis 0 but [5, 3, 1] has 5 at axis 0. "
        + "Fix: these extents must be equal."),
    Example(
      operation: .movement(.reshape), inputs: [x],
      message: "reshaped: the form of the result is not given. "
        + "Fix: give its shape and element type."),
    Example(
      operation: .movement(.slice(at: Place(starts: [0, 2]), dropping: AxisSet())), inputs: [x],
      shape: [2, 2],
      message: "slice: at axis 1 a part of x [2, 3] is outside. Fix: check starts and extents."),
    Example(
      operation: .movement(
        .slice(at: Place(starts: [1, 0], strides: [-2, 1]), dropping: AxisSet())),
      inputs: [x], shape: [2, 3],
      message: "slice: at axis 0 a part of x [2, 3] is outside. Fix: check starts and extents."),
    Example(
      operation: .movement(.placed([Place(starts: [0, 0, 0])])), inputs: [x], shape: [2, 3],
      message: "placed: it names axes that x [2, 3] does not have. Fix: name each axis once."),
    Example(
      operation: .movement(.placed([Place(starts: [0, 0]), Place(starts: [0, 3])])),
      inputs: [x, d],
      shape: [2, 6],
      message: "placed: x [2, 3] is of Float, d [2, 3] of Double. Fix: convert one of them."),
    Example(
      operation: .movement(.placed([Place(starts: [0, 0])])), inputs: [x, x], shape: [2, 6],
      message: "placed: it takes 1 input and gets 2. Fix: give it 1."),
    Example(
      operation: .gathering(.gather, batchRank: 0), inputs: [x, d],
      message: "gather: d [2, 3] is of Double. Fix: use elements of Int32."),
    Example(
      operation: .gathering(.scatterAdd(count: 2), batchRank: 0), inputs: [x, n],
      message: "scatterAdd: x [2, 3] cannot be indexed by n [3]. "
        + "Fix: the table needs an axis to choose from, and equal batch axes."),
    Example(
      operation: .random(.uniform, key: RandomKey(seed: 1)), inputs: [], shape: [2], type: .int32,
      message: "uniform: the result [2] is of another type. Fix: use elements of Float or Double."),
    Example(
      operation: .random(
        .uniform, key: RandomKey(seed: 1), of: DrawnExample(shape: [2], elementType: .float)),
      inputs: [n, x],
      message: "uniform: x [2, 3] is of Float. Fix: use elements of Int32."),
    Example(
      operation: .creation(.constant(1)), inputs: [], shape: [2, 2], type: .float,
      message: "1.0: the result [2, 2] has 2 axes. Fix: check the axes."),
    Example(
      operation: .conversion, inputs: [x],
      message: "converted: the form of the result is not given. "
        + "Fix: give its shape and element type."),
    Example(
      operation: .identity(.checked(count: 3, use: .gather)), inputs: [x],
      message: "gather: x [2, 3] is of Float. Fix: use elements of Int32."),
  ]

  @Test("Thrown in words", arguments: examples)
  func thrown(example: Example) {
    let mistake = #expect(throws: Mistake.self) {
      _ = try Value(
        checking: example.operation, Inputs(example.inputs), elementType: example.type,
        shape: example.shape)
    }
    #expect(mistake?.description == example.message)
  }

  @Test func builtAsByTheOthers() throws {
    let sum = try Value(checking: .binary(.add), Inputs(Self.x, Self.x))
    #expect(sum.form == (Self.x + Self.x).form)
    let part = try Value(
      checking: .movement(.slice(at: Place(starts: [1, 0]), dropping: AxisSet([0]))),
      Inputs(Self.x),
      shape: [3])
    #expect(part.form == Form([3], .float))
    let truths = try Value(checking: .conversion, Inputs(Self.x), elementType: .bool)
    #expect(truths.form == Form([2, 3], .bool))
  }
}
