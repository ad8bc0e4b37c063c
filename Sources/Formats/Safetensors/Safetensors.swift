// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A safetensors file: named tensors and texts about them. Reading one checks its header; tensors
/// are read, straight into the memory that they then compute with, when asked for.
///
/// ```swift
/// let file = try Safetensors.read(at: "weights.safetensors")
/// print(file.names, file.metadata)
/// let w = try file.load("hidden.weight", as: Float.self)   // Tensor<Float>
/// ```
///
/// Source: Hugging Face, "safetensors", README.md, "Format".
public struct Safetensors: Sendable {
  private let source: ByteSource
  private let header: SafetensorsHeader
  private let positions: [String: Int]

  /// Opens a file.
  ///
  /// Throws a ``FileError`` unless the header is one: at most 100 MB of JSON without a key twice,
  /// tensors of known types whose bytes follow each other without gap or overlap to the end.
  public static func read(at path: String) throws(FileError) -> Safetensors {
    try Safetensors(ByteSource(path: path))
  }

  /// Opens a file in memory.
  public static func read(
    from bytes: [UInt8], name: String = "safetensors"
  ) throws(FileError) -> Safetensors {
    try Safetensors(ByteSource(bytes, name: name))
  }

  private init(_ source: ByteSource) throws(FileError) {
    self.source = source
    header = try SafetensorsHeader(source)
    positions = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// What errors call the file.
  public var file: String { source.name }

  /// The names of the tensors, in the order of the header.
  public var names: [String] { header.entries.map(\.name) }

  /// Texts about the tensors, `__metadata__` in the file.
  public var metadata: [String: String] { header.metadata }

  /// The shape of a tensor, without reading it; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { positions[name].map { header.entries[$0].shape } }

  /// Reads a tensor in the element type of the file. Throws if there is none of that name.
  public func load(_ name: String) throws(FileError) -> StoredTensor {
    guard let position = positions[name] else {
      let some = names.prefix(20).map(\.quoted).joined(separator: ", ")
      throw source.malformed("there is no tensor \(name.quoted); the tensors are \(some)")
    }
    let entry = header.entries[position]
    return try StoredTensor(
      Arrangement(type: entry.type, shape: entry.shape),
      origin: StoredTensor.Origin(file: source.name, part: name)
    ) { (span) throws(FileError) in
      try source.read(at: entry.range.lowerBound, into: &span)
    }
  }

  /// Reads a tensor to compute with; see ``StoredTensor/tensor(as:)``.
  public func load<Scalar: TensorScalar>(
    _ name: String, as type: Scalar.Type
  ) throws(FileError) -> Tensor<Scalar> {
    try load(name).tensor(as: type)
  }

  /// Writes a file in place of an old one, if there is one: whole, or not at all.
  ///
  /// Tensors are ordered by the size of their elements, so that each is aligned.
  ///
  /// ```swift
  /// try Safetensors.write(["w": w, "b": b], metadata: ["made by": "me"], to: "w.safetensors")
  /// ```
  ///
  /// Throws a ``FileError`` if the file cannot be written, or a tensor is named `__metadata__`.
  public static func write(
    _ tensors: NamedTensors, metadata: [String: String] = [:], to path: String
  ) throws(FileError) {
    if tensors["__metadata__"] != nil {
      throw FileError(.unwritable, in: path, "no tensor can be named \"__metadata__\"")
    }
    // Stable: tensors of one type keep their order.
    let ordered = tensors.enumerated().sorted {
      let (left, right) = ($0.element.tensor.type.byteCount, $1.element.tensor.type.byteCount)
      return left == right ? $0.offset < $1.offset : left > right
    }.map(\.element)
    guard let header = SafetensorsHeader.bytes(for: ordered, metadata) else {
      throw FileError(.unwritable, in: path, "names and metadata are too long for the format")
    }
    try AtomicFile.write(to: path) { file throws(FileError) in
      try file.write(header)
      for (_, tensor) in ordered {
        try tensor.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
      }
    }
  }
}
