// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How large images are whose inputs are rows, [count, height * width * channels]: with the
/// channels of a pixel side by side.
public struct ImageSize: Sendable, Hashable {
  /// Rows of pixels.
  public let height: Int
  /// Columns of pixels.
  public let width: Int
  /// Numbers of a pixel: 1 for grey, 3 for colours.
  public let channels: Int

  /// A size in pixels. A mistake if an extent is less than 1, or if there are more numbers than
  /// Int32 counts.
  public init(
    height: Int, width: Int, channels: Int = 1, file: StaticString = #fileID, line: UInt = #line
  ) {
    guard height > 0, width > 0, channels > 0 else {
      Mistake(
        "ImageSize", "\(height) by \(width) pixels of \(counted(channels, "channel"))",
        fix: "use 1 or more of each"
      ).stop(at: CallSite(file, line))
    }
    let (pixels, areTooMany) = height.multipliedReportingOverflow(by: width)
    let (numbers, overflows) = pixels.multipliedReportingOverflow(by: channels)
    guard !areTooMany, !overflows, numbers <= Int32.max else {
      Mistake(
        "ImageSize",
        "\(height) by \(width) pixels of \(counted(channels, "channel")) are too many numbers",
        fix: "use \(Int32.max) numbers or fewer"
      ).stop(at: CallSite(file, line))
    }
    (self.height, self.width, self.channels) = (height, width, channels)
  }
}

extension BatchTransform where Input == Output {
  /// Images with left and right exchanged, each with this chance.
  ///
  /// Inputs are [n, h, w], [n, h, w, c], or rows of images of the size that is given then. A
  /// mistake if the inputs are no such images, or the chance is not in 0 ... 1.
  ///
  ///     let mirrored = data.transformed(by: .horizontalFlips())
  public static func horizontalFlips(
    chance: Float = 0.5, of size: ImageSize? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    flips("horizontalFlips", chance, size, file, line) { images, isFlipped in
      let columns = images.columns, last = Int32(images.width - 1)
      return images.pixels(rows: images.rows, columns: select(isFlipped, last - columns, columns))
    }
  }

  /// Images with top and bottom exchanged, each with this chance; inputs as for
  /// ``horizontalFlips(chance:of:file:line:)``.
  public static func verticalFlips(
    chance: Float = 0.5, of size: ImageSize? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    flips("verticalFlips", chance, size, file, line) { images, isFlipped in
      let rows = images.rows, last = Int32(images.height - 1)
      return images.pixels(rows: select(isFlipped, last - rows, rows), columns: images.columns)
    }
  }

  /// Images moved up or down by at most `rows` and left or right by at most `columns` pixels, each
  /// image by numbers of its own, all equally likely. Pixels that come from outside have the value
  /// `filling`.
  ///
  /// Inputs are as for ``horizontalFlips(chance:of:file:line:)``. A mistake if the inputs are no
  /// such images or a number of pixels is negative.
  ///
  ///     let moved = data.transformed(by: .shifts(rows: 2, columns: 2))
  public static func shifts(
    rows: Int, columns: Int, filling: Float = 0, of size: ImageSize? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) -> BatchTransform {
    let site = CallSite(file, line)
    // Beyond that not every number would be drawn.
    let most = 1 << 22
    guard (0...most).contains(rows), (0...most).contains(columns) else {
      Mistake(
        "shifts", "shifts by \(rows) rows and \(columns) columns",
        fix: "use as many as some pixels of an image remain, and no negative number"
      ).stop(at: site)
    }
    return onInputs(file, line) { x, key in
      let images = ImageBatch(x, size, in: "shifts", at: site), keys = key.split(into: 2)
      func shifted(_ places: Tensor<Int32>, _ most: Int, _ key: RandomKey) -> Tensor<Int32> {
        let drawn = Tensor<Float>.uniform(
          [images.count, 1, 1], to: Float(2 * most + 1), key: key)
        return places + (Tensor<Int32>(drawn) - Int32(most))
      }
      let from = shifted(images.rows, rows, keys[0])
      let across = shifted(images.columns, columns, keys[1])
      let (lastRow, lastColumn) = (Int32(images.height - 1), Int32(images.width - 1))
      let rowIsInside = from .>= Int32(0) .& (from .<= lastRow)
      let columnIsInside = across .>= Int32(0) .& (across .<= lastColumn)
      let pixels = images.pixels(
        rows: minimum(maximum(from, Tensor<Int32>(0)), Tensor<Int32>(lastRow)),
        columns: minimum(maximum(across, Tensor<Int32>(0)), Tensor<Int32>(lastColumn)))
      let isInside = (rowIsInside .& columnIsInside).expandingShape(at: 3)
      return select(isInside, pixels, Tensor<Float>(filling))
        .reshaped(to: x.shape)
    }
  }

  private static func flips(
    _ name: String, _ chance: Float, _ size: ImageSize?, _ file: StaticString, _ line: UInt,
    _ flipped: @escaping @Sendable (ImageBatch, Tensor<Bool>) -> Tensor<Float>
  ) -> BatchTransform {
    let site = CallSite(file, line)
    guard chance >= 0, chance <= 1 else {
      Mistake(name, "a chance of \(chance)", fix: "use a number in 0 ... 1").stop(at: site)
    }
    return onInputs(file, line) { x, key in
      let images = ImageBatch(x, size, in: name, at: site)
      let drawn = Tensor<Float>.uniform([images.count, 1, 1], key: key)
      return flipped(images, drawn .< chance).reshaped(to: x.shape)
    }
  }
}

/// The inputs of a batch as images, of which pixels are taken from elsewhere.
private struct ImageBatch: Sendable {
  let count: Int, height: Int, width: Int, channels: Int
  private let inputs: Tensor<Float>

  init(_ inputs: Tensor<Float>, _ size: ImageSize?, in operation: String, at site: CallSite) {
    let shape = inputs.shape
    let found: (height: Int, width: Int, channels: Int)? =
      switch shape.rank {
      case 2: size.map { ($0.height, $0.width, $0.channels) }
      case 3: (shape[1], shape[2], 1)
      case 4: (shape[1], shape[2], shape[3])
      default: nil
      }
    guard let found else {
      Mistake(
        operation, "inputs \(shape) are no images that have height and width",
        fix: "use inputs [n, h, w] or [n, h, w, c], or say how large the images are: "
          + "of: ImageSize(height: 28, width: 28)"
      ).stop(at: site)
    }
    let fits =
      size.map { ($0.height, $0.width, $0.channels) == found } ?? true
      && (shape.rank != 2 || shape[1] == found.height * found.width * found.channels)
    if let size, !fits {
      Mistake(
        operation,
        "inputs \(shape) are no images of \(size.height) by \(size.width) pixels with "
          + counted(size.channels, "channel"), fix: "say how large the images are"
      ).stop(at: site)
    }
    // Pixels are counted in Int32.
    if shape[0] * found.height * found.width > Int32.max {
      Mistake(operation, "a batch of \(shape) has too many pixels", fix: "use smaller batches")
        .stop(at: site)
    }
    (count, self.inputs) = (shape[0], inputs)
    (height, width, channels) = found
  }

  /// The numbers of the rows: [1, h, 1].
  var rows: Tensor<Int32> { Tensor<Int32>(range: 0..<height).reshaped(to: [1, height, 1]) }

  /// The numbers of the columns: [1, 1, w].
  var columns: Tensor<Int32> { Tensor<Int32>(range: 0..<width).reshaped(to: [1, 1, width]) }

  /// y[i, r, c] = x[i, rows[i, r, c], columns[i, r, c]] of the images: [n, h, w, c]. One gather.
  func pixels(rows: Tensor<Int32>, columns: Tensor<Int32>) -> Tensor<Float> {
    let starts =
      Tensor<Int32>(range: 0..<count).reshaped(to: [count, 1, 1]) * Int32(height * width)
    let places = starts + rows * Int32(width) + columns
    return inputs.reshaped(to: [count * height * width, channels]).gathered(places)
  }
}
