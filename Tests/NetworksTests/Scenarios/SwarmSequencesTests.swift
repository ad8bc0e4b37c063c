// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What is used many times alike is one product, sum or collection, in each network of a swarm as
/// in one alone.
struct SwarmSequencesTests {
  /// Its weights are used at each position, first with what all networks share.
  private struct Steps: Layer {
    let table = Embedding(5, 3)
    let weight = Parameter(shape: [3, 3], .normal(standardDeviation: 0.5))
    let bias = Parameter(shape: [3], .normal(standardDeviation: 0.5))
    var parameters: Parameters { ["table": table, "weight": weight, "bias": bias] }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      var h = x[.all, 0]
      for at in 0..<x.shape[1] {
        let chosen = table(Tensor<Int32>.full([x.shape[0]], Int32(at % 5)))
        let moved: Tensor<Float> = h • weight.value + bias.value
        h = tanh(moved + x[.all, at] + chosen)
      }
      return h
    }
  }

  /// The same products, all of them of what the networks share.
  private struct Projections: Layer {
    let weight = Parameter(shape: [3, 4], .normal(standardDeviation: 0.5))
    var parameters: Parameters { ["weight": weight] }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
      var sum = Tensor<Float>.zeros([x.shape[0], 4])
      for at in 0..<x.shape[1] { sum = sum * 0.5 + tanh(x[.all, at] • weight.value) }
      return sum
    }
  }

  enum Kind: CaseIterable {
    case rnn, gru, lstm, steps, projections
  }

  private func check<Net: Layer>(
    _ count: Int, own: Bool, rows: Int, _ make: @escaping @Sendable () -> Net
  ) where Net.Input == Tensor<Float>, Net.Output == Tensor<Float> {
    let seeds: [UInt64] = [3, 4, 5]
    let x = Tensor<Float>.normal([rows, count, 3], key: RandomKey(seed: 1))
    let all = Tensor<Float>.normal([3, rows, count, 3], key: RandomKey(seed: 2))
    evaluate(x, all)
    let swarm = Swarm(seeds: seeds) { make() }
    let optimizer = Optimizer(SGD(learningRate: 0.1), for: swarm)
    for _ in 0..<2 {
      let losses =
        own
        ? swarm.batched(over: all) { net, x in net(x).squared().sum() }
        : swarm.batched { net in net(x).squared().sum() }
      optimizer.minimize(losses.sum())
    }
    for (number, seed) in seeds.enumerated() {
      let alone = make().initialized(seed: seed), input = own ? all[number] : x
      let one = Optimizer(SGD(learningRate: 0.1), for: alone.parameters)
      for _ in 0..<2 { one.minimize(alone(input).squared().sum()) }
      let found = swarm.network(number).parameters.map(\.parameter.value.scalars)
      let expected = alone.parameters.map(\.parameter.value.scalars)
      #expect(found == expected, "network \(number)")
    }
  }

  @Test(arguments: Kind.allCases, [7, 8, 11])
  func eachNetworkHasItsBits(kind: Kind, count: Int) {
    for own in [false, true] {
      for rows in [1, 2, 130] {
        switch kind {
        case .rnn: check(count, own: own, rows: rows) { RNN(3, 5) }
        case .gru: check(count, own: own, rows: rows) { GRU(3, 5) }
        case .lstm: check(count, own: own, rows: rows) { LSTM(3, 5) }
        case .steps: check(count, own: own, rows: rows) { Steps() }
        case .projections: check(count, own: own, rows: rows) { Projections() }
        }
      }
    }
  }
}
