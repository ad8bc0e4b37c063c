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
  /// Empty for optimizers that are not this package's own; what these keep is saved as it is.
  public let settings: [String: Double]
  /// The numbers kept for each parameter: "velocity/hidden.weight".
  public let numbers: NamedTensors

  /// The state of an optimizer as it is now.
  public init(of optimizer: any Optimizer) {
    kind = String(describing: type(of: optimizer))
    stepCount = optimizer.stepCount
    settings = OwnOptimizer.settings(of: optimizer).mapValues(Double.init)
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
    for (name, number) in OwnOptimizer.settings(of: optimizer).sorted(by: { $0.key < $1.key })
    where name != "learningRate" {
      // A file made elsewhere may have 0.9, which is no Float.
      let given = settings[name].map { Float($0) }
      guard given == number else {
        throw malformed(
          "was made with \(name) \(given.map { "\($0)" } ?? "not given"), not \(number)")
      }
    }
    try Assignment(
      OptimizerState.slots(of: optimizer), from: numbers, prefix: ModelFile.optimizerPrefix,
      file: file
    ).perform()
    optimizer.stepCount = stepCount
    if let rate = settings["learningRate"] { OptimizerState.setRate(Float(rate), of: optimizer) }
  }

  /// The parameters of an optimizer's state under their names: "velocity/hidden.weight".
  private static func slots(of optimizer: any Optimizer) -> [(name: String, Parameter)] {
    let names = OwnOptimizer(optimizer)?.slots ?? []
    let paths = optimizer.parameters.distinctPaths
    return zip(paths, optimizer.state).flatMap { path, slots in
      slots.enumerated().map { index, slot in
        ("\(index < names.count ? names[index] : "\(index)")/\(path.name)", slot)
      }
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
    settings = try reader.member("settings").members { (setting) throws(FileError) in
      try setting.number()
    }
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
