// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

// Tensors that do not fit beside each other, and parts that are not there.
extension MistakeExample {
  static let joining: [MistakeExample] = [
    MistakeExample(
      name: "concatenating nothing",
      message: "concatenated: there is no tensor. Fix: give at least one."
    ) { _ = concatenated([Tensor<Float>]()) },
    MistakeExample(
      name: "concatenating scalars",
      message: "concatenated: axis 0 does not exist in [] of rank 0. Fix: a scalar has no axes."
    ) { _ = concatenated([scalar, scalar]) },
    MistakeExample(
      name: "concatenating what differs beside the axis",
      message: "concatenated: element 1, w1 [4, 3], differs from element 0, [2, 3], beside axis 1. "
        + "Fix: all extents but that of the axis must be equal; stacked(_:along:) makes a new axis."
    ) { _ = concatenated([x, named], along: -1) },
    MistakeExample(
      name: "concatenating other ranks",
      message: "concatenated: element 2, [3], differs from element 0, [2, 3], beside axis 0. "
        + "Fix: all extents but that of the axis must be equal; stacked(_:along:) makes a new axis."
    ) { _ = concatenated([x, named, vector]) },
    MistakeExample(
      name: "stacking along an axis out of range",
      message: "stacked: axis 3 does not exist in the result of rank 3. Fix: use an axis in -3..<3."
    ) { _ = Tensor.stacked([x, x], along: 3) },
    MistakeExample(
      name: "unequal parts",
      message: "split: axis 1 of w1 [4, 3] does not fall into 2 equal parts. "
        + "Fix: use a divisor of 3, or say the sizes with split(sizes:)."
    ) { _ = named.split(into: 2, along: 1) },
    MistakeExample(
      name: "no parts",
      message: "split: axis 0 of w1 [4, 3] does not fall into 0 equal parts. "
        + "Fix: use a divisor of 4, or say the sizes with split(sizes:)."
    ) { _ = named.split(into: 0) },
    MistakeExample(
      name: "sizes of parts that do not add up",
      message: "split: the sizes [1, 2] do not add up to axis 0 of w1 [4, 3]. "
        + "Fix: give sizes of 0 or more that make 4 together."
    ) { _ = named.split(sizes: [1, 2]) },
    MistakeExample(
      name: "a negative size of a part",
      message: "split: the sizes [5, -1] do not add up to axis 0 of w1 [4, 3]. "
        + "Fix: give sizes of 0 or more that make 4 together."
    ) { _ = named.split(sizes: [5, -1]) },
    MistakeExample(
      name: "reversing an axis out of range",
      message: "reversed: axis 2 does not exist in w1 [4, 3] of rank 2. Fix: use an axis in -2..<2."
    ) { _ = named.reversed(along: 2) },
    MistakeExample(
      name: "rolling a scalar",
      message: "rolled: axis 0 does not exist in [] of rank 0. Fix: a scalar has no axes."
    ) { _ = scalar.rolled(by: 1, along: 0) },
    MistakeExample(
      name: "a negative count of tiles",
      message: "tiled: -1 repetitions of w1 [4, 3]. Fix: use 0 or more."
    ) { _ = named.tiled(2, -1) },
    MistakeExample(
      name: "more tiles than can be counted",
      message: "tiled: a tensor of shape [4611686018427387904, 2, 4611686018427387904, 3] has more "
        + "elements than can be counted. Fix: check the extents."
    ) { _ = x.tiled(1 << 62, 1 << 62) },
    MistakeExample(
      name: "a negative repetition",
      message: "repeated: -2 repetitions of w1 [4, 3]. Fix: use 0 or more."
    ) { _ = named.repeated(-2, along: 0) },
    MistakeExample(
      name: "padding of too few axes",
      message: "padded: 1 pairs of widths for w1 [4, 3], which has 2 axes. "
        + "Fix: give a pair for each axis, or name one with padded(before:after:along:)."
    ) { _ = named.padded([(before: 1, after: 1)]) },
    MistakeExample(
      name: "negative padding",
      message: "padded: the width -1 at axis 1 of w1 [4, 3]. "
        + "Fix: use widths of 0 or more; a range in brackets takes a part."
    ) { _ = named.padded(before: 0, after: -1, along: 1) },
    MistakeExample(
      name: "a mirror of nothing",
      message: "padded: [0, 3] has no elements along axis 0 to repeat. Fix: pad with .constant(_:)."
    ) { _ = Tensor<Float>.zeros([0, 3]).padded(before: 1, along: 0, with: .reflect) },
    MistakeExample(
      name: "more padding than can be counted",
      message: "padded: a tensor of shape [9223372036854775807, 3] has more elements than can be "
        + "counted. Fix: check the extents."
    ) { _ = x.padded(before: .max, after: .max, along: 0) },
    MistakeExample(
      name: "indices of another rank",
      message: "taken: w1 [4, 3] and the indices [2] differ in rank. "
        + "Fix: there must be an index for each place: insert axes of extent 1."
    ) { _ = named.taken(at: [0, 1], along: 0) },
    MistakeExample(
      name: "indices of other extents",
      message: "taken: w1 [4, 3] and the indices [1, 2] have extents 3 and 2 at axis 1. "
        + "Fix: extents beside axis 0 must be equal or 1."
    ) { _ = named.taken(at: [[0, 1]], along: 0) },
    MistakeExample(
      name: "an index out of range", knowsTheCall: false,
      message: "taken: index 3 at row 1 is outside 0..<3. "
        + "Fix: check indices in the data, or in what computes them."
    ) { print(named.taken(at: [[0], [3], [0], [0]], along: 1)) },
    MistakeExample(
      name: "adding where indices would stretch",
      message: "adding: the indices [2, 3] would stretch [1, 3]. "
        + "Fix: give them the extents of [1, 3] beside axis 1, or 1."
    ) {
      let row = Tensor<Float>.zeros([1, 3])
      _ = row.adding(1, at: [[0, 1, 2], [0, 1, 2]], along: 1)
    },
    MistakeExample(
      name: "adding what does not stretch to the indices",
      message: "adding: [3] does not stretch to [4, 1]: its axis 0 has extent 3, not 1 or 1. "
        + "Fix: only axes of extent 1, and new leading ones, can be stretched."
    ) { _ = named.adding(vector, at: [[0], [1], [2], [0]], along: 1) },
    MistakeExample(
      name: "adding rows to a scalar",
      message: "adding: [] is a scalar and has no rows. Fix: use a tensor of rank 1 or more."
    ) { _ = scalar.adding(1, at: [0]) },
    MistakeExample(
      name: "a triangle of a vector",
      message: "lowerTriangle: [3] has fewer than two axes. Fix: use a matrix, or several."
    ) { _ = vector.lowerTriangle() },
    MistakeExample(
      name: "replacing by what would stretch",
      message: "replacing: w1 [4, 3] does not stretch to [3]. "
        + "Fix: extents must be equal or 1; select(_:_:_:) stretches all three."
    ) { _ = vector.replacing(with: named, where: vector .> 0) },
    MistakeExample(
      name: "setting what does not stretch to the part",
      message: "subscript: [3] does not stretch to the part [4] of w1 [4, 3]. "
        + "Fix: set a tensor of the part's shape, or a number."
    ) {
      var changed = named
      changed[.all, 0] = vector
    },
    MistakeExample(
      name: "setting outside",
      message: "subscript: index 4 is outside axis 0 of w1 [4, 3]. Fix: use an index in -4..<4."
    ) {
      var changed = named
      changed[4] += 1
    },
    MistakeExample(
      name: "every position in none",
      message: "subscript: every(0) at axis 0 of w1 [4, 3]. "
        + "Fix: use 1 or more, or a negative number to go backwards."
    ) { _ = named[.every(0)] },
    MistakeExample(
      name: "dropping an axis that is not 1",
      message: "squeezingShape: axis 1 of w1 [4, 3] has extent 3. "
        + "Fix: name axes of extent 1, or none for all of these."
    ) { _ = named.squeezingShape(at: -1) },
    MistakeExample(
      name: "flattening from no axis",
      message: "flattened: w1 [4, 3] has no axis 3. Fix: use an axis in 0...2."
    ) { _ = named.flattened(from: 3) },
    MistakeExample(
      name: "moving an axis out of range",
      message: "movingAxis: axis 2 does not exist in w1 [4, 3] of rank 2. "
        + "Fix: use an axis in -2..<2."
    ) { _ = named.movingAxis(0, to: 2) },
    MistakeExample(
      name: "the diagonal of a vector",
      message: "diagonal: [3] has fewer than two axes. Fix: use a matrix, or several."
    ) { _ = vector.diagonal() },
    MistakeExample(
      name: "a diagonal matrix of a scalar",
      message: "diagonalMatrix: [] is a scalar. Fix: use a tensor of rank 1 or more."
    ) { _ = scalar.diagonalMatrix() },
    MistakeExample(
      name: "a share above 1",
      message: "quantile: a share of 1.5. Fix: use a number in 0...1."
    ) { _ = named.quantile(1.5) },
  ]
}
