// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

/// Layers that get what does not fit name their path, and what they are made of.
struct LayerMessageTests {
  private struct Net: Layer {
    let block = TransformerBlock(8, heads: 2), norm = BatchNorm(8), memory = LSTM(8, 4)
    let groups = GroupNorm(groups: 2, channels: 8), inner = Pullback.Residual(Linear(8, 4))
    var parameters: Parameters {
      ["block": block, "norm": norm, "memory": memory, "groups": groups, "inner": inner]
    }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { block(x) }
  }

  enum Program: String, CaseIterable, Codable {
    case attention, norm, batch, single, row, groups, memory, noRun, residual, heads, shared, state
    case epsilon, cache, pathless, scalar, images, window

    func run() {
      let model = Net().initialized(seed: 1)
      let x = Tensor<Float>.ones([2, 3, 6])
      switch self {
      case .attention: _ = model.block.attention(x)
      case .norm: _ = model(x)
      case .batch: _ = model.norm(x)
      case .single:
        _ = Pass.training(key: RandomKey(seed: 1)) { model.norm(Tensor.ones([1, 8])) }
      case .row: _ = model.norm(Tensor.ones([8]))
      case .groups: _ = model.groups(x)
      case .memory: _ = model.memory(x)
      case .noRun: _ = model.memory(Tensor.ones([3, 8]))
      case .residual: _ = model.inner(Tensor.ones([2, 8]))
      case .heads: _ = MultiHeadAttention(8, heads: 3)
      case .shared: _ = MultiHeadAttention(8, heads: 4, keyValueHeads: 3)
      case .state: _ = GRU(2, 3).initialized(seed: 1).run(Tensor.ones([2, 4, 2]), from: [[1, 2]])
      case .epsilon: _ = LayerNorm(3, epsilon: -1)
      case .cache:
        var cache = AttentionCache()
        _ = model.block.attention.step(Tensor.ones([2, 1, 8]), cache: &cache)
        _ = model.block.attention.step(Tensor.ones([3, 1, 8]), cache: &cache)
      case .pathless: _ = BatchNorm(3)(x)
      case .scalar: _ = Flatten()(x.sum())
      case .images: _ = MaxPool(2)(Tensor.ones([2, 3]))
      case .window: _ = Convolution1D(6, 1, kernelSize: 5).initialized(seed: 1)(x)
      }
    }

    var message: String {
      switch self {
      case .attention:
        "MultiHeadAttention: block.attention expects 8 features and gets 6 from [2, 3, 6]"
      case .norm: "LayerNorm: block.attentionNorm expects 8 features and gets 6 from [2, 3, 6]"
      case .batch: "BatchNorm: norm expects 8 channels and gets 6 from [2, 3, 6]"
      case .single: "BatchNorm: norm has 1 number of each channel in [1, 8]"
      case .row:
        "BatchNorm: norm expects [n, ..., 8] and gets [8]. Fix: give [n, ..., 8], channels last"
      case .groups: "GroupNorm: groups expects 8 channels and gets 6 from [2, 3, 6]"
      case .memory: "LSTM: memory expects 8 inputs and gets 6 from [2, 3, 6]"
      case .noRun: "LSTM: memory expects [n, t, 8] and gets [3, 8]. Fix: give [n, t, 8]"
      case .residual: "Residual: in inner Linear(8, 4) makes [2, 4] of [2, 8]"
      case .heads: "MultiHeadAttention: 8 features for 3 heads"
      case .shared: "MultiHeadAttention: 4 heads of queries for 3 of keys and values"
      case .state: "gru: the state [1, 2] does not fit [2, 4, 2]. Fix: give one of shape [2, 3]"
      case .epsilon: "LayerNorm: an epsilon of -1.0"
      case .cache: "block.attention: the cache holds [2, 2, 1, 4] and not keys of 3 texts"
      case .pathless: "BatchNorm: the layer expects 3 channels and gets 6 from [2, 3, 6]"
      case .scalar: "Flatten: the result of sum [] is a scalar. Fix: give examples [n, ...]"
      // Not the line of the layer that calls the function.
      case .images: "Pullback: Fatal error: maxPooled: [2, 3] has 2 axes"
      case .window: "Pullback: Fatal error: convolution: a window of 5 (weight [5, 6, 1]) is longer"
      }
    }
  }

  @Test(arguments: Program.allCases)
  func messagesNameThePath(_ program: Program) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [program = program as Program] in
      program.run()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(program.message), "\(text.prefix(400))")
  }
}
