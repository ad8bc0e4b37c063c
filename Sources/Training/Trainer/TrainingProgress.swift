// SPDX-License-Identifier: Apache-2.0

import PullbackNetworks
import PullbackTensors

/// How a training was begun: what the order of its examples depends on.
package struct Run: Sendable, Hashable {
  package let seed: UInt64
  /// Examples of a step.
  package let batch: Int

  package init(seed: UInt64, batch: Int) { (self.seed, self.batch) = (seed, batch) }

  /// What the order of an epoch, counted from 1, depends on.
  func orderKey(epoch: Int) -> RandomKey {
    RandomKey(seed: seed).folding(in: "order").folding(in: UInt64(epoch))
  }

  /// With the number of a step, what layers draw there.
  var passKey: RandomKey { RandomKey(seed: seed).folding(in: "pass") }
}

/// How far training has come.
package struct TrainingProgress: Sendable {
  /// Nil before it has begun.
  package var run: Run?
  /// Epochs that are done.
  package var epoch = 0
  /// Batches that are done of the next one.
  package var batch = 0
  /// Steps that are done.
  package var step = 0
  /// Of the examples seen in this epoch: how many, and their losses summed.
  package var count = 0
  package var total = 0.0
  package private(set) var history: [EpochRecord]
  /// What schedules watch: a value for each epoch.
  private(set) var watched: [Double]

  /// - Parameter history: of a training that goes on.
  package init(history: [EpochRecord] = []) {
    self.history = history
    watched = history.map(\.watched)
  }

  /// The order of this epoch's batches, from the next one on.
  var order: BatchOrder {
    BatchOrder(
      size: run!.batch, key: run!.orderKey(epoch: epoch + 1), startingAt: batch)
  }

  /// Ends an epoch.
  mutating func end(with record: EpochRecord) {
    epoch += 1
    (batch, count, total) = (0, 0, 0)
    history.append(record)
    watched.append(record.watched)
  }
}

extension EpochRecord {
  fileprivate var watched: Double { validationLoss ?? loss }
}
