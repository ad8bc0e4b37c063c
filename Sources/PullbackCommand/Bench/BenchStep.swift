// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pullback

/// `pullback bench step --layers 784-50-10 --batch 64`
struct BenchStep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time a training step: forward, loss, backward and update on one fixed batch.")

  enum LossName: String, ExpressibleByArgument, CaseIterable {
    case crossEntropy = "cross-entropy"
    case mse
  }
  enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
    case sgd
  }
  enum ActivationName: String, ExpressibleByArgument, CaseIterable {
    case relu, none
  }

  @Option(help: "Units of input, hidden layers and output, as in 784-50-10.")
  var layers = "784-50-10"

  @Option(help: "The loss.")
  var loss = LossName.crossEntropy

  @Option(help: "The optimizer.")
  var optimizer = OptimizerName.sgd

  @Option(help: "What stands between the layers.")
  var activation = ActivationName.relu

  @Option(help: "Rows of the batch.")
  var batch = 64

  @Flag(help: "Replay a recorded step instead of building its graph each time.")
  var recorded = false

  @OptionGroup var options: BenchOptions

  func run() throws {
    try prepare(threads: options.threads)
    let sizes = layers.split(separator: "-", omittingEmptySubsequences: false).compactMap {
      Int($0)
    }
    guard sizes.count >= 2, sizes.count <= 32, sizes.allSatisfy({ (1...65536).contains($0) }),
      layers.split(separator: "-").count == sizes.count, (1...1_000_000).contains(batch)
    else { throw ValidationError("--layers must be like 784-50-10, --batch from 1 to 1000000") }
    let pairs = Array(zip(sizes, sizes.dropFirst()))
    var modules: [any Layer] = []
    for (inputs, outputs) in pairs {
      if !modules.isEmpty, activation == .relu { modules.append(Activation { Pullback.relu($0) }) }
      modules.append(Linear(inputs, outputs))
    }
    let model = Sequential(modules).initialized(seed: 1)
    let trainer = SGD(model.parameters, learningRate: 1e-3)
    let x = Tensor<Float>.normal([batch, sizes[0]], key: RandomKey(seed: 2))
    let target = Tensor<Float>.normal([batch, sizes.last!], key: RandomKey(seed: 3))
    let labels = Tensor<Int32>((0..<batch).map { Int32($0 % sizes.last!) })
    evaluate(x, target)
    var last: Float = 0
    let loss = loss
    let step = trainer.recorded { (x: Tensor<Float>, target: Tensor<Float>, labels: Tensor<Int32>) in
      loss == .mse
        ? meanSquaredError(model(x), target) : softmaxCrossEntropy(model(x), labels: labels)
    }
    let measurement = Measurement(seconds: options.seconds) {
      if recorded {
        last = step(x, target, labels)
        return
      }
      let output = model(x)
      last = trainer.minimize(
        loss == .mse
          ? meanSquaredError(output, target) : softmaxCrossEntropy(output, labels: labels))
    }
    var checksum = Checksum()
    checksum.add([last])
    for (_, parameter) in model.parameters { checksum.add(parameter.value.scalars) }
    let products = pairs.reduce(0.0) { $0 + Double($1.0 * $1.1) }
    let flops = 2 * Double(batch) * (3 * products - Double(sizes[0] * sizes[1]))
    try measurement.report(
      "step \(layers) \(loss.rawValue) \(optimizer.rawValue) batch \(batch)", flops: flops,
      checksum: nil, options)
  }
}
