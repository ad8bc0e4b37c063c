// SPDX-License-Identifier: Apache-2.0

/// The formats that are read here.
package enum FileFormat: String, Sendable, Hashable {
  case table, npy, npz, safetensors, idx

  /// The format of a file, told by its first bytes. What is none of the others is a table, whose
  /// reader says what it is instead.
  package init(ofFileAt path: String) throws(FileError) {
    let source = try ByteSource(path: path)
    let start = try source.start()
    // Compressed, IDX files are what they are called.
    let isCompressed = start.starts(with: [0x1F, 0x8B])
    let name = path.split(separator: "/").last ?? ""
    if isCompressed, name.contains("idx") || name.contains("ubyte") {
      self = .idx
    } else {
      self = FileKind(start)?.format ?? .table
    }
  }
}
