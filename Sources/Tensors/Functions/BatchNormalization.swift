// SPDX-License-Identifier: Apache-2.0

/// y = (x - μ_c) / √(σ_c² + ε) · scale_c + bias_c, for each channel c, the last axis, with its mean
/// μ_c and variance σ_c² over all other axes.
///
/// x and result: [n, c], [n, l, c], [n, h, w, c] or of more axes, channels last; scale and bias:
/// [c]. Derivatives go through μ and σ, as in
/// ``layerNormalized(_:overLast:scale:bias:epsilon:file:line:)``. A mistake if x has fewer than two
/// axes, ε is negative, or scale or bias has another shape.
///
///     let x: Tensor<Float> = [[1, 10], [3, 30]]
///     print(batchNormalized(x, epsilon: 0))   // [[-1. -1.]
///                                             //  [ 1.  1.]]
///
/// Source: Ioffe, Szegedy, "Batch normalization", ICML 2015.
public func batchNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, scale: Tensor<Scalar>? = nil, bias: Tensor<Scalar>? = nil,
  epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  batchNormalized(
    x, scale: scale, bias: bias, epsilon: epsilon, in: "batchNormalized", at: CallSite(file, line)
  ).result
}

/// y = (x - mean_c) / √(variance_c + ε) · scale_c + bias_c, for each channel c, the last axis, with
/// a mean and a variance that are known: what batch normalization is when it is used.
///
/// x and result: [..., c]; mean, variance, scale and bias: [c]. x.g = y.g scale / √(variance + ε).
/// A mistake if x is a scalar, ε is negative, or another of them is not of shape [c].
///
///     let x: Tensor<Float> = [[1, 10], [3, 30]]
///     print(batchNormalized(x, mean: [1, 10], variance: [4, 100], epsilon: 0))   // [[0. 0.]
///                                                                                //  [1. 2.]]
public func batchNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, mean: Tensor<Scalar>, variance: Tensor<Scalar>,
  scale: Tensor<Scalar>? = nil, bias: Tensor<Scalar>? = nil, epsilon: Double = 1e-5,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "batchNormalized"
  let known = [("mean", mean.value), ("variance", variance.value)]
  stopping(at: CallSite(file, line)) { () throws(Mistake) in
    try checkChannels(of: x.value, known, scale?.value, bias?.value, epsilon, in: name)
  }
  let factor = variance.value.reciprocalRoot(epsilon)
  // The factors of a channel are multiplied by each other, not all its numbers by both.
  let slope = scale.map { factor * $0.value } ?? factor
  return Tensor((x.value - mean.value).scaled(by: slope, bias?.value))
}

/// The same with the batch's mean and variance, [c] each.
///
/// - Parameter operation: what the user called.
package func batchNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, scale: Tensor<Scalar>?, bias: Tensor<Scalar>?, epsilon: Double,
  in operation: String, at site: CallSite
) -> (result: Tensor<Scalar>, mean: Tensor<Scalar>, variance: Tensor<Scalar>) {
  stopping(at: site) { () throws(Mistake) in
    try checkChannels(of: x.value, [], scale?.value, bias?.value, epsilon, in: operation)
    try checkExamples(of: x.value, in: operation)
  }
  let channels = x.shape[x.rank - 1], places = x.shape.dropLast().reduce(1, *)
  let y = x.value.reshaped(to: [1, places, channels, 1]).normalizedInGroups(
    scale: scale?.value.reshaped(to: [channels, 1]), bias: bias?.value.reshaped(to: [channels, 1]),
    epsilon: epsilon, in: operation, at: site)
  return (
    Tensor(y.result.reshaped(to: x.shape)), Tensor(y.mean.reshaped(to: [channels])),
    Tensor(y.variance.reshaped(to: [channels]))
  )
}

/// y = (x - μ) / √(σ² + ε) · scale_c + bias_c, with μ and σ² over all places of a group of
/// channels in one example: what
/// ``layerNormalized(_:overLast:scale:bias:epsilon:file:line:)`` is for images.
///
/// x and result: [n, ..., c], channels last, as in [n, h, w, c]; scale and bias: [c]. Group g
/// holds the channels g c / groups ..< (g + 1) c / groups. Derivatives go through μ and σ. A
/// mistake if x has fewer than two axes, the groups are not of one size, ε is negative, or scale
/// or bias has another shape.
///
///     let x: Tensor<Float> = [[1, 3, 10, 30]]
///     print(groupNormalized(x, groups: 2, epsilon: 0))   // [[-1.  1. -1.  1.]]
///
/// Source: Wu, He, "Group normalization", ECCV 2018.
public func groupNormalized<Scalar: FloatingPointScalar>(
  _ x: Tensor<Scalar>, groups: Int, scale: Tensor<Scalar>? = nil, bias: Tensor<Scalar>? = nil,
  epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "groupNormalized", site = CallSite(file, line), x = x.value
  stopping(at: site) { () throws(Mistake) in
    try checkChannels(of: x, [], scale?.value, bias?.value, epsilon, in: name)
    try checkExamples(of: x, in: name)
    let channels = x.shape[x.rank - 1]
    guard groups > 0, channels % groups == 0 else {
      throw Mistake(
        name, "\(groups) groups of the \(channels) channels of \(x.label)",
        fix: "let the number of channels be a multiple of that of groups")
    }
  }
  let examples = x.shape[0], each = x.shape[x.rank - 1] / groups
  let places = x.shape.dropFirst().dropLast().reduce(1, *)
  if places == 1 {
    // The rows of a layer norm.
    let rows = x.reshaped(to: [examples, groups, each])
    let y = rows.standardized(along: [2], epsilon: epsilon, in: name, at: site)
    return Tensor(y.reshaped(to: x.shape).scaled(by: scale?.value, bias?.value))
  }
  let ofChannels: Shape = [groups, each]
  let y = x.reshaped(to: [examples, places, groups, each]).normalizedInGroups(
    scale: scale?.value.reshaped(to: ofChannels), bias: bias?.value.reshaped(to: ofChannels),
    epsilon: epsilon, in: name, at: site)
  return Tensor(y.result.reshaped(to: x.shape))
}

private func checkExamples(of x: Value, in operation: String) throws(Mistake) {
  guard x.rank >= 2 else {
    throw Mistake(
      operation, "\(x.label) has no axis of examples before its channels", fix: "use [n, ..., c]")
  }
}

private func checkChannels(
  of x: Value, _ known: [(name: String, tensor: Value)], _ scale: Value?, _ bias: Value?,
  _ epsilon: Double, in operation: String
) throws(Mistake) {
  try checkEpsilon(epsilon, in: operation)
  guard let channels = x.shape.last else {
    throw Mistake(operation, "\(x.label) is a scalar and has no channels", fix: "use [..., c]")
  }
  for (name, tensor) in known {
    try checkAffine(tensor, name, fits: [channels], of: x, in: operation)
  }
  try checkAffine(scale, "scale", fits: [channels], of: x, in: operation)
  try checkAffine(bias, "bias", fits: [channels], of: x, in: operation)
}
