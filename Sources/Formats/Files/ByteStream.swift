// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// All that comes from an open descriptor, which stays open. Throws if it cannot be read, or takes
/// more memory than there is.
package func readAll(descriptor: Int32, name: String) throws(FileError) -> [UInt8] {
  let stream = ByteStream(descriptor: descriptor, name: name)
  var all: [UInt8] = []
  while true {
    let block = try stream.next()
    if block.isEmpty { return all }
    // Growing takes an array of up to twice the size beside the old one.
    try requireMemory(3 * (all.count + block.count), for: name)
    all += block
  }
}

/// Bytes in the order in which they come: from a file, a pipe, a terminal, or an array.
final class ByteStream {
  /// What messages call it.
  let name: String
  private let contents: Contents
  private var position = 0

  private enum Contents {
    case descriptor(Int32, isOwned: Bool)
    case bytes([UInt8])
  }

  private static let block = 1 << 18

  /// Opens a file, or a pipe that has a name.
  init(path: String) throws(FileError) {
    guard isOpenable(path) else { throw FileError(.unreadable, in: path, nameWithNUL) }
    let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(.unreadable, in: path, systemError()) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw FileError(.unreadable, in: path, "is a folder, not a file")
    }
    name = path
    contents = .descriptor(descriptor, isOwned: true)
  }

  /// Reads what comes from an open descriptor, which stays open.
  init(descriptor: Int32, name: String) {
    self.name = name
    contents = .descriptor(descriptor, isOwned: false)
  }

  init(_ bytes: [UInt8], name: String) {
    self.name = name
    contents = .bytes(bytes)
  }

  deinit {
    if case .descriptor(let descriptor, isOwned: true) = contents { close(descriptor) }
  }

  /// What has come; waits if nothing has. Empty at the end.
  func next() throws(FileError) -> Bytes {
    switch contents {
    case .bytes(let bytes):
      let stop = min(position + ByteStream.block, bytes.count)
      defer { position = stop }
      return Bytes(bytes[position..<stop])
    case .descriptor(let descriptor, _):
      var block = Bytes(repeating: 0, count: ByteStream.block)
      while true {
        // Writes at most the bytes that the block has.
        let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress!, $0.count) }
        if count < 0 && errno == EINTR { continue }
        if count < 0 {
          throw FileError(.unreadable, in: name, at: .byte(position), systemError())
        }
        position += count
        block.removeLast(block.count - count)
        return block
      }
    }
  }

  /// Whether `next()` would not wait: more has come, or nothing will any more.
  var isReady: Bool {
    guard case .descriptor(let descriptor, _) = contents else { return true }
    // One entry, as the count says.
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) != 0
  }
}
