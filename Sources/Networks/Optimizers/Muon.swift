// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Muon: steps of momentum made orthogonal, for the weights of layers.
///
/// With gradient g: v ← μ v + g, m = g + μ v (in Nesterov's form; else v),
/// w ← (1 - η λ) w - η √max(1, outputs / inputs) O(m), where O(m) is about U Vᵀ of m = U S Vᵀ: five
/// Newton-Schulz iterations X ← 3.4445 X - 4.7750 (X Xᵀ) X + 2.0315 (X Xᵀ)² X from
/// X = m / (‖m‖ + 10⁻⁷), which take all singular values to 0.7 ... 1.2. v starts at 0, and
/// is 0 where |v| < 2⁻¹⁰⁰.
///
/// It is for matrices [inputs, outputs]; more axes before the last count as inputs, as in the
/// kernel of a convolution. A bias is a mistake: train it, and usually embeddings and the last
/// layer too, in a group with another rule.
///
/// Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
///
/// ```swift
/// let model = Linear(2, 2).initialized(seed: 1)
/// let optimizer = Optimizer(groups: [
///   .init(["weight": model.weight], AnyRule(Muon())),
///   .init(["bias": model.bias!], AnyRule(AdamW())),
/// ])
/// optimizer.minimize(model([[1, 2]]).squared().sum())
/// print(optimizer.groups.map(\.rule.name))   // ["Muon", "AdamW"]
/// ```
public struct Muon: UpdateRule {
  public let name = "Muon"
  /// η.
  public var learningRate: Float
  /// μ, 0 ..< 1.
  public var momentum: Float
  /// Whether a step looks ahead by the momentum; without momentum it changes nothing.
  public var isNesterov: Bool
  /// λ.
  public var weightDecay: Float

  /// A mistake if the learning rate or λ is negative or not finite, or the momentum not in 0 ..< 1.
  public init(
    learningRate: Float = 0.02, momentum: Float = 0.95, isNesterov: Bool = true,
    weightDecay: Float = 0, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    check(allSettings, at: CallSite(file, line))
  }

  public var settings: [Setting<Muon>] {
    [
      Setting("momentum", \.momentum, .share), Setting("isNesterov", \.isNesterov),
      Setting("weightDecay", \.weightDecay, .size),
    ]
  }

  public var stateNames: [String] { momentum == 0 ? [] : ["velocity"] }

  public func fault(of shape: Shape) -> (problem: String, fix: String)? {
    shape.rank >= 2
      ? nil : ("it is no matrix", "train it in a group of its own with AnyRule(AdamW())")
  }

  public func addScalars(to scalars: inout RuleValues<Double>, step: Int) {
    scalars.kept = kept(decay: weightDecay)
  }

  public func updated(
    _ w: Tensor<Float>, gradient g: Tensor<Float>, state: inout RuleValues<Tensor<Float>>,
    scalars: RuleValues<Tensor<Float>>
  ) -> Tensor<Float> {
    var way = g
    if momentum != 0 {
      let velocity = (scalars.momentum * state.velocity + g).flushed
      state.velocity = velocity
      way = isNesterov ? g + scalars.momentum * velocity : velocity
    }
    let outputs = w.shape[w.shape.rank - 1], inputs = w.shape.elementCount / max(outputs, 1)
    let size = (Float(max(inputs, outputs)) / Float(max(inputs, 1))).squareRoot()
    let step = orthogonalized(way.reshaped(to: [inputs, outputs])).reshaped(to: w.shape)
    return scalars.kept * w - scalars.learningRate * size * step
  }

  /// O(m) of a matrix.
  private func orthogonalized(_ m: Tensor<Float>) -> Tensor<Float> {
    // X Xᵀ is the smaller of the two products if X is wide.
    let isTall = m.shape[0] > m.shape[1], wide = isTall ? m.transposed() : m
    var x = wide / (sqrt(wide.squared().sum()) + 1e-7)
    for _ in 0..<5 {
      let a = x • x.transposed()
      let b = 2.0315 * (a • a) - 4.7750 * a
      x = 3.4445 * x + b • x
    }
    return isTall ? x.transposed() : x
  }
}
