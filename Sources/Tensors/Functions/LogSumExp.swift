// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y = ln Σ e^x over the axes, whatever the size of x: -inf over an empty axis,
  /// and of -inf alone.
  ///
  /// x.g = y.g e^x / Σ e^x: +inf gets all of y.g (several share it evenly), -inf nothing, also
  /// where there is nothing else. NaN gives NaN. The error is within a few units in the last place
  /// of the larger of 1, |x| and |y|.
  ///
  ///     let x = Tensor<Float>([[1000, 1000], [-.infinity, 0]])
  ///     print(x.logSumExp(along: 1))   // [1000.6932    0.    ]
  public func logSumExp(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    let set = value.axes(axes, of: "logSumExp", at: site)
    let result = value.logSumExp(set)
    return Tensor(keepingAxes ? result : result.reshaped(to: shape.dropping(set)))
  }
}

/// The derivative of log-sum-exp, by its name in keys.
private struct LogSumExpRule: Hashable, Sendable {
  let axes: AxisSet
}

extension Value {
  /// ln Σ e^x, with extent 1 along the axes. It carries its derivative, which that of the formula
  /// is not where sums are 0 or infinite; powers and sums are those of the forward pass.
  fileprivate func logSumExp(_ axes: AxisSet) -> Value {
    let kept = shape.collapsing(axes)
    if (0..<rank).contains(where: { axes.contains($0) && shape[$0] == 0 }) {
      return .full(kept, -.infinity, elementType)
    }
    let largest = reduced(.max, axes).reshaped(to: kept).detached()
    let powers = powers(below: largest), sum = powers.reduced(.sum, axes).reshaped(to: kept)
    let number = RuleNumbers.number(of: LogSumExpRule(axes: axes))
    // x.g = y.g e^x / Σ e^x, and 0 where the sum is.
    let rule = CustomRule(number: number) { inputs, g in
      let powers = inputs[2], sum = inputs[3]
      return [powers * (g / Value.select(sum .== 0, .constant(1, g.elementType), sum)), nil, nil]
    }
    return Value(
      .identity(.custom(rule)), Inputs([sum.unary(.log) + largest, self, powers, sum]))
  }

  /// e^(x - largest), infinities taken for the numbers next to them: +inf beside itself gives 1,
  /// and -inf always 0.
  private func powers(below largest: Value) -> Value {
    let number = elementType.greatestFiniteNumber
    let most = Value.constant(number, elementType), least = Value.constant(-number, elementType)
    let top = largest.binary(.minimum, most).binary(.maximum, least)
    return (binary(.minimum, most) - top).unary(.exp)
  }
}
