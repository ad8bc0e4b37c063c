// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Convolutions and pools large enough for several threads: the same bits on any number of them.
@Suite(.serialized) struct ConvolutionBitsTests {
  private func check(_ values: () -> [Tensor<Float>]) {
    var expected: [[UInt32]]?
    onThreads([1, 2, 3, 7]) { threads in
      let bits = values().map { $0.scalars.map(\.bitPattern) }
      if let expected {
        let isEqual = bits == expected
        #expect(isEqual, "on \(threads) threads")
      }
      expected = expected ?? bits
    }
  }

  @Test(
    arguments: [
      (1, 1, PerAxis(1)), (2, 1, [2, 1]), (1, 2, 1), (1, 4, 2),
    ] as [(stride: Int, groups: Int, dilation: PerAxis)])
  func convolutions(stride: Int, groups: Int, dilation: PerAxis) {
    var choice = SplitMix(seed: 8)
    let x = Tensor<Float>(shape: [6, 20, 21, 8], scalars: choice.floats(6 * 20 * 21 * 8))
    let w = Tensor<Float>(
      shape: [3, 3, 8 / groups, 16], scalars: choice.floats(9 * 8 / groups * 16))
    check {
      let y = convolution(
        x, w, stride: PerAxis(stride), padding: 1, dilation: dilation, groups: groups)
      let (xg, wg) = gradient(of: (y * y).sum(), withRespectTo: x, w)
      return [y, xg, wg]
    }
  }

  @Test func pools() {
    var choice = SplitMix(seed: 9)
    let x = Tensor<Float>(shape: [6, 40, 41, 8], scalars: choice.floats(6 * 40 * 41 * 8))
    for (size, stride) in [(2, 2), (3, 2), (3, 1)] {
      check {
        let y = x.maxPooled(size: PerAxis(size), stride: PerAxis(stride), padding: 1)
        let z = x.averagePooled(size: PerAxis(size), stride: PerAxis(stride), padding: 1)
        let yg = gradient(of: (y * y).sum(), withRespectTo: x)
        let zg = gradient(of: (z * z).sum(), withRespectTo: x)
        return [y, z, yg, zg]
      }
    }
  }
}
