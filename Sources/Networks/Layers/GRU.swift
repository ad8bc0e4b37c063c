// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// h_t = (1 - z_t) n_t + z_t h_(t-1) for all positions t of a sequence: a gated recurrent unit, see
/// ``PullbackTensors/gru(_:_:from:file:line:)``.
///
/// x: [n, t, inputs], y: [n, t, hidden], all h. W: [inputs, 3 hidden], R: [hidden, 3 hidden],
/// b and c: [3 hidden], with the gates r, z, n in this order. All start uniform in
/// ±1/√hidden, as in PyTorch.
///
/// ```swift
/// let model = Sequential(Embedding(65, 16), GRU(16, 32), Linear(32, 65)).initialized(seed: 7)
/// print(model(Tensor<Int32>([[1, 2, 3]])).shape)   // [1, 3, 65]
/// ```
public struct GRU: StoredLayer {
  public static let kind = "gru"

  private let own: RecurrentParameters

  /// A mistake if there are fewer inputs or hidden numbers than 1, or more weights
  /// than can be counted.
  public init(
    _ inputs: Int, _ hidden: Int, bias: Bool = true,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    own = RecurrentParameters(
      inputs, hidden, gates: 3, bias: bias, in: "GRU", at: CallSite(file, line))
  }

  /// PyTorch keeps weights transposed, under the names of a network of one layer.
  public var parameters: Parameters { own.tree }

  /// What the cell multiplies by and adds, as it is now.
  public var weights: RecurrentWeights<Float> { own.weights }

  public var settings: LayerSettings { LayerSettings(own.settings) }

  public init(settings: LayerSettings) throws(LayerError) {
    let own = try RecurrentParameters.settings(settings, gates: 3)
    self.init(own.inputs, own.hidden, bias: own.bias)
  }

  public var lastAxis: LastAxis { .changed(from: own.inputs, to: own.hidden) }

  public var lastAxisOfRows: LastAxis? { nil }

  /// The h of all positions. A mistake unless x is [n, t, inputs].
  public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
    check(x, rank: 3, own)
    return noted(on: x) { gru(x, weights).outputs }
  }

  /// The h of all positions and the last of them, from a state or zeros: [n, hidden].
  public func run(
    _ x: Tensor<Float>, from state: Tensor<Float>? = nil
  ) -> (outputs: Tensor<Float>, state: Tensor<Float>) {
    check(x, rank: 3, own)
    if let state { check([state], with: x, own) }
    return gru(x, weights, from: state)
  }

  /// The next h of one position. x: [n, inputs], state: [n, hidden].
  public func step(_ x: Tensor<Float>, _ state: Tensor<Float>) -> Tensor<Float> {
    check(x, rank: 2, own)
    check([state], with: x, own)
    return gruCell(x, state, weights)
  }

  public var description: String { own.described("GRU") }
}
