// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackPlans
import PullbackRuntime
import Testing

/// Layers over sequences: position by position, with masks, in models that are trained.
struct AttentionAndRecurrenceTests {
  init() { Plan.verifiesByDefault = true }

  private func isClose(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Bool {
    a.shape == b.shape && a.isClose(to: b, relativeTolerance: 0, absoluteTolerance: 1e-5)
  }

  private let x = Tensor<Float>.normal([2, 6, 8], key: RandomKey(seed: 1))

  /// Position by position, in runs of several, at once: a block whose blocks have
  /// caches of their own.
  @Test(arguments: [(4, Double?.none), (2, nil), (1, 100), (4, 10_000)])
  func stepsGiveWhatTheWholeRunGives(keyValueHeads: Int, rotaryBase: Double?) {
    let blocks = (0..<2).map { number in
      TransformerBlock(
        8, heads: 4, keyValueHeads: keyValueHeads, isCausal: true, rotaryBase: rotaryBase
      ).initialized(seed: UInt64(number))
    }
    let whole = blocks[1](blocks[0](x))
    for sizes in [[1, 1, 1, 1, 1, 1], [3, 1, 2], [6]] {
      var caches = [AttentionCache(), AttentionCache()], start = 0
      for size in sizes {
        var y = x[.all, start..<start + size]
        for number in 0..<2 { y = blocks[number].step(y, cache: &caches[number]) }
        #expect(isClose(y, whole[.all, start..<start + size]))
        start += size
        #expect(caches[0].count == start && caches[1].count == start)
      }
    }
  }

  @Test func stepsAreRecorded() {
    let layer = MultiHeadAttention(8, heads: 2, isCausal: true).initialized(seed: 3)
    let step = recorded { (x: Tensor<Float>) in
      var cache = AttentionCache()
      _ = layer.step(x[.all, 0..<4], cache: &cache)
      return layer.step(x[.all, 4..<6], cache: &cache)
    }
    #expect(isClose(step(x), layer(x)[.all, 4..<6]))
  }

  /// What is masked has no influence, and a position that sees nothing gives the bias.
  @Test func masksHide() {
    let layer = MultiHeadAttention(8, heads: 2).initialized(seed: 3)
    let mask: Tensor<Bool> = Tensor(
      shape: [1, 6], scalars: [true, true, true, true, false, false])
    let changed = select(mask.transposed(), x, 100 * x)
    let y = layer.attend(x, mask: mask), z = layer.attend(changed, mask: mask)
    #expect(isClose(y[.all, 0..<4], z[.all, 0..<4]))
    #expect(isClose(y[.all, 0..<4], layer(x[.all, 0..<4])))
    let nothing = layer.attend(x, mask: Tensor(shape: [6, 6], scalars: (0..<36).map { $0 >= 6 }))
    #expect(nothing[.all, 0].scalars.allSatisfy { $0 == 0 })
    let g = gradient(of: nothing.squared().sum(), withRespectTo: layer.output.weight.value)
    #expect(g.scalars.allSatisfy { $0.isFinite })
  }

  private func check<Layer: StoredLayer<Tensor<Float>, Tensor<Float>>>(_ layer: Layer) {
    let y = layer(x)
    #expect(y.shape == [2, 6, 3])
    // Causal: the first positions do not know the last.
    #expect(isClose(layer(x[.all, 0..<4]), y[.all, 0..<4]))
  }

  @Test func stepsOfRecurrencesGiveTheirRuns() {
    let rnn = RNN(8, 3, activation: .relu).initialized(seed: 1)
    let gru = GRU(8, 3).initialized(seed: 1), lstm = LSTM(8, 3).initialized(seed: 1)
    check(rnn)
    check(gru)
    check(lstm)
    var plain = Tensor<Float>.zeros([2, 3]), gated = plain
    var state = LSTMState(hidden: plain, cell: plain)
    for position in 0..<6 {
      plain = rnn.step(x[.all, position], plain)
      gated = gru.step(x[.all, position], gated)
      state = lstm.step(x[.all, position], state)
    }
    #expect(isClose(plain, rnn.run(x).state) && isClose(plain, rnn(x)[.all, 5]))
    #expect(isClose(gated, gru.run(x).state) && isClose(gated, gru(x)[.all, 5]))
    let (outputs, last) = lstm.run(x)
    #expect(isClose(outputs, lstm(x)) && isClose(outputs[.all, 5], last.hidden))
    #expect(isClose(state.hidden, last.hidden) && isClose(state.cell, last.cell))
    // In two runs, the second from where the first ended.
    let first = lstm.run(x[.all, 0..<2])
    let second = lstm.run(x[.all, 2..<6], from: first.state)
    #expect(isClose(second.outputs, outputs[.all, 2..<6]) && isClose(second.state.cell, last.cell))
    #expect(gru(x[.all, 0..<0]).shape == [2, 0, 3])
  }

  /// A copy of the characters before, learned by fresh and recorded steps of equal bits.
  @Test(arguments: ["transformer", "lstm", "gru"])
  func modelsOfCharactersLearn(kind: String) {
    func model() -> Sequential<Tensor<Int32>> {
      switch kind {
      case "lstm": Sequential(Embedding(5, 8), LSTM(8, 12), Linear(12, 5))
      case "gru": Sequential(Embedding(5, 8), GRU(8, 12), LayerNorm(12), Linear(12, 5))
      default:
        Sequential(
          Embedding(5, 8),
          TransformerBlock(8, heads: 2, isCausal: true, rotaryBase: 100, dropout: 0.05),
          RMSNorm(8), Linear(8, 5))
      }
    }
    let fresh = model().initialized(seed: 5), replayed = model().initialized(seed: 5)
    let both = [fresh, replayed].map { Optimizer(Adam(learningRate: 0.02), for: $0.parameters) }
    var letters: [Int32] = []
    for row in 0..<4 {
      for place in 0..<9 { letters.append(Int32((place * (row + 1) + row) % 5)) }
    }
    let text = Tensor<Int32>(shape: [4, 9], scalars: letters)
    let inputs = text[.all, 0..<8], labels = text[.all, 1..<9]
    @Sendable func loss(
      _ model: Sequential<Tensor<Int32>>, _ x: Tensor<Int32>, _ labels: Tensor<Int32>,
      _ key: RandomKey
    ) -> Tensor<Float> {
      let logits = Pass.training(key: key) { model(x) }
      return softmaxCrossEntropy(
        logits.reshaped(to: [-1, 5]), labels: labels.reshaped(to: [-1]))
    }
    let step = both[1].recorded { (x: Tensor<Int32>, labels: Tensor<Int32>, key: RandomKey) in
      loss(replayed, x, labels, key)
    }
    var losses: [Float] = []
    for number in 0..<40 as Range<UInt64> {
      let key = RandomKey(seed: number)
      let value = step(inputs, labels, key)
      losses.append(value)
      if number < 4 { #expect(both[0].minimize(loss(fresh, inputs, labels, key)) == value) }
    }
    #expect(losses.last! < 0.5 * losses[0], "\(losses)")
  }
}
