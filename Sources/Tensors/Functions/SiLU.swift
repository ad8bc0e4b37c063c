// SPDX-License-Identifier: Apache-2.0

/// y = x σ(x) with σ(x) = 1 / (1 + e^-x), within 4 units in the last place from x = -87 on.
/// x.g = y.g (σ(x) + x σ(x) σ(-x)). Also called swish.
///
/// Source: Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
///
///     print(silu(Tensor<Float>([-1, 0, 1])))   // [-0.26894143  0.          0.7310586 ]
public func silu(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.silu)
}

/// y = x σ(x) with σ(x) = 1 / (1 + e^-x). x.g = y.g (σ(x) + x σ(x) σ(-x)).
public func silu(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.silu)
}

@_disfavoredOverload
package func silu<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.silu)
}

extension Value {
  fileprivate var silu: Value { gated(by: .sigmoid) }
}
