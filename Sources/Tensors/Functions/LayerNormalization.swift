// SPDX-License-Identifier: Apache-2.0

/// y = (x - μ) / √(σ² + ε) · scale + bias, μ the mean and σ² the variance over the last axes: each
/// row with mean 0 and variance 1, then stretched and moved.
///
/// x and result: [..., d], or with `overLast: 2` [..., d, e] and so on; scale and bias: [d],
/// [d, e]. With z = (x - μ) / √(σ² + ε) and z.g = y.g · scale: x.g = (z.g - mean(z.g) - z mean(z.g
/// z)) / √(σ² + ε), scale.g = y.g z and bias.g = y.g, summed over the rows. A large mean costs no
/// digits (see ``Tensor/variance(along:correction:keepingAxes:file:line:)``). A mistake if x has
/// fewer axes, ε is negative, or scale or bias has another shape than the last axes of x.
///
///     let x: Tensor<Float> = [[1, 3], [-50, 50]]
///     print(layerNormalized(x, epsilon: 0))   // [[-1.  1.]
///                                             //  [-1.  1.]]
///
/// Source: Ba, Kiros, Hinton, "Layer normalization", arXiv:1607.06450.
public func layerNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, overLast count: Int = 1, scale: Tensor<Scalar>? = nil,
  bias: Tensor<Scalar>? = nil, epsilon: Double = 1e-5,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "layerNormalized", site = CallSite(file, line)
  let axes = stopping(at: site) { () throws(Mistake) in
    try lastAxes(count, of: x.value, scale?.value, bias?.value, epsilon, in: name)
  }
  let y = x.value.standardized(along: axes, epsilon: epsilon, in: name, at: site)
  return Tensor(y.scaled(by: scale?.value, bias?.value))
}

/// y = x / √(mean(x²) + ε) · scale, the mean over the last axes: each row with a mean square of 1,
/// then stretched. As ``layerNormalized(_:overLast:scale:bias:epsilon:file:line:)`` without the
/// mean and the bias.
///
/// x and result: [..., d], or with `overLast: 2` [..., d, e] and so on; scale: [d], [d, e]. With
/// z = x / √(mean(x²) + ε) and z.g = y.g · scale: x.g = (z.g - z mean(z.g z)) / √(mean(x²) + ε),
/// scale.g = y.g z summed over the rows. A mistake if x has fewer axes, ε is negative, or scale has
/// another shape than the last axes of x.
///
///     print(rmsNormalized(Tensor<Float>([3, -3, 3, 3]), epsilon: 0))   // [ 1. -1.  1.  1.]
///
/// Source: Zhang, Sennrich, "Root mean square layer normalization", NeurIPS 2019.
public func rmsNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, overLast count: Int = 1, scale: Tensor<Scalar>? = nil,
  epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "rmsNormalized", site = CallSite(file, line)
  let axes = stopping(at: site) { () throws(Mistake) in
    try lastAxes(count, of: x.value, scale?.value, nil, epsilon, in: name)
  }
  let square = (x.value * x.value).mean(along: axes, keepingAxes: true, in: name, at: site)
  let y = x.value * square.reciprocalRoot(epsilon)
  return Tensor(y.scaled(by: scale?.value, nil))
}

/// The last axes of x; refuses what does not fit them.
private func lastAxes(
  _ count: Int, of x: Value, _ scale: Value?, _ bias: Value?, _ epsilon: Double,
  in operation: String
) throws(Mistake) -> [Int] {
  guard count >= 1, count <= x.rank else {
    throw Mistake(
      operation,
      "it is over the last \(counted(count, "axis", plural: "axes")), and \(x.label) has \(x.rank)",
      fix: "let overLast be in 1...\(Swift.max(x.rank, 1)), and x of rank 1 or more")
  }
  try checkEpsilon(epsilon, in: operation)
  let extents = Shape(x.shape.suffix(count))
  try checkAffine(scale, "scale", fits: extents, of: x, in: operation)
  try checkAffine(bias, "bias", fits: extents, of: x, in: operation)
  return Array(x.rank - count..<x.rank)
}

func checkEpsilon(_ epsilon: Double, in operation: String) throws(Mistake) {
  guard epsilon >= 0, epsilon.isFinite else {
    throw Mistake(operation, "an epsilon of \(epsilon)", fix: "use a finite number of 0 or more")
  }
}

/// Nothing broadcasts here: a scale of one number would hide a wrong one.
func checkAffine(
  _ tensor: Value?, _ name: String, fits extents: Shape, of x: Value, in operation: String
) throws(Mistake) {
  guard let tensor, tensor.shape != extents else { return }
  throw Mistake(
    operation, "the \(name) \(tensor.label) does not fit \(x.label)",
    fix: "give a \(name) of shape \(extents)")
}
