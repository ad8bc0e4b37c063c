// SPDX-License-Identifier: Apache-2.0

// Functions made of straight lines, each for Float and for Double (see Functions+Exponential.swift).

/// y = x in 0 < x < 6, 0 below and 6 above. x.g = y.g in between, else 0 (also at 0 and 6).
///
///     print(relu6(Tensor<Float>([-1, 2, 7])))   // [0. 2. 6.]
public func relu6(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.relu6)
}

/// y = x in 0 < x < 6, 0 below and 6 above. x.g = y.g in between, else 0 (also at 0 and 6).
public func relu6(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.relu6)
}

/// y = x in -1 < x < 1, -1 below and 1 above. x.g = y.g in between, else 0 (also at -1 and 1).
///
///     print(hardTanh(Tensor<Float>([-2, 0.5, 2])))   // [-1.   0.5  1. ]
public func hardTanh(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.clipped(from: -1, to: 1))
}

/// y = x in -1 < x < 1, -1 below and 1 above. x.g = y.g in between, else 0 (also at -1 and 1).
public func hardTanh(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.clipped(from: -1, to: 1))
}

/// y = (x + 3) / 6 in -3 < x < 3, 0 below and 1 above. x.g = y.g / 6 in between, else 0 (also at -3
/// and 3).
///
///     print(hardSigmoid(Tensor<Float>([-4, 0, 1.5])))   // [0.   0.5  0.75]
public func hardSigmoid(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.hardSigmoid)
}

/// y = (x + 3) / 6 in -3 < x < 3, 0 below and 1 above. x.g = y.g / 6 in between, else 0 (also at -3
/// and 3).
public func hardSigmoid(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.hardSigmoid)
}

/// y = x (x + 3) / 6 in -3 < x < 3, 0 below and x above. x.g = y.g (2 x + 3) / 6 in between, 0 below
/// (also at -3) and y.g above (also at 3).
///
/// Source: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.
///
///     print(hardSwish(Tensor<Float>([-4, 1.5, 4])))   // [-0.     1.125  4.   ]
public func hardSwish(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.gated(within: 8) { $0.hardSigmoid })
}

/// y = x (x + 3) / 6 in -3 < x < 3, 0 below and x above. x.g = y.g (2 x + 3) / 6 in between, 0 below
/// (also at -3) and y.g above (also at 3).
public func hardSwish(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.gated(within: 8) { $0.hardSigmoid })
}

extension Value {
  // The condition is so put that NaN remains.
  fileprivate var relu6: Value {
    let most = Value.constant(6, elementType)
    return Value.select(compared(.greaterOrEqual, to: most), most, unary(.relu))
  }

  fileprivate var hardSigmoid: Value {
    (self + .constant(3, elementType)).relu6 / .constant(6, elementType)
  }
}
