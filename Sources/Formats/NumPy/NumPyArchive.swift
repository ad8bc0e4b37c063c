// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A .npz file: arrays with names. Opening reads the list of names; arrays are read when asked for.
///
/// ```swift
/// let archive = try NumPy.archive(at: "mnist.npz")
/// print(archive.names)   // ["x_train", "y_train", "x_test", "y_test"]
/// let images = try archive.load("x_train", as: Float.self)
/// ```
public struct NumPyArchive: Sendable {
  private let source: ByteSource
  private let directory: ZipDirectory

  init(_ source: ByteSource) throws(FileError) {
    self.source = source
    directory = try ZipDirectory(source)
    if let name = directory.members.first?.name, !name.hasSuffix(".npy"),
      let kind = FileKind.archive(beginningWith: name)
    {
      throw source.malformed(kind.problem(insteadOf: "a .npz archive"))
    }
  }

  /// What errors call the file.
  public var file: String { source.name }

  /// The names of all members, in the order of the file, without the ending .npy.
  public var names: [String] { directory.members.map { NumPyArchive.arrayName($0.name) } }

  private static func arrayName(_ member: String) -> String {
    member.hasSuffix(".npy") ? String(member.dropLast(4)) : member
  }

  /// Reads an array in the element type of the file. Throws if there is none of that name, if its
  /// bytes do not match their checksum, or for what ``NumPy/load(at:)`` throws.
  public func load(_ name: String) throws(FileError) -> StoredTensor {
    guard
      let member = directory.members.first(where: { NumPyArchive.arrayName($0.name) == name })
    else {
      let some = names.prefix(20).map(\.quoted).joined(separator: ", ")
      throw source.malformed("there is no array \(name.quoted); the arrays are \(some)")
    }
    let origin = StoredTensor.Origin(file: source.name, part: name)
    let content = try ZipDirectory.content(of: member, in: source)
    guard member.isDeflated else { return try stored(member, content, origin) }
    // Twice: the first time to see that as much is in it as the archive says.
    let reader = try InflatingReader(source, content, .raw)
    try check(member, origin) { (span) throws(FileError) in try reader.read(into: &span) }
    try reader.finish()
    let second = try InflatingReader(source, content, .raw)
    return try array(member, origin) { (span) throws(FileError) in try second.read(into: &span) }
  }

  /// Reads an array as a tensor to compute with; see ``StoredTensor/tensor(as:)``.
  public func load<Scalar: TensorScalar>(
    _ name: String, as type: Scalar.Type
  ) throws(FileError) -> Tensor<Scalar> {
    try load(name).tensor(as: type)
  }

  private func stored(
    _ member: ZipDirectory.Member, _ content: Range<Int>, _ origin: StoredTensor.Origin
  ) throws(FileError) -> StoredTensor {
    func reader() -> (inout MutableSpan<UInt8>) throws(FileError) -> Void {
      var position = content.lowerBound
      return { [source] (span) throws(FileError) in
        try source.read(at: position, into: &span)
        position += span.count
      }
    }
    try check(member, origin, reader())
    return try array(member, origin, reader())
  }

  private typealias Reading = (inout MutableSpan<UInt8>) throws(FileError) -> Void

  /// Reads all bytes of a member, a block at a time, and compares their checksum.
  private func check(
    _ member: ZipDirectory.Member, _ origin: StoredTensor.Origin, _ read: Reading
  ) throws(FileError) {
    var checksum = CRC32()
    var rest = member.byteCount
    while rest > 0 {
      let bytes = try NumPyArchive.bytes(min(rest, 1 << 16), read)
      checksum.update(bytes.span)
      rest -= bytes.count
    }
    guard checksum.value == member.checksum else {
      throw origin.malformed("the bytes do not match their checksum")
    }
  }

  private func array(
    _ member: ZipDirectory.Member, _ origin: StoredTensor.Origin, _ read: Reading
  ) throws(FileError) -> StoredTensor {
    var rest = member.byteCount
    let header = try NumPyHeader(for: origin) { count throws(FileError) in
      guard count <= rest else {
        throw origin.malformed("the header is cut: \(count) bytes expected, \(rest) are left")
      }
      rest -= count
      return try NumPyArchive.bytes(count, read)
    }
    try header.arrangement.check(against: rest, origin)
    return try StoredTensor(header.arrangement, origin: origin, fill: read)
  }

  private static func bytes(_ count: Int, _ read: Reading) throws(FileError) -> Bytes {
    var bytes = Bytes(repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(&span)
    return bytes
  }
}

extension Arrangement {
  /// Throws unless the elements take exactly the bytes that follow the header.
  func check(against rest: Int, _ origin: StoredTensor.Origin) throws(FileError) {
    guard let byteCount else {
      throw origin.malformed("the shape \(shape) has more elements than can be counted")
    }
    guard byteCount == rest else {
      throw origin.malformed(
        "the header declares \(byteCount) bytes of \(type.rawValue) \(shape), \(rest) follow it")
    }
  }
}
