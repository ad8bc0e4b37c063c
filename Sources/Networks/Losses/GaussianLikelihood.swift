// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// l = (ln v + (μ - t)² / v) / 2: minus the logarithm of the density of a normal distribution at
/// the target t, for a network that gives its mean μ and its variance v. ln √(2π) is left out.
///
/// Mean μ, target t and variance v: [...], of one shape; a loss for each element; result [].
/// μ.g = (μ - t) / v and v.g = (1 - (μ - t)² / v) / (2 v), each divided by count. A variance below
/// ε counts as ε, with the derivative that it has there, as in PyTorch's `GaussianNLLLoss`. A
/// mistake if the shapes differ.
///
///     let mean: Tensor<Float> = [1, 0], target: Tensor<Float> = [1, 2]
///     print(gaussianNegativeLogLikelihood(mean, target, variance: [1, 4]))   // 0.5965736
public func gaussianNegativeLogLikelihood<Scalar: FloatingPointScalar>(
  _ mean: Tensor<Scalar>, _ target: Tensor<Scalar>, variance: Tensor<Scalar>,
  epsilon: Scalar = 1e-6, weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "gaussianNegativeLogLikelihood", site = CallSite(file, line)
  checkEqualShapes(mean, target, ("mean", "target"), in: name, at: site)
  checkEqualShapes(mean, variance, ("mean", "variance"), in: name, at: site)
  guard epsilon > 0, epsilon.isFinite else {
    Mistake(name, "an epsilon of \(epsilon)", fix: "use a positive number").stop(at: site)
  }
  // The derivative is that of the variance, also where it is raised.
  let raise = relu(epsilon - variance).detached()
  let raised = variance + raise
  let losses = (log(raised) + (mean - target).squared() / raised) * Tensor<Scalar>(0.5)
  return reduction(losses, weights: weights, in: name, at: site)
}

/// The same for a network that gives the logarithm of the variance, s = ln v, which may be any
/// number: l = (s + (μ - t)² e^-s) / 2.
///
/// Mean μ, target t and log variance s: [...], of one shape; a loss for each element; result [].
/// μ.g = (μ - t) e^-s and s.g = (1 - (μ - t)² e^-s) / 2, each divided by count. A mistake if
/// the shapes differ.
///
///     let mean: Tensor<Float> = [1, 0], target: Tensor<Float> = [1, 2]
///     print(gaussianNegativeLogLikelihood(mean, target, logVariance: [0, 1]))   // 0.61787945
public func gaussianNegativeLogLikelihood<Scalar: FloatingPointScalar>(
  _ mean: Tensor<Scalar>, _ target: Tensor<Scalar>, logVariance: Tensor<Scalar>,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "gaussianNegativeLogLikelihood", site = CallSite(file, line)
  checkEqualShapes(mean, target, ("mean", "target"), in: name, at: site)
  checkEqualShapes(mean, logVariance, ("mean", "logVariance"), in: name, at: site)
  // The root of the precision: its square alone would overflow for deviations of 1e-19.
  let distance = (mean - target) * exp(logVariance * Tensor<Scalar>(-0.5))
  let losses = (logVariance + distance.squared()) * Tensor<Scalar>(0.5)
  return reduction(losses, weights: weights, in: name, at: site)
}
