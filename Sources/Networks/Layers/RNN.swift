// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// h_t = tanh(x_t • W + b + h_(t-1) • R + c) for all positions t of a sequence: a plain recurrent
/// network, see ``PullbackTensors/rnn(_:_:from:activation:file:line:)``.
///
/// x: [n, t, inputs], y: [n, t, hidden], all h. W: [inputs, hidden], R: [hidden, hidden], b and c:
/// [hidden]. All start uniform in ±1/√hidden, as in PyTorch.
public struct RNN: StoredLayer {
  public static let kind = "rnn"

  private let own: RecurrentParameters
  /// What the sum goes through.
  public let activation: RecurrentActivation

  /// A mistake if there are fewer inputs or hidden numbers than 1, or more weights
  /// than can be counted.
  public init(
    _ inputs: Int, _ hidden: Int, activation: RecurrentActivation = .tanh, bias: Bool = true,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    own = RecurrentParameters(
      inputs, hidden, gates: 1, bias: bias, in: "RNN", at: CallSite(file, line))
    self.activation = activation
  }

  /// PyTorch keeps weights transposed, under the names of a network of one layer.
  public var parameters: Parameters { own.tree }

  /// What the cell multiplies by and adds, as it is now.
  public var weights: RecurrentWeights<Float> { own.weights }

  public var settings: LayerSettings {
    LayerSettings(own.settings + [("activation", .text(activation.rawValue))])
  }

  public init(settings: LayerSettings) throws(LayerError) {
    let own = try RecurrentParameters.settings(settings, gates: 1)
    guard let activation = RecurrentActivation(rawValue: try settings.text("activation")) else {
      throw LayerError("tanh or relu expected", setting: "activation")
    }
    self.init(own.inputs, own.hidden, activation: activation, bias: own.bias)
  }

  public var lastAxis: LastAxis { .changed(from: own.inputs, to: own.hidden) }

  public var lastAxisOfRows: LastAxis? { nil }

  /// The h of all positions. A mistake unless x is [n, t, inputs].
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    check(x, rank: 3, own)
    return noted(on: x) { rnn(x, weights, activation: activation).outputs }
  }

  /// The h of all positions and the last of them, from a state or zeros: [n, hidden].
  public func run(
    _ x: Tensor<Float>, from state: Tensor<Float>? = nil
  ) -> (outputs: Tensor<Float>, state: Tensor<Float>) {
    check(x, rank: 3, own)
    if let state { check([state], with: x, own) }
    return rnn(x, weights, from: state, activation: activation)
  }

  /// The next h of one position. x: [n, inputs], state: [n, hidden].
  public func step(_ x: Tensor<Float>, _ state: Tensor<Float>) -> Tensor<Float> {
    check(x, rank: 2, own)
    check([state], with: x, own)
    return rnnCell(x, state, weights, activation: activation)
  }

  public var description: String {
    own.described("RNN", ("activation", activation == .tanh ? nil : ".\(activation)"))
  }
}
