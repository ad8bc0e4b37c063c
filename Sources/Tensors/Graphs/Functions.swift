// SPDX-License-Identifier: Apache-2.0

/// z = x where the condition holds, else y. Shapes broadcast. The cotangent goes where the number
/// came from: x.g = z.g where the condition holds, else 0; y.g the other way round.
///
///     let x: Tensor<Float> = [-1, 2]
///     print(select(x .> 0, x, 0.1 * x))   // [-0.1  2. ]
///
/// Both x and y are computed everywhere. Where the one that is not taken has an infinite slope or is
/// NaN, its derivative is 0 times that: NaN, as in PyTorch and JAX. Give its argument a harmless
/// number there:
///
///     let p: Tensor<Float> = [0, 4]
///     let bad = select(p .> 0, log(p), 0)
///     print(gradient(of: bad.sum(), withRespectTo: p))   // [ nan 0.25]
///     let good = select(p .> 0, log(select(p .> 0, p, 1)), 0)
///     print(gradient(of: good.sum(), withRespectTo: p))   // [0.   0.25]
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
