// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// A safetensors file: named tensors and texts about them. Reading one checks its header; tensors
/// are read, straight into the memory that they then compute with, when asked for.
///
/// ```swift
/// let file = try Safetensors.read(at: "weights.safetensors")
/// print(file.names, file.metadata)   // ["hidden.weight", "b"] ["made by": "me"]
/// let w = try file.load("hidden.weight", as: Float.self)   // Tensor<Float>
/// ```
///
/// Source: Hugging Face, "safetensors", README.md, "Format".
public struct Safetensors: Sendable {
  private let source: ByteSource
  private let header: SafetensorsHeader

  /// Opens a file.
  ///
  /// Throws a ``FileError`` unless the header is one: at most 100 MB of JSON without a key twice,
  /// tensors whose bytes follow each other without gap or overlap to the end. Elements of a type
  /// that is not known here are an error only when that tensor is loaded.
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
  }

  /// What errors call the file.
  public var file: String { source.name }

  /// The names of the tensors, in the order of the header. They are compared byte for byte.
  public var names: [String] { Array(header.names) }

  /// Texts about the tensors, `__metadata__` in the file.
  public var metadata: Metadata { header.metadata }

  /// The shape of a tensor, without reading it; nil if there is none of that name.
  public func shape(of name: String) -> Shape? { header.entry(name)?.shape }

  /// The element type of a tensor, without reading it, as ``StoredType`` names it, "float32"; as
  /// the file writes it, "F8_E4M3", if no tensor holds such elements; nil if there is no tensor of
  /// that name.
  public func typeName(of name: String) -> String? {
    header.entry(name).map { $0.type?.rawValue ?? $0.code }
  }

  /// Reads a tensor in the element type of the file. Throws if there is none of that name, or if
  /// its elements are of a type that no tensor holds.
  public func load(_ name: String) throws(FileError) -> StoredTensor {
    guard let entry = header.entry(name) else {
      let some = header.names.prefix(20).map(\.quoted).joined(separator: ", ")
      throw source.malformed("there is no tensor \(name.quoted); the tensors are \(some)")
    }
    let origin = StoredTensor.Origin(file: source.name, part: name)
    guard let type = entry.type else {
      throw origin.malformed(
        "has elements of type \(entry.code.quoted), which no tensor holds; convert it in Python")
    }
    return try StoredTensor(
      Arrangement(type: type, shape: entry.shape), origin: origin
    ) { (span) throws(FileError) in
      try source.read(at: entry.range.lowerBound, into: &span)
    }
  }

  /// The tensors as a summary lists them.
  var lines: some Collection<String> {
    header.names.lazy.map { "\($0.shortened) \(typeName(of: $0) ?? "") \(shape(of: $0) ?? [])" }
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
  /// Throws a ``FileError`` if the file cannot be written, a tensor is named `__metadata__`, or a
  /// key of the metadata has two values.
  public static func write(
    _ tensors: NamedTensors,
    metadata: some Collection<(key: String, value: String)> = [String: String](), to path: String
  ) throws(FileError) {
    // Stable: tensors of one type keep their order.
    let ordered = tensors.enumerated().sorted {
      let (left, right) = ($0.element.tensor.type.byteCount, $1.element.tensor.type.byteCount)
      return left == right ? $0.offset < $1.offset : left > right
    }.map(\.element)
    let header = try SafetensorsHeader.bytes(for: ordered, metadata, in: path)
    try AtomicFile.write(to: path) { file throws(FileError) in
      try file.write(header)
      for (_, tensor) in ordered {
        try tensor.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
      }
    }
  }
}
