// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// How a network is trained. What is not given is chosen by what the data are like, or as the
/// embedded digits have it.
struct FitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of the hidden layers: up to 16 of up to 8192. (default: 50 for the digits, else "
        + "by the size of the data)",
      valueName: "50[,50...]"),
    transform: { try ExtentList(parsing: $0, separator: ",", counts: 1...16, largest: 8192) })
  var hidden: ExtentList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Networks of one hidden layer side by side, of which the mean is taken. (default: 4, or 1 "
        + "with --hidden)", valueName: "count"))
  var members: Int?

  @Option(
    help: ArgumentHelp(
      "What stands between the layers: relu, tanh, sigmoid, silu, gelu, elu.", valueName: "function"
    ),
    completion: words(of: FitSettings.Activation.self), transform: chosen)
  var activation: FitSettings.Activation?

  @Option(
    help: ArgumentHelp(
      "The update rule: sgd, momentum, adam, adamw, rmsprop, adagrad, lion.", valueName: "rule"),
    completion: words(of: FitSettings.Rule.self), transform: chosen)
  var optimizer: FitSettings.Rule?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The step of gradient descent. (default: 0.05 for the digits, else as the rule has it)",
      valueName: "number"))
  var learningRate: Float?

  @Flag(
    help: "Look for the learning rate first, in 100 steps of rising ones, before any checkpoint.")
  var findLearningRate = false

  @Option(
    help: ArgumentHelp(
      "How the learning rate goes on: constant, cosine, linear, one-cycle.", valueName: "course"),
    completion: words(of: FitSettings.Curve.self), transform: chosen)
  var schedule: FitSettings.Curve?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Passes over the training examples, at most. (default: 40 for the digits)",
      valueName: "count"))
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Examples a step. (default: 32 for the digits)", valueName: "count"))
  var batch: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share of units that a step leaves out.", valueName: "share"))
  var dropout: Float?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much a step shrinks weights.", valueName: "number"))
  var weightDecay: Float?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the rows that validate; 0 for none. (default: 0.2)", valueName: "share"))
  var validation: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Train so many times, each on all folds but one.", valueName: "folds"))
  var crossValidate: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The latest rows by this column validate.", valueName: "column"))
  var splitByTime: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Rows that are equal in this column stay together.", valueName: "column"))
  var group: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop when more epochs than these, one after the other, are clearly worse than the best.",
      valueName: "epochs"))
  var patience: Int?

  @Option(
    help: ArgumentHelp(
      "balanced: each class counts the same, however many rows it has.", valueName: "balanced"),
    completion: words(of: ClassWeights.self), transform: chosen)
  var classWeights: ClassWeights?

  @Flag(help: "Do not train again on all rows after validation has chosen the epochs.")
  var keepValidation = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seed of the start, the split and the order of the examples. (default: 0)",
      valueName: "seed"))
  var seed: UInt64?

  enum ClassWeights: String, CaseIterable { case balanced }

  func validate() throws {
    try require(
      epochs.map { (1...1_000_000).contains($0) } ?? true, "--epochs must be from 1 to 1000000")
    try require(
      learningRate.map { $0.isFinite && $0 > 0 } ?? true,
      "--learning-rate must be a number above 0")
    try require(batch.map { $0 >= 1 } ?? true, "--batch must be 1 or more")
    try require(
      members.map { (1...1000).contains($0) } ?? true, "--members must be from 1 to 1000")
    try require(
      dropout.map { (0..<1).contains($0) } ?? true, "--dropout must be from 0 to below 1")
    try require(
      weightDecay.map { $0.isFinite && $0 >= 0 } ?? true, "--weight-decay must be 0 or more")
    try require(
      validation.map { (0..<1).contains($0) } ?? true, "--validation must be from 0 to below 1")
    try require(
      crossValidate.map { (2...1000).contains($0) } ?? true,
      "--cross-validate must be from 2 to 1000")
    try require(patience.map { $0 >= 1 } ?? true, "--patience must be 1 or more")
    try require(
      !(findLearningRate && learningRate != nil),
      "--find-learning-rate looks for what --learning-rate gives: leave one out")
    let splits = [
      ("--cross-validate", crossValidate != nil), ("--split-by-time", splitByTime != nil),
      ("--group", group != nil),
    ].filter(\.1).map(\.0)
    try require(
      splits.count < 2, "\(splits.joined(separator: " and ")) split the rows in two ways")
    try require(
      !(crossValidate != nil && validation != nil),
      "--cross-validate validates all rows: leave --validation out")
    try require(
      !(keepValidation && crossValidate != nil),
      "--keep-validation keeps the model of one split; --cross-validate makes several")
    try require(
      !(keepValidation && validation == 0), "--keep-validation needs rows that validate")
  }

  /// The option that says which rows validate.
  var splittingOption: String {
    crossValidate != nil ? "--cross-validate" : group != nil ? "--group" : "--validation"
  }

  func add(to configuration: inout RunConfiguration) {
    if let hidden { configuration.add("hidden", .array(hidden.extents.map(JSON.integer))) }
    configuration.add("members", members)
    configuration.add("activation", activation?.rawValue)
    configuration.add("optimizer", optimizer?.rawValue)
    configuration.add("learning-rate", learningRate)
    configuration.add("find-learning-rate", findLearningRate)
    configuration.add("schedule", schedule?.rawValue)
    configuration.add("epochs", epochs)
    configuration.add("batch", batch)
    configuration.add("dropout", dropout)
    configuration.add("weight-decay", weightDecay)
    configuration.add("validation", validation.map(JSON.number))
    configuration.add("cross-validate", crossValidate)
    configuration.add("split-by-time", splitByTime)
    configuration.add("group", group)
    configuration.add("patience", patience)
    configuration.add("class-weights", classWeights?.rawValue)
    configuration.add("keep-validation", keepValidation)
    // A seed above what JSON's whole numbers hold stands as text.
    configuration.add("seed", seed.map { Int(exactly: $0).map(JSON.integer) ?? .string("\($0)") })
  }
}

#endif
