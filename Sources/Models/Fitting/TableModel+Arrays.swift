// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension TableModel {
  /// Fits a network to arrays, as to a table. What scales the inputs becomes part of the network,
  /// which takes the numbers as they stand in the arrays.
  ///
  /// ```swift
  /// let arrays = try FitArrays(at: ["x.npy", "y.npy"])
  /// let model = try TableModel.fit(arrays).model
  /// let predictions = try model.predict(NumPy.load(at: "new.npy"))
  /// ```
  ///
  /// Throws as ``fit(_:_:fitting:from:stopFlag:onEvent:onCheckpoint:)`` does.
  public static func fit(
    _ arrays: FitArrays, fitting: FitSettings = FitSettings(),
    from checkpoint: FitCheckpoint? = nil, stopFlag: StopFlag? = nil,
    onEvent: ((FitEvent) throws -> Void)? = nil,
    onCheckpoint: ((FitCheckpoint) throws -> Void)? = nil
  ) throws -> (model: TableModel, report: FitReport) {
    try fitting.check()
    // Measured on, they may be.
    if arrays.classNames.count == 1 {
      throw FileError(.malformed, in: arrays.name, "all rows are of one class")
    }
    if arrays.hasConstantTarget {
      throw FileError(
        .malformed, in: arrays.name,
        "a target is the same number in all rows: there is nothing to predict")
    }
    return try fit(
      ArraySource(arrays: arrays), nil, fitting,
      FitProgress(from: checkpoint, onCheckpoint: onCheckpoint), stopFlag, onEvent)
  }

  /// What the model predicts for rows of numbers, [rows, ...]: those of the arrays that it was
  /// fitted to, or of a table as its preprocessing makes them.
  ///
  /// Throws a `FileError` if a row has more or fewer numbers than the network takes, or one
  /// that is not finite.
  public func predict(
    _ inputs: StoredTensor, name: String = "inputs"
  ) throws(FileError) -> TablePredictions {
    try predictions(outputs(of: inputs.rowsOfNumbers(in: name), name), in: name)
  }

  /// How good the model is on arrays. Throws as ``predict(_:name:)`` does, and if there is a class
  /// that the model does not know.
  public func evaluate(_ arrays: FitArrays) throws(FileError) -> TableEvaluation {
    let name = arrays.name, outputs = try checked(outputs(of: arrays.inputs, name), in: name)
    guard arrays.task == task else {
      throw FileError(
        .malformed, in: name, "is a \(arrays.task.rawValue), the model one of \(task.rawValue)")
    }
    switch task {
    case .classification:
      var labels: [Int32] = []
      for place in arrays.classNames {
        guard let label = classNames.firstIndex(of: place) else {
          throw FileError(
            .malformed, in: name,
            "\(place.quoted) is no class of the model, which knows "
              + classNames.prefix(10).map(\.shortened).joined(separator: ", "))
        }
        labels.append(Int32(label))
      }
      return TableEvaluation(
        logits: outputs, labels: Tensor(arrays.labels.map { labels[Int($0)] }))
    case .regression:
      guard arrays.numbers[0].count == targetNames.count else {
        throw FileError(
          .malformed, in: name,
          "has \(counted(arrays.numbers[0].count, "target")) in a row, the model \(targetNames.count)"
        )
      }
      return TableEvaluation(predictions: unscaled(outputs), numbers: arrays.numbers)
    }
  }

  private func outputs(
    of inputs: Tensor<Float>, _ name: String
  ) throws(FileError) -> Tensor<Float> {
    guard inputs.shape[1] == inputCount else {
      throw FileError(
        .malformed, in: name,
        "has rows of \(counted(inputs.shape[1], "number")), the model takes \(inputCount)")
    }
    return model.outputs(of: inputs)
  }

  /// Outputs of a regression in the units of what was fitted.
  func unscaled(_ outputs: Tensor<Float>) -> [[Double]] {
    preprocessing.inputs.isEmpty ? outputs.rowsOfDoubles : preprocessing.unscaled(outputs)
  }
}

extension Preprocessing {
  /// Of a model of arrays: it says what is predicted alone.
  init(arrayTargets count: Int, classNames: [String]) {
    let number = Transform.standardized(mean: 0, scale: 1, missing: 0)
    self.init(
      inputs: [],
      targets: classNames.isEmpty
        ? (0..<count).map { Column(count == 1 ? "target" : "target \($0)", number) }
        : [Column("class", .oneHot(categories: classNames))])
  }
}

extension Tensor<Float> {
  /// The rows of a matrix.
  var rowsOfDoubles: [[Double]] {
    let numbers = scalars, width = shape[1]
    return (0..<shape[0]).map { row in
      numbers[row * width..<(row + 1) * width].map { Double($0) }
    }
  }
}
