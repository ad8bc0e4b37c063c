// SPDX-License-Identifier: Apache-2.0

/// y = x Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2, the normal distribution function.
///
/// x and result: [...]. x.g = y.g (Φ(x) + x φ(x)), φ the normal density. NaN for NaN. As the factor is
/// formed by adding to 1, it has the absolute accuracy of a number near 1 where x is far below 0.
///
///     print(gelu(Tensor<Float>([-1, 0, 1])))   // [-0.15865526  0.          0.8413447 ]
///
/// Source: Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
public func gelu<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  let one = Value.constant(1, Scalar.elementType)
  return Tensor(x.value * 0.5 * (one + (x.value * 0.5.squareRoot()).unary(.erf)))
}
