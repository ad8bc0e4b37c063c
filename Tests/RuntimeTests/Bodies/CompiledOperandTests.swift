// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// What a body reads through views, where it lies in memory or from a register, beside loops
/// over single elements: runs of several lengths, what repeats itself for a while, and what
/// is met in reverse.
@Suite struct CompiledOperandTests {
  struct Images: Sendable, CustomTestStringConvertible {
    let count: Int, height: Int, width: Int, channels: Int
    var shape: Shape { [count, height, width, channels] }
    var testDescription: String { "\(shape)" }
  }

  /// Runs longer and shorter than a tile, channels that divide it and that do not.
  static let images = [
    Images(count: 3, height: 9, width: 30, channels: 32),
    Images(count: 2, height: 40, width: 7, channels: 24),
    Images(count: 2, height: 5, width: 9, channels: 300),
    Images(count: 4, height: 3, width: 5, channels: 1),
    Images(count: 1, height: 70, width: 61, channels: 8),
  ]

  private func each(_ shape: Shape, _ body: (_ n: Int, _ h: Int, _ w: Int, _ c: Int) -> Void) {
    for n in 0..<shape[0] {
      for h in 0..<shape[1] {
        for w in 0..<shape[2] {
          for c in 0..<shape[3] { body(n, h, w, c) }
        }
      }
    }
  }

  /// Slices of an image and of its mirror image, a number for each channel of each example and one
  /// for each channel; sums over places of the same.
  @Test(arguments: images, [1, 2, 3, 7])
  func slices(images: Images, threads: Int) {
    let limit = Threads.limit
    defer { Threads.limit = limit }
    Threads.limit = threads
    let shape = images.shape, (height, width) = (images.height - 2, images.width - 2)
    let x = Tensor<Float>.normal(shape, key: RandomKey(seed: 1))
    let ofExamples = Tensor<Float>.normal(
      [images.count, 1, 1, images.channels], key: RandomKey(seed: 2))
    let ofChannels = Tensor<Float>.normal([images.channels], key: RandomKey(seed: 3))
    evaluate(x, ofExamples, ofChannels)
    let low = x[.all, 0..<height, 1..<(width + 1)], high = x[.all, 2..., 2...]
    let mirrored = x.reversed(along: 2, 3)[.all, 1..<(height + 1), 0..<width]
    let y = (low - ofExamples) * ofChannels + high * mirrored
    let sums = (low - ofExamples).max(along: 1, 2)
    evaluate(y, sums)
    let (numbers, a, b) = (x.scalars, ofExamples.scalars, ofChannels.scalars)
    func element(_ n: Int, _ h: Int, _ w: Int, _ c: Int) -> Float {
      numbers[((n * images.height + h) * images.width + w) * images.channels + c]
    }
    var expected: [Float] = []
    var largest = [Float](repeating: -.infinity, count: images.count * images.channels)
    each([images.count, height, width, images.channels]) { n, h, w, c in
      let near = element(n, h, w + 1, c) - a[n * images.channels + c]
      let mirrored = element(n, h + 1, images.width - 1 - w, images.channels - 1 - c)
      let (p, q) = (near * b[c], element(n, h + 2, w + 2, c) * mirrored)
      expected.append(p + q)
      largest[n * images.channels + c] = max(largest[n * images.channels + c], near)
    }
    #expect(y.scalars == expected)
    #expect(sums.scalars == largest)
  }

  /// Rows of many lengths, their sums, extremes and norms: in one go or piece by piece, and behind
  /// what is computed first.
  @Test(arguments: [1, 15, 511, 512, 513, 1000, 1024, 2049, 5000])
  func rows(length: Int) {
    let x = Tensor<Float>.normal([7, length], key: RandomKey(seed: 4))
    evaluate(x)
    let numbers = x.scalars.map(Double.init)
    for (row, sum) in x.sum(along: 1).scalars.enumerated() {
      let part = numbers[row * length..<(row + 1) * length]
      let size = part.reduce(0) { $0 + abs($1) }
      #expect(abs(Double(sum) - part.reduce(0, +)) <= size * 0x1p-22)
    }
    for (row, norm) in x.norm(along: 1).scalars.enumerated() {
      let part = numbers[row * length..<(row + 1) * length]
      let exact = part.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(Double(norm) - exact) <= exact * 0x1p-22)
    }
    for (row, most) in x.max(along: 1).scalars.enumerated() {
      #expect(Double(most) == numbers[row * length..<(row + 1) * length].max())
    }
    // The same bits where something stands before the sum: where pieces end does not depend on it.
    let twice = (x + x).sum(along: 1), largest = (-x).min(along: 1)
    #expect(twice.scalars == x.sum(along: 1).scalars.map { $0 * 2 })
    #expect(largest.scalars == x.max(along: 1).scalars.map { -$0 })
    #expect((x * 2).norm(along: 1).scalars == x.norm(along: 1).scalars.map { $0 * 2 })
  }
}
