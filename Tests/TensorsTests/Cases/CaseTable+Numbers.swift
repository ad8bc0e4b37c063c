// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension CaseTable where Scalar: NumericScalar {
  /// What every type with arithmetic has.
  mutating func addNumbers() {
    add("-(_:)") { -$0[0] }
    add("squared()", gradient: .ulps(1)) { $0[0].squared() }
    add("+(_:_:)") { $0[0] + $0[1] }
    add("-(_:_:)") { $0[0] - $0[1] }
    add("*(_:_:)", gradient: .sum(4)) { $0[0] * $0[1] }
    add("/(_:_:)", .exact, gradient: .sum(8)) { $0[0] / $0[1] }
    add(".==(_:_:)") { $0[0] .== $0[1] }
    add(".!=(_:_:)") { $0[0] .!= $0[1] }
    add(".<(_:_:)") { $0[0] .< $0[1] }
    add(".<=(_:_:)") { $0[0] .<= $0[1] }
    add(".>(_:_:)") { $0[0] .> $0[1] }
    add(".>=(_:_:)") { $0[0] .>= $0[1] }
    add("clipped(to:)") {
      switch $0.word(0) {
      case "both": $0[0].clipped(to: -1...2)
      case "least": $0[0].clipped(to: (-1)...)
      default: $0[0].clipped(to: ...2)
      }
    }
    add("matmul(_:_:)", .sum(16)) { matmul($0[0], $0[1]) }
    add("•(_:_:)", .sum(16)) { $0[0] • $0[1] }
    addCreations()
    addReductions()
  }

  private mutating func addCreations() {
    add("zeros(_:)") { Tensor<Scalar>.zeros($0.shape(0)) }
    add("ones(_:)") { Tensor<Scalar>.ones($0.shape(0)) }
    add("full(_:_:)") { Tensor<Scalar>.full($0.shape(0), Scalar(exactly: $0.int(1))!) }
    add("init(_:) number") { Tensor<Scalar>(Scalar(exactly: $0.int(0))!) }
    add("init(range:)") { Tensor<Scalar>(range: $0.int(0)..<$0.int(1)) }
    add("oneHot(_:as:)") { $0.integers(0).oneHot($0.int(0), as: Scalar.self) }
  }

  private mutating func addReductions() {
    addReduction(
      "sum(along:keepingAxes:)", .sum(8), { $0[0].sum(keepingAxes: $0.keepsAxes) },
      { $0[0].sum(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].sum(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "product(along:keepingAxes:)", .ulps(8), gradient: .sum(16),
      { $0[0].product(keepingAxes: $0.keepsAxes) },
      { $0[0].product(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].product(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "max(along:keepingAxes:)", gradient: .ulps(1), { $0[0].max(keepingAxes: $0.keepsAxes) },
      { $0[0].max(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].max(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "min(along:keepingAxes:)", gradient: .ulps(1), { $0[0].min(keepingAxes: $0.keepsAxes) },
      { $0[0].min(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].min(along: $1, $2, keepingAxes: $0.keepsAxes) })
    add("argmax(along:keepingAxes:)") {
      $0[0].argmax(along: $0.int(0), keepingAxes: $0.keepsAxes)
    }
    add("argmin(along:keepingAxes:)") {
      $0[0].argmin(along: $0.int(0), keepingAxes: $0.keepsAxes)
    }
  }
}

extension CaseTable where Scalar == Int32 {
  /// What is declared for Int32 alone, or for each type.
  mutating func addIntegers() {
    add("abs(_:)") { abs($0[0]) }
    add("sign(_:)") { sign($0[0]) }
    add("maximum(_:_:)") { maximum($0[0], $0[1]) }
    add("minimum(_:_:)") { minimum($0[0], $0[1]) }
    add("reduced(_:by:_:)") {
      let reductions: [String: PatternReduction<Int32>] = ["sum": .sum, "max": .max, "min": .min]
      return $0[0].reduced($0.text(0), by: reductions[$0.word(2)]!, $0.sizes(1))
    }
  }
}

extension CaseTable where Scalar: FloatingPointScalar {
  /// What floating-point numbers alone have.
  mutating func addFractions() {
    add("isNaN") { $0[0].isNaN }
    add("isFinite") { $0[0].isFinite }
    add("isInfinite") { $0[0].isInfinite }
    add("detached()") { $0[0].detached() }
    add("init(from:through:count:)", .sum(2)) {
      Tensor<Scalar>(
        from: Scalar($0.number(0)), through: Scalar($0.number(1)), count: $0.int(2))
    }
    add("reduced(_:by:_:)", .sum(8)) {
      let reductions: [String: PatternReduction<Scalar>] = [
        "sum": .sum, "mean": .mean, "max": .max, "min": .min,
      ]
      return $0[0].reduced($0.text(0), by: reductions[$0.word(2)]!, $0.sizes(1))
    }
    add("softmax(_:along:)", .ulps(16), gradient: .sum(8)) { softmax($0[0], along: $0.int(0)) }
    add("softmax(_:)", .ulps(16), gradient: .sum(8)) { softmax($0[0]) }
    add("logSoftmax(_:along:)", .sum(4), gradient: .sum(16)) {
      logSoftmax($0[0], along: $0.int(0))
    }
    add("logSoftmax(_:)", .sum(4), gradient: .sum(16)) { logSoftmax($0[0]) }
    addReduction(
      "mean(along:keepingAxes:)", .sum(8), { $0[0].mean(keepingAxes: $0.keepsAxes) },
      { $0[0].mean(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].mean(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "logSumExp(along:keepingAxes:)", .sum(4), gradient: .sum(16),
      { $0[0].logSumExp(keepingAxes: $0.keepsAxes) },
      { $0[0].logSumExp(along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].logSumExp(along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "norm(order:along:keepingAxes:)", .ulps(16), gradient: .sum(16),
      { $0[0].norm(order: $0.number(0), keepingAxes: $0.keepsAxes) },
      { $0[0].norm(order: $0.number(0), along: $1, keepingAxes: $0.keepsAxes) },
      { $0[0].norm(order: $0.number(0), along: $1, $2, keepingAxes: $0.keepsAxes) })
    addReduction(
      "variance(along:correction:keepingAxes:)", .ulps(16), gradient: .sum(16),
      { $0[0].variance(correction: $0.int(0), keepingAxes: $0.keepsAxes) },
      { $0[0].variance(along: $1, correction: $0.int(0), keepingAxes: $0.keepsAxes) },
      { $0[0].variance(along: $1, $2, correction: $0.int(0), keepingAxes: $0.keepsAxes) })
    addReduction(
      "standardDeviation(along:correction:keepingAxes:)", .ulps(16), gradient: .sum(16),
      { $0[0].standardDeviation(correction: $0.int(0), keepingAxes: $0.keepsAxes) },
      { $0[0].standardDeviation(along: $1, correction: $0.int(0), keepingAxes: $0.keepsAxes) },
      {
        $0[0].standardDeviation(along: $1, $2, correction: $0.int(0), keepingAxes: $0.keepsAxes)
      })
  }
}
