// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// The format of MNIST and Fashion-MNIST, plain or compressed with gzip.
///
/// Two zero bytes, a code of the element type, the rank, the extents as 32-bit numbers, the
/// elements; most significant byte first.
///
/// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
public enum IDX {
  /// Reads a file.
  ///
  /// ```swift
  /// let images = try IDX.load(at: "train-images-idx3-ubyte.gz")   // [60000, 28, 28] of uint8
  /// ```
  ///
  /// Throws a ``FileError`` if the header is not one, or the elements are more or fewer than it
  /// declares. A compressed file is read twice: first to see that so much is in it.
  ///
  /// - Parameter limit: how many bytes the elements may take. A compressed file may hold a thousand
  ///   times its size: give a limit for files of strangers.
  public static func load(
    at path: String, upTo limit: Int = .max
  ) throws(FileError) -> StoredTensor {
    try load(ByteSource(path: path), upTo: limit)
  }

  /// Reads a file as a tensor to compute with; see ``StoredTensor/tensor(as:)``.
  ///
  /// ```swift
  /// let labels = try IDX.load(at: "train-labels-idx1-ubyte.gz", as: Int32.self)   // Tensor<Int32>
  /// ```
  public static func load<Scalar: TensorScalar>(
    at path: String, as type: Scalar.Type, upTo limit: Int = .max
  ) throws(FileError) -> Tensor<Scalar> {
    try load(at: path, upTo: limit).tensor(as: type)
  }

  /// Reads a tensor from the bytes of a file.
  public static func load(
    from bytes: [UInt8], name: String = "IDX", upTo limit: Int = .max
  ) throws(FileError) -> StoredTensor {
    try load(ByteSource(bytes, name: name), upTo: limit)
  }

  private static func load(
    _ source: ByteSource, upTo limit: Int
  ) throws(FileError) -> StoredTensor {
    let origin = StoredTensor.Origin(file: source.name)
    let mark = try source.bytes(at: 0, count: min(2, source.byteCount))
    guard mark != [0x1F, 0x8B] else {
      let (arrangement, _) = try inflatedHeader(source) { reader, count throws(FileError) in
        try check(count, source, upTo: limit)
        try skip(count, reader)
        try reader.finish()
      }
      let (_, numbers) = try inflatedHeader(source) { reader, _ throws(FileError) in
        try StoredTensor(arrangement, origin: origin) { (span) throws(FileError) in
          try reader.read(into: &span)
        }
      }
      return numbers
    }
    if !mark.isEmpty, mark != [0, 0] {
      throw try source.notOf("an IDX file", at: 0, Header.markIsMissing)
    }
    let header = try Header(source.bytes(at: 0, count: 4), source)
    let extents = try source.bytes(at: 4, count: 4 * header.rank)
    let (arrangement, byteCount) = try header.arrangement(extents, source)
    guard byteCount == source.byteCount - 4 - 4 * header.rank else {
      throw source.malformed(
        "the header declares \(byteCount) bytes of \(arrangement.shape), "
          + "\(source.byteCount - 4 - 4 * header.rank) follow it")
    }
    try check(byteCount, source, upTo: limit)
    return try StoredTensor(arrangement, origin: origin) { (span) throws(FileError) in
      try source.read(at: 4 + 4 * header.rank, into: &span)
    }
  }

  /// Reads the header of a compressed file and hands the reader on, with the bytes to come.
  private static func inflatedHeader<Result>(
    _ source: ByteSource, _ body: (InflatingReader, Int) throws(FileError) -> Result
  ) throws(FileError) -> (Arrangement, Result) {
    let reader = try InflatingReader(source, 0..<source.byteCount, .gzip)
    let header = try Header(bytes(4, reader), source)
    let (arrangement, byteCount) = try header.arrangement(bytes(4 * header.rank, reader), source)
    return (arrangement, try body(reader, byteCount))
  }

  /// Throws before anything is inflated if the elements cannot be in the file, or are too many.
  private static func check(
    _ byteCount: Int, _ source: ByteSource, upTo limit: Int
  ) throws(FileError) {
    guard byteCount <= limit else {
      throw source.malformed(
        "the elements take \(byteCount) bytes, more than the \(limit) that are allowed")
    }
    guard byteCount <= InflatingReader.mostBytes(from: source.byteCount) else {
      throw source.malformed(
        "the header declares \(byteCount) bytes, more than \(source.byteCount) compressed ones "
          + "can hold")
    }
  }

  private static func bytes(
    _ count: Int, _ reader: InflatingReader
  ) throws(FileError) -> Bytes {
    var bytes = Bytes(repeating: 0, count: count)
    var span = bytes.mutableSpan
    try reader.read(into: &span)
    return bytes
  }

  private static func skip(_ count: Int, _ reader: InflatingReader) throws(FileError) {
    var rest = count
    while rest > 0 {
      rest -= try bytes(min(rest, 1 << 16), reader).count
    }
  }
}

private struct Header {
  let type: StoredType
  let rank: Int

  static let markIsMissing = "not an IDX file: it does not start with two zero bytes"

  init(_ start: Bytes, _ source: ByteSource) throws(FileError) {
    guard start[0] == 0, start[1] == 0 else {
      throw source.malformed(at: 0, Header.markIsMissing)
    }
    let types: [UInt8: StoredType] = [
      0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]
    guard let type = types[start[2]] else {
      throw source.malformed(at: 2, "\(start[2]) is not the code of an element type")
    }
    self.type = type
    rank = Int(start[3])
    guard rank <= longestShape else { throw source.malformed(at: 3, "\(rank) axes are too many") }
  }

  func arrangement(
    _ extents: Bytes, _ source: ByteSource
  ) throws(FileError) -> (Arrangement, byteCount: Int) {
    let shape = Shape((0..<rank).map { Int(extents.bigEndian(at: 4 * $0, count: 4)) })
    let arrangement = Arrangement(type: type, shape: shape, isBigEndian: true)
    guard let byteCount = arrangement.byteCount else {
      throw source.malformed(
        at: 4, "the shape \(shape) has more elements than can be counted")
    }
    return (arrangement, byteCount)
  }
}

/// More axes than this have no file's tensors; NumPy's limit.
let longestShape = 64
