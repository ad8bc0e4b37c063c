// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension TableModel {
  /// Writes the model in place of an old file, whole or not at all: the network, the preprocessing,
  /// the classes, and a summary of the fit. ``ModelFile`` reads it, too. Throws as
  /// ``ModelFile/save(to:)`` does.
  public func save(to path: String) throws(FileError) {
    try ModelFile(
      model, preprocessing: preprocessing.inputs.isEmpty ? nil : preprocessing,
      classNames: classNames, summary: summary
    ).save(to: path)
  }

  /// Reads a model that `save` wrote, or any model file whose network takes rows of numbers.
  ///
  /// Throws a `FileError` if it holds no such model, or its parts do not fit together: what
  /// loads can predict.
  public static func load(at path: String) throws(FileError) -> TableModel {
    try TableModel(ModelFile.load(at: path), path)
  }

  /// Reads the bytes of such a file.
  public static func load(
    from bytes: [UInt8], name: String = "TableModel"
  ) throws(FileError) -> TableModel {
    try TableModel(ModelFile.load(from: bytes, name: name), name)
  }

  private init(_ file: ModelFile, _ path: String) throws(FileError) {
    if file.training?.fit != nil {
      throw FileError(
        .malformed, in: path, "is the checkpoint of a fit, to go on from, and not its model")
    }
    let model = try file.makeModel()
    guard let axis = model.lastAxisOfRows else {
      throw FileError(.malformed, in: path, "holds a model of sequences or images, not of rows")
    }
    guard axis.inputs != nil, let outputs = axis.outputs else {
      throw FileError(
        .malformed, in: path,
        "holds a model of which nobody knows how many numbers it takes and gives")
    }
    var preprocessing = file.preprocessing ?? Preprocessing(inputs: [])
    if preprocessing.targets.isEmpty {
      // Of arrays, or of a file that does not say what is predicted.
      preprocessing.targets =
        Preprocessing(arrayTargets: outputs, classNames: file.classNames)
        .targets
    }
    guard preprocessing.outputCount == outputs else {
      throw FileError(
        .malformed, in: path,
        "predicts \(counted(preprocessing.outputCount, "number")), its network gives \(outputs)")
    }
    guard preprocessing.task == .regression || outputs > 1 else {
      throw FileError(.malformed, in: path, "holds a model of one class, which predicts nothing")
    }
    self.init(model, preprocessing)
    summary = file.summary
  }
}
