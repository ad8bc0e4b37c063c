// SPDX-License-Identifier: Apache-2.0

/// y = e^x. x.g = y.g y.
public func exp(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.exp))
}

/// y = ln x: -inf at 0, NaN below. x.g = y.g / x.
public func log(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.log))
}

/// y = √x: NaN below 0. x.g = y.g / (2 y).
public func sqrt(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.squareRoot))
}

/// y = tanh x. x.g = y.g (1 - y²).
public func tanh(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.tanh))
}

/// The error function: y = 2 / √π times the integral of e^-t² for t from 0 to x.
/// x.g = y.g 2 / √π e^-x².
public func erf(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.erf))
}

/// y = sin x, x in radians, however large: NaN for infinity. x.g = y.g cos x.
public func sin(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sin))
}

/// y = cos x, x in radians, however large: NaN for infinity. x.g = -y.g sin x.
public func cos(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.cos))
}

/// y = x where x > 0, else 0; NaN for NaN. x.g = y.g where x > 0, else 0 (also at 0); NaN for NaN.
public func relu(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.relu))
}

/// y = |x|. x.g = y.g sign(x), 0 at 0.
public func abs(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.absolute))
}

/// y = -1, 0 or 1; NaN for NaN. No derivative.
public func sign(_ x: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.unary(.sign))
}

/// z = x^y. Shapes broadcast. As C's `pow` (IEEE 754-2008, section 9.2): NaN where x < 0 and y is no
/// integer; x^0 and 1^y are 1, also for NaN.
///
/// x.g = z.g y x^(y-1), and y.g = z.g z log x, as in PyTorch: x.g is 0 at 0^0, y.g is 0 at 0^y for
/// y >= 0 and NaN for x < 0. A square costs less as `x.squared()`, a root as `sqrt(x)`.
@_disfavoredOverload
public func pow(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.power, y.value))
}

/// z = the larger of x and y; NaN if either is. The larger one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func maximum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each; both
/// get NaN where z is.
@_disfavoredOverload
public func minimum(_ x: Tensor<Double>, _ y: Tensor<Double>) -> Tensor<Double> {
  Tensor(x.value.binary(.minimum, y.value))
}
