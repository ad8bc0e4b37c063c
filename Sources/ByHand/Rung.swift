// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// The rungs of the ladder that makes matrix multiplication fast: each takes one loop out of the
/// program and gives it to what the program calls.
///
/// A: [n, k], B: [k, m], result C: [n, m], C_ij = Σ_p a_ip b_pj. All rungs compute this; they
/// differ in who runs the loops over i, j and p.
///
/// ```swift
/// let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]
/// print(Rung.broadcast.multiply(a, b))   // [[19. 22.]
///                                        //  [43. 50.]]
/// ```
public enum Rung: String, Sendable, CaseIterable {
  /// Three loops over arrays.
  case loops
  /// The loop over p becomes an elementwise product and a sum.
  case rowTimesColumn
  /// The loop over j goes too: a row, stood up as a column, stretches over the columns of B.
  case broadcast
  /// No loop is left: the library's multiplication, blocked, vectorised and threaded.
  case matmul

  /// The rung's name as a person writes it.
  ///
  ///     print(Rung.rowTimesColumn.name)   // row times column
  public var name: String {
    self == .rowTimesColumn ? "row times column" : rawValue
  }

  /// What stands inside the loops that are left.
  ///
  ///     print(Rung.loops.formula)   // C_ij = Σ a_ik b_kj
  public var formula: String {
    switch self {
    case .loops: "C_ij = Σ a_ik b_kj"
    case .rowTimesColumn: "C_ij = (a[i, :] * b[:, j]).sum()"
    case .broadcast: "C_i = (a[i, :, newAxis] * b).sum(along: 0)"
    case .matmul: "C = a • b"
    }
  }

  /// The product by this rung, its numbers computed.
  ///
  /// a: [n, k], b: [k, m], result [n, m]. Meant for numbers: it keeps no history, so it has no
  /// derivative. A mistake if a or b is not a matrix or if the inner extents differ.
  ///
  ///     let a: Tensor<Float> = [[1, 2]], b: Tensor<Float> = [[5, 6], [7, 8]]
  ///     print(Rung.loops.multiply(a, b))   // [[19. 22.]]
  public func multiply(
    _ a: Tensor<Float>, _ b: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Float> {
    guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[0] else {
      Mistake(
        "Rung.\(rawValue)", "\(a.value.label) and \(b.value.label) cannot be multiplied",
        fix: "give two matrices with equal inner extents: [n, k] and [k, m]"
      ).stop(at: CallSite(file, line))
    }
    return switch self {
    case .loops: multiplyByLoops(a, b)
    case .rowTimesColumn: multiplyRowsByColumns(a, b)
    case .broadcast: multiplyByBroadcasting(a, b)
    case .matmul: multiplyAtOnce(a, b)
    }
  }
}

/// C_ij = Σ_p a_ip b_pj, all three loops written out.
private func multiplyByLoops(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
  let (n, k, m) = (a.shape[0], a.shape[1], b.shape[1])
  let a = a.scalars, b = b.scalars
  var c = [Float](repeating: 0, count: n * m)
  for i in 0..<n {
    for j in 0..<m {
      var sum: Float = 0
      for p in 0..<k { sum += a[i * k + p] * b[p * m + j] }
      c[i * m + j] = sum
    }
  }
  return Tensor(shape: [n, m], scalars: c)
}

/// C_ij = (a[i, :] * b[:, j]).sum(): two loops are left.
private func multiplyRowsByColumns(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
  let (n, m) = (a.shape[0], b.shape[1])
  var c: [Float] = []
  for i in 0..<n {
    let row = a[i, .all]
    // Known numbers are an input of the plan, so that all rows share one; and a row's elements
    // are computed together, so that the graph never holds more than a row.
    evaluate(row)
    let elements = (0..<m).map { j in (row * b[.all, j]).sum() }
    evaluate(elements)
    c += elements.map { Float($0) }
  }
  return Tensor(shape: [n, m], scalars: c)
}

/// C_i = (a[i, :, newAxis] * b).sum(along: 0): one loop is left.
///
/// The column [k, 1] is a view. It stretches over the m columns of b with stride 0, so it still
/// has k stored numbers; the product [k, m] is summed as it is made and never stored.
private func multiplyByBroadcasting(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
  let (n, m) = (a.shape[0], b.shape[1])
  var c: [Float] = []
  for i in 0..<n {
    c += (a[i, .all, .newAxis] * b).sum(along: 0).scalars
  }
  return Tensor(shape: [n, m], scalars: c)
}

/// C = a • b.
private func multiplyAtOnce(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
  let c = (a • b).detached()
  evaluate(c)
  return c
}

/// The notes' broadcasting formula taken at its word: C_i = (a[i, newAxis] * b).sum(along: 0).
///
/// It is a trap. a[i, newAxis] is the row [1, k], not the column [k, 1], and stretches over the
/// *rows* of b: element j is a_ij Σ_p b_pj. That is a mistake unless m is k or 1, and silently
/// wrong then. (With k = 1 a row is a column, and it is right.) ``Rung/broadcast`` is right always.
///
/// a: [n, k], b: [k, m], result [k].
///
///     let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]
///     print(literalBroadcastRow(0, a, b))           // [12. 28.]
///     print(Rung.broadcast.multiply(a, b)[0])       // [19. 22.]
public func literalBroadcastRow(
  _ i: Int, _ a: Tensor<Float>, _ b: Tensor<Float>
) -> Tensor<Float> {
  (a[i, .newAxis] * b).sum(along: 0)
}
