// SPDX-License-Identifier: Apache-2.0

// Functions that are x above 0 and something else below, each for Float and for Double (see
// Functions+Exponential.swift).

/// y = x where x > 0, else slope x. x.g = y.g where x > 0, else slope y.g (also at 0 and, as in
/// PyTorch, for NaN). A mistake if the slope is not finite.
///
///     print(leakyReLU(Tensor<Float>([-1, 2]), slope: 0.1))   // [-0.1  2. ]
public func leakyReLU(
  _ x: Tensor<Float>, slope: Float = 0.01, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Float> {
  checkFinite(Double(slope), "slope", in: "leakyReLU", at: CallSite(file, line))
  return Tensor(x.value.leakyReLU(slope: Double(slope)))
}

/// y = x where x > 0, else slope x. x.g = y.g where x > 0, else slope y.g (also at 0 and, as in
/// PyTorch, for NaN). A mistake if the slope is not finite.
public func leakyReLU(
  _ x: Tensor<Double>, slope: Double = 0.01, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Double> {
  checkFinite(Double(slope), "slope", in: "leakyReLU", at: CallSite(file, line))
  return Tensor(x.value.leakyReLU(slope: Double(slope)))
}

/// y = x where x > 0, else alpha (e^x - 1), with all its digits also near 0.
/// x.g = y.g where x > 0, else alpha e^x y.g (also at 0); NaN for NaN. A mistake if
/// alpha is not finite.
///
/// Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by
/// exponential linear units (ELUs)", arXiv:1511.07289.
///
///     print(elu(Tensor<Float>([-1, 2])))   // [-0.63212055  2.        ]
public func elu(
  _ x: Tensor<Float>, alpha: Float = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Float> {
  checkFinite(Double(alpha), "alpha", in: "elu", at: CallSite(file, line))
  return Tensor(x.value.elu(alpha: Double(alpha), scale: 1))
}

/// y = x where x > 0, else alpha (e^x - 1), with all its digits also near 0.
/// x.g = y.g where x > 0, else alpha e^x y.g (also at 0); NaN for NaN. A mistake if
/// alpha is not finite.
public func elu(
  _ x: Tensor<Double>, alpha: Double = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Double> {
  checkFinite(Double(alpha), "alpha", in: "elu", at: CallSite(file, line))
  return Tensor(x.value.elu(alpha: Double(alpha), scale: 1))
}

/// y = 1.0507 x where x > 0, else 1.7581 (e^x - 1): numbers of mean 0 and variance 1 stay so from
/// layer to layer. x.g = 1.0507 y.g where x > 0, else 1.7581 e^x y.g (also at 0); NaN for NaN.
///
/// Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks",
/// arXiv:1706.02515.
///
///     print(selu(Tensor<Float>([-1, 2])))   // [-1.1113307  2.101402 ]
public func selu(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.elu(alpha: seluAlpha, scale: seluScale))
}

/// y = 1.0507 x where x > 0, else 1.7581 (e^x - 1). x.g = 1.0507 y.g where x > 0, else 1.7581 e^x
/// y.g (also at 0); NaN for NaN.
public func selu(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.elu(alpha: seluAlpha, scale: seluScale))
}

private let seluAlpha = 1.6732632423543772, seluScale = 1.0507009873554805

/// A mistake if a setting is NaN or infinite.
package func checkFinite(
  _ number: Double, _ name: String, in operation: String, at site: CallSite
) {
  if number.isFinite { return }
  let article = "aeiou".contains(name.first!) ? "an" : "a"
  Mistake(operation, "\(article) \(name) of \(number)", fix: "use a finite number").stop(at: site)
}

extension Value {
  fileprivate func leakyReLU(slope: Double) -> Value {
    Value.select(self .> 0, self, self * slope)
  }

  fileprivate func elu(alpha: Double, scale: Double) -> Value {
    let isAbove = self .> 0
    // Not e^x where x is large: infinity times the 0 of what was not chosen is NaN.
    let below = Value.select(isAbove, .constant(0, elementType), self)
    return Value.select(isAbove, self * scale, below.unary(.expm1) * (alpha * scale))
  }
}
