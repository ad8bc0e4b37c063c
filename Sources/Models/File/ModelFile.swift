// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// A trained model in one file: weights and all that prediction, or going on with training, needs.
///
/// ```swift
/// let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10)).initialized(seed: 7)
/// let file = ModelFile(
///   model, classNames: (0...9).map(String.init), summary: ["epochs": 20])
/// try file.save(to: "digits.safetensors")
///
/// let loaded = try ModelFile.load(at: "digits.safetensors")
/// let same = try loaded.makeModel()   // computes the same bits as `model`
/// ```
///
/// The file is a safetensors file: the weights stand under their paths ("0.weight" as
/// [inputs, outputs]), the optimizer's numbers under "optimizer/", all else as JSON in the
/// metadata.
public struct ModelFile: Sendable {
  /// The version that `save` writes, and the newest that `load` reads.
  public static let version = 1
  static let optimizerPrefix = "optimizer/"
  static let trainingPrefix = "training/"

  /// The path that the file was loaded from, for messages.
  let file: String
  /// The model's parameters under their paths; one that stands at two paths, under the first.
  public var weights: NamedTensors
  /// How to make the model again; nil if it, or a layer in it, is no ``StoredLayer``.
  public var architecture: Architecture?
  /// How rows of a table become inputs, and outputs values; nil if the model does not see tables.
  public var preprocessing: Preprocessing?
  /// What the model's outputs stand for, a name each; empty if it does not classify. Names differ
  /// if their bytes do.
  public var classNames: [String]
  /// What is worth knowing about the training: a JSON object of your choice.
  public var summary: JSON
  /// What training goes on with; nil if it need not.
  public var optimizer: OptimizerState?
  /// Keys of random numbers that training goes on with.
  public var randomKeys: [String: RandomKey]
  /// How far training had come, if the file is that of a checkpoint.
  var training: TrainingState?

  /// What a model is now, between two steps: another thread may train it meanwhile. Later steps
  /// do not change it.
  ///
  /// - Parameter optimizer: given if training is to go on from the file.
  public init<Rule>(
    _ model: some ParameterTree, preprocessing: Preprocessing? = nil, classNames: [String] = [],
    summary: JSON = [:], optimizer: Optimizer<Rule>? = Optimizer<SGD>?.none,
    randomKeys: [String: RandomKey] = [:]
  ) {
    var weights = NamedTensors()
    let leaves = model.parameters.distinctPaths
    // All of one step, whoever trains meanwhile.
    let values = Parameter.values(of: leaves.map(\.parameter))
    for (leaf, value) in zip(leaves, values) { weights.add(leaf.name, value) }
    file = "ModelFile"
    self.weights = weights
    architecture = try? Architecture(of: model)
    self.preprocessing = preprocessing
    self.classNames = classNames
    self.summary = summary
    self.optimizer = optimizer.map { OptimizerState(of: $0) }
    self.randomKeys = randomKeys
  }

  /// Weights that a model has had, or that nobody knows the model of.
  init(_ weights: NamedTensors, of model: (any ParameterTree)?) {
    file = "ModelFile"
    self.weights = weights
    architecture = model.flatMap { try? Architecture(of: $0) }
    (preprocessing, classNames, summary, randomKeys) = (nil, [], [:], [:])
  }

  /// The model that the file describes, with its weights: see ``makeModel(as:)``.
  public func makeModel() throws(FileError) -> Sequential<Tensor<Float>> {
    try makeModel(as: Sequential<Tensor<Float>>.self)
  }

  /// The model that the file describes, with its weights: a new one at each call.
  ///
  /// Throws if the file holds no architecture, weights of another, or a model of another type.
  /// Weights of another type than Float are rounded to it.
  ///
  /// - Parameter type: the model's own, or what is to be done with it:
  ///   `(any Layer<Tensor<Int32>, Tensor<Float>>).self`.
  public func makeModel<Model>(as type: Model.Type) throws(FileError) -> Model {
    guard let architecture else {
      throw FileError(
        .malformed, in: file,
        "holds no architecture, for a layer of its model was no StoredLayer; make the model "
          + "yourself and use restore(_:)")
    }
    let made = try architecture.model(for: weights, FileCheck(kind: .malformed, file: file))
    guard let model = made as? Model else {
      let found = Swift.type(of: made)
      throw FileError(
        .malformed, in: file,
        "holds a model of type \(found), not \(typeName(of: type)); use "
          + "makeModel(as: \(found).self)")
    }
    try restore(made)
    return model
  }

  /// Gives a model the weights of the file. Throws unless names and shapes are the same; the model
  /// stays as it is then.
  public func restore(_ model: some ParameterTree) throws(FileError) {
    try Assignment(model.parameters.distinctPaths, from: weights, file: file).perform()
    model.parameters.tellPaths()
  }

  /// An optimizer as it was saved, over the parameters of a model: its rule, settings, state and
  /// step count.
  ///
  /// - Parameter rules: yours, with any settings; those of this package are known.
  /// - Throws: if the file holds no optimizer, one of another rule, or one of other parameters.
  public func makeOptimizer(
    for parameters: Parameters, rules: [any UpdateRule] = []
  ) throws(FileError) -> Optimizer<AnyRule> {
    guard let state = self.optimizer else {
      throw FileError(.malformed, in: file, "holds no state of an optimizer")
    }
    return try state.makeOptimizer(for: parameters, rules: rules, file: file)
  }

  /// Puts an optimizer to where it stood: see ``OptimizerState/restore(_:file:)``. Restore the
  /// model too, in any order.
  public func restore<Rule>(_ optimizer: Optimizer<Rule>) throws(FileError) {
    guard let state = self.optimizer else {
      throw FileError(.malformed, in: file, "holds no state of an optimizer")
    }
    try state.restore(optimizer, file: file)
  }
}
