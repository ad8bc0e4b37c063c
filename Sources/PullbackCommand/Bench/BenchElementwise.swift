// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

/// `pullback bench elementwise`
struct BenchElementwise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elementwise",
    abstract: "Time a fused chain of operations against reading memory.",
    discussion: """
      chain: y = relu(a b + c) / 2 - a, one pass that reads three arrays and writes one. sum: reading \
      one array of the same length. `pullback bench peak` has the bandwidth of memory itself.

        pullback bench elementwise --threads 1
      """)

  @Option(parsing: .unconditional, help: "Elements of each array.")
  var elements = 1_000_000

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...(1 << 26)).contains(elements) else {
      throw ValidationError("--elements must be from 1 to \(1 << 26)")
    }
  }

  func run() throws {
    try options.begin()
    let (a, b, c) = onOneThread {
      (
        uniform(seed: 1, from: -1, to: 1), uniform(seed: 2, from: -1, to: 1),
        uniform(seed: 3, from: -1, to: 1)
      )
    }
    let results = [
      time("chain", operations: 4, bytes: 16) { relu(a * b + c) * 0.5 - a },
      time("sum", operations: 1, bytes: 4) { a.sum() },
    ]
    try options.report(results)
  }

  private func uniform(seed: UInt64, from low: Float, to high: Float) -> Tensor<Float> {
    let numbers = Tensor<Float>.uniform(
      [elements], from: low, to: high, key: RandomKey(seed: seed))
    evaluate(numbers)
    return numbers.detached()
  }

  /// - Parameters:
  ///   - operations: floating-point operations an element.
  ///   - bytes: read and written for each element.
  private func time(
    _ name: String, operations: Double, bytes: Double,
    _ compute: () -> Tensor<Float>
  ) -> BenchResult {
    let count = Double(elements)
    var checksum = Checksum()
    checksum.add(compute().scalars)
    let measurement = Measurement(seconds: options.seconds) { evaluate(compute()) }
    var result = BenchResult("elementwise \(name) \(elements)", measurement)
    result.operations = operations * count
    result.checksum = checksum
    result.more = [
      ("ns_per_element", measurement.best * 1e9 / count),
      ("gb_per_s", bytes * count / measurement.best / 1e9),
    ]
    return result
  }
}

#endif
