// SPDX-License-Identifier: Apache-2.0

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
