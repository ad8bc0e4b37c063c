// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

extension FitArrays {
  /// Reads arrays: two files, .npy or IDX, of which the first holds the inputs; an .npz archive of
  /// both; or a folder of the IDX files of MNIST, of which those that train.
  ///
  /// Files are told by their first bytes. In an archive the arrays are called x and y, or
  /// x_train and y_train, inputs, images, data or features and targets, target or labels, or
  /// there are two of which one is called so. Throws if a file cannot be read, or if it is not
  /// plain which array is which.
  ///
  /// - Parameter target: the array of an archive that holds the targets, where it has another name.
  public init(
    at paths: [String], target: String? = nil, task: TableTask? = nil
  ) throws(FileError) {
    try self.init(ArrayPair(at: paths, target: target), task)
  }

  /// What the same files hold for a test: the folder's test images, or the archive's x_test and
  /// y_test beside x_train and y_train; nil if there is nothing.
  public static func test(
    at paths: [String], target: String? = nil, task: TableTask? = nil
  ) throws(FileError) -> FitArrays? {
    guard let pair = try ArrayPair(at: paths, target: target).test else { return nil }
    return try FitArrays(pair, task)
  }

  private init(_ pair: ArrayPair, _ task: TableTask?) throws(FileError) {
    try self.init(
      inputs: pair.inputs.load(), targets: pair.targets.load(), task, pair.name,
      targetsIn: pair.targets.file)
  }
}

/// Where inputs and targets stand.
private struct ArrayPair {
  let name: String
  let inputs: Place
  let targets: Place
  /// What is kept for a test: one pair, or none.
  private var tests: [ArrayPair] = []
  var test: ArrayPair? { tests.first }

  enum Place {
    case file(String, FileFormat)
    case member(String, NumPyArchive)

    /// Where it stands.
    var file: String {
      switch self {
      case .file(let path, _): path
      case .member(_, let archive): archive.file
      }
    }

    func load() throws(FileError) -> StoredTensor {
      switch self {
      case .file(let path, .npy): try NumPy.load(at: path)
      case .file(let path, _): try IDX.load(at: path)
      case .member(let name, let archive): try archive.load(name)
      }
    }
  }

  private init(_ name: String, _ inputs: Place, _ targets: Place) {
    (self.name, self.inputs, self.targets) = (name, inputs, targets)
  }

  init(at paths: [String], target: String?) throws(FileError) {
    if paths.count == 1, isFolder(paths[0]) {
      let folder = IDXFolder(path: paths[0])
      self = try ArrayPair(folder, "train")
      if folder.holds("t10k") { tests = [try ArrayPair(folder, "t10k")] }
      return
    }
    var formats: [FileFormat] = []
    for path in paths { formats.append(try FileFormat(ofFileAt: path)) }
    switch formats {
    case [.npz]: self = try ArrayPair(NumPy.archive(at: paths[0]), target: target)
    case [.npy, .npy], [.idx, .idx], [.npy, .idx], [.idx, .npy]:
      self.init(paths[0], .file(paths[0], formats[0]), .file(paths[1], formats[1]))
    case [.npy], [.idx]:
      throw FileError(
        .malformed, in: paths[0], "holds one array: name the file of the targets behind it")
    case [.safetensors]:
      throw FileError(
        .malformed, in: paths[0],
        "is a model or its weights, not data; pullback inspect shows what is in it")
    default:
      throw FileError(
        .unreadable, in: paths.last ?? "",
        "arrays are one .npz archive, one folder, or two .npy or IDX files: the inputs, then the "
          + "targets")
    }
  }

  private init(_ folder: IDXFolder, _ set: String) throws(FileError) {
    let (images, labels) = try folder.pair(of: set)
    self.init(images, .file(images, .idx), .file(labels, .idx))
  }

  private init(_ archive: NumPyArchive, target: String?) throws(FileError) {
    let names = archive.names
    let (inputs, targets) = try ArrayPair.names(in: archive, names, target: target)
    self.init(archive.file, .member(inputs, archive), .member(targets, archive))
    let (x, y) = (
      inputs.replacing("train", with: "test"), targets.replacing("train", with: "test")
    )
    if x != inputs, y != targets, names.contains(x), names.contains(y) {
      tests = [ArrayPair(archive.file, .member(x, archive), .member(y, archive))]
    }
  }

  private static let known = [
    ("x", "y"), ("X", "y"), ("X", "Y"), ("x", "Y"), ("x_train", "y_train"), ("X_train", "y_train"),
    ("inputs", "targets"), ("inputs", "labels"), ("images", "labels"), ("data", "target"),
    ("data", "labels"), ("features", "labels"), ("train_images", "train_labels"),
  ]

  /// Which members of an archive are inputs and targets.
  private static func names(
    in archive: NumPyArchive, _ names: [String], target: String?
  ) throws(FileError) -> (inputs: String, targets: String) {
    func malformed(_ problem: String) -> FileError {
      FileError(.malformed, in: archive.file, problem)
    }
    func listed(_ names: [String]) -> String {
      names.prefix(20).map(\.shortened).joined(separator: ", ")
    }
    if let target, !names.contains(target) {
      let near = target.nearest(among: names).map { "; did you mean \($0.quoted)?" }
      throw malformed(
        "there is no array \(target.quoted)" + (near ?? "; the arrays are \(listed(names))"))
    }
    if let pair = known.first(where: {
      names.contains($0) && names.contains($1) && (target ?? $1) == $1
    }) {
      return pair
    }
    let targets = target.map { [$0] } ?? names.filter { name in known.contains { $1 == name } }
    let others = names.filter { !targets.contains($0) }
    if targets.count == 1, others.count == 1 { return (others[0], targets[0]) }
    throw malformed(
      target == nil
        ? "which arrays are inputs and targets is not plain: call them x and y, or name the targets "
          + "with --target; the arrays are \(listed(names))"
        : "which of \(listed(others)) are the inputs is not plain; save them as x")
  }
}
