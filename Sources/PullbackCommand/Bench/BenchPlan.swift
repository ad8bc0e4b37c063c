// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench plan`: what a graph costs that is seen for the first time.
struct BenchPlan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Time graphs that were never seen before.",
    discussion: """
      batches: steps of a 784-50-10 network at batch sizes from 1 up, each for the first time: gradient, \
      plan, kernels and the step itself. chain: reading a chain of operations with a sum at each link \
      for the first time; its time for a node must not grow with the number of nodes.

        pullback bench plan --batches 100
      """)

  @Option(parsing: .unconditional, help: "The largest batch size.")
  var batches = 200

  @Option(parsing: .unconditional, help: "Operations of the longest chain.")
  var operations = 100_000

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...1000).contains(batches) else {
      throw ValidationError("--batches must be from 1 to 1000")
    }
    guard (100...10_000_000).contains(operations) else {
      throw ValidationError("--operations must be from 100 to 10000000")
    }
  }

  func run() throws {
    try options.begin()
    var results = [steps()]
    var count = 100
    while count < operations {
      results.append(chain(of: count))
      count *= 10
    }
    try options.report(results + [chain(of: operations)])
  }

  /// Every batch size once, and all of them again, when their plans are known and have memory of
  /// their own, which a plan's second run keeps. The means differ by what a plan costs, and by what
  /// the step takes longer for where planning has left its data out of the caches.
  private func steps() -> BenchResult {
    let sizes = [784, 50, 10]
    let model = TrainedNetwork.model(sizes: sizes, activation: .relu)
    let optimizer = Optimizer(SGD(learningRate: 1e-3), for: model.parameters)
    var checksum = Checksum()
    func times() -> [Double] {
      (1...batches).map { batch in
        let inputs = TrainedNetwork.normal([batch, sizes[0]], seed: 2)
        let labels = Tensor<Int32>((0..<batch).map { Int32($0 % sizes[2]) })
        return BenchPlan.seconds {
          let loss = optimizer.minimize(softmaxCrossEntropy(model(inputs), labels: labels))
          checksum.add([loss])
        }
      }
    }
    let first = times()
    _ = times()
    let known = Measurement(times())
    var result = BenchResult("plan batches 1...\(batches)", Measurement(first))
    result.more = [
      ("mean_us", result.measurement.mean * 1e6), ("known_us", known.mean * 1e6),
    ]
    result.checksum = checksum
    return result
  }

  private func chain(of count: Int) -> BenchResult {
    var x: Tensor<Float> = [0.5, 0.25], sum = Tensor<Float>(0)
    for _ in 0..<count / 3 {
      x = tanh(x)
      sum = sum + x.sum()
    }
    let time = BenchPlan.seconds { evaluate(sum) }
    var result = BenchResult("plan chain of \(count)", Measurement([time]))
    result.more = [("ns_per_node", time * 1e9 / Double(count))]
    var checksum = Checksum()
    checksum.add(sum.scalars)
    result.checksum = checksum
    return result
  }

  private static func seconds(_ work: () -> Void) -> Double {
    let clock = ContinuousClock(), start = clock.now
    work()
    return (clock.now - start).seconds
  }
}

#endif
