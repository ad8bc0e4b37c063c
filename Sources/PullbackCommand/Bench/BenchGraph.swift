// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench graph`: what writing graphs down costs, on tensors so small that computing
/// their numbers costs next to nothing.
struct BenchGraph: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Time the front end: per node, and per step of training.",
    discussion: """
      build: writing a graph of linear layers with relu down, and releasing it. gradient: writing \
      its gradient down. replay: reading the numbers of a graph whose plan is cached: walk, key, \
      look-up and run. step: a whole training step of a tiny network, on a fresh graph and recorded; \
      its front end is what it takes beyond running its plan alone.

        pullback bench graph --nodes 10000
      """)

  @Option(parsing: .unconditional, help: "Nodes of the graph, about.")
  var nodes = 60

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (3...10_000).contains(nodes) else {
      throw ValidationError("--nodes must be from 3 to 10000")
    }
  }

  func run() throws {
    try options.begin()
    try options.report([build(), gradient(), replay()] + steps())
  }

  // Small enough that activations neither grow nor vanish.
  private static let input: Tensor<Float> = [[0.5, 1]]
  private static let weight: Tensor<Float> = [[0.5, -0.25], [0.25, 0.5]]
  private static let bias: Tensor<Float> = [0.25, 0.125]

  /// A layer makes a product, a sum and a relu.
  private func chain() -> Tensor<Float> {
    var x = BenchGraph.input
    for _ in 0..<(nodes / 3) { x = relu(x • BenchGraph.weight + BenchGraph.bias) }
    return x
  }

  /// How many nodes a piece of work makes: nodes are numbered one after the other.
  private func count(_ work: () -> Void) -> Int {
    func serial() -> UInt64 { Tensor<Float>(0).value.node.serial }
    let before = serial()
    work()
    return Int(serial() - before) - 1
  }

  private func result(
    _ name: String, _ measurement: Measurement, nodes: Int, _ numbers: [Float]
  ) -> BenchResult {
    var result = BenchResult("graph \(name)", measurement)
    result.more = [
      ("nodes", Double(nodes)), ("ns_per_node", measurement.best * 1e9 / Double(nodes)),
    ]
    var checksum = Checksum()
    checksum.add(numbers)
    result.checksum = checksum
    return result
  }

  private func build() -> BenchResult {
    let measurement = Measurement(seconds: options.seconds) { _ = chain() }
    return result("build", measurement, nodes: count { _ = chain() }, chain().scalars)
  }

  private func gradient() -> BenchResult {
    let (w, b) = (BenchGraph.weight, BenchGraph.bias)
    let loss = chain().sum()
    func write() -> [Tensor<Float>] { Pullback.gradient(of: loss, withRespectTo: [w, b]) }
    let measurement = Measurement(seconds: options.seconds) { _ = write() }
    let made = count { _ = write() }
    return result("gradient", measurement, nodes: made, write().flatMap(\.scalars))
  }

  private func replay() -> BenchResult {
    let measurement = Measurement(seconds: options.seconds, preparing: chain) { evaluate($0) }
    return result("replay", measurement, nodes: count { _ = chain() }, chain().scalars)
  }

  /// On a fresh graph, and recorded; and the plan of both alone: what they take beyond it is their
  /// front end.
  private func steps() -> [BenchResult] {
    func network(isRecorded: Bool) -> TrainedNetwork {
      TrainedNetwork(
        sizes: [2, 2, 2], batch: 2, loss: .crossEntropy, optimizer: .sgd, activation: .relu,
        isRecorded: isRecorded)
    }
    // The first step writes gradients and updates down; later ones stand for as many nodes.
    let first = network(isRecorded: false)
    let nodes = count { _ = first.step() }
    let replayed = network(isRecorded: true)
    let checksum = replayed.checksumOfFirstSteps()
    let plan = Measurement(seconds: options.seconds) { replayed.rerunPlan() }
    let steps = [false, true].map { isRecorded in
      let network = network(isRecorded: isRecorded)
      let checksum = network.checksumOfFirstSteps()
      let measurement = Measurement(seconds: options.seconds) { _ = network.step() }
      let name = isRecorded ? "step 2-2-2 recorded" : "step 2-2-2"
      var result = result(name, measurement, nodes: nodes, [])
      let frontEnd = (measurement.best - plan.best) * 1e6
      result.more.append(("front_end_us", frontEnd))
      result.more.append(("us_per_60_nodes", frontEnd * 60 / Double(nodes)))
      result.checksum = checksum
      return result
    }
    var alone = BenchResult("graph step 2-2-2 plan alone", plan)
    alone.checksum = checksum
    return steps + [alone]
  }
}

#endif
