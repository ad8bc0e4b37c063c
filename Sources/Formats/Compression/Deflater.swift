// SPDX-License-Identifier: Apache-2.0

/// Compresses bytes piece by piece, as zip archives hold them (RFC 1951).
final class Deflater {
  private let zlib: Zlib
  private let file: String
  private let stream: UnsafeMutablePointer<Zlib.Stream>
  private var block = Bytes(repeating: 0, count: 1 << 16)
  private(set) var result: Bytes = []

  init(for file: String) throws(FileError) {
    zlib = try Zlib.toDeflate(file)
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: Zlib.Stream())
    // Level 6, method deflate, no wrapping, 8 for memory, the default strategy: as NumPy.
    let status = zlib.deflateInit(
      stream, 6, 8, Wrapping.raw.rawValue, 8, 0, zlib.version(),
      Int32(MemoryLayout<Zlib.Stream>.size))
    guard status == Zlib.ok else {
      throw FileError(.unwritable, in: file, "zlib cannot start (\(status))")
    }
  }

  deinit {
    // Also right if zlib did not start: it checks the stream's state.
    _ = zlib.deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses the next bytes.
  func write(_ bytes: Span<UInt8>) throws(FileError) {
    var position = 0
    while position < bytes.count {
      let count = min(bytes.count - position, 1 << 30)
      bytes.withUnsafeBufferPointer { input in
        // zlib reads at most `count` bytes, which are left of the span.
        stream.pointee.nextIn = input.baseAddress! + position
        stream.pointee.availableIn = UInt32(count)
        while stream.pointee.availableIn > 0, step(finishing: false) == Zlib.ok {}
      }
      guard stream.pointee.availableIn == 0 else { throw failure }
      position += count
    }
  }

  /// Compresses what zlib has kept back and returns all.
  func finish() throws(FileError) -> Bytes {
    var status = Zlib.ok
    while status == Zlib.ok { status = step(finishing: true) }
    guard status == Zlib.streamEnd else { throw failure }
    return result
  }

  private func step(finishing: Bool) -> Int32 {
    let status = block.withUnsafeMutableBufferPointer { output in
      // zlib writes at most one block.
      stream.pointee.nextOut = output.baseAddress
      stream.pointee.availableOut = UInt32(output.count)
      // 4 is Z_FINISH.
      return zlib.deflate(stream, finishing ? 4 : 0)
    }
    result += block.prefix(block.count - Int(stream.pointee.availableOut))
    return status
  }

  private var failure: FileError { FileError(.unwritable, in: file, "zlib cannot compress it") }
}
