// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// Numbers from a file for parameters: all checked before the first parameter changes.
struct Assignment {
  private let pairs: [(Parameter, Tensor<Float>)]

  /// Throws unless there is a tensor for each parameter, of its shape, and no other.
  ///
  /// - Parameter prefix: what stands before the names in the file.
  init(
    _ parameters: [(name: String, Parameter)], from tensors: NamedTensors, prefix: String = "",
    file: String
  ) throws(FileError) {
    func malformed(_ name: String, _ problem: String) -> FileError {
      FileError(.malformed, in: file, at: .part(prefix + name), problem)
    }
    var pairs: [(Parameter, Tensor<Float>)] = []
    var names: Set<Name> = []
    for (name, parameter) in parameters {
      guard let tensor = tensors[name] else {
        throw malformed(name, "the model has it, the file does not")
      }
      guard tensor.shape == parameter.shape else {
        throw malformed(
          name,
          "has the shape \(tensor.shape), the model's the shape \(parameter.shape)")
      }
      names.insert(Name(name))
      pairs.append((parameter, try tensor.tensor(as: Float.self)))
    }
    if let name = tensors.names.first(where: { !names.contains(Name($0)) }) {
      throw malformed(name, "the file has it, the model does not")
    }
    self.pairs = pairs
  }

  func perform() {
    Parameter.setValues(of: pairs.map(\.0), to: pairs.map(\.1))
  }
}

extension Parameters {
  /// Each parameter once, under its first path, in the order of ``distinct``.
  var distinctPaths: [(name: String, parameter: Parameter)] {
    distinctLeaves.map { ($0.path, $0.parameter) }
  }
}
