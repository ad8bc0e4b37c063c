// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench trainer`
struct BenchTrainer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trainer",
    abstract: "Time an epoch of a Trainer beside the same epoch written as a loop.",
    discussion: """
      Both train a 784-50-10 network on the same shuffled batches with the same recorded step, an epoch \
      of one after an epoch of the other. The ratio is that of the medians; extra_us is what a step of \
      the Trainer takes more.

        pullback bench trainer --examples 8192
      """)

  @Option(parsing: .unconditional, help: "Examples of an epoch.")
  var examples = 8192

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...1_000_000).contains(examples) else {
      throw ValidationError("--examples must be from 1 to 1000000")
    }
  }

  func run() throws {
    try options.begin()
    let data = onOneThread { BenchTrainer.data(count: examples) }
    try options.report([64, 512].flatMap { try results(data, batch: $0) })
  }

  private func results(_ data: Dataset<Int32>, batch: Int) throws -> [BenchResult] {
    let (byHand, trained) = (EpochByHand(batch: batch), TrainedEpoch(batch: batch))
    let clock = ContinuousClock()
    var times: (byHand: [Double], trained: [Double]) = ([], [])
    // The first epoch writes the step down.
    byHand.run(data)
    try trained.run(data)
    let checksums = (byHand.checksum, trained.checksum)
    let end = clock.now + .seconds(options.seconds)
    while times.byHand.count < 3 || clock.now < end {
      times.byHand.append(clock.measure { byHand.run(data) }.seconds)
      times.trained.append(try clock.measure { try trained.run(data) }.seconds)
    }
    let measurements = (Measurement(times.byHand), Measurement(times.trained))
    let steps = Double((data.count - 1) / batch + 1)
    var results = [
      BenchResult("epoch by hand, batch \(batch)", measurements.0),
      BenchResult("epoch of a Trainer, batch \(batch)", measurements.1),
    ]
    results[0].checksum = checksums.0
    results[1].checksum = checksums.1
    results[1].more = [
      ("ratio", measurements.1.median / measurements.0.median),
      ("extra_us", (measurements.1.median - measurements.0.median) / steps * 1e6),
    ]
    return results
  }

  private static func data(count: Int) -> Dataset<Int32> {
    Dataset(
      inputs: TrainedNetwork.normal([count, 784], seed: 2),
      labels: Tensor((0..<count).map { Int32($0 % 10) }))
  }

  fileprivate typealias Net = Sequential<Tensor<Float>>

  fileprivate static func network() -> (Net, Optimizer<SGD>) {
    let model = TrainedNetwork.model(sizes: [784, 50, 10], activation: .relu)
    return (model, Optimizer(SGD(learningRate: 1e-3, momentum: 0.9), for: model.parameters))
  }
}

/// An epoch as somebody would write it who has no Trainer.
private final class EpochByHand {
  private let batch: Int
  private let model: BenchTrainer.Net
  private let step: RecordedStep<Tensor<Float>, Tensor<Int32>, RandomKey, Float>
  private let key = RandomKey(seed: 0)
  private var epoch = 0, count = 0

  init(batch: Int) {
    let (model, optimizer) = BenchTrainer.network()
    (self.batch, self.model) = (batch, model)
    step = optimizer.recorded { x, labels, key in
      Pass.training(key: key) { softmaxCrossEntropy(model(x), labels: labels) }
    }
  }

  func run(_ data: Dataset<Int32>) {
    epoch += 1
    let order = key.folding(in: "order").folding(in: UInt64(epoch))
    let pass = key.folding(in: "pass")
    var total = 0.0
    for batch in data.batches(of: batch, shuffledWith: order) {
      count += 1
      let loss = step(batch.inputs, batch.labels, pass.folding(in: UInt64(count)))
      total += Double(loss) * Double(batch.count)
    }
  }

  var checksum: Checksum { Checksum(of: model) }
}

private final class TrainedEpoch {
  private let batch: Int
  private let trainer: Trainer<BenchTrainer.Net, SGD, Int32>

  init(batch: Int) {
    let (model, optimizer) = BenchTrainer.network()
    self.batch = batch
    trainer = Trainer(model, optimizer) { softmaxCrossEntropy($0, labels: $1) }
  }

  func run(_ data: Dataset<Int32>) throws {
    try trainer.fit(data, epochs: trainer.history.count + 1, batch: batch, seed: 0)
  }

  var checksum: Checksum { Checksum(of: trainer.model) }
}

#endif
