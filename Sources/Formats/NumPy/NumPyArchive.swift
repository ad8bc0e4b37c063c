// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A .npz file: arrays with names. Opening reads the list of names; arrays are read when asked for.
///
/// ```swift
/// let archive = try NumPy.archive(at: "mnist.npz")
/// print(archive.names)   // ["x_train", "y_train", "x_test", "y_test"]
/// let images = try archive.load("x_train", as: Float.self)
/// ```
///
/// Names are compared byte for byte. Nothing is ever written to where a name may point, as `../x`
/// does. What cannot be read (a text, a structure, an encrypted member) is an error when it is
/// asked for, and in nobody's way before.
public struct NumPyArchive: Sendable {
  private let source: ByteSource
  private let directory: ZipDirectory
  private let limit: Int

  init(_ source: ByteSource, arraysUpTo limit: Int) throws(FileError) {
    (self.source, self.limit) = (source, limit)
    directory = try ZipDirectory(source)
    if let name = directory.members.first?.name,
      !directory.members.contains(where: { Name($0.name).hasSuffix(NumPyArchive.ending) }),
      let kind = FileKind.archive(beginningWith: name)
    {
      throw source.malformed(kind.problem(insteadOf: "a .npz archive"))
    }
  }

  private static let ending = ".npy"

  /// What errors call the file.
  public var file: String { source.name }

  /// The names of all members, in the order of the file, without the ending .npy. (Not listed is a
  /// member without it if the name with it is another's.)
  public var names: [String] { Array(listed) }

  private var listed: some Collection<String> {
    directory.members.lazy.compactMap { [directory] member in
      let name = Name(member.name)
      if name.hasSuffix(NumPyArchive.ending) {
        return name.dropLast(NumPyArchive.ending.utf8.count)
      }
      return directory.contains(member.name + NumPyArchive.ending) ? nil : member.name
    }
  }

  /// The names as a summary lists them.
  var lines: some Collection<String> { listed.lazy.map(\.shortened) }

  /// Reads an array in the element type of the file. Throws if there is none of that name, if its
  /// bytes do not match their checksum, or for what ``NumPy/load(at:)`` throws.
  ///
  /// An array is read twice: before it gets memory, as much must be in it as it declares, and with
  /// the bits of its checksum.
  public func load(_ name: String) throws(FileError) -> StoredTensor {
    let member = try member(name)
    let origin = StoredTensor.Origin(file: source.name, part: name)
    let content = try ZipDirectory.content(of: member, in: source)
    let header = try check(member, MemberReader(source, member, content), origin)
    let reader = try MemberReader(source, member, content)
    _ = try reader.bytes(header.byteCount)
    return try StoredTensor(header.arrangement, origin: origin) { (span) throws(FileError) in
      try reader.read(into: &span)
    }
  }

  /// Reads an array as a tensor to compute with; see ``StoredTensor/tensor(as:)``.
  public func load<Scalar: TensorScalar>(
    _ name: String, as type: Scalar.Type
  ) throws(FileError) -> Tensor<Scalar> {
    try load(name).tensor(as: type)
  }

  private func member(_ name: String) throws(FileError) -> ZipDirectory.Member {
    if let member = try directory.member(name + NumPyArchive.ending, in: source) { return member }
    if let member = try directory.member(name, in: source) { return member }
    let some = listed.prefix(20).map(\.quoted).joined(separator: ", ")
    throw source.malformed("there is no array \(name.quoted); the arrays are \(some)")
  }

  /// Reads all bytes of a member, a block at a time, and compares them with its length and
  /// checksum; but first the header with the length.
  private func check(
    _ member: ZipDirectory.Member, _ reader: MemberReader, _ origin: StoredTensor.Origin
  ) throws(FileError) -> NumPyHeader {
    var checksum = CRC32()
    var rest = member.byteCount
    let header = try NumPyHeader(for: origin) { count throws(FileError) in
      guard count <= rest else {
        throw origin.malformed("the header is cut: \(count) bytes expected, \(rest) are left")
      }
      rest -= count
      let bytes = try reader.bytes(count)
      checksum.update(bytes.span)
      return bytes
    }
    try header.arrangement.check(against: rest, origin)
    guard rest <= limit else {
      throw origin.malformed("takes \(rest) bytes, more than the \(limit) that are allowed")
    }
    while rest > 0 {
      let bytes = try reader.bytes(min(rest, 1 << 16))
      checksum.update(bytes.span)
      rest -= bytes.count
    }
    try reader.finish()
    guard checksum.value == member.checksum else {
      throw origin.malformed("the bytes do not match their checksum")
    }
    return header
  }
}

/// The bytes of a member, stored or deflated, from the start.
private final class MemberReader {
  private let source: ByteSource
  private var position: Int
  private let inflating: InflatingReader?

  init(
    _ source: ByteSource, _ member: ZipDirectory.Member, _ content: Range<Int>
  ) throws(FileError) {
    self.source = source
    position = content.lowerBound
    inflating = member.method == 8 ? try InflatingReader(source, content, .raw) : nil
  }

  func read(into span: inout MutableSpan<UInt8>) throws(FileError) {
    if let inflating { return try inflating.read(into: &span) }
    try source.read(at: position, into: &span)
    position += span.count
  }

  func bytes(_ count: Int) throws(FileError) -> Bytes {
    var bytes = Bytes(repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(into: &span)
    return bytes
  }

  /// Throws unless everything has been read.
  func finish() throws(FileError) { try inflating?.finish() }
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
