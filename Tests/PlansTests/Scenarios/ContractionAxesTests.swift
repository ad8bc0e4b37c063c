// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// What products over several axes become: how many there are, of which extents, and that nothing
/// is copied for them.
@Suite struct ContractionAxesTests {
  init() { Plan.verifiesByDefault = true }

  private static func normal(_ shape: Shape, _ seed: UInt64) -> Tensor<Float> {
    let numbers = Tensor<Float>.normal(shape, key: RandomKey(seed: seed))
    evaluate(numbers)
    return numbers
  }

  /// The extents of each product: batch, rows, inner, columns.
  private static func products(_ plan: Plan) -> [[Int]] {
    plan.steps.compactMap { step in
      guard case .contraction(let core) = step.core else { return nil }
      return [core.batch.elementCount, core.rows, core.inner, core.columns]
    }
  }

  /// Examples and positions are rows of one product, in the gradient of the weight too.
  @Test func layerOverPositions() {
    let x = Self.normal([8, 16, 32], 1), w = Self.normal([32, 24], 2), b = Self.normal([24], 3)
    let y = x • w + b
    #expect(
      Plan(evaluating: y).description == """
        1. matmul a0 [128, 32] • a1 [32, 24] + a2 -> r0 [8, 16, 24]   200k FLOP
        1 step, 200k FLOP; 0 buffers of 0 bytes in 0 bytes
        """)
    let g = Self.normal([8, 16, 24], 4)
    let (xg, wg) = gradient(of: (y * g).sum(), withRespectTo: x, w)
    let backward = Plan(evaluating: wg, xg)
    #expect(
      Self.products(backward).sorted { $0[1] < $1[1] } == [[1, 32, 128, 24], [1, 128, 24, 32]])
    // 2 · 128 · 24 · 32 each, and no copies beside them.
    #expect(backward.steps.reduce(0) { $0 + $1.floatingPointOperations } == 2 * 196_608)
    #expect(backward.steps.count == 2)
    #expect(backward.arenaByteCount == 0)
  }

  /// Heads of attention are axes in the middle.
  @Test func headsAreReadInPlace() {
    let q = Self.normal([2, 5, 3, 4], 1), k = Self.normal([2, 7, 3, 4], 2)
    let scores = einsum("bqhd,bkhd->bhqk", q, k)
    let plan = Plan(evaluating: scores)
    #expect(Self.products(plan) == [[6, 5, 4, 7]])
    #expect(plan.steps.count == 1 && plan.arenaByteCount == 0)
    let mixed = Plan(evaluating: einsum("bhqk,bkhd->bhqd", scores.detached(), k))
    #expect(Self.products(mixed).last == [6, 5, 7, 4])
  }

  /// Heads that become one axis for the next layer do not stand together: the
  /// product goes over both.
  @Test func mergedHeadsAreReadInPlace() {
    let heads = Self.normal([2, 3, 5, 4], 1), w = Self.normal([12, 6], 2)
    let g = Self.normal([2, 5, 6], 3)
    func merged(_ x: Tensor<Float>) -> Tensor<Float> {
      x.transposed(0, 2, 1, 3).reshaped(to: [2, 5, 12])
    }
    let y = merged(heads) • w
    let (hg, wg) = gradient(of: (y * g).sum(), withRespectTo: heads, w)
    for (result, extents) in [(y, [1, 10, 12, 6]), (wg, [1, 12, 10, 6])] {
      let plan = Plan(evaluating: result)
      #expect(Self.products(plan) == [extents])
      #expect(plan.steps.count == 1 && plan.arenaByteCount == 0)
    }
    let copy = merged(heads).detached()
    evaluate(copy)
    let (cg, vg) = gradient(of: (copy • w * g).sum(), withRespectTo: copy, w)
    #expect(y.scalars == (copy • w).scalars)
    #expect(wg.scalars == vg.scalars)
    #expect(merged(hg).scalars == cg.scalars)
  }

  /// A part of each example: rows in runs, where the slice is.
  @Test func partsAreReadInPlace() {
    let x = Self.normal([8, 16, 32], 1), w = Self.normal([32, 24], 2)
    let plan = Plan(evaluating: (x * 1.5)[.all, 2..<7, 3..<19] • w[0..<16])
    #expect(Self.products(plan) == [[1, 40, 16, 24]])
    #expect(plan.steps.count == 2)
  }

  /// One product for all examples; before, a matrix for each and the weight once for each.
  @Test func gradientsOfExamples() {
    let x = Self.normal([32, 20], 1), w = Self.normal([20, 10], 2), v = Self.normal([10, 4], 3)
    let gradients = batched(over: x) { example in
      gradient(of: (tanh(example • w) • v).squared().sum(), withRespectTo: w)
    }
    let plan = Plan(evaluating: gradients), products = Self.products(plan)
    #expect(products.prefix(2) == [[1, 32, 20, 10], [1, 32, 10, 4]])
    #expect(products.contains([1, 32, 4, 10]))
    #expect(products.last == [32, 20, 1, 10])
    // Hidden and output units of 32 examples and their gradients: nothing of the
    // size of 32 weights.
    #expect(plan.arenaByteCount <= 4 * 32 * (10 + 4 + 10 + 10) * 4)
  }

  /// Rows of the identity are rows of one product with the transposed weight.
  @Test func jacobians() {
    let x = Self.normal([6, 20], 1), w = Self.normal([20, 10], 2)
    let y = x • w
    let ofX = Plan(evaluating: jacobian(of: y, withRespectTo: x))
    #expect(Self.products(ofX) == [[1, 60 * 6, 10, 20]])
    let ofW = Plan(evaluating: jacobian(of: y, withRespectTo: w))
    #expect(Self.products(ofW) == [[1, 20, 6, 60 * 10]])
  }

  /// Broadcast operands stand in memory once.
  @Test func batchesBroadcast() {
    let a = Self.normal([1, 3, 4], 1), b = Self.normal([5, 4, 2], 2)
    let plan = Plan(evaluating: matmul(a, b))
    #expect(Self.products(plan) == [[5, 3, 4, 2]])
    #expect(plan.steps.count == 1 && plan.arenaByteCount == 0)
    let one = Plan(evaluating: matmul(b, Self.normal([1, 2, 6], 3)))
    #expect(Self.products(one) == [[1, 20, 2, 6]])
  }
}
