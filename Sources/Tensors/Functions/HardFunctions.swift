// SPDX-License-Identifier: Apache-2.0

// Functions made of straight lines, each for Float and for Double (see
// Functions+Exponential.swift).

/// y = x in 0 < x < 6, 0 below and 6 above. x.g = y.g in between, else 0 (also at 0
/// and 6); NaN for NaN.
///
///     print(relu6(Tensor<Float>([-1, 2, 7])))   // [0. 2. 6.]
public func relu6(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.clipped(from: 0, to: 6))
}

/// y = x in 0 < x < 6, 0 below and 6 above. x.g = y.g in between, else 0 (also at 0
/// and 6); NaN for NaN.
public func relu6(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.clipped(from: 0, to: 6))
}

/// y = x in -1 < x < 1, -1 below and 1 above. x.g = y.g in between, else 0 (also at
/// -1 and 1); NaN for NaN.
///
///     print(hardTanh(Tensor<Float>([-2, 0.5, 2])))   // [-1.   0.5  1. ]
public func hardTanh(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.clipped(from: -1, to: 1))
}

/// y = x in -1 < x < 1, -1 below and 1 above. x.g = y.g in between, else 0 (also at
/// -1 and 1); NaN for NaN.
public func hardTanh(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.clipped(from: -1, to: 1))
}

/// y = (x + 3) / 6 in -3 < x < 3, 0 below and 1 above. x.g = y.g / 6 in between, else 0 (also at -3
/// and 3); NaN for NaN.
///
///     print(hardSigmoid(Tensor<Float>([-4, 0, 1.5])))   // [0.   0.5  0.75]
public func hardSigmoid(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.hardSigmoid)
}

/// y = (x + 3) / 6 in -3 < x < 3, 0 below and 1 above. x.g = y.g / 6 in between, else 0 (also at -3
/// and 3); NaN for NaN.
public func hardSigmoid(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.hardSigmoid)
}

/// y = x (x + 3) / 6 in -3 < x < 3, 0 below and x above. x.g = y.g (2 x + 3) / 6 in between, 0
/// below (also at -3) and y.g above (also at 3); NaN for NaN.
///
/// Source: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.
///
///     print(hardSwish(Tensor<Float>([-4, 1.5, 4])))   // [-0.     1.125  4.   ]
public func hardSwish(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.hardSwish)
}

/// y = x (x + 3) / 6 in -3 < x < 3, 0 below and x above. x.g = y.g (2 x + 3) / 6 in between, 0
/// below (also at -3) and y.g above (also at 3); NaN for NaN.
public func hardSwish(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.hardSwish)
}

/// The derivative of the hard swish, by its name in keys.
private struct HardSwishRule: Hashable, Sendable {}

extension Value {
  fileprivate var hardSigmoid: Value {
    let most = Value.constant(3, elementType)
    return clipped(from: .constant(-3, elementType), to: most).ramp(above: most)
  }

  /// Of a number between -3 and 3: 0 to 1.
  private func ramp(above most: Value) -> Value {
    (self + most) * .constant(1.0 / 6, elementType)
  }

  /// -infinity does not meet the 0 that it would be multiplied by.
  fileprivate var hardSwish: Value {
    let least = Value.constant(-3, elementType), most = Value.constant(3, elementType)
    let y = binary(.maximum, least) * limited(from: least, to: most).ramp(above: most)
    let rule = CustomRule(number: RuleNumbers.number(of: HardSwishRule())) { inputs, cotangent in
      [inputs[1].hardSwishDerivative(cotangent)]
    }
    return Value(.identity(.custom(rule)), Inputs(y, self))
  }

  private func hardSwishDerivative(_ g: Value) -> Value {
    let least = Value.constant(-3, elementType), most = Value.constant(3, elementType)
    let between = (self * 2 + most) * .constant(1.0 / 6, elementType) * g
    let above = Value.select(compared(.greaterOrEqual, to: most), g, between)
    return Value.select(compared(.lessOrEqual, to: least), .constant(0, elementType), above)
  }
}
