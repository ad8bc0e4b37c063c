// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// y = x • W + b.
///
/// x: [..., inputs], W: [inputs, outputs], b: [outputs], y: [..., outputs].
/// x.g = y.g • Wᵀ, W.g = xᵀ • y.g, b.g = y.g summed over the rows.
public struct Linear: StoredLayer {
  public static let kind = "linear"

  /// W: [inputs, outputs].
  public let weight: Parameter
  /// b: [outputs]; nil for a layer without.
  public let bias: Parameter?

  /// A mistake if there are fewer than 0 inputs or outputs, or more weights than can be counted.
  ///
  /// - Parameter initialization: how the weight starts; the bias starts at 0. Names of choices are
  ///   in ``Initialization``.
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true,
    initialization: Initialization = .kaimingUniform,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let shape = Shape([inputs, outputs])
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try initialization.check(for: shape, in: "Linear")
    }
    weight = Parameter(shape: shape, initialization)
    self.bias = bias ? Parameter(shape: [outputs], .zeros) : nil
  }

  /// PyTorch keeps the weight as [outputs, inputs].
  public var parameters: Parameters {
    let weight = weight.marked(inPyTorch: "weight", axes: 1, 0)
    guard let bias else { return ["weight": weight] }
    return ["weight": weight, "bias": bias]
  }

  public var settings: LayerSettings {
    [
      "inputs": .integer(weight.shape[0]), "outputs": .integer(weight.shape[1]),
      "bias": .truth(bias != nil),
    ]
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let shape = try settings.shape("inputs", "outputs")
    let (inputs, outputs) = (shape[0], shape[1])
    let bias = try settings.truth("bias")
    // A layer that computes from no number at all may claim any size.
    guard outputs > 0 else {
      throw LayerError("0 where 1 or more are expected", setting: "outputs")
    }
    guard bias || inputs > 0 else {
      throw LayerError("0 where 1 or more are expected for want of a bias", setting: "inputs")
    }
    self.init(inputs, outputs, bias: bias)
  }

  public var lastAxis: LastAxis { .changed(from: weight.shape[0], to: weight.shape[1]) }

  /// A mistake if the last axis of x does not hold as many inputs as the weight has rows.
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    guard x.rank > 0, x.shape[x.rank - 1] == weight.shape[0] else { refuse(x) }
    if let trace = LayerTrace.current { return trace.call(self, on: x) { applied(to: x) } }
    return applied(to: x)
  }

  private func applied(to x: Tensor<Float>) -> Tensor<Float> {
    let product = x • weight.value
    return bias.map { product + $0.value } ?? product
  }

  private func refuse(_ x: Tensor<Float>) -> Never {
    let (inputs, outputs) = (weight.shape[0], weight.shape[1])
    refuse(
      x, expecting: inputs, "input", in: "rows of \(counted(inputs, "number"))", as: weight.label,
      fix: x.shape.last.map {
        "use Linear(\($0), \(outputs)) here, or a layer of \(counted(inputs, "output")) before it"
      })
  }

  public var description: String {
    written("Linear", [weight.shape[0], weight.shape[1]], ("bias", bias == nil ? "false" : nil))
  }
}
