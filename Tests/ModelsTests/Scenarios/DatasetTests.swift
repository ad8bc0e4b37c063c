// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct DatasetTests {
  @Test func aFolderOfFourFilesLoads() throws {
    let folder = String(Fixture.path("x").dropLast(2))
    let (training, test) = try Dataset.idx(inFolder: folder)
    #expect(training.inputs.shape == [6, 4] && test.inputs.shape == [3, 4])
    let greys = (0..<24).map { (grey: Int) -> Float in Float(grey) / 255 }
    #expect(training.inputs.scalars == greys)
    #expect(training.labels.scalars == [0, 1, 2, 3, 4, 5])
    #expect(test.labels.scalars == [0, 1, 2])
  }

  @Test func filesThatDoNotBelongTogetherAreRefused() throws {
    let images = Fixture.path("train-images-idx3-ubyte.gz"),
      labels = Fixture.path("t10k-labels-idx1-ubyte")
    let error = #expect(throws: FileError.self) { try Dataset(images: images, labels: labels) }
    #expect(error?.description == "\(labels): has 3 labels, but \(images) 6 images")
    #expect(throws: FileError.self) { try Dataset(images: images, labels: images) }
    let exchanged = #expect(throws: FileError.self) {
      try Dataset(images: labels, labels: images)
    }
    #expect(
      exchanged?.description
        == "\(labels): holds uint8 [3], not images: is it the file of labels, and \(images) that "
        + "of images?")
    let twice = #expect(throws: FileError.self) { try Dataset(images: labels, labels: labels) }
    #expect(twice?.description == "\(labels): holds uint8 [3], not images")
    #expect(throws: FileError.self) { try Dataset.idx(inFolder: "/no/folder") }
  }

  private let folder = TemporaryFolder()

  /// Writes elements of one byte.
  private func write(_ name: String, code: UInt8 = 0x08, _ shape: [UInt8], _ bytes: [UInt8]) throws
  {
    let extents = shape.flatMap { (extent: UInt8) -> [UInt8] in [0, 0, 0, extent] }
    let header: [UInt8] = [0, 0, code, UInt8(shape.count)]
    try Data(header + extents + bytes).write(to: URL(filePath: folder.file(name)))
  }

  /// A loss would stop the program at the first batch with it.
  @Test func aNegativeLabelIsRefused() throws {
    try write("images", [2, 1, 1], [1, 2])
    try write("labels", code: 0x09, [2], [0, 0xFF])
    let labels = folder.file("labels")
    let error = #expect(throws: FileError.self) {
      try Dataset(images: folder.file("images"), labels: labels)
    }
    #expect(error?.description == "\(labels): label 1 is -1; classes are counted from 0 on")
  }

  /// A model of the one could not take the other.
  @Test func imagesOfTwoSizesAreRefused() throws {
    for (name, size) in [("train", UInt8(2)), ("t10k", 3)] {
      try write("\(name)-images-idx3-ubyte", [1, size, 1], .init(repeating: 0, count: Int(size)))
      try write("\(name)-labels-idx1-ubyte", [1], [0])
    }
    let error = #expect(throws: FileError.self) { try Dataset.idx(inFolder: folder.path) }
    let training = "\(folder.path)/train-images-idx3-ubyte"
    let test = "\(folder.path)/t10k-images-idx3-ubyte"
    #expect(error?.description == "\(test): has images of 3 pixels, \(training) of 2")
  }

  @Test(arguments: [[0, 2, 2], [3, 0, 2], [0, 0, 0], [0, 255, 255]] as [[UInt8]])
  func emptyImagesLoad(shape: [UInt8]) throws {
    try write("images", shape, [])
    try write("labels", [shape[0]], .init(repeating: 0, count: Int(shape[0])))
    let data = try Dataset(images: folder.file("images"), labels: folder.file("labels"))
    #expect(data.inputs.shape == [Int(shape[0]), Int(shape[1]) * Int(shape[2])])
    #expect(data.inputs.scalars.isEmpty && !"\(data)".isEmpty)
    #expect(data.batches(of: 2).reduce(0) { $0 + $1.count } == data.count)
  }
}
