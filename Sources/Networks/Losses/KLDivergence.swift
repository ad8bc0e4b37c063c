// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// D(P ‖ Q) = Σ_c p_c (ln p_c - ln q_c), averaged over the rows: what it costs to take Q for P,
/// from the logarithms of both, such as ``logSoftmax(_:along:file:line:)`` gives.
///
/// ln p and ln q: [..., classes], of one shape; a divergence for each row; result [].
/// ln q.g = -p / rows, ln p.g = p (ln p - ln q + 1) / rows. A class with p = 0 (ln p = -∞) adds
/// nothing and gets no derivative. The mean is over rows: PyTorch's `kl_div` with `batchmean`. A
/// mistake if the shapes differ.
///
///     let p = log(Tensor<Float>([[0.5, 0.5, 0]])), q = log(Tensor<Float>([[0.25, 0.25, 0.5]]))
///     print(klDivergence(logProbabilities: p, from: q))   // 0.6931472
///
/// Source: Kullback, Leibler, "On information and sufficiency", Annals of Mathematical
/// Statistics 22, 1951.
public func klDivergence<Scalar: FloatingPointScalar>(
  logProbabilities p: Tensor<Scalar>, from q: Tensor<Scalar>, weights: Tensor<Scalar>? = nil,
  reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let site = CallSite(file, line)
  let names = ("log probabilities", "reference")
  checkEqualShapes(p, q, names, in: "klDivergence", at: site)
  checkClasses(of: p, names.0, in: "klDivergence", at: site)
  let probability = exp(p)
  let excess = select(probability .> 0, p - q, 0)
  return reduction(
    (probability * excess).sum(along: -1), weights: weights, in: "klDivergence", at: site)
}

/// D(N(μ, e^s) ‖ N(m, e^u)) = Σ_c (u_c - s_c + e^(s_c - u_c) + (μ_c - m_c)² e^-u_c - 1) / 2,
/// averaged over the rows: of normal distributions with independent components. Without a prior
/// m = 0 and u = 0, as in a variational autoencoder.
///
/// All are [..., components], of one shape; a divergence for each row, so that the mean is over
/// examples and not over components; result []. μ.g = (μ - m) e^-u and s.g = (e^(s - u) - 1) / 2,
/// each divided by rows. A mistake if the shapes differ.
///
///     let mean: Tensor<Float> = [[1, 2], [0, 0]]
///     print(gaussianKLDivergence(mean: mean, logVariance: .zeros([2, 2]), reduction: .none))
///     // [2.5 0. ]
///
/// Source: Kingma, Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B.
public func gaussianKLDivergence<Scalar: FloatingPointScalar>(
  mean: Tensor<Scalar>, logVariance: Tensor<Scalar>,
  prior: (mean: Tensor<Scalar>, logVariance: Tensor<Scalar>)? = nil,
  weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor<Scalar> {
  let name = "gaussianKLDivergence", site = CallSite(file, line)
  checkEqualShapes(mean, logVariance, ("mean", "logVariance"), in: name, at: site)
  guard mean.rank > 0 else {
    Mistake(
      name, "the mean \(mean.value.label) has no axis of components",
      fix: "mean and logVariance are [..., components]"
    ).stop(at: site)
  }
  var (distance, excess) = (mean, logVariance)
  if let prior {
    checkEqualShapes(mean, prior.mean, ("mean", "prior.mean"), in: name, at: site)
    checkEqualShapes(mean, prior.logVariance, ("mean", "prior.logVariance"), in: name, at: site)
    distance = (mean - prior.mean) * exp(prior.logVariance * Tensor<Scalar>(-0.5))
    excess = logVariance - prior.logVariance
  }
  // e^s - 1 - s, without losing what is left near 0 to the rounding of e^s.
  let components = (expm1(excess) - excess) + distance.squared()
  let losses = components.sum(along: -1) * Tensor<Scalar>(0.5)
  return reduction(losses, weights: weights, in: name, at: site)
}
