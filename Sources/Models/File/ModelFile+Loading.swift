// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

extension ModelFile {
  /// Reads a file that `save` wrote.
  ///
  /// Throws a `FileError` if the file is damaged, no model file, or of a newer version, or if its
  /// parts do not fit together: what loads can be used. Weights that are not finite load as they
  /// are; the numbers of an optimizer must be such that training can go on from them. No model has
  /// more than 32,768 layers, 131,072 tensors and 1,024 groups of an optimizer, here and in saving.
  ///
  /// - Parameter layers: the types of layers that are your own: `[MyLayer.self]`.
  public static func load(
    at path: String, layers: [any StoredLayer.Type] = []
  ) throws(FileError) -> ModelFile {
    try ModelFile(Safetensors.read(at: path), LayerTypes(layers))
  }

  /// Reads the bytes of a file that `save` wrote.
  public static func load(
    from bytes: [UInt8], name: String = "ModelFile", layers: [any StoredLayer.Type] = []
  ) throws(FileError) -> ModelFile {
    try ModelFile(Safetensors.read(from: bytes, name: name), LayerTypes(layers))
  }

  private init(_ source: Safetensors, _ types: LayerTypes) throws(FileError) {
    file = source.file
    let check = FileCheck(kind: .malformed, file: file)
    let metadata = try Metadata(of: source, check)
    let names = source.names
    try check.checkCount(of: names.count)
    var weights = NamedTensors(), numbers = NamedTensors(), kept = NamedTensors()
    weights.reserveCapacity(names.count)
    func add(_ name: String, as part: String, to tensors: inout NamedTensors) throws(FileError) {
      if tensors[part] != nil { throw check.error(name, "stands there twice") }
      tensors.add(part, try source.load(name))
    }
    for name in names {
      if let part = name.dropping(prefix: ModelFile.optimizerPrefix) {
        try add(name, as: part, to: &numbers)
      } else if let part = name.dropping(prefix: ModelFile.trainingPrefix) {
        try add(name, as: part, to: &kept)
      } else {
        try add(name, as: name, to: &weights)
      }
    }
    self.weights = weights
    try types.check(check)
    architecture = try metadata.value("architecture").map { (layers) throws(FileError) in
      try Architecture(layers, of: types)
    }
    preprocessing = try metadata.value("preprocessing").map(Preprocessing.init)
    classNames = try metadata.value("classNames")?.strings() ?? []
    summary = try metadata.json("summary") ?? [:]
    optimizer = try metadata.value("optimizer").map { (state) throws(FileError) in
      try OptimizerState(state, numbers)
    }
    randomKeys =
      try metadata.value("randomKeys")?.members { (key) throws(FileError) in
        RandomKey(seed: try key.bits())
      } ?? [:]
    training = try metadata.value("training").map { (state) throws(FileError) in
      try TrainingState(state, kept, check)
    }
    if training == nil, let name = kept.names.first {
      throw check.error(
        ModelFile.trainingPrefix + name,
        "belongs to a training of which the metadata says nothing")
    }
    if optimizer == nil, let name = numbers.names.first {
      throw check.error(
        ModelFile.optimizerPrefix + name,
        "belongs to an optimizer of which the metadata says nothing")
    }
    try self.check(check)
  }
}

/// The texts of a model file's metadata, of a version that is known here.
private struct Metadata {
  private let texts: Safetensors.Metadata
  private let check: FileCheck

  init(of source: Safetensors, _ check: FileCheck) throws(FileError) {
    (texts, self.check) = (source.metadata, check)
    let file = source.file
    guard texts["format"] == "pullback", let text = texts["version"] else {
      throw FileError(
        .malformed, in: file,
        "is a safetensors file, but no model that Pullback saved; for weights of PyTorch use "
          + "model.loadPyTorch(at:)")
    }
    guard let version = Int(text), version > 0 else {
      throw FileError(.malformed, in: file, "\(text.quoted) is no version of a model file")
    }
    guard version <= ModelFile.version else {
      throw FileError(
        .malformed, in: file,
        "was saved in version \(version) of the format; this Pullback reads versions up to "
          + "\(ModelFile.version): use a newer one")
    }
  }

  func json(_ key: String) throws(FileError) -> JSON? {
    guard let text = texts[key] else { return nil }
    do throws(FileError) {
      return try JSON(parsing: text)
    } catch {
      throw check.error(key, error.problem)
    }
  }

  func value(_ key: String) throws(FileError) -> MetadataReader? {
    try json(key).map { MetadataReader($0, path: key, check) }
  }
}
