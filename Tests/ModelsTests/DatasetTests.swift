// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

struct DatasetTests {
  @Test func aFolderOfFourFilesLoads() throws {
    let folder = String(fixture("x").dropLast(2))
    let (training, test) = try Dataset.idx(inFolder: folder)
    #expect(training.inputs.shape == [6, 4] && test.inputs.shape == [3, 4])
    let greys = (0..<24).map { (grey: Int) -> Float in Float(grey) / 255 }
    #expect(training.inputs.scalars == greys)
    #expect(training.labels.scalars == [0, 1, 2, 3, 4, 5])
    #expect(test.labels.scalars == [0, 1, 2])
  }

  @Test func filesThatDoNotBelongTogetherAreRefused() throws {
    let images = fixture("train-images-idx3-ubyte.gz"), labels = fixture("t10k-labels-idx1-ubyte")
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
}
