// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Where rows to fit come from: a table, or arrays.
protocol FitSource {
  /// How messages call it.
  var name: String { get }
  /// The rows that have something to predict.
  var rows: [Int] { get }
  var task: TableTask { get }
  var classNames: [String] { get }
  /// What is learnt from, and what of it.
  var columnFacts: [FitSubject.Fact] { get }

  /// How rows become inputs, fitted on some of them.
  func preprocessing(fittingOn rows: [Int]) throws(FileError) -> any FitInputs
  /// The label of each row, in the order of the classes.
  func labels(_ rows: [Int]) throws(FileError) -> [Int32]
  /// What is true of each row in a regression, in the units of the source.
  func numbers(_ rows: [Int]) throws(FileError) -> [[Double]]
  /// Where each row stands in time.
  func times(_ column: String, _ rows: [Int]) throws(FileError) -> [Double]
  /// The group of each row.
  func groups(_ column: String, _ rows: [Int]) throws(FileError) -> [Int32]
}

/// How rows of a source become inputs and scaled targets.
protocol FitInputs {
  var inputCount: Int { get }
  func inputs(_ rows: [Int]) throws(FileError) -> Tensor<Float>
  /// [rows, targets], of a regression.
  func targets(_ rows: [Int]) throws(FileError) -> Tensor<Float>
  /// Outputs in the units of the source.
  func unscaled(_ outputs: Tensor<Float>) -> [[Double]]
  /// The model that is kept of a network.
  func model(_ network: Sequential<Tensor<Float>>) -> TableModel
}
