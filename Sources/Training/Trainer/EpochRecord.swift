// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

/// What an epoch came to.
public struct EpochRecord: Sendable, Hashable {
  /// Counted from 1.
  public let epoch: Int
  /// Steps taken since training began.
  public let stepCount: Int
  /// The learning rate of the last step, of the first group of parameters.
  public let learningRate: Float
  /// The mean over all examples of their loss at the step that they were trained at.
  public let loss: Double
  /// What was measured on the validation examples after the epoch; nil if there were none.
  public let validation: Evaluation?

  /// A record of these numbers.
  public init(
    epoch: Int, stepCount: Int, learningRate: Float, loss: Double, validation: Evaluation? = nil
  ) {
    (self.epoch, self.stepCount, self.learningRate) = (epoch, stepCount, learningRate)
    (self.loss, self.validation) = (loss, validation)
  }

  /// The loss on the validation examples.
  public var validationLoss: Double? { validation?.loss }
  /// The metrics on the validation examples, by name.
  public var metrics: [String: Double] { validation?.metrics ?? [:] }

  /// One JSON object on one line. Numbers that are not finite, which JSON has not, are null.
  ///
  /// ```swift
  /// let record = EpochRecord(
  ///   epoch: 1, stepCount: 20, learningRate: 0.5, loss: 2,
  ///   validation: Evaluation(loss: 1.5, metrics: ["accuracy": 0.75]))
  /// print(record.jsonLine)
  /// // {"epoch":1,"steps":20,"learning_rate":0.5,"training_loss":2.0,"validation_loss":1.5,"validation_accuracy":0.75}
  /// ```
  public var jsonLine: String {
    var members = ["\"epoch\":\(epoch)", "\"steps\":\(stepCount)"]
    func add(_ name: String, _ number: Double, _ digits: String) {
      members.append("\(name.quotedAsJSON):\(number.isFinite ? digits : "null")")
    }
    add("learning_rate", Double(learningRate), "\(learningRate)")
    add("training_loss", loss, "\(loss)")
    if let validation {
      add("validation_loss", validation.loss, "\(validation.loss)")
      for (name, value) in validation.metrics.sorted(by: { $0.key < $1.key }) {
        add("validation_\(name)", value, "\(value)")
      }
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension [EpochRecord] {
  /// The records as JSON lines: ``EpochRecord/jsonLine`` of each, with a line break behind it.
  public var jsonLines: String { map { $0.jsonLine + "\n" }.joined() }
}

extension EpochRecord: CustomStringConvertible {
  /// "epoch 3: loss 0.41, validation loss 0.44, accuracy 0.88", with four digits that count.
  public var description: String {
    var parts = ["loss \(loss.brief)"]
    if let validation { parts.append("validation \(validation)") }
    return "epoch \(epoch): " + parts.joined(separator: ", ")
  }
}

/// What a model came to on some examples.
public struct Evaluation: Sendable, Hashable {
  /// The mean over all examples.
  public let loss: Double
  /// By name.
  public let metrics: [String: Double]

  /// An evaluation of these numbers.
  public init(loss: Double, metrics: [String: Double] = [:]) {
    (self.loss, self.metrics) = (loss, metrics)
  }
}

extension Evaluation: CustomStringConvertible {
  public var description: String {
    (["loss \(loss.brief)"]
      + metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.brief)" })
      .joined(separator: ", ")
  }
}

/// What a step did.
public struct BatchRecord: Sendable, Hashable {
  /// The epoch that it belongs to, counted from 1.
  public let epoch: Int
  /// Which batch of the epoch it was, counted from 0.
  public let batch: Int
  /// How many steps there are now.
  public let stepCount: Int
  /// Examples of the batch.
  public let count: Int
  /// The loss as it was before the step.
  public let loss: Float
}

extension BatchRecord: CustomStringConvertible {
  public var description: String {
    "epoch \(epoch), batch \(batch): loss \(Double(loss).brief) of \(counted(count, "example"))"
  }
}
