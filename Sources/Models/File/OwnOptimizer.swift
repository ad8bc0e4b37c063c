// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// The optimizers of this package, by the names of their types: of these a file's state can be
/// checked.
enum OwnOptimizer: String {
  case sgd = "SGD"
  case adam = "Adam"
  case adamW = "AdamW"

  init?(_ optimizer: any Optimizer) {
    switch optimizer {
    case is SGD: self = .sgd
    case is Adam: self = .adam
    case is AdamW: self = .adamW
    default: return nil
    }
  }

  /// What the initialiser takes for each setting.
  private var ranges: KeyValuePairs<String, SettingRange> {
    switch self {
    case .sgd: ["learningRate": .size, "momentum": .share]
    case .adam: ["learningRate": .size, "beta1": .share, "beta2": .share, "epsilon": .size]
    case .adamW:
      [
        "learningRate": .size, "beta1": .share, "beta2": .share, "epsilon": .size,
        "weightDecay": .size,
      ]
    }
  }

  /// The names of the numbers that are kept for each parameter.
  var slots: [String] {
    switch self {
    case .sgd: ["velocity"]
    case .adam, .adamW: ["firstMoment", "secondMoment"]
    }
  }

  /// The settings of an optimizer of this kind.
  static func settings(of optimizer: any Optimizer) -> [String: Float] {
    switch optimizer {
    case let optimizer as SGD:
      ["learningRate": optimizer.learningRate, "momentum": optimizer.momentum]
    case let optimizer as Adam:
      [
        "learningRate": optimizer.learningRate, "beta1": optimizer.betas.0,
        "beta2": optimizer.betas.1, "epsilon": optimizer.epsilon,
      ]
    case let optimizer as AdamW:
      [
        "learningRate": optimizer.learningRate, "beta1": optimizer.betas.0,
        "beta2": optimizer.betas.1, "epsilon": optimizer.epsilon,
        "weightDecay": optimizer.weightDecay,
      ]
    default: [:]
    }
  }

  /// Throws unless an optimizer of this kind could have been made so.
  func check(_ settings: [String: Double], _ check: FileCheck) throws(FileError) {
    for (name, range) in ranges {
      guard let number = settings[name].map({ Float($0) }) else {
        throw check.error("optimizer.settings", "the member \(name.quoted) is missing")
      }
      guard range.contains(number) else {
        throw check.error(
          "optimizer.settings.\(name)", "\(number) where \(range.name) is expected")
      }
    }
    let other = settings.keys.sorted().first { name in !ranges.contains { $0.key == name } }
    if let other {
      throw check.error("optimizer.settings.\(other)", "is no setting of \(rawValue)")
    }
  }

  /// Throws unless an optimizer that was made so could keep these numbers and go on from them.
  func check(
    _ numbers: NamedTensors, with settings: [String: Double], _ check: FileCheck
  ) throws(FileError) {
    let slots = self == .sgd && Float(settings["momentum"]!) == 0 ? [] : self.slots
    for (name, stored) in numbers {
      let part = ModelFile.optimizerPrefix + name
      let own = slots.lazy.compactMap { slot in
        name.dropping(prefix: slot + "/").map { (slot: slot, path: $0) }
      }.first
      guard let own else { throw check.error(part, "is nothing that \(rawValue) made so keeps") }
      for slot in slots where numbers["\(slot)/\(own.path)"]?.shape != stored.shape {
        throw check.error(
          part, "has the shape \(stored.shape), and the \(slot) beside it is missing or has another"
        )
      }
      guard stored.type == .float32 else {
        throw check.error(part, "holds \(stored.type), not float32")
      }
      let tensor = try stored.tensor(as: Float.self)
      // A second moment is a mean of squares, of which the root is taken.
      let size = own.slot == "secondMoment" ? tensor : abs(tensor)
      guard Bool(((size .>= 0) .& (size .< .infinity)).all()) else {
        let index = size.scalars.firstIndex { !($0 >= 0 && $0.isFinite) }!
        throw check.error(
          part, "element \(index) is \(tensor.scalars[index]); training cannot go on from it")
      }
    }
  }
}

extension OptimizerState {
  /// Throws unless training can go on from here. What another's optimizer keeps is for it to know.
  func check(_ check: FileCheck) throws(FileError) {
    guard stepCounts.contains(stepCount) else {
      throw check.error(
        "optimizer.stepCount",
        "\(stepCount) where a whole number in 0 ... \(stepCounts.upperBound) is expected")
    }
    // An optimizer of yours may have the name of one of this package's; it has no settings.
    guard let own = OwnOptimizer(rawValue: kind), !settings.isEmpty else { return }
    try own.check(settings, check)
    try own.check(numbers, with: settings, check)
  }
}
