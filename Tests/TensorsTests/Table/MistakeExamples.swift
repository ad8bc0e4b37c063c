// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Wrong code and what the program says when it stops.
struct MistakeExample: Sendable {
  let name: String
  /// Whether the call's file and line are known: not of operators and of what fails at evaluation.
  var knowsTheCall = true
  let message: String
  let provoke: @Sendable () -> Void

  static let x = Tensor<Float>.zeros([2, 3]), named = Tensor<Float>.zeros([4, 3]).named("w1")
  static let vector: Tensor<Float> = [1, 2, 3], scalar = Tensor<Float>(7)
  static let stack = Tensor<Float>.zeros([2, 3, 4])

  static let all: [MistakeExample] =
    products + patterns + pointwise + reductions + movements + joining + indexing + reading
    + evaluation + numbers + positions + windows

  static let products: [MistakeExample] = [
    MistakeExample(
      name: "product that fits transposed", knowsTheCall: false,
      message: "matmul: [2, 3] has 3 columns (axis 1) but w1 [4, 3] has 4 "
        + "rows (axis 0). Fix: transpose the right operand: matmul(a, w1.transposed())."
    ) { _ = x • named },
    MistakeExample(
      name: "product that fits with the left one transposed",
      message: "matmul: w1 [4, 3] has 3 columns (axis 1) but [4, 5] has 4 "
        + "rows (axis 0). Fix: transpose the left operand: matmul(w1.transposed(), b)."
    ) { _ = matmul(named, .zeros([4, 5])) },
    MistakeExample(
      name: "product of named ones",
      message: "matmul: x [5, 3] has 3 columns (axis 1) but w1 [4, 3] has 4 rows (axis 0). "
        + "Fix: transpose the right operand: matmul(x, w1.transposed())."
    ) { _ = matmul(Tensor<Float>.ones([5, 3]).named("x"), named) },
    MistakeExample(
      name: "product that fits in no way",
      message: "matmul: the result of relu [2, 3] has 3 columns (axis 1) but the result of + "
        + "[4, 5] has 4 rows (axis 0). Fix: the inner extents must be equal: [n, k] • [k, m]."
    ) { _ = matmul(relu(x), Tensor<Float>.zeros([4, 5]) + 1) },
    MistakeExample(
      name: "product with a vector",
      message: "matmul: w1 [4, 3] has 3 columns (axis 1) but [2] has 2 elements (axis 0). "
        + "Fix: the inner extents must be equal: [n, k] • [k, m]."
    ) { _ = matmul(named, [1, 2]) },
    MistakeExample(
      name: "vector with a product",
      message: "matmul: [3] has 3 elements (axis 0) but w1 [4, 3] has 4 rows (axis 0). "
        + "Fix: transpose the right operand: matmul(a, w1.transposed())."
    ) { _ = matmul(vector, named) },
    MistakeExample(
      name: "product of stacks",
      message: "matmul: s [2, 3, 4] has 4 columns (axis 2) but s [2, 3, 4] has 3 rows (axis 1). "
        + "Fix: transpose the right operand: matmul(s, s.transposed(0, 2, 1))."
    ) {
      let s = stack.named("s")
      _ = matmul(s, s)
    },
    MistakeExample(
      name: "product of other batches",
      message: "matmul: the batch axes [2] of s [2, 3, 4] and [5] of [5, 4, 1] "
        + "do not broadcast. Fix: batch extents must be equal or 1."
    ) { _ = matmul(stack.named("s"), .zeros([5, 4, 1])) },
    MistakeExample(
      name: "product with a scalar", knowsTheCall: false,
      message: "matmul: w1 [4, 3] and []: a scalar is not a matrix. "
        + "Fix: multiply by a scalar with *."
    ) { _ = named • scalar },
  ]

  static let pointwise: [MistakeExample] = [
    MistakeExample(
      name: "sum", knowsTheCall: false,
      message: "+: w1 [4, 3] and b [2] do not broadcast: at axis 1 of the result one has extent 3, "
        + "the other 2. Fix: extents must be equal or 1; reshape one operand or insert an axis "
        + "with .newAxis."
    ) { _ = named + Tensor<Float>([1, 2]).named("b") },
    MistakeExample(
      name: "sum with a column", knowsTheCall: false,
      message: "-: w1 [4, 3] and b [4] do not broadcast: at axis 1 of the result one has extent 3, "
        + "the other 4. Fix: extents must be equal or 1; to repeat b along the last axis write "
        + "b.expandingShape(at: 1)."
    ) { _ = named - Tensor<Float>([1, 2, 3, 4]).named("b") },
    MistakeExample(
      name: "sum with an unnamed column", knowsTheCall: false,
      message: "*: [4] and w1 [4, 3] do not broadcast: at axis 1 of the result one has extent 4, "
        + "the other 3. Fix: extents must be equal or 1; to repeat the left operand along the "
        + "last axis use expandingShape(at: 1) on it."
    ) { _ = Tensor<Float>([1, 2, 3, 4]) * named },
    MistakeExample(
      name: "comparison", knowsTheCall: false,
      message: ".<: [3] and the result of slice [2] do not broadcast: at axis 0 of the result one "
        + "has extent 3, the other 2. Fix: extents must be equal or 1; reshape one operand or "
        + "insert an axis with .newAxis."
    ) { _ = vector .< vector[0..<2] },
    MistakeExample(
      name: "selection of unequal choices",
      message: "select: [3] and [2] do not broadcast: at axis 0 of the result one has extent 3, "
        + "the other 2. Fix: extents must be equal or 1; reshape one operand or insert an axis "
        + "with .newAxis."
    ) { _ = select(vector .> 0, vector, [1, 2]) },
    MistakeExample(
      name: "selection by another condition",
      message: "select: the condition the result of .> [4, 3] does not broadcast with the choices "
        + "[2]: at axis 1 it has extent 3, they have 2. Fix: extents must be equal or 1."
    ) { _ = select(named .> 0, Tensor<Float>([1, 2]), [1, 2]) },
    MistakeExample(
      name: "number that no Int32 holds", knowsTheCall: false,
      message: "Tensor<Int32>: 3000000000 is not a number that Int32 holds. "
        + "Fix: use numbers in -2147483648...2147483647."
    ) { _ = Tensor<Int32>([1, 2]) + 3_000_000_000 },
  ]
}
