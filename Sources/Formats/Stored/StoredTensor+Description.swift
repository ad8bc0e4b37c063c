// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension StoredTensor: CustomStringConvertible {
  /// The element type and the shape: "uint8 [60000, 28, 28]".
  public var description: String { "\(type.rawValue) \(shape)" }
}

extension NamedTensors: CustomStringConvertible {
  /// The names, each with element type and shape.
  public var description: String {
    counted(count, "tensor") + list(map { "\($0.name) \($0.tensor)" })
  }
}

extension Safetensors: CustomStringConvertible {
  /// The file, and the names and shapes of its tensors, without reading them.
  public var description: String {
    let tensors = names.map { name in "\(name) \(shape(of: name) ?? [])" }
    let texts = metadata.isEmpty ? "" : ", \(counted(metadata.count, "text")) about them"
    return "\(file): \(counted(names.count, "tensor"))\(texts)" + list(tensors)
  }
}

extension NumPyArchive: CustomStringConvertible {
  /// The file and the names of its arrays.
  public var description: String { "\(file): \(counted(names.count, "array"))" + list(names) }
}

/// Lines below a summary; more than a page holds are only counted.
func list(_ items: [String]) -> String {
  let shown = items.prefix(40), rest = items.count - shown.count
  return (shown.isEmpty ? "" : ":") + shown.map { "\n  \($0)" }.joined()
    + (rest > 0 ? "\n  and \(rest) more" : "")
}
