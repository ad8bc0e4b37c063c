// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct AccuracyTests {
  /// A row with a NaN is wrong whatever its label, also where the first NaN stands at the label.
  @Test(arguments: 0..<3)
  func notANumberIsNeverRight(label: Int) {
    let labels = Tensor<Int32>([Int32(label)])
    for place in 0..<3 {
      var row: [Float] = [1, 2, 3]
      row[place] = .nan
      #expect(Float(accuracy(Tensor([row]), labels: labels)) == 0)
    }
    #expect(Float(accuracy(Tensor<Float>([[.nan, .nan, .nan]]), labels: labels)) == 0)
  }

  @Test func otherRowsCount() {
    let logits = Tensor<Double>([[1, 2], [.nan, 0], [3, 1], [.infinity, 0], [0, -.infinity]])
    #expect(Float(accuracy(logits, labels: [1, 0, 1, 0, 0])) == 0.6)
    #expect(Float(accuracy(Tensor<Float>([2, 1]), labels: 0)) == 1)
  }
}
