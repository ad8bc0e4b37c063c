// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench matmul 64x784x50`
struct BenchMatmul: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matmul", abstract: "Time C = A • B, [n, k] • [k, m].",
    discussion: "  pullback bench matmul 512x512x512")

  @Argument(
    help: ArgumentHelp("Extents, as in 64x784x50.", valueName: "n>x<k>x<m"),
    transform: {
      try ExtentList(parsing: $0, separator: "x", counts: 3...3, largest: 1_000_000)
    })
  var shape: ExtentList

  @Flag(help: "A is the transpose of a stored [k, n].")
  var transposeA = false

  @Flag(help: "B is the transpose of a stored [m, k].")
  var transposeB = false

  @Flag(help: "Double instead of Float.")
  var double = false

  @Flag(help: "Print the plan and how its product is blocked on this machine, and time nothing.")
  var explain = false

  @OptionGroup var options: BenchOptions

  /// Bytes that A, B, C and a copy of C may take together.
  private static let mostBytes = 1 << 30

  func validate() throws {
    let (n, k, m) = (shape.extents[0], shape.extents[1], shape.extents[2])
    // Below 2^43: extents are at most a million.
    let elements = n * k + k * m + 2 * n * m
    guard elements * (double ? 8 : 4) <= BenchMatmul.mostBytes else {
      throw ValidationError("matrices of these extents take more than a gibibyte together")
    }
  }

  func run() throws {
    try options.begin()
    if explain {
      return try Console.print(double ? explanation(Double.self) : explanation(Float.self))
    }
    try options.report([double ? time(Double.self) : time(Float.self)])
  }

  private func operands<Scalar: FloatingPointScalar>(
    _ type: Scalar.Type
  ) -> (a: Tensor<Scalar>, b: Tensor<Scalar>) {
    let (n, k, m) = (shape.extents[0], shape.extents[1], shape.extents[2])
    return onOneThread {
      (
        operand(n, k, isTransposed: transposeA, seed: 1, type),
        operand(k, m, isTransposed: transposeB, seed: 2, type)
      )
    }
  }

  private func explanation<Scalar: FloatingPointScalar>(_ type: Scalar.Type) -> String {
    let (a, b) = operands(type)
    return Plan(evaluating: a • b).explanation
  }

  private func time<Scalar: FloatingPointScalar>(_ type: Scalar.Type) -> BenchResult {
    let (n, k, m) = (shape.extents[0], shape.extents[1], shape.extents[2])
    let (a, b) = operands(type)
    var checksum = Checksum()
    checksum.add(elementsOf: a • b)
    let measurement = Measurement(seconds: options.seconds) { evaluate(a • b) }
    let marks = [transposeA ? "A'" : nil, transposeB ? "B'" : nil, double ? "Double" : nil]
    let name = ["matmul \(n)x\(k)x\(m)"] + marks.compactMap { $0 }
    var result = BenchResult(name.joined(separator: " "), measurement)
    result.operations = 2 * Double(n) * Double(k) * Double(m)
    result.checksum = checksum
    result.shareOfPeak = double ? 0.5 : 1
    return result
  }

  private func operand<Scalar: FloatingPointScalar>(
    _ rows: Int, _ columns: Int, isTransposed: Bool, seed: UInt64, _ type: Scalar.Type
  ) -> Tensor<Scalar> {
    let shape: Shape = isTransposed ? [columns, rows] : [rows, columns]
    let stored = Tensor<Scalar>.normal(shape, key: RandomKey(seed: seed))
    evaluate(stored)
    // Without its history: what is measured is the product alone.
    let leaf = stored.detached()
    return isTransposed ? leaf.transposed() : leaf
  }
}

extension Checksum {
  mutating func add<Scalar: FloatingPointScalar>(elementsOf tensor: Tensor<Scalar>) {
    switch tensor {
    case let floats as Tensor<Float>: add(floats.scalars)
    case let doubles as Tensor<Double>: add(doubles.scalars)
    default: break
    }
  }
}

#endif
