// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension FileError {
  static func noMemory(_ byteCount: Int, in file: String, at place: Place? = nil) -> FileError {
    FileError(
      .tooLarge, in: file, at: place, "the system has no \(byteCount) bytes of memory for it")
  }
}

/// Throws if the system has no such memory: to be asked before an array is made whose size a file
/// decides, because Swift ends the program where an array gets none.
///
/// A mebibyte more is asked for, for all that is small. (What other threads take before the array
/// is made cannot be known.)
package func requireMemory(_ byteCount: Int, for file: String) throws(FileError) {
  let byteCount = byteCount + 1 << 20
  if !Storage.isAvailable(byteCount) { throw .noMemory(byteCount, in: file) }
}
