// SPDX-License-Identifier: Apache-2.0

/// y = e^x. x.g = y.g y.
///
///     print(exp(Tensor<Float>([0, 1])))   // [1.        2.7182817]
public func exp<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.exp))
}

/// y = ln x: -inf at 0, NaN below. x.g = y.g / x.
///
///     print(log(Tensor<Float>([1, 10])))   // [0.        2.3025851]
public func log<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.log))
}

/// y = √x: NaN below 0. x.g = y.g / (2 y).
///
///     print(sqrt(Tensor<Float>([4, 9])))   // [2. 3.]
public func sqrt<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.squareRoot))
}

/// y = tanh x. x.g = y.g (1 - y²).
///
///     print(tanh(Tensor<Float>([0, 1])))   // [0.        0.7615942]
public func tanh<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.tanh))
}

/// The error function: y = 2 / √π times the integral of e^-t² for t from 0 to x.
/// x.g = y.g 2 / √π e^-x².
///
///     print(erf(Tensor<Float>([0, 1])))   // [0.        0.8427008]
public func erf<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.erf))
}

/// y = sin x, x in radians, however large: NaN for infinity. x.g = y.g cos x.
///
///     print(sin(Tensor<Float>([0, 1])))   // [0.         0.84147096]
public func sin<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.sin))
}

/// y = cos x, x in radians, however large: NaN for infinity. x.g = -y.g sin x.
///
///     print(cos(Tensor<Float>([0, 1])))   // [1.        0.5403023]
public func cos<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.cos))
}

/// y = x where x > 0, else 0; NaN for NaN. x.g = y.g where x > 0, else 0 (also at 0); NaN for NaN.
///
///     print(relu(Tensor<Float>([-1, 2])))   // [0. 2.]
public func relu<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.relu))
}

/// y = |x|. x.g = y.g sign(x), 0 at 0.
public func abs<Scalar: NumericScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.absolute))
}

/// y = -1, 0 or 1; NaN for NaN. No derivative.
public func sign<Scalar: NumericScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  Tensor(x.value.unary(.sign))
}

/// z = x^y. Shapes broadcast. As C's `pow` (IEEE 754-2008, section 9.2): NaN where x < 0 and y is no
/// integer; x^0 and 1^y are 1, also for NaN.
///
/// x.g = z.g y x^(y-1), and y.g = z.g z log x, as in PyTorch: x.g is 0 at 0^0, y.g is 0 at 0^y for
/// y >= 0 and NaN for x < 0. A square costs less as `x.squared()`, a root as `sqrt(x)`.
///
///     print(pow(Tensor<Float>([1, 2, 3]), 2))   // [1. 4. 9.]
///     print(pow(2, Tensor<Float>([-1, 0.5])))   // [0.5       1.4142135]
public func pow<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.power, y.value))
}

@_disfavoredOverload
public func pow<Scalar: FloatingPointScalar>(_ x: Tensor<Scalar>, _ y: Scalar) -> Tensor<Scalar> {
  pow(x, Tensor(y))
}

@_disfavoredOverload
public func pow<Scalar: FloatingPointScalar>(_ x: Scalar, _ y: Tensor<Scalar>) -> Tensor<Scalar> {
  pow(Tensor(x), y)
}

/// z = the larger of x and y; NaN if either is. The larger one gets z.g, equal ones half each; both
/// get NaN where z is.
public func maximum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.maximum, y.value))
}

/// z = the smaller of x and y; NaN if either is. The smaller one gets z.g, equal ones half each; both
/// get NaN where z is.
public func minimum<Scalar: NumericScalar>(
  _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor(x.value.binary(.minimum, y.value))
}

/// z = x where the condition holds, else y. Shapes broadcast. The cotangent goes where the number
/// came from: x.g = z.g where the condition holds, else 0; y.g the other way round.
///
///     let x: Tensor<Float> = [-1, 2]
///     print(select(x .> 0, x, 0.1 * x))   // [-0.1  2. ]
public func select<Scalar: TensorScalar>(
  _ condition: Tensor<Bool>, _ x: Tensor<Scalar>, _ y: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  Tensor(Value.select(condition.value, x.value, y.value, at: CallSite(file, line)))
}

extension Tensor {
  /// The same numbers as another element type.
  ///
  /// To Int32: truncated, saturated, NaN gives 0. To Bool: true where not 0. Between Float and
  /// Double the cotangent is converted back; Int32 and Bool have none.
  ///
  ///     print(Tensor<Int32>(Tensor<Float>([1.9, -1.9])))   // [ 1 -1]
  public init(_ other: Tensor<some TensorScalar>) {
    let converted = other.value.converted(to: Scalar.elementType)
    self.init(converted.distinct(from: other.value, by: "converted"))
  }
}

infix operator • : MultiplicationPrecedence

/// Matrix multiplication: C_ij = Σ_p A_ip B_pj.
///
/// A: [..., n, k], B: [..., k, m], result [..., n, m]; leading axes broadcast. A vector on the
/// left is a row, on the right a column, and the result loses that axis. A.g = C.g • Bᵀ,
/// B.g = Aᵀ • C.g. A mistake if the inner extents differ.
///
///     let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]
///     print(matmul(a, b))   // [[19. 22.]
///                           //  [43. 50.]]
public func matmul<Scalar: NumericScalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  Tensor(a.value.matmul(b.value, at: CallSite(file, line)))
}

extension Tensor where Scalar: NumericScalar {
  /// `matmul(a, b)`.
  public static func • (a: Tensor, b: Tensor) -> Tensor { Tensor(a.value.matmul(b.value)) }
}
