// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension MistakeExample {
  static let reductions: [MistakeExample] = [
    MistakeExample(
      name: "axis out of range",
      message: "sum: axis 2 does not exist in w1 [4, 3] of rank 2. Fix: use an axis in -2..<2."
    ) { _ = named.sum(along: 2) },
    MistakeExample(
      name: "negative axis out of range",
      message: "mean: axis -3 does not exist in w1 [4, 3] of rank 2. Fix: use an axis in -2..<2."
    ) { _ = named.mean(along: 0, -3) },
    MistakeExample(
      name: "axis of a scalar",
      message: "max: axis 0 does not exist in [] of rank 0. Fix: a scalar has no axes."
    ) { _ = scalar.max(along: 0) },
    MistakeExample(
      name: "axis named twice",
      message: "min: axis -1 is named twice in [1, -1]. Fix: name each axis once."
    ) { _ = named.min(along: 1, -1) },
    MistakeExample(
      name: "largest of nothing",
      message: "max: [0, 3] has no elements along axis 0, so there is no max. "
        + "Fix: check that the axis is not empty."
    ) { _ = Tensor<Float>.zeros([0, 3]).max(along: 0) },
    MistakeExample(
      name: "position in nothing",
      message: "argmax: x [3, 0] has no elements along axis 1, so there is no argmax. "
        + "Fix: check that the axis is not empty."
    ) { _ = Tensor<Float>.zeros([3, 0]).named("x").argmax(along: -1) },
    MistakeExample(
      name: "class of nothing",
      message: "categorical: x [3, 0] has no classes. Fix: give logits [..., classes]."
    ) {
      _ = Tensor.categorical(
        logits: Tensor<Float>.zeros([3, 0]).named("x"), key: RandomKey(seed: 1))
    },
    MistakeExample(
      name: "axis of truths",
      message: "any: axis 5 does not exist in the result of .> [4, 3] of rank 2. "
        + "Fix: use an axis in -2..<2."
    ) { _ = (named .> 0).any(along: 5) },
  ]

  private static let openExtent =
    "Fix: one extent may be -1; the product of the others must divide the number of elements."

  static let movements: [MistakeExample] = [
    MistakeExample(
      name: "reshape to another count",
      message: "reshaped: w1 [4, 3] has 12 elements, [4, 4] has 16. "
        + "Fix: both shapes must hold the same number of elements."
    ) { _ = named.reshaped(to: [4, 4]) },
    MistakeExample(
      name: "reshape with an open extent that does not divide",
      message: "reshaped: no extent in place of -1 lets [5, -1] hold the 12 elements of w1 "
        + "[4, 3]. " + openExtent
    ) { _ = named.reshaped(to: [5, -1]) },
    MistakeExample(
      name: "reshape with two open extents",
      message: "reshaped: no extent in place of -1 lets [-1, -1] hold the 12 elements of w1 "
        + "[4, 3]. " + openExtent
    ) { _ = named.reshaped(to: [-1, -1]) },
    MistakeExample(
      name: "reshape of nothing with an open extent",
      message: "reshaped: no extent in place of -1 lets [0, -1] hold the 0 elements of [0]. "
        + openExtent
    ) { _ = Tensor<Float>([]).reshaped(to: [0, -1]) },
    MistakeExample(
      name: "reshape to a negative extent",
      message: "reshaped: the shape [4, -3] has the negative extent -3 at axis 1. "
        + "Fix: extents are 0 or more."
    ) { _ = named.reshaped(to: [4, -3]) },
    MistakeExample(
      name: "zeros beyond counting",
      message: "zeros: a tensor of shape [1099511627776, 1099511627776] has more elements than "
        + "can be counted. Fix: check the extents."
    ) { _ = Tensor<Float>.zeros([1 << 40, 1 << 40]) },
    MistakeExample(
      name: "empty, but beyond counting",
      message: "ones: a tensor of shape [0, 4611686018427387904, 4] has more elements than can "
        + "be counted. Fix: check the extents."
    ) { _ = Tensor<Float>.ones([0, 1 << 62, 4]) },
    MistakeExample(
      name: "product beyond counting", knowsTheCall: false,
      message: "+: a tensor of shape [1099511627776, 1099511627776] has more elements than can "
        + "be counted. Fix: check the extents."
    ) { _ = Tensor<Float>.zeros([1 << 40, 1]) + Tensor<Float>.zeros([1 << 40]) },
    MistakeExample(
      name: "negative extent",
      message: "zeros: the shape [2, -1] has the negative extent -1 at axis 1. "
        + "Fix: extents are 0 or more."
    ) { _ = Tensor<Float>.zeros([2, -1]) },
    MistakeExample(
      name: "random numbers of a negative extent",
      message: "normal: the shape [-2] has the negative extent -2 at axis 0. "
        + "Fix: extents are 0 or more."
    ) { _ = Tensor<Float>.normal([-2], key: RandomKey(seed: 1)) },
    MistakeExample(
      name: "order that names an axis twice",
      message: "transposed: the order [0, 0] does not name each axis of w1 [4, 3] once. "
        + "Fix: give a permutation of 0..<2."
    ) { _ = named.transposed(0, 0) },
    MistakeExample(
      name: "order with an axis out of range",
      message: "transposed: the order [1, -3] does not name each axis of w1 [4, 3] once. "
        + "Fix: give a permutation of 0..<2."
    ) { _ = named.transposed(-1, -3) },
    MistakeExample(
      name: "stretching what is not 1",
      message: "expanded: w1 [4, 3] does not stretch to [2, 4, 6]: its axis 1 has extent 3, not 1 "
        + "or 6. Fix: only axes of extent 1, and new leading ones, can be stretched."
    ) { _ = named.expanded(to: [2, 4, 6]) },
    MistakeExample(
      name: "stretching to fewer axes",
      message: "expanded: w1 [4, 3] does not stretch to [3]. "
        + "Fix: only axes of extent 1, and new leading ones, can be stretched."
    ) { _ = named.expanded(to: [3]) },
    MistakeExample(
      name: "new axis out of range",
      message: "expandingShape: axis 4 does not exist in the result of rank 3. "
        + "Fix: use an axis in -3..<3."
    ) { _ = named.expandingShape(at: 4) },
    MistakeExample(
      name: "stacking unequal shapes",
      message: "stacked: element 1 has shape [4, 3], element 0 has [2, 3]. "
        + "Fix: all elements must have one shape."
    ) { _ = Tensor.stacked([x, named]) },
    MistakeExample(
      name: "stacking nothing",
      message: "stacked: there is no tensor. Fix: give at least one."
    ) { _ = Tensor<Float>.stacked([]) },
  ]

  static let indexing: [MistakeExample] = [
    MistakeExample(
      name: "index out of range",
      message: "subscript: index 4 is outside axis 0 of w1 [4, 3]. Fix: use an index in -4..<4."
    ) { _ = named[4] },
    MistakeExample(
      name: "negative index out of range",
      message: "subscript: index -4 is outside axis 1 of w1 [4, 3]. Fix: use an index in -3..<3."
    ) { _ = named[.all, -4] },
    MistakeExample(
      name: "index into nothing",
      message: "subscript: index 0 is outside axis 0 of [0]. Fix: the axis is empty."
    ) { _ = Tensor<Float>([])[0] },
    MistakeExample(
      name: "range out of range",
      message: "subscript: the range 1..<9 is outside axis 0 of w1 [4, 3]. "
        + "Fix: use a range within 0..<4."
    ) { _ = named[1..<9] },
    MistakeExample(
      name: "open range out of range",
      message: "subscript: the range 4... is outside axis 1 of w1 [4, 3]. "
        + "Fix: use a range within 0..<3."
    ) { _ = named[0, 4...] },
    MistakeExample(
      name: "too many indices",
      message: "subscript: 3 axes are indexed but w1 [4, 3] has 2. Fix: drop 1 of the indices."
    ) { _ = named[0, 0, 0] },
    MistakeExample(
      name: "two ellipses",
      message: "subscript: there is more than one .ellipsis. Fix: use .all for single axes."
    ) { _ = named[.ellipsis, .ellipsis] },
    MistakeExample(
      name: "rows of a scalar",
      message: "gather: s [] is a scalar and has no rows. "
        + "Fix: gather takes a table of rank 1 or more."
    ) { _ = scalar.named("s").gathered([0]) },
  ]

  static let reading: [MistakeExample] = [
    MistakeExample(
      name: "literal with unequal rows", knowsTheCall: false,
      message: "array literal: element 1 has shape [1], element 0 has [2]. "
        + "Fix: all elements must have one shape."
    ) {
      let ragged: Tensor<Float> = [[1, 2], [3]]
      _ = ragged
    },
    MistakeExample(
      name: "rows of unequal length",
      message: "Tensor(rows): row 1 has 1 elements, row 0 has 2. Fix: all rows must have one "
        + "length."
    ) {
      let rows: [[Float]] = [[1, 2], [3]]
      _ = Tensor(rows)
    },
    MistakeExample(
      name: "numbers that do not fill a shape",
      message: "Tensor(shape:scalars:): 3 numbers do not fill the shape [2, 2]. "
        + "Fix: the product of the extents must be the number of elements."
    ) { _ = Tensor<Float>(shape: [2, 2], scalars: [1, 2, 3]) },
    MistakeExample(
      name: "one number of many",
      message: "Float(tensor): w1 [4, 3] does not have one element. "
        + "Fix: reduce or index it first, or read scalars."
    ) { _ = Float(named) },
    MistakeExample(
      name: "rows of a vector",
      message: "Array(tensor): [3] is of rank 1, the array of rank 2. "
        + "Fix: reshape the tensor or read scalars."
    ) { _ = [[Float]](vector) },
    MistakeExample(
      name: "closeness of unequal shapes",
      message: "isClose: w1 [4, 3] and [3] differ in shape. Fix: compare tensors of one shape."
    ) { _ = named.isClose(to: vector) },
    MistakeExample(
      name: "gradient of a vector",
      message: "gradient: the loss y [4, 3] is not a scalar. "
        + "Fix: reduce it with sum() or mean() first."
    ) { _ = gradient(of: (named * 2).named("y"), withRespectTo: named) },
  ]

  static let evaluation: [MistakeExample] = [
    MistakeExample(
      name: "row out of range", knowsTheCall: false,
      message: "gather: index 4 at row 1 is outside 0..<4. "
        + "Fix: check indices in the data, or in what computes them."
    ) { _ = named.gathered([0, 4, 9]).scalars },
    MistakeExample(
      name: "class out of range", knowsTheCall: false,
      message: "oneHot: index -1 at row 0 is outside 0..<3. "
        + "Fix: check indices in the data, or in what computes them."
    ) { _ = Tensor<Int32>([-1, 3]).oneHot(3, as: Float.self).scalars },
    MistakeExample(
      name: "more memory than there is", knowsTheCall: false,
      message: "evaluate: the system has no 4503599627370496 bytes of memory for one tensor. "
        + "Fix: use smaller tensors or batches."
    ) { _ = Tensor<Float>.zeros([1 << 50]).scalars },
  ]
}
