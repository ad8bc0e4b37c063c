// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// NumPy's files: .npy holds one array, .npz several with names.
///
/// Source: NumPy, "numpy.lib.format".
public enum NumPy {
  /// Reads a .npy file: Bool, integers and floating-point numbers of either byte order, rows or
  /// columns first.
  ///
  /// Throws a ``FileError`` if the file is not one, holds Python objects or other elements that no
  /// tensor has, or has not as many bytes as its header declares.
  public static func load(at path: String) throws(FileError) -> StoredTensor {
    try load(ByteSource(path: path))
  }

  /// Reads a .npy file as a tensor to compute with; see ``StoredTensor/tensor(as:)``.
  ///
  /// ```swift
  /// let x = try NumPy.load(at: "x.npy", as: Float.self)   // Tensor<Float>
  /// ```
  public static func load<Scalar: TensorScalar>(
    at path: String, as type: Scalar.Type
  ) throws(FileError) -> Tensor<Scalar> {
    try load(at: path).tensor(as: type)
  }

  /// Reads an array from the bytes of a .npy file.
  public static func load(
    from bytes: [UInt8], name: String = "NumPy"
  ) throws(FileError) -> StoredTensor {
    try load(ByteSource(bytes, name: name))
  }

  /// Reads an array from the bytes of a .npy file as a tensor to compute with.
  public static func load<Scalar: TensorScalar>(
    from bytes: [UInt8], as type: Scalar.Type, name: String = "NumPy"
  ) throws(FileError) -> Tensor<Scalar> {
    try load(from: bytes, name: name).tensor(as: type)
  }

  /// Opens a .npz file.
  ///
  /// - Parameter limit: how many bytes an array may take; larger ones are an error when they are
  ///   loaded. A compressed array may be a thousand times as large as its file: give a limit for
  ///   files of strangers. No array gets memory that only its header claims, with or without one.
  public static func archive(
    at path: String, arraysUpTo limit: Int = .max
  ) throws(FileError) -> NumPyArchive {
    try NumPyArchive(ByteSource(path: path), arraysUpTo: limit)
  }

  /// Opens a .npz archive in memory.
  public static func archive(
    from bytes: [UInt8], name: String = "NumPy", arraysUpTo limit: Int = .max
  ) throws(FileError) -> NumPyArchive {
    try NumPyArchive(ByteSource(bytes, name: name), arraysUpTo: limit)
  }

  /// Writes a .npy file in place of an old one, if there is one: whole, or not at all.
  public static func save(
    _ tensor: some StorableTensor, to path: String
  ) throws(FileError) {
    let stored = tensor.stored
    let header = try headerBytes(for: stored, named: nil, in: path)
    try AtomicFile.write(to: path) { file throws(FileError) in
      try file.write(header)
      try stored.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
    }
  }

  /// Writes a .npz file in place of an old one, if there is one: whole, or not at all.
  ///
  /// Throws also for a name that other programs would take for a way out of their folder, or not
  /// for a file's: an empty one, one with a NUL or a backslash, one that begins with a drive of
  /// Windows (`c:`), or has a part that is empty, `.` or `..`.
  ///
  /// - Parameter compressed: as `numpy.savez_compressed`; needs the system's zlib.
  public static func save(
    _ tensors: NamedTensors, to path: String, compressed: Bool = false
  ) throws(FileError) {
    let headers = try tensors.map { (name, stored) throws(FileError) in
      try headerBytes(for: stored, named: name, in: path)
    }
    try AtomicFile.write(to: path) { file throws(FileError) in
      var writer = ZipWriter(file, path)
      for (header, (name, stored)) in zip(headers, tensors) {
        try writer.add(name, ".npy", header, stored, compressed: compressed)
      }
      try writer.finish()
    }
  }

  private static func headerBytes(
    for tensor: StoredTensor, named name: String?, in path: String
  ) throws(FileError) -> Bytes {
    let place = name.map(FileError.Place.part)
    guard tensor.shape.rank <= longestShape else {
      throw FileError(
        .unwritable, in: path, at: place,
        "has \(tensor.shape.rank) axes; files hold at most \(longestShape)")
    }
    if let bytes = NumPyHeader.bytes(for: tensor) { return bytes }
    throw FileError(
      .unwritable, in: path, at: place,
      "NumPy has no \(tensor.type.rawValue); convert it to float32")
  }

  private static func load(_ source: ByteSource) throws(FileError) -> StoredTensor {
    let origin = StoredTensor.Origin(file: source.name)
    let mark = NumPyHeader.mark.prefix(source.byteCount)
    if try !source.start().starts(with: mark) {
      throw try source.notOf("a .npy file", NumPyHeader.markIsMissing)
    }
    var position = 0
    let header = try NumPyHeader(for: origin) { count throws(FileError) in
      let bytes = try source.bytes(at: position, count: count)
      position += count
      return bytes
    }
    try header.arrangement.check(against: source.byteCount - position, origin)
    return try StoredTensor(header.arrangement, origin: origin) { (span) throws(FileError) in
      try source.read(at: position, into: &span)
    }
  }
}
