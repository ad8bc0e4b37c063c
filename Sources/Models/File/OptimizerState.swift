// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Where an optimizer stands: what training needs to go on as if it had not stopped.
public struct OptimizerState: Sendable {
  /// The name of the optimizer's type: "SGD", "Adam".
  public let kind: String
  public let stepCount: Int
  /// What was chosen when the optimizer was made: "momentum", "beta1", ... and its learning rate.
  /// Empty for optimizers that are not this package's own.
  public let settings: [String: Double]
  /// The numbers kept for each parameter: "velocity/hidden.weight".
  public let numbers: NamedTensors

  init(kind: String, stepCount: Int, settings: [String: Double], numbers: NamedTensors) {
    (self.kind, self.stepCount) = (kind, stepCount)
    (self.settings, self.numbers) = (settings, numbers)
  }

  /// The state of an optimizer as it is now.
  public init(of optimizer: any Optimizer) {
    kind = String(describing: type(of: optimizer))
    stepCount = optimizer.stepCount
    settings = OptimizerState.settings(of: optimizer)
    var numbers = NamedTensors()
    for (name, parameter) in OptimizerState.slots(of: optimizer) {
      numbers.add(name, parameter.value)
    }
    self.numbers = numbers
  }

  /// Puts an optimizer of the same kind, over parameters of the same names and shapes, to where
  /// this one stood: state, step count and learning rate. Throws if it is another, or was made with
  /// other settings; nothing changes then.
  public func restore(
    _ optimizer: any Optimizer, file: String = "OptimizerState"
  ) throws(FileError) {
    func malformed(_ problem: String) -> FileError {
      FileError(.malformed, in: file, at: .part("optimizer"), problem)
    }
    let other = String(describing: type(of: optimizer))
    guard other == kind else {
      throw malformed("holds the state of \(kind.quoted), not of \(other.quoted)")
    }
    for (name, number) in OptimizerState.settings(of: optimizer).sorted(by: { $0.key < $1.key })
    where name != "learningRate" && settings[name] != number {
      throw malformed(
        "was made with \(name) \(settings[name].map { "\($0)" } ?? "not given"), not \(number)")
    }
    let rate = settings["learningRate"].map { Float($0) }
    if let rate, !(rate.isFinite && rate >= 0) {
      throw malformed("a learning rate of \(rate) where a finite one of 0 or more is expected")
    }
    try Assignment(OptimizerState.slots(of: optimizer), from: numbers, file: file).perform()
    optimizer.stepCount = stepCount
    if let rate { OptimizerState.setRate(rate, of: optimizer) }
  }

  /// The parameters of an optimizer's state under their names: "velocity/hidden.weight".
  private static func slots(of optimizer: any Optimizer) -> [(name: String, Parameter)] {
    let names: [String] =
      switch optimizer {
      case is SGD: ["velocity"]
      case is Adam, is AdamW: ["firstMoment", "secondMoment"]
      default: []
      }
    let paths = optimizer.parameters.distinctPaths
    return zip(paths, optimizer.state).flatMap { path, slots in
      slots.enumerated().map { index, slot in
        ("\(index < names.count ? names[index] : "\(index)")/\(path.name)", slot)
      }
    }
  }

  private static func settings(of optimizer: any Optimizer) -> [String: Double] {
    switch optimizer {
    case let optimizer as SGD:
      [
        "learningRate": Double(optimizer.learningRate), "momentum": Double(optimizer.momentum),
      ]
    case let optimizer as Adam:
      [
        "learningRate": Double(optimizer.learningRate), "beta1": Double(optimizer.betas.0),
        "beta2": Double(optimizer.betas.1), "epsilon": Double(optimizer.epsilon),
      ]
    case let optimizer as AdamW:
      [
        "learningRate": Double(optimizer.learningRate), "beta1": Double(optimizer.betas.0),
        "beta2": Double(optimizer.betas.1), "epsilon": Double(optimizer.epsilon),
        "weightDecay": Double(optimizer.weightDecay),
      ]
    default: [:]
    }
  }

  private static func setRate(_ rate: Float, of optimizer: any Optimizer) {
    (optimizer as? SGD)?.learningRate = rate
    (optimizer as? Adam)?.learningRate = rate
    (optimizer as? AdamW)?.learningRate = rate
  }
}

extension OptimizerState {
  var json: JSON {
    [
      "kind": .string(kind), "stepCount": .integer(stepCount),
      "settings": .object(
        settings.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value)) }),
    ]
  }

  init(_ reader: MetadataReader, _ numbers: NamedTensors) throws(FileError) {
    kind = try reader.member("kind").string()
    stepCount = try reader.member("stepCount").count()
    let settings = try reader.member("settings").members { (setting) throws(FileError) in
      try setting.number()
    }
    self.settings = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) })
    self.numbers = numbers
  }
}

extension Parameters {
  /// Each parameter once, under its first path, in the order of ``distinct``.
  var distinctPaths: [(name: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    return filter { seen.insert(ObjectIdentifier($0.parameter)).inserted }
      .map { ($0.path, $0.parameter) }
  }
}
