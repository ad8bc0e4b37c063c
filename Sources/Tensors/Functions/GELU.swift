// SPDX-License-Identifier: Apache-2.0

/// y = x Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution function.
///
/// x and result: [...]. x.g = y.g (Φ(x) + x φ(x)), φ the normal density. Within 6 units in the last
/// place, also far below 0, where 1 + erf(x / √2) would keep no digit.
///
///     print(gelu(Tensor<Float>([-1, 0, 1])))   // [-0.15865526  0.          0.8413447 ]
///
/// Source: Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
public func gelu(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.gelu)
}

/// y = x Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution function.
public func gelu(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.gelu)
}

@_disfavoredOverload
package func gelu<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.gelu)
}

/// How ``gelu(_:approximation:)`` computes the normal distribution function Φ. The names are those
/// of PyTorch, and of files.
public enum GELUApproximation: String, Sendable, Hashable, CaseIterable {
  /// Φ(x) = (1 + erf(x / √2)) / 2
  case none
  /// Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which is off by at most 2e-4.
  case tanh
}

/// y = x Φ(x), with Φ or what many published models were trained with in its place. The
/// tanh in it is computed as a sigmoid of twice its argument, which keeps the digits that
/// adding to 1 would lose.
///
///     print(gelu(Tensor<Float>([-1, 1]), approximation: .tanh))   // [-0.158808  0.841192]
public func gelu(_ x: Tensor<Float>, approximation: GELUApproximation) -> Tensor<Float> {
  Tensor(x.value.gelu(approximation))
}

/// y = x Φ(x), with Φ or what many published models were trained with in its place.
public func gelu(_ x: Tensor<Double>, approximation: GELUApproximation) -> Tensor<Double> {
  Tensor(x.value.gelu(approximation))
}

extension Value {
  fileprivate func gelu(_ approximation: GELUApproximation) -> Value {
    switch approximation {
    case .none: gelu
    case .tanh: gated(by: .approximateNormal)
    }
  }

  fileprivate var gelu: Value { gated(by: .normal) }
}
