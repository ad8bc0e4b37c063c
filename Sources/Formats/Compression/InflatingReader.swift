// SPDX-License-Identifier: Apache-2.0

/// How compressed bytes are wrapped; the numbers are zlib's windowBits.
enum Wrapping: Int32 {
  /// gzip members, one after the other (RFC 1952).
  case gzip = 31
  /// Bare deflate, as in zip archives (RFC 1951).
  case raw = -15
}

/// Compressed bytes of a source, read decompressed from the start. Memory is bounded by one block,
/// whatever the bytes claim.
final class InflatingReader {
  private static let block = 1 << 16

  private let zlib: Zlib
  private let source: ByteSource
  private let wrapping: Wrapping
  private let stream: UnsafeMutablePointer<Zlib.Stream>
  private let input: UnsafeMutablePointer<UInt8>
  private var offset: Int
  private let end: Int
  private var hasEnded = false
  /// Where zlib stands in the source: what it has not used yet is behind.
  private var position: Int { offset - Int(stream.pointee.availableIn) }

  /// The most bytes that so many compressed ones can hold: two bits may stand for 258.
  static func mostBytes(from compressedCount: Int) -> Int {
    let (most, overflow) = compressedCount.multipliedReportingOverflow(by: 1032)
    return overflow ? .max : most
  }

  /// - Parameter range: the compressed bytes in the source, which must be within it.
  init(_ source: ByteSource, _ range: Range<Int>, _ wrapping: Wrapping) throws(FileError) {
    zlib = try Zlib.toInflate(source.name)
    (self.source, self.wrapping) = (source, wrapping)
    (offset, end) = (range.lowerBound, range.upperBound)
    stream = .allocate(capacity: 1)
    stream.initialize(to: Zlib.Stream())
    input = .allocate(capacity: InflatingReader.block)
    let status = zlib.inflateInit(
      stream, wrapping.rawValue, zlib.version(), Int32(MemoryLayout<Zlib.Stream>.size))
    guard status == Zlib.ok else {
      throw FileError(.unreadable, in: source.name, "zlib cannot start (\(status))")
    }
  }

  deinit {
    // Also right if zlib did not start: it checks the stream's state.
    _ = zlib.inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// Fills the span. Throws if the decompressed bytes end before.
  func read(into span: inout MutableSpan<UInt8>) throws(FileError) {
    let count = span.count
    let filled = try fill(&span)
    guard filled == count else {
      throw source.malformed(
        at: position, "the compressed data ends \(count - filled) bytes before it should")
    }
  }

  /// Throws unless everything has been read.
  func finish() throws(FileError) {
    var bytes: Bytes = [0]
    var span = bytes.mutableSpan
    if try fill(&span) > 0 {
      throw source.malformed(
        at: position, "the compressed data holds more bytes than its header declares")
    }
    guard position == end else {
      throw source.malformed(at: position, "bytes follow the end of the compressed data")
    }
  }

  /// Fills as much of the span as there are bytes and returns how many.
  private func fill(_ span: inout MutableSpan<UInt8>) throws(FileError) -> Int {
    var position = 0
    while position < span.count && !hasEnded {
      try refill()
      let status = span.withUnsafeMutableBufferPointer { output in
        let room = min(output.count - position, 1 << 30)
        // zlib writes at most `availableOut` bytes, which is what is left of the span.
        stream.pointee.nextOut = output.baseAddress! + position
        stream.pointee.availableOut = UInt32(room)
        let status = zlib.inflate(stream, 0)
        position += room - Int(stream.pointee.availableOut)
        return status
      }
      switch status {
      case Zlib.streamEnd: try next()
      case Zlib.ok: break
      // There is room for output, so it is input that is missing.
      case Zlib.bufferError:
        throw source.malformed(at: self.position, "the compressed data ends early")
      default: throw source.malformed(at: self.position, "the compressed data is damaged")
      }
    }
    return position
  }

  /// Reads the next block when zlib has used up the last.
  private func refill() throws(FileError) {
    guard stream.pointee.availableIn == 0, offset < end else { return }
    let bytes = try source.bytes(at: offset, count: min(InflatingReader.block, end - offset))
    // At most a block, which is what `input` holds.
    bytes.withUnsafeBufferPointer { input.update(from: $0.baseAddress!, count: $0.count) }
    stream.pointee.nextIn = UnsafePointer(input)
    stream.pointee.availableIn = UInt32(bytes.count)
    offset += bytes.count
  }

  /// A gzip file may hold several members, and zeros behind each: it may come from a medium that is
  /// written in blocks.
  private func next() throws(FileError) {
    if wrapping == .gzip { try skipZeros() }
    if wrapping == .raw || stream.pointee.availableIn == 0 {
      hasEnded = true
    } else if zlib.inflateReset(stream) != Zlib.ok {
      throw source.malformed(at: position, "the compressed data is damaged")
    }
  }

  /// Stops at the mark of another member or at the end.
  private func skipZeros() throws(FileError) {
    while true {
      try refill()
      guard stream.pointee.availableIn > 0, let first = stream.pointee.nextIn else { return }
      // `nextIn` points to `availableIn` bytes of `input`.
      guard first.pointee == 0 else {
        guard first.pointee == 0x1F else {
          throw source.malformed(
            at: position,
            "bytes follow the compressed data that are neither zeros nor compressed")
        }
        return
      }
      stream.pointee.nextIn = first + 1
      stream.pointee.availableIn -= 1
    }
  }
}
