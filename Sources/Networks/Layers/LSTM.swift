// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// h_t = o_t tanh(c_t) with c_t = f_t c_(t-1) + i_t g_t for all positions t of a sequence: a long
/// short-term memory, see ``PullbackTensors/lstm(_:_:from:file:line:)``.
///
/// x: [n, t, inputs], y: [n, t, hidden], all h. W: [inputs, 4 hidden], R: [hidden, 4 hidden],
/// b and c: [4 hidden], with the gates i, f, g, o in this order. All start uniform in
/// ±1/√hidden, as in PyTorch.
///
/// ```swift
/// let layer = LSTM(2, 3).initialized(seed: 7)
/// let x = Tensor<Float>.normal([4, 5, 2], key: RandomKey(seed: 1))
/// let (outputs, state) = layer.run(x)
/// print(layer, outputs.shape, state.cell.shape)   // LSTM(2, 3) [4, 5, 3] [4, 3]
/// ```
public struct LSTM: StoredLayer {
  public static let kind = "lstm"

  private let own: RecurrentParameters

  /// A mistake if there are fewer inputs or hidden numbers than 1, or more weights
  /// than can be counted.
  public init(
    _ inputs: Int, _ hidden: Int, bias: Bool = true,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    own = RecurrentParameters(
      inputs, hidden, gates: 4, bias: bias, in: "LSTM", at: CallSite(file, line))
  }

  /// PyTorch keeps weights transposed, under the names of a network of one layer.
  public var parameters: Parameters { own.tree }

  /// What the cell multiplies by and adds, as it is now.
  public var weights: RecurrentWeights<Float> { own.weights }

  public var settings: LayerSettings { LayerSettings(own.settings) }

  public init(settings: LayerSettings) throws(LayerError) {
    let own = try RecurrentParameters.settings(settings, gates: 4)
    self.init(own.inputs, own.hidden, bias: own.bias)
  }

  public var lastAxis: LastAxis { .changed(from: own.inputs, to: own.hidden) }

  public var lastAxisOfRows: LastAxis? { nil }

  /// The h of all positions. A mistake unless x is [n, t, inputs].
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    check(x, rank: 3, own)
    return noted(on: x) { lstm(x, weights).outputs }
  }

  /// The h of all positions and the last state, from a state or zeros.
  public func run(
    _ x: Tensor<Float>, from state: LSTMState<Float>? = nil
  ) -> (outputs: Tensor<Float>, state: LSTMState<Float>) {
    check(x, rank: 3, own)
    if let state { check([state.hidden, state.cell], with: x, own) }
    return lstm(x, weights, from: state)
  }

  /// The next state of one position. x: [n, inputs].
  public func step(_ x: Tensor<Float>, _ state: LSTMState<Float>) -> LSTMState<Float> {
    check(x, rank: 2, own)
    check([state.hidden, state.cell], with: x, own)
    return lstmCell(x, state, weights)
  }

  public var description: String { own.described("LSTM") }
}
