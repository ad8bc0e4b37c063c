// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pullback

/// `pullback bench matmul 64x784x50`
struct BenchMatmul: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matmul", abstract: "Time C = A • B, [n, k] • [k, m].")

  @Argument(help: "n x k x m, as in 64x784x50.")
  var shape: String

  @Flag(help: "A is the transpose of a stored [k, n].")
  var transposeA = false

  @Flag(help: "B is the transpose of a stored [m, k].")
  var transposeB = false

  @Flag(help: "Double instead of Float.")
  var double = false

  @OptionGroup var options: BenchOptions

  func run() throws {
    try prepare(threads: options.threads)
    let extents = shape.split(separator: "x", omittingEmptySubsequences: false).compactMap {
      Int($0)
    }
    guard extents.count == 3, extents.allSatisfy({ (1...1_000_000).contains($0) }),
      extents[0] * extents[1] + extents[1] * extents[2] + extents[0] * extents[2] < 1 << 29
    else {
      throw ValidationError("the shape must be like 64x784x50, of matrices that fit into memory")
    }
    if double {
      try time(extents, Double.self)
    } else {
      try time(extents, Float.self)
    }
  }

  private func time<Scalar: FloatingPointScalar>(_ extents: [Int], _ type: Scalar.Type) throws {
    let (n, k, m) = (extents[0], extents[1], extents[2])
    func operand(_ rows: Int, _ columns: Int, _ isTransposed: Bool, _ seed: UInt64)
      -> Tensor<Scalar>
    {
      let stored = Tensor<Scalar>.normal(
        isTransposed ? [columns, rows] : [rows, columns], key: RandomKey(seed: seed))
      evaluate(stored)
      return isTransposed ? stored.transposed() : stored
    }
    let a = operand(n, k, transposeA, 1), b = operand(k, m, transposeB, 2)
    let measurement = Measurement(seconds: options.seconds) { evaluate(a • b) }
    var checksum = Checksum()
    checksum.add(Tensor<Float>(a • b).scalars)
    try measurement.report(
      "matmul \(shape)", flops: 2 * Double(n) * Double(k) * Double(m), checksum: checksum,
      options)
  }
}
