// SPDX-License-Identifier: Apache-2.0

// The forward pass of the notes and, beside each function, its backward one. N is the rows of a
// batch, n the inputs, m the outputs of a layer. `x.g` is ∂L/∂x and has the shape of x. Nothing
// here uses the library's gradient: every derivative is written out.
//
//     let s1 = lin(a0, w1, b1)          mseGrad(s2, y)
//     let a1 = relu(s1)                 linGrad(a1, s2, w2, b2)
//     let s2 = lin(a1, w2, b2)          reluGrad(s1, a1)
//     let loss = mse(s2, y)             linGrad(a0, s1, w1, b1)

import PullbackRuntime
import PullbackTensors

/// A linear layer: s = x • w + b.
///
/// x: [N, n], w: [n, m], b: what broadcasts to the result, such as [m] or [1, m]; result [N, m].
/// Derivative: ``linGrad(_:_:_:_:file:line:)``. A mistake if the inner extents differ, or if the
/// bias would stretch the product.
///
///     let x = Variable<Float>([[1, 2]]), w = Variable<Float>([[1, -1], [1, 1]])
///     print(lin(x, w, Variable([0, -3])).value)   // [[ 3. -2.]]
public func lin<Scalar>(
  _ x: Variable<Scalar>, _ w: Variable<Scalar>, _ b: Variable<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Variable<Scalar> {
  guard x.shape.rank == 2, w.shape.rank == 2 else {
    Mistake(
      "lin", "\(x.value.value.label) and \(w.value.value.label) are not matrices",
      fix: "give a batch as [rows, inputs] and weights as [inputs, outputs]"
    ).stop(at: CallSite(file, line))
  }
  let product = matmul(x.value, w.value, file: file, line: line)
  guard b.shape.broadcast(with: product.shape) == product.shape else {
    Mistake(
      "lin", "the bias \(b.value.value.label) does not fit the product \(product.shape)",
      fix: "give one bias for each output: [\(product.shape[1])]"
    ).stop(at: CallSite(file, line))
  }
  return Variable(product + b.value)
}

/// The way back through s = x • w + b.
///
/// inp.g = out.g • wᵀ [N, n], w.g = inpᵀ • out.g [n, m], and b.g is out.g summed over the axes that
/// the bias was stretched along, in the bias's own shape. A mistake if out has no gradient yet.
///
///     let x = Variable<Float>([[1, 2]]), w = Variable<Float>([[1], [1]]), b = Variable<Float>([0])
///     let s = lin(x, w, b)        // 3
///     mseGrad(s, [[0]], .sum)     // s.g = 6
///     linGrad(x, s, w, b)
///     print(x.g, b.g)             // [[6. 6.]] [6.]
public func linGrad<Scalar>(
  _ inp: Variable<Scalar>, _ out: Variable<Scalar>, _ w: Variable<Scalar>, _ b: Variable<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) {
  let site = CallSite(file, line)
  let outG = out.passOn()
  inp.receive(outG • w.value.transposed(), from: "linGrad", at: site)
  w.receive(inp.value.transposed() • outG, from: "linGrad", at: site)
  b.receive(unstretched(outG, to: b.shape), from: "linGrad", at: site)
}

/// g summed over the axes along which a tensor of the shape was stretched to meet it.
private func unstretched<Scalar: FloatingPointScalar>(_ g: Tensor<Scalar>, to shape: Shape)
  -> Tensor<Scalar>
{
  var sum = g
  while sum.rank > shape.rank { sum = sum.sum(along: 0) }
  for axis in shape.indices where shape[axis] == 1 {
    sum = sum.sum(along: axis, keepingAxes: true)
  }
  return sum
}

/// The rectifier: a = s where s > 0, else 0; NaN for NaN.
///
/// s: any shape, result the same. Derivative: ``reluGrad(_:_:file:line:)``.
///
///     print(relu(Variable<Float>([3, -2])).value)   // [3. 0.]
public func relu<Scalar>(_ s: Variable<Scalar>) -> Variable<Scalar> { Variable(relu(s.value)) }

/// The way back through a = relu(s): inp.g = out.g where inp > 0, else 0 (also at 0).
///
/// It selects rather than multiplies by a mask of zeros and ones: Inf · 0 is NaN. A mistake if out
/// has no gradient yet.
///
///     let s = Variable<Float>([3, -2]), a = relu(s)   // [3. 0.]
///     mseGrad(a, [1, 1], .sum)                        // a.g = [ 4. -2.]
///     reluGrad(s, a)
///     print(s.g)                                      // [4. 0.]
public func reluGrad<Scalar>(
  _ inp: Variable<Scalar>, _ out: Variable<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) {
  let g = select(inp.value .> 0, out.passOn(), 0, file: file, line: line)
  inp.receive(g, from: "reluGrad", at: CallSite(file, line))
}

/// What becomes of the squared errors of all rows and columns.
public enum Aggregate: String, Sendable, CaseIterable {
  /// L = Σ (out - target)², as in the notes, which have one row.
  case sum
  /// The sum divided by N c, for N rows and c columns, as PyTorch does.
  case mean
}

/// The squared error: L = Σ (out - target)², divided by N c for the mean.
///
/// out: [N, c], target: the same shape, result a scalar. Derivative:
/// ``mseGrad(_:_:_:file:line:)``. A mistake if the shapes differ: [N, 1] against [N] would
/// broadcast to [N, N] and give a wrong loss without a word.
///
///     let out = Variable<Float>([[7], [3]])
///     print(mse(out, [[4], [5]]), mse(out, [[4], [5]], .sum))   // 6.5 13.0
public func mse<Scalar>(
  _ out: Variable<Scalar>, _ target: Tensor<Scalar>, _ aggregate: Aggregate = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  checkEqualShapes(out, target, in: "mse", at: CallSite(file, line))
  let squares = (out.value - target).squared()
  return switch aggregate {
  case .sum: squares.sum()
  case .mean: squares.mean()
  }
}

/// The way back through the squared error: inp.g = 2 (inp - target), divided by N c for the mean.
///
/// Here the backward pass begins: ∂L/∂L = 1. A mistake if the shapes differ.
///
///     let out = Variable<Float>([[7], [3]])
///     mseGrad(out, [[4], [5]])
///     print(out.g)   // [[ 3.]
///                    //  [-2.]]
public func mseGrad<Scalar>(
  _ inp: Variable<Scalar>, _ target: Tensor<Scalar>, _ aggregate: Aggregate = .mean,
  file: StaticString = #fileID, line: UInt = #line
) {
  let site = CallSite(file, line)
  checkEqualShapes(inp, target, in: "mseGrad", at: site)
  let g = 2 * (inp.value - target)
  switch aggregate {
  case .sum: inp.receive(g, from: "mseGrad", at: site)
  case .mean: inp.receive(g / Scalar(target.elementCount), from: "mseGrad", at: site)
  }
}

private func checkEqualShapes<Scalar>(
  _ out: Variable<Scalar>, _ target: Tensor<Scalar>, in operation: String, at site: CallSite
) {
  if out.shape == target.shape { return }
  let stretched = out.shape.broadcast(with: target.shape)
  Mistake(
    operation,
    "\(out.value.value.label) and the target \(target.value.label) differ in shape"
      + (stretched.map { "; broadcasting would make \($0) of them" } ?? ""),
    fix: target.elementCount == out.shape.elementCount
      ? "reshape the target to \(out.shape)" : "give one target for each output"
  ).stop(at: site)
}

/// The hidden units that are dead: s <= 0 on every row, so that the unit's output is 0 and nothing
/// flows back through it. Its weights cannot change while these rows are all it sees.
///
/// s: [N, m], what goes into relu; result: columns, counted from 0. Computes the numbers of s. A
/// mistake if s is not a matrix.
///
///     let s = Variable<Float>([[3, -2], [1, -2]])
///     print(deadUnits(s))   // [1]
public func deadUnits<Scalar>(
  _ s: Variable<Scalar>, file: StaticString = #fileID, line: UInt = #line
) -> [Int] {
  guard s.shape.rank == 2 else {
    Mistake(
      "deadUnits", "\(s.value.value.label) is not a matrix", fix: "give a batch as [rows, units]"
    ).stop(at: CallSite(file, line))
  }
  // Without rows nothing speaks against a unit, nor for it.
  if s.shape[0] == 0 { return [] }
  let isDead = (s.value .<= 0).all(along: 0).scalars
  return isDead.indices.filter { isDead[$0] }
}
