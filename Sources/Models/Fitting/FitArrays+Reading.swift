// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackTensors

extension FitArrays {
  /// Reads arrays: a folder of the IDX files of MNIST (its training images), an .npz of two arrays, or two
  /// files, .npy or IDX, of which the first holds the inputs.
  ///
  /// Of an .npz the targets are called "y", "labels", "targets" or "target"; the inputs are the other
  /// array. Throws if a file cannot be read, or if it is not plain which array is which.
  public init(at paths: [String], task: TableTask? = nil) throws(FileError) {
    if paths.count == 2 {
      try self.init(
        inputs: FitArrays.array(at: paths[0]), targets: FitArrays.array(at: paths[1]), task: task,
        name: paths[0])
      return
    }
    guard let path = paths.first, paths.count == 1 else {
      throw FileError(
        .unreadable, in: paths.last ?? "",
        "give one file or folder, or one file of inputs and one "
          + "of targets")
    }
    if path.hasSuffix(".npz") {
      let archive = try NumPy.archive(at: path)
      let (inputs, targets) = try FitArrays.parts(of: archive)
      try self.init(
        inputs: archive.load(inputs), targets: archive.load(targets), task: task, name: path)
      return
    }
    if path.hasSuffix(".npy") {
      throw FileError(.malformed, in: path, "holds inputs or targets alone; give both files")
    }
    try self.init(inFolder: path, "train", task)
  }

  /// The test images of a folder of MNIST; nil if there are none.
  public static func test(inFolder folder: String) throws(FileError) -> FitArrays? {
    guard part(of: folder, "t10k-images-idx3-ubyte") != nil else { return nil }
    return try FitArrays(inFolder: folder, "t10k", .classification)
  }

  private init(inFolder folder: String, _ set: String, _ task: TableTask?) throws(FileError) {
    let names = ["\(set)-images-idx3-ubyte", "\(set)-labels-idx1-ubyte"]
    var paths: [String] = []
    for name in names {
      guard let path = FitArrays.part(of: folder, name) else {
        throw FileError(
          .unreadable, in: "\(folder)/\(name)", "neither it nor \(name).gz is there")
      }
      paths.append(path)
    }
    try self.init(
      inputs: IDX.load(at: paths[0]), targets: IDX.load(at: paths[1]), task: task, name: paths[0])
  }

  private static func part(of folder: String, _ name: String) -> String? {
    ["\(folder)/\(name)", "\(folder)/\(name).gz"].first(where: isReadable)
  }

  /// An .npy, or else an IDX file.
  static func array(at path: String) throws(FileError) -> StoredTensor {
    path.hasSuffix(".npy") ? try NumPy.load(at: path) : try IDX.load(at: path)
  }

  private static func parts(
    of archive: NumPyArchive
  ) throws(FileError) -> (inputs: String, targets: String) {
    let names = archive.names, known = ["y", "labels", "targets", "target"]
    let targets = names.filter { known.contains($0.lowercased()) }
    let inputs = names.filter { !targets.contains($0) }
    guard targets.count == 1, inputs.count == 1 else {
      throw FileError(
        .malformed, in: archive.file,
        "holds \(names.prefix(10).map(\.quoted).joined(separator: ", ")); name the inputs \"x\", the "
          + "targets \"y\", and nothing else")
    }
    return (inputs[0], targets[0])
  }
}
