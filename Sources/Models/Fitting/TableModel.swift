// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// A network fitted to a table, with all that it takes to predict for new rows.
///
/// ```swift
/// let table = try CSV.table(at: "penguins.csv")
/// let (model, report) = try TableModel.fit(table, TableSettings(targets: ["species"]))
/// let accuracy = report.validation?["accuracy"], usual = report.baseline?["accuracy"]
/// try model.save(to: "penguins.safetensors")
///
/// let loaded = try TableModel.load(at: "penguins.safetensors")
/// let predictions = try loaded.predict(table)
/// let species = predictions.classes
/// ```
///
/// The same table, settings and seed give the same bits, on any number of threads.
public struct TableModel: Sendable {
  /// The network: it gives a number for each class, before the softmax, or for each target.
  public let model: Sequential<Tensor<Float>>
  /// How rows become its inputs; of a model that was fitted to arrays it holds what is
  /// predicted alone.
  public let preprocessing: Preprocessing
  /// How it was made and how good it was, as its file keeps it.
  public internal(set) var summary: JSON = [:]

  /// A network for rows that are preprocessed so.
  init(_ model: Sequential<Tensor<Float>>, _ preprocessing: Preprocessing) {
    (self.model, self.preprocessing) = (model, preprocessing)
  }

  /// What is predicted: a class, or numbers.
  public var task: TableTask { preprocessing.task }
  /// The names of the classes in the order of labels; empty for a regression.
  public var classNames: [String] { preprocessing.classNames }
  /// The columns that are predicted.
  public var targetNames: [String] { preprocessing.targets.map(\.name) }
}

extension TableModel: CustomStringConvertible {
  /// The layers, and what becomes of each column.
  public var description: String { "\(model)\n\(preprocessing)" }
}
