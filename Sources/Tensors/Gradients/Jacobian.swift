// SPDX-License-Identifier: Apache-2.0

/// The Jacobian of y: all partial derivatives, J[i..., j...] = ∂y[i...] / ∂x[j...].
///
/// y: any shape, x: any shape, result y's axes, then x's. One reverse walk with a cotangent that
/// stands for any row of the identity, then batched over all rows: not one walk for each element.
/// Zero where y does not depend on x. Several x give as many Jacobians.
///
/// ```swift
/// let a: Tensor<Float> = [[1, 2]], w: Tensor<Float> = [[1, -1], [1, 1]]
/// print(jacobian(of: a • w, withRespectTo: a).shape)   // [1, 2, 1, 2]
/// ```
public func jacobian<Scalar: FloatingPointScalar, each Target: FloatingPointScalar>(
  of y: Tensor<Scalar>, withRespectTo target: repeat Tensor<each Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> (repeat Tensor<each Target>) {
  var targets: [Value] = []
  repeat targets.append((each target).value)
  let start = Node.reserveSerials(1)
  let jacobians = jacobians(of: y.value, withRespectTo: targets, at: CallSite(file, line))
    .distinct(since: start, by: "jacobian")
  var next = jacobians.makeIterator()
  func typed<T>(_ target: Tensor<T>) -> Tensor<T> { Tensor(next.next()!) }
  return (repeat typed(each target))
}

/// The Jacobian of y with respect to one tensor.
public func jacobian<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of y: Tensor<Scalar>, withRespectTo target: Tensor<Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Target> {
  let start = Node.reserveSerials(1)
  return Tensor(
    jacobians(of: y.value, withRespectTo: [target.value], at: CallSite(file, line))
      .distinct(since: start, by: "jacobian")[0])
}

/// The Hessian of a scalar loss: H[i..., j...] = ∂²loss / ∂x[i...] ∂x[j...].
///
/// x: any shape, result x's axes twice. The Jacobian of the gradient. A mistake if the loss is not
/// a scalar.
///
/// ```swift
/// let x: Tensor<Float> = [1, 2]
/// print(hessian(of: (x * x * x).sum(), withRespectTo: x))   // [[ 6.  0.]
///                                                           //  [ 0. 12.]]
/// ```
public func hessian<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of loss: Tensor<Scalar>, withRespectTo x: Tensor<Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Target> {
  let site = CallSite(file, line)
  let xg = gradients(of: loss.value, withRespectTo: [x.value], in: "hessian", at: site)[0]
  return Tensor(jacobians(of: xg, withRespectTo: [x.value], in: "hessian", at: site)[0])
}

/// vᵀ J: what a change of x does to the sum of y weighted by v. One reverse walk.
///
/// y and v: [i...], x: [j...], result [j...]: Σ over i of v[i...] ∂y[i...] / ∂x[j...]. A mistake if
/// v has not the shape of y.
///
/// ```swift
/// let x: Tensor<Float> = [1, 2]
/// print(vectorJacobianProduct(of: x * x, withRespectTo: x, vector: [1, 10]))   // [ 2. 40.]
/// ```
public func vectorJacobianProduct<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of y: Tensor<Scalar>, withRespectTo x: Tensor<Target>, vector v: Tensor<Scalar>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Target> {
  let site = CallSite(file, line), operation = "vectorJacobianProduct"
  checkShape(v.value, like: y.value, "result", in: operation, at: site)
  let product = transposedJacobian(
    of: y.value, withRespectTo: x.value, times: v.value, in: operation, at: site)
  return Tensor(product.distinct(from: v.value, by: operation))
}

/// J v: how y changes when x moves along v.
///
/// y: [i...], x and v: [j...], result [i...]: Σ over j of ∂y[i...] / ∂x[j...] v[j...]. There is no
/// forward mode: uᵀ J is linear in u, so its own derivative along v is J v, whatever u is. That is
/// two reverse walks, the second over the graph of the first. A mistake if v has
/// not the shape of x.
///
/// ```swift
/// let x: Tensor<Float> = [1, 2]
/// print(jacobianVectorProduct(of: x * x, withRespectTo: x, vector: [1, 10]))   // [ 2. 40.]
/// ```
///
/// Source: Townsend, "A new trick for calculating Jacobian vector products", 2017.
public func jacobianVectorProduct<Scalar: FloatingPointScalar, Target: FloatingPointScalar>(
  of y: Tensor<Scalar>, withRespectTo x: Tensor<Target>, vector v: Tensor<Target>,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line), operation = "jacobianVectorProduct"
  checkShape(v.value, like: x.value, "point", in: operation, at: site)
  let u = Value.full(y.shape, 0, Scalar.elementType)
  let product = transposedJacobian(
    of: y.value, withRespectTo: x.value, times: u, in: operation, at: site)
  let change = transposedJacobian(
    of: product, withRespectTo: u, times: v.value, in: operation, at: site)
  return Tensor(change.distinct(from: v.value, by: operation))
}

/// Jacobians with the axes of y, then those of each target; zero where y does not depend on it.
///
/// - Parameter operation: what messages call it.
package func jacobians(
  of y: Value, withRespectTo targets: [Value], in operation: String = "jacobian",
  at site: CallSite? = nil
) -> [Value] {
  let count = y.shape.elementCount
  stopping(at: site) { () throws(Mistake) in
    try checkPositions(count, of: y.label, in: operation)
  }
  let row = Value.placeholder(y.shape, y.elementType)
  let rows = pullback(of: y, cotangent: row, withRespectTo: targets, in: operation, at: site)
  let numbers = Value.iota(count, .int32, in: operation, at: site)
  let identity = (numbers.reshaped(to: [count, 1]) .== numbers)
    .converted(to: y.elementType).reshaped(to: [count] + y.shape)
  let reached = rows.compactMap { $0 }
  var found = batched(reached, over: [(row, identity)], extent: count).makeIterator()
  return zip(targets, rows).map { target, row in
    row == nil
      ? Value.full(y.shape + target.shape, 0, target.elementType, in: operation, at: site)
      : found.next()!.reshaped(to: y.shape + target.shape, at: site)
  }
}

/// Jᵀ v for one target, zero where y does not depend on it.
private func transposedJacobian(
  of y: Value, withRespectTo x: Value, times v: Value, in operation: String, at site: CallSite
) -> Value {
  pullback(of: y, cotangent: v, withRespectTo: [x], in: operation, at: site)[0]
    ?? Value.full(x.shape, 0, x.elementType)
}

private func checkShape(
  _ v: Value, like other: Value, _ role: String, in operation: String, at site: CallSite
) {
  if v.shape != other.shape {
    Mistake(
      operation, "the vector \(v.label) has not the shape of the \(role) \(other.label)",
      fix: "give a vector of shape \(other.shape)"
    ).stop(at: site)
  }
}
