// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable {
  /// Orders, of any type.
  mutating func addOrders() {
    add("sorted(along:descending:)") {
      $0[0].sorted(along: $0.int(0), descending: $0.word(1) == "descending")
    }
    add("sortedIndices(along:descending:)") {
      $0[0].sortedIndices(along: $0.int(0), descending: $0.word(1) == "descending")
    }
  }
}

extension CaseTable where Scalar: FloatingPointScalar {
  /// Elements by how many are below them.
  mutating func addQuantiles() {
    addReduction(
      "quantile(_:along:keepingAxes:)", .sum(8),
      { $0[0].quantile($0.number(0), keepingAxes: $0.keepsAxes) },
      { $0[0].quantile($0.number(0), along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].quantile($0.number(0), along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "median(along:keepingAxes:)", .sum(4), { $0[0].median(keepingAxes: $0.keepsAxes) },
      { $0[0].median(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].median(along: $1, $2, keepingAxes: $0.keepsAxes) })
  }
}

extension CaseTable where Scalar: NumericScalar {
  /// Running sums and their like.
  mutating func addScans() {
    addValues("largest(_:along:)") {
      let found = $0[0].largest($0.int(1), along: $0.int(0))
      return [found.values.value, found.indices.value]
    }
    addValues("smallest(_:along:)") {
      let found = $0[0].smallest($0.int(1), along: $0.int(0))
      return [found.values.value, found.indices.value]
    }
    add("cumulativeSum(along:exclusive:reversed:)", .sum(16)) {
      $0[0].cumulativeSum(
        along: $0.int(0), exclusive: $0.word(1) == "exclusive", reversed: $0.word(2) == "back")
    }
    add("cumulativeProduct(along:exclusive:reversed:)", .ulps(8), gradient: .sum(16)) {
      $0[0].cumulativeProduct(
        along: $0.int(0), exclusive: $0.word(1) == "exclusive", reversed: $0.word(2) == "back")
    }
    add("cumulativeMaximum(along:reversed:)", gradient: .sum(8)) {
      $0[0].cumulativeMaximum(along: $0.int(0), reversed: $0.word(1) == "back")
    }
    add("cumulativeMinimum(along:reversed:)", gradient: .sum(8)) {
      $0[0].cumulativeMinimum(along: $0.int(0), reversed: $0.word(1) == "back")
    }
  }
}
