// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench network`
struct BenchNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Time a training step of a network beyond dense layers.",
    discussion: """
      Forward, cross-entropy, backward and Adam on one fixed batch, recorded, of public layers: \
      convolutions for images of 28 x 28 and 8 x 8, residual blocks with batch norm, a transformer and \
      an LSTM over characters, a dense network with layer norm and dropout; or, with squared errors, \
      1000 networks 4-16-16-2 at once, each on 32 rows of its own.

        pullback bench network cnn28 --threads 1
        pullback bench network gpt --batch 256 --memory
        pullback bench network lstm --explain
      """)

  @Argument(help: "\(BenchedNetwork.allCases.map(\.rawValue).joined(separator: ", ")), or all.")
  var name = "all"

  /// The one that is named; nil for all.
  private var network: BenchedNetwork? { BenchedNetwork(rawValue: name) }

  @Option(parsing: .unconditional, help: "Examples of the batch. (default: as the peers have it)")
  var batch: Int?

  @Flag(
    help: """
      Time nothing: print the most memory that the process had while it trained, beside that of \
      parameters, optimizer state, batch and the activations that the backward pass reads. Pages of \
      the program, which it reads when they are first needed, do not count.
      """)
  var memory = false

  @Flag(help: "Print the plan and how its products are blocked on this machine, and time nothing.")
  var explain = false

  @OptionGroup var options: BenchOptions

  func validate() throws {
    try require(batch.map { (1...4096).contains($0) } ?? true, "--batch must be from 1 to 4096")
    try require(
      name == "all" || network != nil,
      "There is no benchmark of '\(name)'. See pullback bench network --help.")
    try require(!memory || network != nil, "--memory is that of one network in a process: name one")
    try require(!explain || network != nil, "--explain prints the plan of one network: name one")
  }

  func run() throws {
    try options.begin()
    if memory, let network {
      let batch = batch ?? network.batch
      return try NetworkMemory(training: { network.trained(batch: batch) }, name, batch: batch)
        .report(asJSON: options.json)
    }
    if explain, let network {
      let trained = network.trained(batch: batch ?? network.batch)
      _ = trained.step()
      return try Console.print(trained.plan()?.explanation ?? "")
    }
    try options.report((network.map { [$0] } ?? BenchedNetwork.allCases).map(result))
  }

  private func result(_ network: BenchedNetwork) -> BenchResult {
    let batch = batch ?? network.batch
    let trained = onOneThread { network.trained(batch: batch) }
    var checksum = Checksum()
    for _ in 0..<3 { checksum.add([trained.step()]) }
    for (_, parameter) in trained.parameters { checksum.add(parameter.value.scalars) }
    let measurement = Measurement(seconds: options.seconds) { _ = trained.step() }
    let ending = batch == network.batch ? "" : " batch \(batch)"
    var result = BenchResult("network \(network.rawValue)\(ending)", measurement)
    result.operations = network.operations * Double(batch) / Double(network.batch)
    result.checksum = checksum
    return result
  }
}

/// A network, its batch and its step.
enum BenchedNetwork: String, CaseIterable {
  case cnn28, cnn8, resnet, gpt, lstm, mlpnorm, swarm

  /// Multiplications and additions of the products of a step on such a batch, forward and backward.
  fileprivate var operations: Double {
    switch self {
    case .cnn28: 300e6
    case .cnn8: 115e6
    case .resnet: 680e6
    case .gpt: 2500e6
    case .lstm: 600e6
    case .mlpnorm: 130e6
    case .swarm: 63e6
    }
  }

  /// Examples of a batch, if nothing else is said.
  fileprivate var batch: Int {
    switch self {
    case .cnn28, .cnn8: 64
    case .resnet, .lstm, .swarm: 32
    case .gpt: 16
    case .mlpnorm: 256
    }
  }

  /// Two convolutions with pools and two dense layers, for images of 28 x 28.
  static func cnn28() -> Sequential<Tensor<Float>> {
    Sequential(
      Convolution2D(1, 8, kernelSize: 5, padding: 2), ReLU(), MaxPool(2),
      Convolution2D(8, 16, kernelSize: 5, padding: 2), ReLU(), MaxPool(2),
      Flatten(), Linear(784, 64), ReLU(), Linear(64, 10))
  }

  fileprivate func trained(batch: Int) -> Trained {
    switch self {
    case .cnn28: Trained(BenchedNetwork.cnn28(), numbers([batch, 28, 28, 1]), classes: 10)
    case .cnn8:
      Trained(
        Sequential(
          Convolution2D(1, 16, kernelSize: 3, padding: 1), ReLU(),
          Convolution2D(16, 32, kernelSize: 3, padding: 1), ReLU(), MaxPool(2),
          Flatten(), Linear(512, 10)),
        numbers([batch, 8, 8, 1]), classes: 10)
    case .resnet:
      Trained(
        Sequential(
          block(), ReLU(), block(), ReLU(), block(), ReLU(), GlobalAveragePool(), Linear(16, 10)),
        numbers([batch, 16, 16, 16]), classes: 10)
    case .gpt: Trained(CharacterTransformer(), characters([batch, 64]), classes: 65)
    case .lstm:
      Trained(
        Sequential(Embedding(65, 64), LSTM(64, 128), Linear(128, 65)), characters([batch, 32]),
        classes: 65)
    case .mlpnorm:
      Trained(
        Sequential(
          Linear(64, 256), ReLU(), LayerNorm(256), Dropout(0.1),
          Linear(256, 256), ReLU(), LayerNorm(256), Dropout(0.1), Linear(256, 10)),
        numbers([batch, 64]), classes: 10)
    case .swarm:
      Trained(
        Swarm(1000) {
          Sequential(Linear(4, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 2))
        }, numbers([1000, batch, 4]), TrainedNetwork.normal([1000, batch, 2], seed: 3))
    }
  }

  private func block() -> Residual {
    Residual(
      Convolution2D(16, 16, kernelSize: 3, padding: 1), BatchNorm(16), ReLU(),
      Convolution2D(16, 16, kernelSize: 3, padding: 1), BatchNorm(16))
  }

  private func numbers(_ shape: Shape) -> Tensor<Float> { TrainedNetwork.normal(shape, seed: 2) }

  private func characters(_ shape: Shape) -> Tensor<Int32> {
    Tensor(shape: shape, scalars: (0..<shape.elementCount).map { Int32($0 * 31 % 65) })
  }
}

/// Characters, 64 at a time: their embeddings and those of their places through two blocks.
private struct CharacterTransformer: Layer {
  let tokens = Embedding(65, 128)
  let places = Parameter(shape: [64, 128], .normal(standardDeviation: 1))
  let blocks = Sequential(
    TransformerBlock(128, heads: 4, isCausal: true), TransformerBlock(128, heads: 4, isCausal: true)
  )
  let norm = LayerNorm(128), head = Linear(128, 65)

  var parameters: Parameters {
    [
      "tokens": tokens.parameters, "places": places.parameters, "blocks": blocks.parameters,
      "norm": norm.parameters, "head": head.parameters,
    ]
  }

  func callAsFunction(_ ids: Tensor<Int32>) -> Tensor<Float> {
    head(norm(blocks(tokens(ids) + places.value)))
  }
}

/// A recorded step on one batch, each with a key of its own.
struct Trained {
  let parameters: Parameters
  let step: () -> Float
  /// The plan of a step, after one.
  let plan: () -> Plan?
  /// Bytes of inputs and labels.
  let batchByteCount: Int
  /// Bytes of what the optimizer keeps.
  let stateByteCount: () -> Int

  init<Input: TensorScalar>(
    _ model: some Layer<Tensor<Input>, Tensor<Float>>, _ inputs: Tensor<Input>, classes: Int
  ) {
    let model = model.initialized(seed: 1)
    parameters = model.parameters
    let optimizer = Optimizer(Adam(learningRate: 1e-3), for: model.parameters)
    let recorded = optimizer.recorded {
      (x: Tensor<Input>, labels: Tensor<Int32>, key: RandomKey) in
      Pass.training(key: key) {
        softmaxCrossEntropy(model(x).reshaped(to: [-1, classes]), labels: labels)
      }
    }
    // One label for each image, row or character.
    let rows = inputs.shape.rank == 2 && Input.self == Int32.self
    let count = rows ? inputs.shape.elementCount : inputs.shape[0]
    let labels = Tensor<Int32>((0..<count).map { Int32($0 * 7 % classes) })
    evaluate(inputs, labels)
    plan = { recorded.plan }
    batchByteCount = inputs.value.byteCount + labels.value.byteCount
    stateByteCount = { optimizer.state.joined().reduce(0) { $0 + $1.value.value.byteCount } }
    var number: UInt64 = 0
    step = {
      number += 1
      return recorded(inputs, labels, RandomKey(seed: number))
    }
  }

  /// All networks of a swarm, each on its rows.
  init(
    _ swarm: Swarm<Sequential<Tensor<Float>>>, _ inputs: Tensor<Float>, _ targets: Tensor<Float>
  ) {
    parameters = swarm.parameters
    let optimizer = Optimizer(Adam(learningRate: 1e-3), for: swarm)
    let recorded = optimizer.recorded { (x: Tensor<Float>, y: Tensor<Float>) in
      swarm.batched(over: x, y) { net, x, y in meanSquaredError(net(x), y) }.sum()
    }
    evaluate(inputs, targets)
    plan = { recorded.plan }
    batchByteCount = inputs.value.byteCount + targets.value.byteCount
    stateByteCount = { optimizer.state.joined().reduce(0) { $0 + $1.value.value.byteCount } }
    step = { recorded(inputs, targets) }
  }
}

#endif
