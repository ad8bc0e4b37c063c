// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Numbers from a file for parameters: all checked before the first parameter changes.
struct Assignment {
  private let pairs: [(Parameter, Tensor<Float>)]

  /// Throws unless there is a tensor for each parameter, of its shape, and no other.
  init(
    _ parameters: [(name: String, Parameter)], from tensors: NamedTensors, file: String
  ) throws(FileError) {
    var pairs: [(Parameter, Tensor<Float>)] = []
    var names: Set<String> = []
    for (name, parameter) in parameters {
      guard let tensor = tensors[name] else {
        throw FileError(
          .malformed, in: file, at: .part(name), "the model has it, the file does not")
      }
      guard tensor.shape == parameter.shape else {
        throw FileError(
          .malformed, in: file, at: .part(name),
          "has the shape \(tensor.shape), the model's the shape \(parameter.shape)")
      }
      names.insert(name)
      pairs.append((parameter, try tensor.tensor(as: Float.self)))
    }
    if let name = tensors.names.first(where: { !names.contains($0) }) {
      throw FileError(
        .malformed, in: file, at: .part(name), "the file has it, the model does not")
    }
    self.pairs = pairs
  }

  func perform() {
    for (parameter, tensor) in pairs { parameter.value = tensor }
  }
}
