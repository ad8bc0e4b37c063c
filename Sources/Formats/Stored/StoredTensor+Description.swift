// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension StoredTensor: CustomStringConvertible, CustomReflectable {
  /// The element type and the shape: "uint8 [60000, 28, 28]".
  public var description: String { "\(type.rawValue) \(shape)" }

  /// What `dump` and debuggers show: the numbers too, as Double, if a page holds them.
  public var customMirror: Mirror {
    var children: [(label: String?, value: Any)] = [("type", type.rawValue), ("shape", shape)]
    if elementCount <= 1000, let numbers = try? doubles() {
      children.append(("numbers", numbers.array(of: Double.self, count: elementCount)))
    }
    return Mirror(self, children: children)
  }
}

extension NamedTensors: CustomStringConvertible {
  /// The names, each with element type and shape.
  public var description: String {
    counted(count, "tensor") + list(lazy.map { "\($0.name.shortened) \($0.tensor)" })
  }
}

extension Safetensors: CustomStringConvertible, CustomReflectable {
  /// The file, and the names, types and shapes of its tensors, without reading them.
  public var description: String {
    let texts = metadata.isEmpty ? "" : ", \(counted(metadata.count, "text")) about them"
    return "\(file): \(counted(names.count, "tensor"))\(texts)" + list(lines)
  }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror {
    Mirror(self, children: ["file": file, "names": names, "metadata": metadata])
  }
}

extension NumPyArchive: CustomStringConvertible, CustomReflectable {
  /// The file and the names of its arrays.
  public var description: String { "\(file): \(counted(names.count, "array"))" + list(lines) }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror { Mirror(self, children: ["file": file, "names": names]) }
}

/// Lines below a summary; more than a page holds are only counted.
func list(_ items: some Collection<String>) -> String {
  let shown = Array(items.prefix(40)), rest = items.count - shown.count
  return (shown.isEmpty ? "" : ":") + shown.map { "\n  \($0)" }.joined()
    + (rest > 0 ? "\n  and \(rest) more" : "")
}
