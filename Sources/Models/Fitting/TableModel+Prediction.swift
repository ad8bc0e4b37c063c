// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors

extension TableModel {
  /// What the model predicts for the rows of a table: columns are found by name, and those that it
  /// does not know do not matter.
  ///
  /// Throws a `FileError` if a column is missing or holds something else than in training.
  public func predict(_ table: Table) throws(FileError) -> TablePredictions {
    try checkPredictsTables(table.file)
    return try predictions(model.outputs(of: preprocessing.inputs(of: table)), in: table.file)
  }

  /// What it predicts for a part of a stream that was asked for `preprocessing.streamSchema`: as
  /// for a table of its rows.
  ///
  /// ```swift
  /// let stream = try TableStream(at: "new.csv", columns: model.preprocessing.streamSchema)
  /// while let chunk = try stream.next() {
  ///   let classes = try model.predict(chunk).classes
  /// }
  /// ```
  public func predict(_ chunk: TableStream.Chunk) throws(FileError) -> TablePredictions {
    try checkPredictsTables(chunk.file)
    return try predictions(model.outputs(of: preprocessing.inputs(of: chunk)), in: chunk.file)
  }

  /// How good the model is on the rows of a table, which holds what is to be predicted, too.
  ///
  /// Throws as ``predict(_:)`` does, and if a row has no target, or a class that the model does not
  /// know.
  public func evaluate(_ table: Table) throws(FileError) -> TableEvaluation {
    try checkPredictsTables(table.file)
    guard table.rowCount > 0 else {
      throw FileError(.malformed, in: table.file, "there are no rows to measure")
    }
    let outputs = model.outputs(of: try preprocessing.inputs(of: table))
    switch task {
    case .classification:
      let labels = try preprocessing.labels(of: table)
      return TableEvaluation(logits: try checked(outputs, in: table.file), labels: labels)
    case .regression:
      return TableEvaluation(
        predictions: preprocessing.unscaled(try checked(outputs, in: table.file)),
        numbers: try table.numbers(
          of: targetNames, Array(0..<table.rowCount),
          missing: table.notReadAsMissing(preprocessing.missing)))
    }
  }

  /// The same on the rows of a stream that was asked for `preprocessing.streamSchemaWithTargets`,
  /// which are read as those that the model was trained on. Of each row no more is kept than what
  /// is predicted and what is true.
  ///
  /// ```swift
  /// let stream = try TableStream(
  ///   at: "new.csv", columns: model.preprocessing.streamSchemaWithTargets)
  /// let accuracy = try model.evaluate(stream)["accuracy"]
  /// ```
  ///
  /// - Parameter use: what else becomes of each part.
  public func evaluate(
    _ rows: TableStream, _ use: (TableStream.Chunk) -> Void = { _ in }
  ) throws(FileError) -> TableEvaluation {
    try checkPredictsTables(rows.file)
    var outputs: [Tensor<Float>] = [], labels: [Tensor<Int32>] = [], numbers: [[Double]] = []
    while let chunk = try rows.next() {
      use(chunk)
      outputs.append(
        try checked(model.outputs(of: preprocessing.inputs(of: chunk)), in: rows.file))
      switch task {
      case .classification: labels.append(try preprocessing.labels(of: chunk))
      case .regression: numbers += try preprocessing.targetNumbers(of: chunk)
      }
    }
    if outputs.isEmpty {
      throw FileError(.malformed, in: rows.file, "there are no rows to measure")
    }
    let all = concatenated(outputs, along: 0)
    return switch task {
    case .classification:
      TableEvaluation(logits: all, labels: concatenated(labels, along: 0))
    case .regression:
      TableEvaluation(predictions: preprocessing.unscaled(all), numbers: numbers)
    }
  }

  func predictions(
    _ outputs: Tensor<Float>, in file: String
  ) throws(FileError) -> TablePredictions {
    let outputs = try checked(outputs, in: file)
    return switch task {
    case .classification:
      TablePredictions(logits: outputs, classNames: classNames, targetNames: targetNames)
    case .regression:
      TablePredictions(numbers: unscaled(outputs), targetNames: targetNames)
    }
  }

  /// Throws if a number is not finite: weights of a file may be anything.
  func checked(_ outputs: Tensor<Float>, in file: String) throws(FileError) -> Tensor<Float> {
    if Bool(outputs.isFinite.all()) { return outputs }
    let row = outputs.scalars.firstIndex { !$0.isFinite }! / outputs.shape[1]
    throw FileError(
      .malformed, in: file, "what the model gives for row \(row + 1) is no finite number")
  }

  private func checkPredictsTables(_ file: String) throws(FileError) {
    if preprocessing.inputs.isEmpty {
      throw FileError(
        .malformed, in: file,
        "the model was fitted to arrays of \(counted(inputCount, "number")) a row and knows no columns"
      )
    }
  }

  /// How many numbers the network takes.
  var inputCount: Int { model.lastAxisOfRows?.inputs ?? preprocessing.inputCount }
}
