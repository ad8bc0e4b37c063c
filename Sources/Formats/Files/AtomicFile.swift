// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file in the same folder, which takes the place of the old one only after
/// everything has reached the disk. Whatever goes wrong before that removes the temporary file and
/// leaves the old one. A program that is killed leaves at most a file whose name ends in
/// `.partial-` and eight letters, which nobody reads and which may be deleted.
package final class AtomicFile {
  private let path: String
  private let target: String
  private let temporary: String
  private let descriptor: Int32
  private let folder: Int32
  private var isMoved = false
  private var pending: Bytes = []

  /// Writes a file with `body`. What it throws passes through.
  package static func write(
    to path: String, _ body: (AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    let file = try AtomicFile(path)
    try body(file)
    try file.finish()
  }

  /// Throws what writing a file would throw before its first byte, and leaves everything as it is.
  package static func check(_ path: String) throws(FileError) { _ = try AtomicFile(path) }

  private init(_ path: String) throws(FileError) {
    guard isOpenable(path) else { throw FileError(.unwritable, in: path, nameWithNUL) }
    self.path = path
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFREG {
      throw FileError(.unwritable, in: path, "is not a regular file")
    }
    target = try AtomicFile.resolved(path)
    // As /dev/fd/3 may be: its file is open, and deleted.
    if exists && target != path && status.st_nlink == 0 {
      throw FileError(.unwritable, in: path, "is a link to a file that has no name any more")
    }
    if exists && access(target, W_OK) != 0 {
      throw FileError(.unwritable, in: path, systemError())
    }
    let (folderPath, name) = AtomicFile.split(target)
    guard !name.isEmpty else { throw FileError(.unwritable, in: path, "names no file") }
    let openedFolder = retrying { open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard openedFolder >= 0 else {
      let problem = systemError()
      let folder = target == path ? "its folder" : "is a link to \(target), whose folder"
      throw FileError(.unwritable, in: path, "\(folder): \(problem)")
    }
    // Names of files may have 255 bytes; the end of a long one is left out.
    let start = AtomicFile.prefix(of: name, byteCount: 230)
    let mark = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    let made = "\(folderPath)/\(start).partial-\(mark)"
    temporary = made
    let opened = retrying { open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard opened >= 0 else {
      let problem = systemError()
      close(openedFolder)
      throw FileError(.unwritable, in: path, problem)
    }
    // Only now is all of it set, and `deinit` has everything to close.
    (folder, descriptor) = (openedFolder, opened)
    // As readable as the file that it replaces. If that fails, the umask has said enough.
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
  }

  deinit {
    close(descriptor)
    close(folder)
    if !isMoved { unlink(temporary) }
  }

  /// Writes bytes behind those written before.
  package func write(_ bytes: Bytes) throws(FileError) {
    pending += bytes
    if pending.count >= 1 << 16 { try flush() }
  }

  package func write(_ bytes: Span<UInt8>) throws(FileError) {
    try flush()
    try send(bytes, to: descriptor, named: path)
  }

  private func flush() throws(FileError) {
    let bytes = pending
    pending = []
    try send(bytes.span, to: descriptor, named: path)
  }

  /// To the disk, then into place, then the folder's entry to the disk.
  private func finish() throws(FileError) {
    try flush()
    guard synchronized(descriptor), rename(temporary, target) == 0 else {
      throw FileError(.unwritable, in: path, systemError())
    }
    isMoved = true
    // Some file systems know no such thing as a folder on the disk (EINVAL); that is no failure.
    if !synchronized(folder), errno != EINVAL {
      throw FileError(
        .unwritable, in: path,
        "the new file is in place, but may not outlast a loss of power: " + systemError())
    }
  }

  /// What a symbolic link points to, whether that exists yet or not: the link stays.
  private static func resolved(_ path: String) throws(FileError) -> String {
    var target = path
    // As many as Linux follows; folders on the way are followed by the system.
    for _ in 0..<40 {
      var status = stat()
      guard lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return target }
      // `readlink` writes at most the 4096 bytes of the array, without a zero behind them.
      var link = Bytes(repeating: 0, count: 4096)
      let count = link.withUnsafeMutableBytes { bytes in
        readlink(target, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
      }
      guard count > 0 else { throw FileError(.unwritable, in: path, systemError()) }
      guard let destination = String(validating: link.prefix(count), as: UTF8.self) else {
        throw FileError(.unwritable, in: path, "is a link to a path that is not UTF-8")
      }
      // A link says where it leads from its own folder.
      target =
        destination.utf8.first == UInt8(ascii: "/")
        ? destination : "\(split(target).folder)/\(destination)"
    }
    throw FileError(.unwritable, in: path, systemError(ELOOP))
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
  }

  private static func prefix(of name: String, byteCount: Int) -> String {
    var kept = "", count = 0
    for scalar in name.unicodeScalars {
      count += scalar.utf8.count
      if count > byteCount { break }
      kept.unicodeScalars.append(scalar)
    }
    return kept
  }
}

/// On Darwin `fsync` reaches the drive, not its plates; F_FULLFSYNC does.
private func synchronized(_ descriptor: Int32) -> Bool {
  #if canImport(Darwin)
    if fcntl(descriptor, F_FULLFSYNC) == 0 { return true }
  #endif
  return retrying { fsync(descriptor) } == 0
}

/// Writes all bytes to an open descriptor.
func send(
  _ bytes: Span<UInt8>, to descriptor: Int32, named name: String
) throws(FileError) {
  let problem: String? = bytes.withUnsafeBytes { bytes in
    var position = 0
    while position < bytes.count {
      // Within the span: at most what is left of it behind `position`, which is in it.
      let count = posixWrite(
        descriptor, bytes.baseAddress! + position, min(bytes.count - position, 1 << 30))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { return systemError() }
      position += count
    }
    return nil
  }
  if let problem { throw FileError(.unwritable, in: name, problem) }
}

// Inside `AtomicFile` the name `write` means its own method.
private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
