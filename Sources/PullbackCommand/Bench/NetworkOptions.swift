// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser

/// Options of the benchmarks of a network on one fixed batch.
struct NetworkOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Units of input, hidden layers and output. (default: 784-50-10)",
      valueName: "units-units[-units...]"),
    transform: { try ExtentList(parsing: $0, separator: "-", counts: 2...33, largest: 65536) })
  var layers: ExtentList?

  @Option(
    help: "What stands between the layers: relu or none. (default: relu)",
    completion: words(of: TrainedNetwork.ActivationKind.self), transform: chosen)
  var activation = TrainedNetwork.ActivationKind.relu

  @Option(
    parsing: .unconditional,
    help: "Rows of the batch. (default: 64; serve: 1)")
  var batch: Int?

  /// Bytes that a benchmark may take.
  static let mostBytes = 1 << 31

  func validate() throws {
    guard (1...1_000_000).contains(rows) else {
      throw ValidationError("--batch must be from 1 to 1000000")
    }
  }

  var sizes: [Int] { layers?.extents ?? [784, 50, 10] }
  var rows: Int { batch ?? 64 }
  var name: String { sizes.map(String.init).joined(separator: "-") }

  /// Elements of all weights, below 2^38: 32 layers of at most 2^32.
  var weights: Int { zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } }
  /// Elements of the batch and of what each layer makes of it, below 2^42.
  var units: Int { units(of: rows) }
  func units(of rows: Int) -> Int { rows * sizes.reduce(0, +) }
}

#endif
