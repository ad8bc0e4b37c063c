// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors
import PullbackTestSupport
import Testing

/// Layer, batch and group norms beside loops in Double, and their derivatives beside the formula.
@Suite struct StandardizedTests {
  /// z of some numbers, what the derivative makes of a cotangent, and how large the terms are that
  /// it adds: of two numbers they cancel out but for ε.
  private func standardized(
    _ x: [Double], cotangent g: [Double], epsilon: Double
  ) -> (z: [Double], slope: [Double], terms: Double) {
    let n = Double(x.count), mean = x.reduce(0, +) / n
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let root = (variance + epsilon).squareRoot()
    let z = x.map { ($0 - mean) / root }
    let ofG = g.reduce(0, +) / n, ofProducts = zip(g, z).reduce(0) { $0 + $1.0 * $1.1 } / n
    let slope = zip(g, z).map { ($0 - ofG - $1 * ofProducts) / root }
    return (z, slope, g.reduce(0) { max($0, abs($1)) } / root)
  }

  /// - Parameter places: of each part, where its numbers stand.
  private func check(
    _ y: Tensor<Float>, of x: Tensor<Float>, parts places: [[Int]], epsilon: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let weights = Tensor<Float>.normal(x.shape, key: RandomKey(seed: 9))
    let slope = gradient(of: (y * weights).sum(), withRespectTo: x)
    evaluate(y, slope, weights)
    let (numbers, found, g, slopes) = (x.scalars, y.scalars, weights.scalars, slope.scalars)
    for part in places {
      let expected = standardized(
        part.map { Double(numbers[$0]) }, cotangent: part.map { Double(g[$0]) }, epsilon: epsilon)
      let most = expected.z.map(abs).max()!, steepest = expected.slope.map(abs).max()!
      for (index, place) in part.enumerated() {
        #expect(
          abs(Double(found[place]) - expected.z[index]) <= 1e-6 * most + 1e-7,
          sourceLocation: sourceLocation)
        #expect(
          abs(Double(slopes[place]) - expected.slope[index]) <= 4e-6 * steepest + 4e-7
            * expected.terms,
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Beside a large mean, and behind a number that is far from all others.
  private static let spreads: [(mean: Float, outlier: Float)] = [(0, 0), (1e4, 0), (-3, 1e4)]

  private func numbers(_ shape: Shape, _ mean: Float, _ outlier: Float) -> Tensor<Float> {
    let x = Tensor<Float>.normal(shape, key: RandomKey(seed: 4)) + mean
    evaluate(x)
    var numbers = x.scalars
    numbers[0] += outlier
    return Tensor(shape: shape, scalars: numbers)
  }

  @Test(arguments: [2, 17, 128, 300, 1025])
  func layers(width: Int) {
    for (mean, outlier) in Self.spreads {
      let x = numbers([6, width], mean, outlier)
      let rows = (0..<6).map { row in (0..<width).map { row * width + $0 } }
      check(layerNormalized(x, epsilon: 1e-3), of: x, parts: rows, epsilon: 1e-3)
      let both = layerNormalized(x.reshaped(to: [3, 2, width]), overLast: 2).reshaped(to: x.shape)
      let planes = (0..<3).map { Array($0 * 2 * width..<($0 + 1) * 2 * width) }
      check(both, of: x, parts: planes, epsilon: 1e-5)
    }
  }

  @Test(arguments: [2, 40, 1500, 5000])
  func batches(rows: Int) {
    for (mean, outlier) in Self.spreads {
      let x = numbers([rows, 3], mean, outlier)
      let columns = (0..<3).map { column in (0..<rows).map { $0 * 3 + column } }
      check(batchNormalized(x), of: x, parts: columns, epsilon: 1e-5)
    }
  }

  @Test(arguments: [1, 2, 3, 6])
  func groups(count: Int) {
    for (mean, outlier) in Self.spreads {
      let x = numbers([2, 5, 7, 6], mean, outlier), each = 6 / count
      let parts = (0..<2 * count).map { part in
        (0..<35 * each).map { index in
          (part / count * 35 + index / each) * 6 + part % count * each + index % each
        }
      }
      check(groupNormalized(x, groups: count), of: x, parts: parts, epsilon: 1e-5)
    }
  }

  /// Of many places, so that what is the same for all of an example's is held. (A number that is
  /// far from so many others is most of each sum: what rounding takes from it is more than
  /// `check` allows.)
  @Test(arguments: [(24, 8), (32, 32), (6, 1), (300, 3)])
  func groupsOfManyPlaces(channels: Int, count: Int) {
    for (mean, outlier) in Self.spreads where outlier == 0 {
      let x = numbers([2, 19, 21, channels], mean, outlier), each = channels / count
      let parts = (0..<2 * count).map { part in
        (0..<399 * each).map { index in
          (part / count * 399 + index / each) * channels + part % count * each + index % each
        }
      }
      check(groupNormalized(x, groups: count), of: x, parts: parts, epsilon: 1e-5)
    }
  }

  /// Of rows, which have one place each.
  @Test(arguments: [1, 4, 12])
  func groupsOfRows(count: Int) {
    let x = numbers([5, 24], 100, 0), each = 24 / count
    let parts = (0..<5 * count).map { part in (0..<each).map { part * each + $0 } }
    check(groupNormalized(x, groups: count), of: x, parts: parts, epsilon: 1e-5)
  }

  private func isNear(_ x: Tensor<Float>, _ y: Tensor<Float>) -> Bool {
    x.isClose(to: y, relativeTolerance: 1e-4, absoluteTolerance: 1e-4)
  }

  /// The derivatives for scale and bias, which batch and group norms take from sums that they have.
  @Test func scaleAndBias() {
    let x = numbers([3, 4, 5, 6], 2, 0), scale = Tensor<Float>.normal([6], key: RandomKey(seed: 7))
    let bias = Tensor<Float>.normal([6], key: RandomKey(seed: 8))
    let g = Tensor<Float>.normal(x.shape, key: RandomKey(seed: 9))
    let functions: [(Tensor<Float>?, Tensor<Float>?) -> Tensor<Float>] = [
      { batchNormalized(x, scale: $0, bias: $1) },
      { groupNormalized(x, groups: 2, scale: $0, bias: $1) },
      { groupNormalized(x, groups: 6, scale: $0, bias: $1) },
    ]
    for function in functions {
      let z = function(nil, nil), y = function(scale, bias)
      #expect(isNear(y, z * scale + bias))
      let (scaled, moved) = gradient(of: (y * g).sum(), withRespectTo: scale, bias)
      #expect(isNear(scaled, (g * z).sum(along: 0, 1, 2)))
      #expect(isNear(moved, g.sum(along: 0, 1, 2)))
      #expect(isNear(function(nil, bias), z + bias))
      #expect(isNear(function(scale, nil), z * scale))
    }
  }

  /// The same bits at any number of threads, of columns that are cut, too.
  @Test func threads() {
    let x = numbers([4100, 64], 2, 0), scale = Tensor<Float>.normal([64], key: RandomKey(seed: 2))
    let limit = Threads.limit
    defer { Threads.limit = limit }
    var bits: Set<[UInt32]> = []
    for threads in [1, 2, 3, 7] {
      Threads.limit = threads
      let images = x.reshaped(to: [41, 10, 10, 64])
      let grouped = groupNormalized(images, groups: 8, scale: scale).reshaped(to: x.shape)
      let y = batchNormalized(x, scale: scale) + layerNormalized(x, scale: scale) + grouped
      let slope = gradient(of: y.squared().sum(), withRespectTo: x)
      bits.insert(y.scalars.map(\.bitPattern) + slope.scalars.map(\.bitPattern))
    }
    #expect(bits.count == 1)
  }
}
