// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension ModelFile {
  /// Throws unless all parts are right and fit together. What is read and what is to be written go
  /// through the same checks, so that whatever is saved loads and whatever loads can be used.
  func check(_ check: FileCheck) throws(FileError) {
    try check.checkCount(
      of: weights.count + (optimizer?.numbers.count ?? 0) + (training?.tensors.count ?? 0))
    try check.checkIntegers(weights)
    if let optimizer {
      try check.checkIntegers(optimizer.numbers, prefix: ModelFile.optimizerPrefix)
    }
    if let training {
      try check.checkIntegers(training.tensors, prefix: ModelFile.trainingPrefix)
    }
    let model = try architecture?.model(for: weights, check)
    try preprocessing?.check(check)
    try check.checkDistinct(classNames, at: "classNames")
    try checkEnds(of: model, check)
    guard case .object = summary else { throw check.error("summary", "an object expected") }
    try optimizer?.check(check)
    try training?.check(with: weights, check)
    for (name, key) in randomKeys where key.derivation != nil {
      throw check.error(
        "randomKeys.\(name)", "stands for an argument of a recorded function and has no bits")
    }
  }

  /// Throws unless the columns and the classes are as many as the model's inputs and outputs.
  private func checkEnds(
    of model: (any StoredLayer)?, _ check: FileCheck
  ) throws(FileError) {
    // What a table makes is rows.
    let axis = model.map { preprocessing == nil ? $0.lastAxis : $0.lastAxisOfRows ?? $0.lastAxis }
    if let preprocessing, let inputs = axis?.inputs {
      let width = preprocessing.inputCount
      guard width == inputs else {
        throw check.error(
          "preprocessing.inputs", "makes \(counted(width, "input")), the model expects \(inputs)")
      }
    }
    let target = preprocessing.flatMap { $0.targets.isEmpty ? nil : $0.outputCount }
    if let target, let outputs = axis?.outputs, target != outputs {
      throw check.error(
        "preprocessing.target", "stands for \(counted(target, "output")), the model has \(outputs)")
    }
    guard !classNames.isEmpty, let outputs = axis?.outputs ?? target else { return }
    guard classNames.count == outputs else {
      throw check.error(
        "classNames", "\(counted(classNames.count, "name")) for \(counted(outputs, "output"))")
    }
  }
}

extension FileCheck {
  /// More are nobody's model, and take many times the memory of the file that names them.
  private static let mostTensors = 1 << 17

  func checkCount(of tensors: Int) throws(FileError) {
    guard tensors <= FileCheck.mostTensors else {
      throw FileError(
        kind, in: file,
        "holds \(tensors) tensors, and a model file may hold \(FileCheck.mostTensors)")
    }
  }

  /// Throws if a number is an integer that Float, which layers compute with, does not hold.
  fileprivate func checkIntegers(
    _ tensors: NamedTensors, prefix: String = ""
  ) throws(FileError) {
    for (name, tensor) in tensors {
      switch tensor.type {
      case .int64, .uint64, .int32, .uint32:
        do throws(FileError) {
          _ = try tensor.tensor(as: Float.self)
        } catch {
          throw self.error(prefix + name, error.problem)
        }
      case .int16, .uint16, .int8, .uint8, .bool, .float64, .float32, .float16, .bfloat16: break
      }
    }
  }
}
