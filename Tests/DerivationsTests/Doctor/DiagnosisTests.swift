// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// Gradients of which several things are true, or hardly anything.
@Suite struct DiagnosisTests {
  /// With two rows a missing 1/N is an extra factor 2: both are reported.
  @Test func ambiguity() {
    let x: Tensor<Double> = [1, 2], w: Tensor<Double> = [3]
    let loss = (x * w).mean()
    let faults = diagnose(x.sum(along: 0, keepingAxes: true), of: loss, withRespectTo: w)
      .findings.map(\.faults)
    #expect(faults.prefix(2) == [[.missingDivision(by: 2)], [.extraFactorTwo]])
    // A symmetric gradient transposed is itself, and right.
    let s = Tensor<Double>([[1, 2], [2, 1]])
    #expect(diagnose((2 * s).transposed(), of: s.squared().sum(), withRespectTo: s).isRight)
  }

  /// A product with a vector has no columns to sum over.
  @Test func productsWithVectors() {
    let x: Tensor<Double> = [[1, 2, 3], [0, 1, 4]], w: Tensor<Double> = [[1, 2], [0, 1], [3, 1]]
    let b: Tensor<Double> = [0.5, 2]
    let loss = einsum("ij,jk,k->i", x, w, b).squared().sum()
    let g = gradient(of: loss, withRespectTo: b)
    #expect(diagnose(g, of: loss, withRespectTo: b).isRight)
    #expect(diagnose(-g, of: loss, withRespectTo: b).findings.map(\.faults) == [[.sign]])
  }

  @Test func aTransposedRowIsAColumn() {
    let x: Tensor<Float> = [[1, 2], [3, 5], [0, 1]], w: Tensor<Float> = [[1], [1]]
    let s = x • w
    let found = diagnose(
      (x.transposed() • (2 * s)).transposed(), of: s.squared().sum(), withRespectTo: w)
    #expect(found.findings.map(\.faults) == [[.transposed]])
  }

  /// Where contributions cancel, what rounding leaves of them is no mistake.
  @Test func cancellation() {
    let shift: Tensor<Float> = [0.3]
    let p = softmax(Tensor<Float>([0.1, -1.2, 2]) + shift), pg = 2 * p
    let mine = (p * (pg - (pg * p).sum())).sum(along: 0, keepingAxes: true)
    let loss = p.squared().sum()
    #expect(diagnose(mine, of: loss, withRespectTo: shift).isRight)
    #expect(diagnose([0], of: loss, withRespectTo: shift).isRight)
    #expect(
      diagnose([1e-4], of: loss, withRespectTo: shift).findings.map(\.faults) == [[.unknown]])
  }

  /// An infinity makes no other number right.
  @Test func infinities() {
    let w: Tensor<Double> = [0, 4]
    let loss = sqrt(w).sum()
    #expect(diagnose(Tensor([.infinity, 0.25]), of: loss, withRespectTo: w).isRight)
    #expect(!diagnose(Tensor([.infinity, 7]), of: loss, withRespectTo: w).isRight)
    #expect(!diagnose([1, 0.25], of: loss, withRespectTo: w).isRight)
  }

  @Test func zeroGradients() {
    let x: Tensor<Double> = [1, 2], w: Tensor<Double> = [3, 4]
    #expect(diagnose([0, 0], of: x.sum(), withRespectTo: w).isRight)
    #expect(!diagnose([0, 1], of: x.sum(), withRespectTo: w).isRight)
  }
}
