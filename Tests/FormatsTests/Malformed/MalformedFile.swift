// SPDX-License-Identifier: Apache-2.0

import Pullback

/// A file that is not what its format says, and what the error says about it.
struct MalformedFile: Sendable {
  enum Format: CaseIterable, Sendable { case csv, idx, npy, npz, safetensors }

  let format: Format
  let bytes: [UInt8]
  /// The error's text behind the name of the file.
  let message: String

  init(_ format: Format, _ bytes: [UInt8], _ message: String) {
    (self.format, self.bytes, self.message) = (format, bytes, message)
  }

  init(csv text: String, _ message: String) { self.init(.csv, Array(text.utf8), message) }

  init(safetensors json: String, data count: Int = 0, _ message: String) {
    self.init(.safetensors, safetensorsBytes(json, data: count), message)
  }

  static let all = csv + idx + npy + npz + safetensors

  /// Reads everything that is in the file.
  static func read(_ format: Format, at path: String) throws(FileError) {
    switch format {
    case .csv: _ = try CSV.table(at: path)
    case .idx: _ = try IDX.load(at: path)
    case .npy: _ = try NumPy.load(at: path)
    case .npz:
      let archive = try NumPy.archive(at: path)
      for name in archive.names { _ = try archive.load(name) }
    case .safetensors:
      let file = try Safetensors.read(at: path)
      for name in file.names { _ = try file.load(name) }
    }
  }

  static func read(_ format: Format, from bytes: [UInt8], name: String) throws(FileError) {
    switch format {
    case .csv: _ = try CSV.table(from: bytes, name: name)
    case .idx: _ = try IDX.load(from: bytes, name: name)
    case .npy: _ = try NumPy.load(from: bytes, name: name)
    case .npz:
      let archive = try NumPy.archive(from: bytes, name: name)
      for name in archive.names { _ = try archive.load(name) }
    case .safetensors:
      let file = try Safetensors.read(from: bytes, name: name)
      for name in file.names { _ = try file.load(name) }
    }
  }
}
