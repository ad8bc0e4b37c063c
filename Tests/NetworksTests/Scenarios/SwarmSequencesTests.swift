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

  private struct Parts: ParameterTree, Sendable {
    let b = Parameter(shape: [4], .normal(standardDeviation: 1))
    let w = Parameter(shape: [4, 4], .normal(standardDeviation: 0.5))
    let gru = GRU(4, 4)
    var parameters: Parameters { ["b": b, "w": w, "gru": gru] }
  }

  private static let image = Tensor<Float>.normal([2, 1, 3, 4], key: RandomKey(seed: 1))
  private static let rows = Tensor<Float>.normal([3, 4], key: RandomKey(seed: 2))

  private static let losses: [(name: String, loss: @Sendable (Parts) -> Tensor<Float>)] = [
    ("summed along an extent of 1", { tanh(image + $0.b.value).squared().sum() }),
    (
      "eight sums along an extent of 1",
      { parts in
        var y = rows.reshaped(to: [1, 3, 4])
        for _ in 0..<8 { y = tanh(y + parts.b.value) }
        return y.squared().sum()
      }
    ),
    (
      "a bias on the left",
      { parts in
        var y = rows
        for _ in 0..<3 { y = tanh(parts.b.value + y • parts.w.value) }
        return y.squared().sum()
      }
    ),
    (
      "one layer three times",
      { parts in
        var y = rows.reshaped(to: [1, 3, 4])
        for _ in 0..<3 { y = parts.gru(y) }
        return y.squared().sum()
      }
    ),
    (
      "one row",
      { parts in
        var y = rows[0..<1]
        for _ in 0..<9 { y = y • parts.w.value + parts.b.value }
        return y.squared().sum()
      }
    ),
    (
      "a bias in rows and by itself",
      { parts in
        let b = parts.b.value, own = 0.1 * b.squared().sum()
        return (tanh(rows + b) + b).squared().sum() + own
      }
    ),
    (
      "a bias in rows, by itself, and in rows again",
      { parts in
        let b = parts.b.value, y = tanh(rows + b), own = (b * b.sum()).sum()
        return ((y + own) * b + b).squared().sum() + b.squared().sum()
      }
    ),
    (
      "a bias of ranks",
      { parts in
        let b = parts.b.value
        return (tanh(image + b) * b + rows[0] * b).squared().sum()
          + (rows * b.expandingShape(at: 0)).sum() + b.sum()
      }
    ),
    (
      "a weight on the left of a batch of 1",
      { parts in
        var y = rows.reshaped(to: [1, 3, 4]).transposed(0, 2, 1)
        for _ in 0..<8 { y = tanh(parts.w.value • y) }
        return y.squared().sum()
      }
    ),
  ]

  @Test(arguments: losses.map(\.name)) func eachPartHasItsBits(name: String) throws {
    let loss = try #require(Self.losses.first { $0.name == name }).loss
    let swarm = Swarm(8) { Parts() }, alone = (0..<8).map { swarm.network($0) }
    let optimizer = Optimizer(SGD(learningRate: 1), for: swarm)
    optimizer.minimize(swarm.batched { loss($0) }.sum())
    for (number, net) in alone.enumerated() {
      Optimizer(SGD(learningRate: 1), for: net.parameters).minimize(loss(net))
      let found = swarm.network(number).parameters.map(\.parameter.value.scalars)
      #expect(found == net.parameters.map(\.parameter.value.scalars), "network \(number)")
    }
  }
}
