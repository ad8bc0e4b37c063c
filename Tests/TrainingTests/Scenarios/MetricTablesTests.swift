// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// Tables of metrics, with what their examples do not have.
struct MetricTablesTests {
  @Test func weightsNamesAndNaN() {
    let matrix = confusionMatrix(
      Tensor<Float>([[1, 0], [0, 1], [.nan, 0], [0, 1]]), labels: [0, 0, 1, 1],
      classNames: ["no", "certainly"],
      weights: [0.25, 1, 1, 120])
    #expect(
      "\(matrix)" == """
        label \\ predicted      no  certainly  NaN
        no                 0.2500          1    0
        certainly               0        120    1
        """)
    #expect(matrix.support(of: 1) == 121)
    #expect("\(ConfusionMatrix())" == "label \\ predicted")
  }

  /// Two decimals of the report as C prints them: shares of small counts, many of them ties.
  @Test func decimalsAreRoundedAsInC() {
    for whole in 1...200 {
      var matrix = ConfusionMatrix()
      matrix.add([[0, 1], [1, 0]], [1, 1], weights: Tensor([1, Float(whole)]))
      let recall = 1 / Double(1 + whole)
      let line = "\(ClassificationReport(matrix))".split(separator: "\n")[2]
      let cells = line.split(separator: " ")
      #expect(cells[2] == String(format: "%.2f", recall), "\(line)")
    }
  }
}
