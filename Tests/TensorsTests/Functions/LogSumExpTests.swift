// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTensors
import PullbackTestSupport
import Testing

@Suite struct LogSumExpTests {
  /// Against the formula as it stands, where nothing overflows.
  @Test(arguments: [[0], [1], [2], [0, 2], [1, -1], []] as [[Int]], [false, true])
  func likeItsFormula(axes: [Int], keepingAxes: Bool) {
    var random = SplitMix(seed: 5)
    let x = Value.leaf([2, 3, 4], random.doubles(24))
    let tensor = Tensor<Double>(x)
    func sum(_ x: Tensor<Double>) -> Tensor<Double> {
      let site = CallSite(#fileID, #line)
      return Tensor(x.value.reduced(.sum, along: axes, keepingAxes: keepingAxes, at: site))
    }
    let found = logSumExp(tensor, axes, keepingAxes), expected = log(sum(exp(tensor)))
    #expect(found.shape == expected.shape)
    #expect(areClose(found.value.numbers, expected.value.numbers, 1e-15))
    let w = Tensor<Double>(Value.leaf(found.shape, random.doubles(found.elementCount)))
    func derivatives(_ y: Tensor<Double>) -> [[Double]] {
      let first = gradient(of: (w * y * y).sum(), withRespectTo: tensor)
      let second = gradient(of: (first * first).sum(), withRespectTo: tensor)
      return [first.scalars, second.scalars]
    }
    for (found, expected) in zip(derivatives(found), derivatives(expected)) {
      #expect(areClose(found, expected, 1e-14))
    }
  }

  private func logSumExp(
    _ x: Tensor<Double>, _ axes: [Int], _ keepingAxes: Bool
  ) -> Tensor<Double> {
    switch axes.count {
    case 0: x.logSumExp(keepingAxes: keepingAxes)
    case 1: x.logSumExp(along: axes[0], keepingAxes: keepingAxes)
    default: x.logSumExp(along: axes[0], axes[1], keepingAxes: keepingAxes)
    }
  }

  /// By hand: shares of infinities, of what is too large for e^x, and of NaN.
  @Test func extremes() {
    let rows: [[Float]] = [
      [-1e4, -1e4], [1e4, 0], [-.infinity, -.infinity], [-.infinity, 3], [.infinity, 5],
      [.infinity, .infinity], [.infinity, -.infinity], [.nan, 0], [.nan, .infinity],
      [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
    ]
    let x = Tensor(rows)
    let y = x.logSumExp(along: 1).scalars
    let values: [Float] = [
      -9999.307, 1e4, -.infinity, 3, .infinity, .infinity, .infinity, .nan, .nan,
      .greatestFiniteMagnitude,
    ]
    for (y, value) in zip(y, values) { #expect(y == value || y.isNaN && value.isNaN) }
    let slope = gradient(of: x.logSumExp(along: 1).sum(), withRespectTo: x)
    let shares: [Float] = [
      0.5, 0.5, 1, 0, 0, 0, 0, 1, 1, 0, 0.5, 0.5, 1, 0, .nan, .nan, .nan, .nan, 1, 0,
    ]
    for (slope, share) in zip(slope.scalars, shares) {
      #expect(slope == share || slope.isNaN && share.isNaN)
    }
    let curvature = gradient(of: slope[0..<7].sum(), withRespectTo: x)[0..<7]
    #expect(curvature.scalars.allSatisfy { !$0.isNaN })
  }

  @Test func nothingAndOneElement() {
    let nothing: [Float] = [-.infinity, -.infinity], none: Shape = [0], kept: Shape = [0, 1]
    #expect(Tensor<Float>.zeros([2, 0]).logSumExp(along: 1).scalars == nothing)
    #expect(Tensor<Float>.zeros([0, 2]).logSumExp(along: 1).shape == none)
    #expect(Tensor<Float>.zeros([0, 0]).logSumExp(along: 1, keepingAxes: true).shape == kept)
    let x = Tensor<Float>(2.5)
    #expect(x.logSumExp().scalars == [2.5])
    #expect(gradient(of: x.logSumExp(), withRespectTo: x).scalars == [1])
  }

  @Test func batched() {
    var random = SplitMix(seed: 8)
    let x = Tensor<Double>(Value.leaf([3, 4], random.doubles(12)))
    let found = PullbackTensors.batched(over: x) { $0.logSumExp() }
    #expect(found.scalars == x.logSumExp(along: 1).scalars)
    let slopes = PullbackTensors.batched(over: x) {
      gradient(of: $0.logSumExp(), withRespectTo: $0)
    }
    #expect(slopes.scalars == gradient(of: x.logSumExp(along: 1).sum(), withRespectTo: x).scalars)
  }
}
