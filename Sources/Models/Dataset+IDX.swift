// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackRuntime
import PullbackTensors
import PullbackTraining

extension Dataset where Target == Int32 {
  /// Images and their labels from a pair of IDX files, plain or compressed with gzip.
  ///
  /// Images [count, rows, columns] of bytes become inputs [count, rows * columns] in 0 ... 1;
  /// labels are [count]. Throws a `FileError` if a file is damaged, a label is negative, or the two
  /// do not belong together.
  ///
  /// ```swift
  /// let training = try Dataset(
  ///   images: "train-images-idx3-ubyte.gz", labels: "train-labels-idx1-ubyte.gz")
  /// ```
  public init(images imagePath: String, labels labelPath: String) throws(FileError) {
    let labels = try IDX.load(at: labelPath)
    let images = try IDX.load(at: imagePath)
    let areExchanged = images.shape.rank == 1 && labels.shape.rank > 1
    guard images.type == .uint8, images.shape.rank > 1 else {
      throw FileError(
        .malformed, in: imagePath,
        "holds \(images), not images"
          + (areExchanged ? ": is it the file of labels, and \(labelPath) that of images?" : ""))
    }
    guard labels.shape.rank == 1 else {
      throw FileError(.malformed, in: labelPath, "holds \(labels), not labels")
    }
    let count = images.shape[0]
    guard labels.shape[0] == count else {
      throw FileError(
        .malformed, in: labelPath,
        "has \(labels.shape[0]) labels, but \(imagePath) \(count) images")
    }
    let classes = try labels.tensor(as: Int32.self)
    guard Bool((classes .>= 0).all()) else {
      let example = classes.scalars.firstIndex { $0 < 0 }!
      throw FileError(
        .malformed, in: labelPath,
        "label \(example) is \(classes.scalars[example]); classes are counted from 0 on")
    }
    let pixels = images.shape.dropFirst().reduce(1, *)
    self.init(inputs: try images.brightness(shape: [count, pixels]), labels: classes)
  }

  /// Training and test images from a folder of the four files of MNIST or Fashion-MNIST:
  /// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
  /// `t10k-labels-idx1-ubyte`, each plain or with the ending `.gz`. Throws
  /// also if the images of one pair have another size than those of the other.
  public static func idx(
    inFolder folder: String
  ) throws(FileError) -> (training: Dataset, test: Dataset) {
    let folder = IDXFolder(path: folder)
    let files = (try folder.pair(of: "train"), try folder.pair(of: "t10k"))
    let training = try Dataset(images: files.0.images, labels: files.0.labels)
    let test = try Dataset(images: files.1.images, labels: files.1.labels)
    guard test.inputs.shape[1] == training.inputs.shape[1] else {
      throw FileError(
        .malformed, in: files.1.images,
        "has images of \(counted(test.inputs.shape[1], "pixel")), \(files.0.images) of "
          + "\(training.inputs.shape[1])")
    }
    return (training, test)
  }
}
