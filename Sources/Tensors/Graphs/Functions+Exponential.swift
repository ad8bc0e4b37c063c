// SPDX-License-Identifier: Apache-2.0

// Functions of powers and exponentials, each for Float and for Double. Public functions are
// concrete and forms for generic code stay inside: a public generic `exp` beside the concrete ones,
// and Foundation's, costs the type checker seconds in a formula.

/// y = e^x. x.g = y.g y.
///
///     print(exp(Tensor<Float>([0, 1])))   // [1.        2.7182817]
public func exp(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.exp))
}

/// y = e^x. x.g = y.g y.
public func exp(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.exp))
}

@_disfavoredOverload
package func exp<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.exp))
}

/// y = e^x - 1, with all its digits also near 0. x.g = y.g e^x.
///
///     print(expm1(Tensor<Float>([0, 1e-6])))   // [0.0000000e+00 1.0000005e-06]
public func expm1(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.expm1))
}

/// y = e^x - 1, with all its digits also near 0. x.g = y.g e^x.
public func expm1(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.expm1))
}

@_disfavoredOverload
package func expm1<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.expm1))
}

/// y = ln x: -inf at 0, NaN below. x.g = y.g / x.
///
///     print(log(Tensor<Float>([1, 10])))   // [0.        2.3025851]
public func log(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.log))
}

/// y = ln x: -inf at 0, NaN below. x.g = y.g / x.
public func log(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.log))
}

@_disfavoredOverload
package func log<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.log))
}

/// y = ln (1 + x), with all its digits also near 0: -inf at -1, NaN below. x.g = y.g / (1 + x).
///
///     print(log1p(Tensor<Float>([0, 1e-6])))   // [0.000000e+00 9.999995e-07]
public func log1p(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.log1p))
}

/// y = ln (1 + x), with all its digits also near 0: -inf at -1, NaN below. x.g = y.g / (1 + x).
public func log1p(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.log1p))
}

/// y = √x: NaN below 0. x.g = y.g / (2 y).
///
///     print(sqrt(Tensor<Float>([4, 9])))   // [2. 3.]
public func sqrt(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.squareRoot))
}

/// y = √x: NaN below 0. x.g = y.g / (2 y).
public func sqrt(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.squareRoot))
}

/// z = x^y. Shapes broadcast. As C's `pow` (IEEE 754-2008, section 9.2): NaN where x < 0 and y is
/// no integer; x^0 and 1^y are 1, also for NaN.
///
/// x.g = z.g y x^(y-1), and y.g = z.g z log x, as in PyTorch: x.g is 0 at 0^0, y.g is 0 at 0^y for
/// y >= 0 and NaN for x < 0. A square costs less as `x.squared()`, a root as `sqrt(x)`.
///
///     print(pow(Tensor<Float>([1, 2, 3]), 2))   // [1. 4. 9.]
///     print(pow(2, Tensor<Float>([-1, 0.5])))   // [0.5       1.4142135]
@_disfavoredOverload
public func pow(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.binary(.power, y.value))
}

/// z = x^y. Shapes broadcast. As C's `pow` (IEEE 754-2008, section 9.2): NaN where x < 0 and y is
/// no integer; x^0 and 1^y are 1, also for NaN.
///
/// x.g = z.g y x^(y-1), and y.g = z.g z log x, as in PyTorch: x.g is 0 at 0^0, y.g is 0 at 0^y for
/// y >= 0 and NaN for x < 0. A square costs less as `x.squared()`, a root as `sqrt(x)`.
@_disfavoredOverload
public func pow(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.power, y.value))
}

@_disfavoredOverload
package func pow<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.power, y.value))
}

/// y = sinh x = (e^x - e^-x) / 2. x.g = y.g cosh x.
///
///     print(sinh(Tensor<Float>([0, 1])))   // [0.        1.1752012]
public func sinh(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.sinh))
}

/// y = sinh x = (e^x - e^-x) / 2. x.g = y.g cosh x.
public func sinh(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sinh))
}

/// y = tanh x. x.g = y.g (1 - y²).
///
///     print(tanh(Tensor<Float>([0, 2])))   // [0.        0.9640276]
public func tanh(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.tanh))
}

/// y = tanh x. x.g = y.g (1 - y²).
public func tanh(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.tanh))
}

/// The error function: y = 2 / √π times the integral of e^-t² for t from 0 to x.
/// x.g = y.g 2 / √π e^-x².
///
///     print(erf(Tensor<Float>([0, 1])))   // [0.        0.8427008]
public func erf(_ x: Tensor<Float>) -> Tensor<Float> {
  Tensor(x.value.unary(.erf))
}

/// The error function: y = 2 / √π times the integral of e^-t² for t from 0 to x.
/// x.g = y.g 2 / √π e^-x².
public func erf(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.erf))
}
