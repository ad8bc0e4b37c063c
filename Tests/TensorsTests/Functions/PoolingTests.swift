// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import Testing

@Suite struct PoolingTests {
  private func slope(
    _ x: Tensor<Double>, _ pool: (Tensor<Double>) -> Tensor<Double>
  ) -> [Double] {
    gradient(of: pool(x).sum(), withRespectTo: x).scalars
  }

  /// PyTorch's choice: one element of equal ones.
  @Test func theFirstLargestGetsAll() {
    let x = Tensor<Double>([3, 3, 1, 3, 0, 0, 0, 0]).reshaped(to: [1, 2, 4, 1])
    let slope = slope(x) { $0.maxPooled(size: 2) }
    let expected: [Double] = [1, 0, 0, 1, 0, 0, 0, 0]
    #expect(slope == expected)
    let overlapping = self.slope(x) { $0.maxPooled(size: [2, 3], stride: 1) }
    let twice: [Double] = [1, 1, 0, 0, 0, 0, 0, 0]
    #expect(overlapping == twice)
    // Row by row: the second of the first row comes before the first of the second.
    let square = Tensor<Double>([1, 7, 7, 7]).reshaped(to: [1, 2, 2, 1])
    let first: [Double] = [0, 1, 0, 0]
    #expect(self.slope(square) { $0.maxPooled(size: 2) } == first)
  }

  @Test func specialNumbers() {
    let x = Tensor<Double>([-.infinity, -5, .nan, 2, .infinity, -1]).reshaped(to: [1, 6, 1])
    let y = x.maxPooled(size: 2).scalars
    #expect(y[0] == -5 && y[1].isNaN && y[2] == .infinity)
    // Padding is below every number.
    let negative = Tensor<Double>([-3, -2]).reshaped(to: [1, 2, 1])
    #expect(negative.maxPooled(size: 2, stride: 1, padding: 1).scalars == [-3, -2, -2])
    let ends: [Double] = [1, 2]
    #expect(slope(negative) { $0.maxPooled(size: 2, stride: 1, padding: 1) } == ends)
    // An element may be -infinity, too; the padding beside it gets nothing (PyTorch 2.15).
    let least = Tensor<Double>.full([1, 12, 1], -.infinity)
    let few: [Double] = [1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    #expect(slope(least) { $0.maxPooled(size: 2, padding: 1) } == few)
    let first: [Double] = [2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(slope(least) { $0.maxPooled(size: 11, stride: 4, padding: 5) } == first)
  }

  @Test func averages() {
    let x = Tensor<Double>([1, 2, 3, 4, 5, 6]).reshaped(to: [1, 2, 3, 1])
    #expect(x.averagePooled(size: [2, 1]).scalars == [2.5, 3.5, 4.5])
    #expect(x.averagePooled(size: 2, padding: 1).scalars == [0.25, 1.25, 1, 2.75])
    let there = x.averagePooled(size: 2, padding: 1, countsPadding: false)
    #expect(there.scalars == [1, 2.5, 4, 5.5])
    #expect(x.globalAveragePooled().scalars == [3.5])
    #expect(x.globalAveragePooled().shape == [1, 1])
  }

  /// What is left at the end is in no window.
  @Test func whatIsLeftOut() {
    let x = Tensor<Double>([1, 2, 9]).reshaped(to: [1, 3, 1])
    #expect(x.maxPooled(size: 2).scalars == [2])
    let expected: [Double] = [0, 1, 0]
    #expect(slope(x) { $0.maxPooled(size: 2) } == expected)
  }
}
