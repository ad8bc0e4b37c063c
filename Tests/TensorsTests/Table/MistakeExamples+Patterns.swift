// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension MistakeExample {
  /// Patterns of `einsum` that are none or do not fit, and axes of `tensordot`.
  static let patterns: [MistakeExample] = [
    MistakeExample(
      name: "pattern with a strange character",
      message: "einsum: at character 3 of \"ij;jk\": ; is neither a letter nor , ... ->. "
        + "Fix: write it as in \"ij,jk->ik\"."
    ) { _ = einsum("ij;jk", x, x) },
    MistakeExample(
      name: "pattern with two dots",
      message: "einsum: at character 1 of \"..i->i\": . is neither a letter nor , ... ->. "
        + "Fix: write it as in \"ij,jk->ik\"."
    ) { _ = einsum("..i->i", x) },
    MistakeExample(
      name: "pattern with two ellipses",
      message: "einsum: at character 5 of \"...i...\": one part has two ellipses. "
        + "Fix: write it as in \"ij,jk->ik\"."
    ) { _ = einsum("...i...", x) },
    MistakeExample(
      name: "pattern with two arrows",
      message: "einsum: at character 6 of \"ij->i->\": there is a second arrow. "
        + "Fix: write it as in \"ij,jk->ik\"."
    ) { _ = einsum("ij->i->", x) },
    MistakeExample(
      name: "pattern with two results",
      message: "einsum: at character 6 of \"ij->i,j\": there is one result, but a comma. "
        + "Fix: write it as in \"ij,jk->ik\"."
    ) { _ = einsum("ij->i,j", x) },
    MistakeExample(
      name: "pattern for more operands",
      message: "einsum: in \"ij,jk->ik\": it has 2 parts for 1 operand. "
        + "Fix: write one part for each operand, with commas between them."
    ) { _ = einsum("ij,jk->ik", x) },
    MistakeExample(
      name: "pattern with too few axes",
      message: "einsum: at character 4 of \"ij,j->i\": part 2 names 1 axis, but w1 [4, 3] has 2. "
        + "Fix: name each axis; ... stands for those without a name."
    ) { _ = einsum("ij,j->i", x, named) },
    MistakeExample(
      name: "pattern with too many axes",
      message: "einsum: at character 4 of \"...ijk\": part 1 names 3 axes, but w1 [4, 3] has 2. "
        + "Fix: name only axes that it has."
    ) { _ = einsum("...ijk", named) },
    MistakeExample(
      name: "pattern with axes of different extents",
      message: "einsum: at character 5 of \"ij,kj->ik\": j is 4 in [2, 4] and 3 in [2, 3]. "
        + "Fix: axes of one name need equal extents."
    ) { _ = einsum("ij,kj->ik", x, Tensor<Float>.zeros([2, 4])) },
    MistakeExample(
      name: "diagonal of what is not square",
      message: "einsum: at character 2 of \"ii->i\": i is 3 in [2, 3] and 2 in [2, 3]. "
        + "Fix: axes of one name need equal extents."
    ) { _ = einsum("ii->i", x) },
    MistakeExample(
      name: "pattern whose other axes do not broadcast",
      message: "einsum: in \"...,...->...\": axis -2 of ... is 4 in w1 [4, 3] and 2 in [2, 3]. "
        + "Fix: axes of one name need equal extents."
    ) { _ = einsum("...,...->...", x, named) },
    MistakeExample(
      name: "pattern whose result has a new axis",
      message: "einsum: at character 9 of \"ij,jk->iz\": z stands in no operand. "
        + "Fix: the result has axes of the operands."
    ) { _ = einsum("ij,jk->iz", x, x.transposed()) },
    MistakeExample(
      name: "pattern whose result has an axis twice",
      message: "einsum: at character 6 of \"ij->ii\": i stands twice in the result. "
        + "Fix: name each axis once."
    ) { _ = einsum("ij->ii", x) },
    MistakeExample(
      name: "tensordot over more axes than there are",
      message: "tensordot: [2, 3] and [3] do not share 2 axes. Fix: sum over 0 to 1 of them."
    ) { _ = tensordot(x, vector) },
    MistakeExample(
      name: "tensordot over axes that are no pairs",
      message: "tensordot: [0, 1] and [0] are not pairs of axes. Fix: name as many of each."
    ) { _ = tensordot(x, x, axes: ([0, 1], [0])) },
    MistakeExample(
      name: "tensordot over axes of different extents",
      message: "tensordot: [2, 3] has extent 3 at axis 1 but w1 [4, 3] has 4 at axis 0. "
        + "Fix: axes that are summed together need equal extents."
    ) { _ = tensordot(x, named, axes: 1) },
    MistakeExample(
      name: "tensordot over an axis twice",
      message: "tensordot: axis -1 is named twice in [1, -1]. Fix: name each axis once."
    ) { _ = tensordot(x, x, axes: ([1, -1], [1, 0])) },
  ]
}
