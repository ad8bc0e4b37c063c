// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = (x - μ) / √(σ² + ε) · scale_c + bias_c, with the mean and variance of each group of channels
/// in each example: see ``groupNormalized(_:groups:scale:bias:epsilon:file:line:)``.
///
/// x and y: [n, ..., c], channels last, as in [n, h, w, c]; scale: [c], which starts at 1, bias:
/// [c], which starts at 0.
public struct GroupNorm: StoredLayer {
  public static let kind = "group-norm"

  /// How many groups there are, of c / groups neighbouring channels each.
  public let groups: Int
  /// nil for a layer without.
  public let scale: Parameter?
  /// nil for a layer without.
  public let bias: Parameter?
  /// ε
  public let epsilon: Double
  private let channels: Int

  /// A mistake if the groups are not of one size, or ε is negative.
  public init(
    groups: Int, channels: Int, scale: Bool = true, bias: Bool = true, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    checkNorm([channels], epsilon, in: "GroupNorm", at: CallSite(file, line))
    guard groups > 0, channels % groups == 0 else {
      Mistake(
        "GroupNorm", "\(groups) groups of \(channels) channels",
        fix: "let the number of channels be a multiple of that of groups"
      ).stop(at: CallSite(file, line))
    }
    self.groups = groups
    self.channels = channels
    self.scale = scale ? Parameter(shape: [channels], .constant(1)) : nil
    self.bias = bias ? Parameter(shape: [channels], .zeros) : nil
    self.epsilon = epsilon
  }

  /// PyTorch calls the scale "weight".
  public var parameters: Parameters { affineParameters(scale, bias) }

  public var settings: LayerSettings {
    [
      "groups": .integer(groups), "channels": .integer(channels), "scale": .truth(scale != nil),
      "bias": .truth(bias != nil), "epsilon": .number(epsilon),
    ]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let groups = try settings.positiveCount("groups")
    let channels = try settings.positiveCount("channels")
    guard channels % groups == 0 else {
      throw LayerError("\(channels) channels are not \(groups) groups of one size")
    }
    self.init(
      groups: groups, channels: channels, scale: try settings.truth("scale"),
      bias: try settings.truth("bias"), epsilon: try settings.epsilon())
  }

  public var lastAxis: LastAxis { .changed(from: channels, to: channels) }

  /// A mistake if the last axis of x does not hold the channels.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    guard x.rank > 1, x.shape[x.rank - 1] == channels else {
      refusal(of: x, channels: channels).stop(at: nil)
    }
    return noted(on: x) {
      groupNormalized(
        x, groups: groups, scale: scale?.value, bias: bias?.value, epsilon: epsilon)
    }
  }

  public var description: String {
    written(
      "GroupNorm", [], ("groups", "\(groups)"), ("channels", "\(channels)"),
      ("scale", scale == nil ? "false" : nil), ("bias", bias == nil ? "false" : nil),
      ("epsilon", epsilon == 1e-5 ? nil : "\(epsilon)"))
  }
}
