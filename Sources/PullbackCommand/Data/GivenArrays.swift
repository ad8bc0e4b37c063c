// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// Inputs and targets that are given as arrays: two .npy or IDX files, an .npz archive, a folder of
/// MNIST's files.
struct GivenArrays {
  /// What messages call them.
  let name: String
  let inputs: StoredTensor, targets: StoredTensor
  /// What is there beside for a test: one, or none.
  private var tests: [GivenArrays] = []
  var test: GivenArrays? { tests.first }

  private init(_ inputs: StoredTensor, _ targets: StoredTensor, named name: String) {
    (self.name, self.inputs, self.targets) = (name, inputs, targets)
  }

  /// As they are learnt from, or measured on.
  func arrays(_ task: TableTask?) throws(FileError) -> FitArrays {
    try FitArrays(inputs: inputs, targets: targets, task: task, name: name)
  }

  /// What files hold; nil if they are a table.
  ///
  /// - Parameter targets: the member of an archive that is predicted, where it is not found by name.
  init?(_ files: [String], targets: [String]) throws {
    let paths = try files.map { $0 == "-" ? $0 : try found($0) }
    if paths.count == 1, isFolder(paths[0]) {
      self = try GivenArrays(folder: paths[0])
      return
    }
    let formats = try paths.map { try $0 == "-" ? .table : FileFormat(ofFileAt: $0) }
    switch (formats.count, formats[0]) {
    case (1, .table): return nil
    case (1, .npz): self = try GivenArrays(archive: paths[0], target: targets.first)
    case (1, .safetensors):
      throw FileError(
        .malformed, in: paths[0],
        "is a model or its weights, not data; pullback inspect shows what is in it")
    case (1, _):
      throw ValidationError(
        "\(paths[0].printable) holds one array: name the file of the targets behind it")
    case (2, .npy) where formats[1] == .npy, (2, .idx) where formats[1] == .idx:
      let load = { (path: String) throws(FileError) in
        try formats[0] == .npy ? NumPy.load(at: path) : IDX.load(at: path)
      }
      try self.init(load(paths[0]), load(paths[1]), named: paths[0])
    default:
      throw ValidationError(
        "train takes one table, one .npz archive, one folder, or two .npy files: the inputs, then "
          + "the targets")
    }
  }

  private init(folder: String) throws {
    func load(_ kind: String, _ name: String) throws -> (path: String, array: StoredTensor) {
      let plain = "\(folder)/\(kind)-\(name)-ubyte"
      let path = [plain, plain + ".gz"].first(where: isReadable)
      guard let path else {
        throw FileError(
          .unreadable, in: plain,
          "neither it nor \(kind)-\(name)-ubyte.gz is there; a folder holds the four files of MNIST"
        )
      }
      return (path, try IDX.load(at: path))
    }
    let images = try load("train", "images-idx3"), labels = try load("train", "labels-idx1")
    self.init(images.array, labels.array, named: images.path)
    if isReadable("\(folder)/t10k-images-idx3-ubyte")
      || isReadable("\(folder)/t10k-images-idx3-ubyte.gz")
    {
      let images = try load("t10k", "images-idx3"), labels = try load("t10k", "labels-idx1")
      tests = [GivenArrays(images.array, labels.array, named: images.path)]
    }
  }

  private static let pairs = [
    ("x", "y"), ("X", "y"), ("X", "Y"), ("x_train", "y_train"), ("X_train", "y_train"),
    ("inputs", "targets"), ("inputs", "labels"), ("images", "labels"), ("data", "target"),
    ("data", "labels"), ("features", "labels"), ("train_images", "train_labels"),
  ]

  private init(archive path: String, target: String?) throws {
    let archive = try NumPy.archive(at: path), names = archive.names
    let pair: (String, String)
    if let target {
      guard names.contains(target) else {
        throw FileError(
          .malformed, in: path,
          "there is no array \(target.quoted)\(suggestion(for: target, in: names)); the arrays are "
            + names.prefix(20).map(\.shortened).joined(separator: ", "))
      }
      let others = names.filter { $0 != target }
      let known = GivenArrays.pairs.first { $0.1 == target && names.contains($0.0) }?.0
      guard let inputs = known ?? (others.count == 1 ? others[0] : nil) else {
        throw FileError(
          .malformed, in: path,
          "which of \(others.prefix(20).map(\.shortened).joined(separator: ", ")) are the inputs "
            + "is not plain; save them as x")
      }
      pair = (inputs, target)
    } else if let known = GivenArrays.pairs.first(where: {
      names.contains($0.0) && names.contains($0.1)
    }) {
      pair = known
    } else {
      throw FileError(
        .malformed, in: path,
        "which arrays are inputs and targets is not plain: call them x and y, or name the targets "
          + "with --target; the arrays are "
          + names.prefix(20).map(\.shortened).joined(separator: ", "))
    }
    try self.init(archive.load(pair.0), archive.load(pair.1), named: path)
    let testNames = [pair.0, pair.1].map { $0.replacing("train", with: "test") }
    if pair.0.contains("train"), pair.1.contains("train"), testNames.allSatisfy(names.contains) {
      tests = [
        GivenArrays(
          try archive.load(testNames[0]), try archive.load(testNames[1]), named: path)
      ]
    }
  }
}

#endif
