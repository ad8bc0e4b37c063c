// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackPlans
import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct GradientTests {
  init() { Plan.verifiesByDefault = true }

  let x: Tensor<Double> = [1, 2], w: Tensor<Double> = [3, 4]

  @Test func oneTargetGivesOneTensor() {
    let xg: Tensor<Double> = gradient(of: (x * w).sum(), withRespectTo: x)
    expect(xg, [3, 4])
  }

  @Test func severalTargetsGiveATuple() {
    let (xg, wg) = gradient(of: (x * w * w).sum(), withRespectTo: x, w)
    expect(xg, [9, 16])
    expect(wg, [6, 16])
  }

  @Test func targetsMayDifferInType() {
    let b: Tensor<Float> = [0.5, 2]
    let loss = (Tensor<Float>(x * w) * b).sum()
    let (xg, bg): (Tensor<Double>, Tensor<Float>) = gradient(of: loss, withRespectTo: x, b)
    expect(xg, [1.5, 8])
    #expect(bg.scalars == [3, 8] as [Float])
  }

  @Test func arraysGiveArrays() {
    let gradients = gradient(of: (x * w).sum(), withRespectTo: [w, x, w])
    #expect(gradients.map(\.scalars) == [[1, 2], [3, 4], [1, 2]])
    #expect(gradient(of: x.sum(), withRespectTo: [Tensor<Double>]()).isEmpty)
  }

  @Test func aTensorNamedTwiceGetsItsGradientTwice() {
    let (first, second) = gradient(of: (x * x).sum(), withRespectTo: x, x)
    expect(first, [2, 4])
    expect(second, [2, 4])
  }

  @Test func independenceIsZeroInTheShapeOfTheTarget() {
    let other = Tensor<Float>.ones([2, 0, 3]), scalar = Tensor<Double>(5)
    let (og, sg) = gradient(of: x.sum(), withRespectTo: other, scalar)
    #expect(og.shape == [2, 0, 3])
    expect(sg, [0])
    // Also for what is newer than the loss, and for what the loss uses without a derivative.
    let loss = x.sum()
    let newer = x * w
    expect(gradient(of: loss, withRespectTo: newer), [0, 0])
    let mask = select(x .> w, x, x).sum()
    expect(gradient(of: mask, withRespectTo: w), [0, 0])
  }

  @Test func theLossItselfHasGradientOne() {
    let loss = (x * w).sum()
    let (lg, xg) = gradient(of: loss, withRespectTo: loss, x)
    expect(lg, [1])
    expect(xg, [3, 4])
  }

  @Test func intermediateTensors() {
    let h = x * w, y = h * h
    let (hg, yg, xg) = gradient(of: (y + h).sum(), withRespectTo: h, y, x)
    expect(hg, [7, 17])
    expect(yg, [1, 1])
    expect(xg, [21, 68])
  }

  @Test func numbersMayBeKnownBefore() {
    let h = x * w
    let loss = (h * h).sum()
    evaluate(h, loss)
    let (hg, xg) = gradient(of: loss, withRespectTo: h, x)
    expect(hg, [6, 16])
    expect(xg, [18, 64])
  }

  @Test func stretchedInputsAreSummed() {
    let a = Tensor<Double>([[1, 2, 3], [4, 5, 6]]), row: Tensor<Double> = [1, 10, 100]
    let column = Tensor<Double>([[2], [3]]), scalar = Tensor<Double>(2)
    let loss = (a * row * column * scalar).sum()
    let (rg, cg, sg) = gradient(of: loss, withRespectTo: row, column, scalar)
    expect(rg, [28, 38, 48])
    #expect(cg.shape == [2, 1])
    expect(cg, [642, 1308])
    expect(sg, [2604])
  }

  @Test func detachedTensorsEndTheWalk() {
    let h = x * w
    expect(gradient(of: (h.detached() * x).sum(), withRespectTo: x), [3, 8])
    evaluate(h)
    expect(gradient(of: (h.detached() * x).sum(), withRespectTo: x), [3, 8])
    expect(gradient(of: (x.detached() * x).sum(), withRespectTo: x), [1, 2])
    // The detached tensor can be a target itself.
    let d = h.detached()
    expect(gradient(of: (d * d).sum(), withRespectTo: d), [6, 16])
  }

  @Test func detachedNumbersStandAlone() {
    var h = x * w
    let d = h.detached()
    expect(d, [3, 8])
    #expect(d.value.node.inputs.isEmpty)
    h = x
    expect(d, [3, 8])
  }

  @Test func names() {
    let named = x.named("x")
    let (ng, xg) = gradient(of: (named * x).sum(), withRespectTo: named, x)
    expect(ng, [1, 2])
    expect(xg, [2, 4])
  }

  @Test func valueAndGradientOfOne() {
    let (value, slope) = valueAndGradient(at: Tensor<Double>(3)) { x in x * x }
    #expect(Double(value) == 9)
    #expect(Double(slope) == 6)
  }

  @Test func valueAndGradientOfTwo() {
    let (value, (xg, wg)) = valueAndGradient(at: x, w) { x, w in (x * w).sum() }
    #expect(Double(value) == 11)
    expect(xg, [3, 4])
    expect(wg, [1, 2])
  }

  /// A tensor that is given twice is two arguments.
  @Test func valueAndGradientOfOneTwice() {
    let (_, (first, second)) = valueAndGradient(at: w, w) { a, b in (a * b * b).sum() }
    expect(first, [9, 16])
    expect(second, [18, 32])
    let (_, (a, b, c)) = valueAndGradient(at: w, x, w) { a, b, c in (a * b * c * c).sum() }
    let (p, q, r) = gradient(of: (w * x * w * w).sum(), withRespectTo: w, x, w)
    expect(b, q.scalars)
    expect(a + c, p.scalars)
    expect(p, r.scalars)
  }

  /// A quotient of literals is no 0 of Int in the function.
  @Test func valueAndGradientOfLiterals() {
    expect(valueAndGradient(at: x) { ($0.squared() * (1 / 2)).sum() }.gradient, x.scalars)
    let (_, (xg, wg)) = valueAndGradient(at: x, w) { (1 / 2 * $0 * $1 - 1 / 4).sum() }
    expect(xg, [1.5, 2])
    expect(wg, [0.5, 1])
  }

  @Test func gradientsOfGradients() {
    // x^5 and its five derivatives.
    let x = Tensor<Double>(2)
    var y = x * x * x * x * x
    var found = [Double(y)]
    for _ in 0..<6 {
      y = gradient(of: y, withRespectTo: x)
      found.append(Double(y))
    }
    #expect(found == [32, 80, 160, 240, 240, 120, 0])
  }

  @Test func derivativesOfTanh() {
    let x = Tensor<Double>(0.5)
    let y = tanh(x)
    let first = gradient(of: y, withRespectTo: x)
    let second = gradient(of: first, withRespectTo: x)
    let third = gradient(of: second, withRespectTo: x)
    let t = Double(y), s = 1 - t * t
    #expect(areClose([Double(first)], [s], 1e-15))
    let minusTwo = -2 * t * s
    #expect(areClose([Double(second)], [minusTwo], 1e-15))
    let expected = -2 * s * s + 4 * t * t * s
    #expect(areClose([Double(third)], [expected], 1e-14))
  }

  @Test func kinks() {
    let x: Tensor<Double> = [-1, 0, -0.0, 2]
    expect(gradient(of: relu(x).sum(), withRespectTo: x), [0, 0, 0, 1])
    expect(gradient(of: abs(x).sum(), withRespectTo: x), [-1, 0, 0, 1])
    // Equal operands share evenly, also among the largest of a reduction.
    let y: Tensor<Double> = [-1, 1, 0, 1]
    let (xg, yg) = gradient(of: maximum(x, y).sum(), withRespectTo: x, y)
    expect(xg, [0.5, 0, 0.5, 1])
    expect(yg, [0.5, 1, 0.5, 0])
    let ties: Tensor<Double> = [[3, 3, 1], [2, 2, 2]]
    let tied = gradient(of: ties.max(along: 1).sum(), withRespectTo: ties)
    let third = 1.0 / 3
    expect(tied, [0.5, 0.5, 0, third, third, third])
    // Infinity times zero does not leak through a choice that was not taken.
    let z: Tensor<Double> = [0, 4]
    let safe = select(z .> 0, sqrt(select(z .> 0, z, 1)), 0)
    expect(gradient(of: safe.sum(), withRespectTo: z), [0, 0.25])
    let infinite = gradient(of: (relu(x) * Tensor(.infinity)).sum(), withRespectTo: x)
    #expect(infinite.scalars[0] == 0)
  }

  /// Up to where cosh itself is infinite, beyond where e^x is.
  @Test(arguments: [-89.4, -88.8, -3, 0, 3, 88.8, 89.4])
  func sinhHasADerivativeWhereItHasAValue(number: Double) {
    let x = Tensor<Float>(Float(number))
    let xg = gradient(of: sinh(x), withRespectTo: x), exact = Foundation.cosh(Double(Float(number)))
    #expect(abs(Double(xg.scalars[0]) / exact - 1) < 4e-7)
  }

  /// A variable that is given other numbers as a whole is none of the tensor that they came from.
  @Test func whatIsAssignedIsAnotherTensor() {
    let b: Tensor<Float> = [3, 4]
    var a: Tensor<Float> = [1, 2], c: Tensor<Float> = [1, 2]
    a[.ellipsis] = b
    c[0...1] = b
    let joined = concatenated([Tensor<Float>.zeros([0]), b])
    for x in [a, c, joined] {
      #expect(gradient(of: (b * b).sum(), withRespectTo: x).scalars == [0, 0])
      #expect(gradient(of: (x * x).sum(), withRespectTo: b).scalars == [6, 8])
    }
  }
}
