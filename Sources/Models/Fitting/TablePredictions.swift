// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// What a model predicts for the rows of a table.
public struct TablePredictions: Sendable {
  /// The names of the classes, in the order of labels; empty for a regression.
  public let classNames: [String]
  /// The likeliest class of each row; empty for a regression.
  public let labels: [Int32]
  /// [rows, classes]: how likely each class is; nil for a regression.
  public let probabilities: Tensor<Float>?
  /// The predicted numbers of each row, in the units of the table; empty for a classification.
  public let numbers: [[Double]]
  /// The columns that are predicted.
  public let targetNames: [String]

  /// How many rows there are.
  public var count: Int { classNames.isEmpty ? numbers.count : labels.count }

  /// The names of the likeliest classes, row by row.
  public var classes: [String] { labels.map { classNames[Int($0)] } }
}

extension TablePredictions {
  /// Of outputs before the softmax.
  init(logits: Tensor<Float>, classNames: [String], targetNames: [String]) {
    let probabilities = softmax(logits, along: 1)
    self.init(
      classNames: classNames, labels: logits.argmax(along: 1).scalars,
      probabilities: probabilities.detached(), numbers: [], targetNames: targetNames)
  }

  /// Of numbers in the units of the table.
  init(numbers: [[Double]], targetNames: [String]) {
    self.init(
      classNames: [], labels: [], probabilities: nil, numbers: numbers, targetNames: targetNames)
  }
}
