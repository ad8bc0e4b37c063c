// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension NumPyArchive: CustomStringConvertible, CustomReflectable {
  /// The file and the names of its arrays.
  public var description: String { "\(file): \(counted(names.count, "array"))" + list(lines) }

  /// What `dump` and debuggers show.
  public var customMirror: Mirror { Mirror(self, children: ["file": file, "names": names]) }
}
