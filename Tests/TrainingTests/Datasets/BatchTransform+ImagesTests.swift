// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

struct BatchTransformImagesTests {
  /// How images stand in inputs.
  enum Form: CaseIterable, Sendable { case plain, channels, rows, rowsOfChannels }

  private static let (count, height, width) = (60, 4, 5)

  /// [n][h][w][c], all numbers different.
  private func images(_ channels: Int) -> [[[[Float]]]] {
    var number: Float = 0
    return (0..<Self.count).map { _ in
      (0..<Self.height).map { _ in
        (0..<Self.width).map { _ in
          (0..<channels).map { _ in
            number += 1
            return number
          }
        }
      }
    }
  }

  private func data(_ form: Form) -> (Dataset<Int32>, [[[[Float]]]], ImageSize?) {
    let channels = form == .channels || form == .rowsOfChannels ? 3 : 1
    let images = images(channels), (n, h, w) = (Self.count, Self.height, Self.width)
    let shape: Shape =
      switch form {
      case .plain: [n, h, w]
      case .channels: [n, h, w, channels]
      case .rows, .rowsOfChannels: [n, h * w * channels]
      }
    let scalars = Array(images.joined().joined().joined())
    let isFlat = form == .rows || form == .rowsOfChannels
    return (
      Dataset(inputs: Tensor(shape: shape, scalars: scalars), labels: .zeros([n])), images,
      isFlat ? ImageSize(height: h, width: w, channels: channels) : nil
    )
  }

  private func numbers(
    _ transform: BatchTransform<Int32, Int32>, _ data: Dataset<Int32>, seed: UInt64 = 1
  ) throws -> [[Float]] {
    let result = try transform(data, key: RandomKey(seed: seed)).inputs
    #expect(result.shape == data.inputs.shape)
    let size = result.elementCount / Self.count, scalars = result.scalars
    return (0..<Self.count).map { Array(scalars[$0 * size..<($0 + 1) * size]) }
  }

  @Test(arguments: Form.allCases) func imagesAreFlipped(form: Form) throws {
    let (data, images, size) = data(form)
    let plain = images.map { Array($0.joined().joined()) }
    let mirrored = images.map { Array($0.map { $0.reversed() }.joined().joined()) }
    let upset = images.map { Array($0.reversed().joined().joined()) }
    typealias Transform = BatchTransform<Int32, Int32>
    #expect(try numbers(.horizontalFlips(chance: 1, of: size), data) == mirrored)
    #expect(try numbers(.horizontalFlips(chance: 0, of: size), data) == plain)
    #expect(try numbers(.verticalFlips(chance: 1, of: size), data) == upset)
    for (transform, flipped) in [
      (Transform.horizontalFlips(of: size), mirrored), (.verticalFlips(of: size), upset),
    ] {
      let found = try numbers(transform, data)
      let isFlipped = found.indices.map { found[$0] == flipped[$0] }
      for image in found.indices where !isFlipped[image] {
        #expect(found[image] == plain[image])
      }
      // 30 expected; five standard deviations are 19.
      #expect(abs(isFlipped.count { $0 } - 30) < 20)
    }
    let half = try numbers(.horizontalFlips(chance: 0.1, of: size), data)
    #expect(zip(half, plain).count { $0 != $1 } < 20)
  }

  @Test(arguments: Form.allCases) func imagesAreShifted(form: Form) throws {
    let (data, images, size) = data(form)
    func shifted(_ image: [[[Float]]], _ down: Int, _ right: Int) -> [Float] {
      (0..<Self.height).flatMap { row in
        (0..<Self.width).flatMap { column -> [Float] in
          let (row, column) = (row - down, column - right)
          guard image.indices.contains(row), image[row].indices.contains(column) else {
            return Array(repeating: -7, count: image[0][0].count)
          }
          return image[row][column]
        }
      }
    }
    var counts: [[Int]: Int] = [:]
    for seed in 0..<10 {
      let found = try numbers(
        .shifts(rows: 1, columns: 2, filling: -7, of: size), data, seed: UInt64(seed))
      for (numbers, image) in zip(found, images) {
        for down in -1...1 {
          for right in -2...2 where shifted(image, down, right) == numbers {
            counts[[down, right], default: 0] += 1
          }
        }
      }
    }
    // Each of 600 images is moved by one of 15 pairs: 40 each; five standard deviations are 31.
    #expect(counts.count == 15 && counts.values.reduce(0, +) == 600)
    #expect(counts.values.allSatisfy { abs($0 - 40) < 32 })
  }

  @Test func farAndNotAtAll() throws {
    let (data, images, _) = data(.plain)
    let plain = images.map { Array($0.joined().joined()) }
    #expect(try numbers(.shifts(rows: 0, columns: 0), data) == plain)
    // Most images are gone.
    let far = try numbers(.shifts(rows: 1000, columns: 0), data)
    #expect(far.count { $0.allSatisfy { $0 == 0 } } > 50)
    let none = data.examples(at: [])
    let transform = BatchTransform<Int32, Int32>.horizontalFlips()
    #expect(try transform(none, key: RandomKey(seed: 1)).inputs.shape == [0, 4, 5])
  }

  enum Fault: String, CaseIterable, Codable {
    case chance, shifts, flat, vector, size, channels, extent, numbers

    var message: String {
      switch self {
      case .chance: "horizontalFlips: a chance of 1.5. Fix: use a number in 0 ... 1."
      case .shifts: "shifts: shifts by -1 rows and 0 columns."
      case .flat:
        "verticalFlips: inputs [2, 64] are no images that have height and width. Fix: use inputs "
          + "[n, h, w] or [n, h, w, c], or say how large the images are: "
          + "of: ImageSize(height: 28, width: 28)."
      case .vector: "shifts: inputs [2] are no images that have height and width."
      case .size:
        "shifts: inputs [2, 64] are no images of 8 by 7 pixels with 1 channel. "
          + "Fix: say how large the images are."
      case .channels:
        "horizontalFlips: inputs [2, 8, 8] are no images of 8 by 8 pixels with 3 channels."
      case .extent: "ImageSize: 0 by 8 pixels of 1 channel. Fix: use 1 or more of each."
      case .numbers:
        "ImageSize: 4294967296 by 4294967296 pixels of 1 channel are too many numbers. "
          + "Fix: use 2147483647 numbers or fewer."
      }
    }

    func run() throws {
      func run(_ transform: BatchTransform<Int32, Int32>, _ shape: Shape) throws {
        let data = Dataset(inputs: .zeros(shape), labels: .zeros([2]))
        _ = try transform(data, key: RandomKey(seed: 1))
      }
      switch self {
      case .chance: try run(.horizontalFlips(chance: 1.5), [2, 8, 8])
      case .shifts: try run(.shifts(rows: -1, columns: 0), [2, 8, 8])
      case .flat: try run(.verticalFlips(), [2, 64])
      case .vector: try run(.shifts(rows: 1, columns: 1), [2])
      case .size:
        try run(.shifts(rows: 1, columns: 1, of: ImageSize(height: 8, width: 7)), [2, 64])
      case .channels:
        let size = ImageSize(height: 8, width: 8, channels: 3)
        try run(.horizontalFlips(of: size), [2, 8, 8])
      case .extent: _ = ImageSize(height: 0, width: 8)
      case .numbers: _ = ImageSize(height: 1 << 32, width: 1 << 32)
      }
    }
  }

  @Test(arguments: Fault.allCases) func wrongImagesAreMistakes(fault: Fault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as Fault] in try fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("BatchTransform+ImagesTests.swift"), "\(text)")
    #expect(text.contains(fault.message), "\(text)")
  }
}
