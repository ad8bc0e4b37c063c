// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

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
