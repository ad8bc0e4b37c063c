// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How an ``Optimizer`` keeps gradients small before its rules see them.
///
/// The limit is a number of the run: another one is no new plan.
///
/// ```swift
/// let w = Parameter(value: [3, 4])
/// let optimizer = Optimizer(SGD(learningRate: 1), for: ["w": w])
/// optimizer.clipping = .value(2)
/// optimizer.minimize((w.value * [3, 4]).sum())
/// print(w.value)   // [1. 2.]
/// ```
public enum Clipping: Hashable, Sendable {
  /// Each element g becomes min(max(g, -limit), limit).
  case value(Float)
  /// All gradients of the step are multiplied by min(1, limit / (‖g‖ + 10⁻⁶)), where ‖g‖ is the
  /// Euclidean norm of all their elements together, over all groups. As PyTorch's
  /// `clip_grad_norm_`.
  ///
  /// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013.
  case globalNorm(Float)

  /// What decides what is written down.
  enum Kind: Hashable { case value, globalNorm }

  var kind: Kind {
    switch self {
    case .value: .value
    case .globalNorm: .globalNorm
    }
  }

  var limit: Float {
    switch self {
    case .value(let limit), .globalNorm(let limit): limit
    }
  }
}

extension Clipping.Kind {
  /// The gradients as the rules see them.
  func clipped(_ gradients: [Tensor<Float>?], to limit: Tensor<Float>) -> [Tensor<Float>?] {
    switch self {
    case .value:
      return gradients.map { $0.map { minimum(maximum($0, -limit), limit) } }
    case .globalNorm:
      let squares = gradients.compactMap { $0?.squared().sum() }
      guard let first = squares.first else { return gradients }
      let norm = sqrt(squares.dropFirst().reduce(first) { $0 + $1 })
      let factor = minimum(limit / (norm + 1e-6), 1)
      return gradients.map { $0.map { $0 * factor } }
    }
  }
}
