// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// Networks of one architecture that are trained at once: settings to choose from, members of an
/// ensemble, a model for each of a thousand series.
///
/// Each parameter holds those of all K networks, [K, ...], under the path that it has in one of
/// them. What is done with one network is written down once, for one network, and done for all: any
/// layers, also your own, any loss, any rule. Network k gets the bits that it gets alone: what it
/// starts with is a function of its seed, and in a training pass it draws with the pass's key into
/// which its seed is folded.
///
/// ```swift
/// let swarm = Swarm(seeds: [1, 2, 3]) { Sequential(Linear(2, 4), Tanh(), Linear(4, 1)) }
/// let optimizer = Optimizer([0.1, 0.03, 0.01].map { Adam(learningRate: $0) }, for: swarm)
/// let step = optimizer.recorded { (x: Tensor<Float>, y: Tensor<Float>) in
///   let losses = swarm.batched(over: y) { net, y in meanSquaredError(net(x), y) }
///   return (losses.sum(), losses)
/// }
/// // Inputs [4, 2] for all, and targets of each network's own, [3, 4, 1].
/// let x: Tensor<Float> = [[0, 0], [0, 1], [1, 0], [1, 1]]
/// let y = Tensor<Float>.normal([3, 4, 1], key: RandomKey(seed: 4))
/// for _ in 0..<100 { step(x, y) }
/// let one = swarm.network(1)   // an ordinary model
/// print(swarm.parameters["0.weight"]!.shape, one.parameters["0.weight"]!.shape)   // [3, 2, 4] [2, 4]
/// ```
///
/// Examples that are fewer in some networks than in others are rows that have a weight of 0 in the
/// loss: `meanSquaredError(net(x), y, weights: w)` with w: [K, n].
public struct Swarm<Net: ParameterTree & Sendable>: ParameterTree, Sendable {
  /// What each network starts with, as in `initialized(seed:)`, and folds into the key of
  /// a training pass.
  public let seeds: [UInt64]
  /// Those of all networks, [K, ...], at the paths of one.
  public let parameters: Parameters
  /// What functions of one network are written down with; its parameters have no numbers.
  let one: Net
  private let make: @Sendable () -> Net

  /// A network for each seed. A mistake if there is no seed.
  ///
  /// - Parameter make: makes a network; each one that it makes has parameters of its own
  ///   at the same paths.
  public init(
    seeds: [UInt64], file: StaticString = #fileID, line: UInt = #line,
    _ make: @escaping @Sendable () -> Net
  ) {
    if seeds.isEmpty {
      Mistake("Swarm", "there are no networks", fix: "give a seed for each")
        .stop(at: CallSite(file, line))
    }
    self.seeds = seeds
    self.make = make
    one = make()
    var made: [UInt64: Parameter] = [:]
    for leaf in one.parameters.distinctLeaves {
      let own = leaf.parameter
      let starts = seeds.map {
        own.initialization.values(
          own.shape, key: RandomKey(seed: $0).folding(in: leaf.path))
      }
      made[own.slot.number] = Parameter(value: starts.joined(as: own.shape))
    }
    parameters = one.parameters.replacing { made[$0.slot.number]! }
    one.parameters.tellPaths()
    parameters.tellPaths()
  }

  /// `count` networks with the seeds 0, 1, 2, ...
  public init(
    _ count: Int, file: StaticString = #fileID, line: UInt = #line,
    _ make: @escaping @Sendable () -> Net
  ) {
    self.init(seeds: (0..<max(count, 0)).map(UInt64.init), file: file, line: line, make)
  }

  /// How many networks there are, K.
  public var count: Int { seeds.count }

  /// A model with the numbers that network `number` has now: saved, loaded and trained on like any
  /// other. A mistake if there is no such network.
  public func network(
    _ number: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Net {
    if !seeds.indices.contains(number) {
      Mistake(
        "Swarm.network", "network \(number) of \(count)", fix: "use a number in 0..<\(count)"
      ).stop(at: CallSite(file, line))
    }
    let made = make()
    let all = Parameter.values(of: parameters.distinct)
    Parameter.setValues(
      of: made.parameters.distinct, to: all.map { $0[number] })
    made.parameters.tellPaths()
    return made
  }

  public var description: String { "Swarm of \(count): \(one)" }
}

extension [Tensor<Float>] {
  /// One tensor of all of them, each of `shape`. They are read one after the other, by one plan:
  /// that of all together would be as long as they are many.
  fileprivate func joined(as shape: Shape) -> Tensor<Float> {
    Tensor(shape: [count] + shape, scalars: flatMap(\.scalars))
  }
}
