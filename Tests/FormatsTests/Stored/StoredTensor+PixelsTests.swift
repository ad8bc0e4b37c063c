// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct PixelTests {
  /// 48 MB of pixels: read twice at most, and 192 MB as numbers, once.
  @Test func imagesTakeTheMemoryOfTheirNumbers() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let images = URL(filePath: folder.file("images")),
        labels = URL(filePath: folder.file("labels"))
      let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0x10, 0, 0, 0, 0x10, 0]
      try (Data(header) + Data(count: 48 << 20)).write(to: images)
      try Data([0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2] as [UInt8]).write(to: labels)
      // Numbers twice would be 384 MB.
      limitMemory(toAnother: (48 + 48 + 192 + 64) << 20)
      let data = try Dataset(images: images.path, labels: labels.path)
      #expect(data.inputs.shape == [3, 4096 * 4096])
    }
  }

  @Test func brightnessIsADivisionInFloat() throws {
    let greys = Array(UInt8.min...UInt8.max)
    let stored = StoredTensor(shape: [16, 4, 4], scalars: greys)
    let expected = greys.map { Float($0) / 255 }
    #expect(try stored.brightness(shape: [16, 16]).scalars == expected)
  }
}
