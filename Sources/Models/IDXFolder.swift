// SPDX-License-Identifier: Apache-2.0

import PullbackFormats

/// A folder of the files of MNIST or Fashion-MNIST, each plain or with the ending .gz.
struct IDXFolder {
  let path: String

  /// The files of images and of labels of a set: "train", "t10k".
  func pair(of set: String) throws(FileError) -> (images: String, labels: String) {
    (try file(images(set)), try file("\(set)-labels-idx1-ubyte"))
  }

  /// Whether it holds images of a set.
  func holds(_ set: String) -> Bool { found(images(set)) != nil }

  private func images(_ set: String) -> String { "\(set)-images-idx3-ubyte" }

  private func file(_ name: String) throws(FileError) -> String {
    if let file = found(name) { return file }
    throw FileError(
      .unreadable, in: "\(path)/\(name)",
      "neither it nor \(name).gz is there; a folder holds the files of MNIST")
  }

  private func found(_ name: String) -> String? {
    ["\(path)/\(name)", "\(path)/\(name).gz"].first(where: isReadable)
  }
}
