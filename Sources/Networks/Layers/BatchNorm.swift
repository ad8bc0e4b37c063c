// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = (x - μ_c) / √(σ_c² + ε) · scale_c + bias_c for each channel c, the last axis: see
/// ``batchNormalized(_:scale:bias:epsilon:file:line:)``.
///
/// In a training pass μ and σ² are those of the batch, and the layer keeps running ones:
/// mean ← (1 - momentum) mean + momentum μ, and the variance likewise with σ² n / (n - 1), an
/// estimate from the n numbers of a channel. An optimizer's step with a loss that depends on the
/// result writes them, see ``PullbackTensors/Tensor/renewing(_:to:file:line:)``; they are saved,
/// copied and restored with the model, and no optimizer trains them. In inference the running ones
/// take the place of the batch's.
///
/// x and y: [n, c], [n, l, c], [n, h, w, c] or of more axes, channels last; scale, bias, mean and
/// variance: [c]. Scale and variance start at 1, bias and mean at 0, as in PyTorch.
///
/// ```swift
/// let model = Sequential(BatchNorm(1), Linear(1, 1, initialization: .constant(1)))
/// let optimizer = Optimizer(SGD(learningRate: 0.1), for: model.parameters)
/// let loss = Pass.training(key: RandomKey(seed: 1)) { model([[1], [3]]).squared().sum() }
/// optimizer.minimize(loss)
/// print(model.parameters["0.mean"]!.value, model.parameters["0.variance"]!.value)   // [0.2] [1.1]
/// ```
public struct BatchNorm: StoredLayer {
  public static let kind = "batch-norm"

  /// nil for a layer without.
  public let scale: Parameter?
  /// nil for a layer without.
  public let bias: Parameter?
  /// The running mean, which no optimizer trains.
  public let mean: Parameter
  /// The running variance, which no optimizer trains.
  public let variance: Parameter
  /// How much of the running numbers a batch replaces, 0 ... 1.
  public let momentum: Double
  /// ε
  public let epsilon: Double

  /// A mistake if there are fewer channels than 1, ε is negative, or the momentum
  /// is not in 0 ... 1.
  public init(
    _ channels: Int, scale: Bool = true, bias: Bool = true, momentum: Double = 0.1,
    epsilon: Double = 1e-5, file: StaticString = #fileID, line: UInt = #line
  ) {
    checkNorm([channels], epsilon, in: "BatchNorm", at: CallSite(file, line))
    guard momentum >= 0, momentum <= 1 else {
      Mistake("BatchNorm", "a momentum of \(momentum)", fix: "use a number in 0...1")
        .stop(at: CallSite(file, line))
    }
    self.scale = scale ? Parameter(shape: [channels], .constant(1)) : nil
    self.bias = bias ? Parameter(shape: [channels], .zeros) : nil
    mean = Parameter(shape: [channels], .zeros)
    variance = Parameter(shape: [channels], .constant(1))
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// PyTorch calls the scale "weight", the others "running_mean" and "running_var".
  public var parameters: Parameters {
    var parameters = affineParameters(scale, bias)
    parameters.add("mean", mean.marked(inPyTorch: "running_mean").marked(isTrained: false))
    parameters.add("variance", variance.marked(inPyTorch: "running_var").marked(isTrained: false))
    return parameters
  }

  public var settings: LayerSettings {
    [
      "channels": .integer(channels), "scale": .truth(scale != nil), "bias": .truth(bias != nil),
      "momentum": .number(momentum), "epsilon": .number(epsilon),
    ]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let momentum = try settings.number("momentum")
    guard momentum >= 0, momentum <= 1 else {
      throw LayerError("\(momentum) where a number in 0...1 is expected", setting: "momentum")
    }
    self.init(
      try settings.positiveCount("channels"), scale: try settings.truth("scale"),
      bias: try settings.truth("bias"), momentum: momentum, epsilon: try settings.epsilon())
  }

  public var lastAxis: LastAxis { .changed(from: channels, to: channels) }

  private var channels: Int { mean.shape[0] }

  /// A mistake if the last axis of x does not hold the channels, or in a training pass if a channel
  /// has fewer than two numbers, of which no variance can be estimated.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    guard x.rank > 1, x.shape[x.rank - 1] == channels else {
      refusal(of: x, channels: channels).stop(at: nil)
    }
    return noted(on: x) { Pass.current.isTraining ? trained(on: x) : used(on: x) }
  }

  private func used(on x: Tensor<Float>) -> Tensor<Float> {
    batchNormalized(
      x, mean: mean.value, variance: variance.value, scale: scale?.value, bias: bias?.value,
      epsilon: epsilon)
  }

  private func trained(on x: Tensor<Float>) -> Tensor<Float> {
    let count = x.shape.dropLast().reduce(1, *)
    guard count > 1 else {
      refusal(
        "\(place) has \(counted(count, "number")) of each channel in \(x.value.label)",
        fix: "train with batches of two examples or more"
      ).stop(at: nil)
    }
    let y = batchNormalized(
      x, scale: scale?.value, bias: bias?.value, epsilon: epsilon, in: "BatchNorm",
      at: CallSite(#fileID, #line))
    let estimate = Float(Double(count) / Double(count - 1))
    return y.result.renewing(mean, to: renewed(mean, by: y.mean))
      .renewing(variance, to: renewed(variance, by: y.variance * estimate))
  }

  private func renewed(_ running: Parameter, by new: Tensor<Float>) -> Tensor<Float> {
    running.value * Float(1 - momentum) + new * Float(momentum)
  }

  public var description: String {
    written(
      "BatchNorm", [channels], ("scale", scale == nil ? "false" : nil),
      ("bias", bias == nil ? "false" : nil), ("momentum", momentum == 0.1 ? nil : "\(momentum)"),
      ("epsilon", epsilon == 1e-5 ? nil : "\(epsilon)"))
  }
}
