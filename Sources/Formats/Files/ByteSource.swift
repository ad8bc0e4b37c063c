// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Bytes in memory. Not an `Array`, whose spans want a newer macOS.
package typealias Bytes = ContiguousArray<UInt8>

/// The bytes of a file, or of an array, at positions: what all parsers read from.
///
/// Files are read with `pread` straight to where the bytes belong, not mapped: kernels want memory
/// aligned to 64 bytes and padded behind the last element, which a mapping is not, and a file that
/// somebody truncates meanwhile is an error here where a mapping would end the program.
package final class ByteSource: Sendable {
  /// What messages call the file.
  package let name: String
  package let byteCount: Int
  private let contents: Contents

  private enum Contents {
    case file(descriptor: Int32)
    case bytes([UInt8])
  }

  /// Opens a file. Only regular files have a length to check claims against.
  package init(path: String) throws(FileError) {
    guard isOpenable(path) else { throw FileError(.unreadable, in: path, nameWithNUL) }
    try requireMemory(0, for: path)
    // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw FileError(.unreadable, in: path, systemError()) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let problem = systemError()
      close(descriptor)
      throw FileError(.unreadable, in: path, problem)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(
        .unreadable, in: path, isFolder ? "is a folder, not a file" : "is not a regular file")
    }
    name = path
    byteCount = Int(status.st_size)
    contents = .file(descriptor: descriptor)
  }

  package init(_ bytes: [UInt8], name: String) {
    self.name = name
    byteCount = bytes.count
    contents = .bytes(bytes)
  }

  deinit {
    if case .file(let descriptor) = contents { close(descriptor) }
  }

  /// Fills the span with the bytes from `offset` on.
  package func read(
    at offset: Int, into span: inout MutableSpan<UInt8>
  ) throws(FileError) {
    // No sum here can overflow: both lengths are those of things that exist.
    guard offset >= 0, offset <= byteCount - span.count else {
      throw endsEarly(at: offset, needing: span.count)
    }
    switch contents {
    case .bytes(let bytes):
      for index in 0..<span.count { span[index] = bytes[offset + index] }
    case .file(let descriptor): try read(descriptor, at: offset, into: &span)
    }
  }

  private func read(
    _ descriptor: Int32, at offset: Int, into span: inout MutableSpan<UInt8>
  ) throws(FileError) {
    let problem: String? = span.withUnsafeMutableBytes { bytes in
      var position = 0
      while position < bytes.count {
        // Within the span: at most what is left of it behind `position`, which is in it.
        let count = pread(
          descriptor, bytes.baseAddress! + position, min(bytes.count - position, 1 << 30),
          off_t(offset + position))
        if count < 0 && errno == EINTR { continue }
        if count < 0 { return systemError() }
        if count == 0 { return "became shorter while it was read" }
        position += count
      }
      return nil
    }
    if let problem { throw FileError(.unreadable, in: name, at: .byte(offset), problem) }
  }

  /// `count` bytes from `offset` on. Checked against the length before anything is allocated.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> Bytes {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw endsEarly(at: offset, needing: count)
    }
    if count > 1 << 16 { try requireMemory(count, for: name) }
    var bytes = Bytes(repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(at: offset, into: &span)
    return bytes
  }

  private func endsEarly(at offset: Int, needing count: Int) -> FileError {
    if byteCount == 0 { return malformed("is empty") }
    return malformed(at: offset, "\(count) bytes expected, the file ends at byte \(byteCount)")
  }

  package func malformed(at offset: Int, _ problem: String) -> FileError {
    FileError(.malformed, in: name, at: .byte(offset), problem)
  }

  package func malformed(_ problem: String) -> FileError {
    FileError(.malformed, in: name, problem)
  }
}

/// What the last failed call says in words.
func systemError(_ code: Int32 = errno) -> String {
  // The C library's own table of messages: valid, and ended by a zero byte.
  String(cString: strerror(code))
}

/// Calls again when a signal came in between.
func retrying(_ call: () -> Int32) -> Int32 {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

extension Bytes {
  /// The unsigned number of `count` bytes at `offset`, least significant first.
  func littleEndian(at offset: Int, count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
  }

  /// The unsigned number of `count` bytes at `offset`, most significant first.
  func bigEndian(at offset: Int, count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 << 8 | UInt64(self[offset + $1]) }
  }

  mutating func append(littleEndian number: UInt64, count: Int) {
    for index in 0..<count { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }
}

/// True if there is a file at the path that may be read.
package func isReadable(_ path: String) -> Bool { isOpenable(path) && access(path, R_OK) == 0 }

/// The system takes a path to end where its first NUL stands: it would open another file.
func isOpenable(_ path: String) -> Bool { !path.utf8.contains(0) }

/// What is wrong with a path that is not openable.
let nameWithNUL = "a NUL character in the path; no file has such a name"

/// True if there is a folder at the path.
package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return isOpenable(path) && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
