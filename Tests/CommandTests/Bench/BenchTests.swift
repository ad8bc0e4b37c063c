// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `pullback bench` with work so small that the times mean nothing.
@Suite struct BenchTests {
  /// The arguments of a run, and the names of its lines.
  static let runs: [(arguments: [String], names: [String])] = [
    (["matmul", "5x7x3"], ["matmul 5x7x3"]),
    (
      ["matmul", "65x184x51", "--transpose-a", "--transpose-b", "--double"],
      ["matmul 65x184x51 A' B' Double"]
    ),
    (
      ["step", "--layers", "20-13-5", "--batch", "300"],
      ["step 20-13-5 cross-entropy sgd relu batch 300"]
    ),
    (
      [
        "step", "--layers", "10-32-32-10", "--loss", "mse", "--optimizer", "adam",
        "--activation", "none", "--batch", "128",
      ], ["step 10-32-32-10 mse adam none batch 128"]
    ),
    (
      ["predict", "--layers", "20-13-5", "--batch", "1"],
      ["predict 20-13-5 relu batch 1"]
    ),
    (
      ["predict", "--layers", "20-13-5", "--batch", "300", "--activation", "none", "--recorded"],
      ["predict 20-13-5 none batch 300 recorded"]
    ),
    (
      ["serve", "--layers", "20-13-5", "--tasks", "5"],
      ["serve 20-13-5 relu batch 1 tasks 5"]
    ),
    (
      ["graph", "--nodes", "30"],
      [
        "graph build", "graph gradient", "graph replay", "graph step 2-2-2",
        "graph step 2-2-2 recorded", "graph step 2-2-2 plan alone",
      ]
    ),
    (
      ["plan", "--batches", "3", "--operations", "300"],
      ["plan batches 1...3", "plan chain of 100", "plan chain of 300"]
    ),
    (
      ["elementwise", "--elements", "50001"],
      ["chain", "sum"].map { "elementwise \($0) 50001" }
    ),
    (["operation", "gelu"], ["operation gelu"]),
    (["operation", "variance", "--gradient"], ["operation variance --gradient"]),
    (["operation", "attention", "--gradient"], ["operation attention --gradient"]),
    (["operation", "conv"], ["operation conv"]),
    (["operation", "largest-rows"], ["operation largest-rows"]),
    (["operation", "sortedIndices"], ["operation sortedIndices"]),
    (["network", "cnn8", "--batch", "5"], ["network cnn8 batch 5"]),
    (["network", "mlpnorm"], ["network mlpnorm"]),
    (
      ["network", "all", "--batch", "2"],
      ["cnn28", "cnn8", "resnet", "gpt", "lstm", "mlpnorm", "swarm"].map {
        "network \($0) batch 2"
      }
    ),
    (["predict", "--convolutional", "--batch", "3"], ["predict cnn28 batch 3"]),
    (
      ["trainer", "--examples", "700"],
      [64, 512].flatMap { ["epoch by hand, batch \($0)", "epoch of a Trainer, batch \($0)"] }
    ),
    (
      ["recurrence", "gru", "--positions", "8"],
      ["unrolled", "layer"].flatMap { kind in
        [1, 2, 4, 8].map { "recurrence gru \(kind) \($0)" }
      }
    ),
    (["peak", "--mebibytes", "1"], ["peak fma", "peak memory read"]),
  ]

  @Test(arguments: runs.indices)
  func eachLineHasAllMembers(run: Int) throws {
    let (arguments, names) = BenchTests.runs[run]
    let lines = try lines(arguments, threads: 1)
    #expect(lines.map(\.name) == names)
    for line in lines {
      #expect(line.threads == 1)
      #expect(line.threads_used == 1)
      #expect(line.best_us > 0)
      #expect(line.best_us <= line.median_us)
      #expect(line.best_us <= line.mean_us)
      #expect(line.median_us <= line.percentile99_us)
      #expect(line.peak_gflops > 0)
      #expect((line.gflops ?? 1) >= 0)
      #expect((line.gflops != nil) == BenchTests.hasSpeed(line.name))
      #expect(["baseline", "avx2", "avx512", "neon"].contains(line.instruction_set))
      if let checksum = line.checksum {
        #expect(checksum.count == 16)
        #expect(checksum.allSatisfy { "0123456789abcdef".contains($0) })
      } else {
        #expect(line.name == "peak fma")
      }
    }
  }

  /// Whether floating-point operations a second say something about a piece of work.
  private static func hasSpeed(_ name: String) -> Bool {
    [
      "matmul", "step", "predict", "serve", "elementwise chain", "elementwise sum", "network",
      "recurrence", "operation conv", "operation attention",
      "operation longAttention", "peak fma",
    ].contains { name.hasPrefix($0) }
  }

  @Test(arguments: runs.indices)
  func anyNumberOfThreadsGivesTheSameBits(run: Int) throws {
    let arguments = BenchTests.runs[run].arguments
    func checksums(threads: Int) throws -> Set<String> {
      let lines = try lines(arguments, threads: threads)
      #expect(lines.allSatisfy { $0.threads_used <= $0.threads && $0.threads <= threads })
      // A set: `peak` has lines for one thread and for all.
      return Set(lines.map { "\($0.name) \($0.checksum ?? "")" })
    }
    let expected = try checksums(threads: 1)
    for threads in [1, 2, 3, 7] {
      #expect(try checksums(threads: threads) == expected, "threads: \(threads)")
    }
  }

  /// A softmax over one class is 1: the checksum is FNV-1a over two of them.
  @Test func predictionsAreProbabilities() throws {
    let line = try lines(["predict", "--layers", "3-1", "--batch", "2"], threads: 1)[0]
    #expect(line.checksum == "0b2d58ee2f147975")
  }

  /// One task asks for what the other benchmark predicts.
  @Test func serversGiveThePredictions() throws {
    let network = ["--layers", "20-13-5", "--batch", "30"]
    let served = try lines(["serve", "--tasks", "1"] + network, threads: 1)[0]
    #expect(try served.checksum == lines(["predict"] + network, threads: 1)[0].checksum)
  }

  /// Products of 2 n k m operations: of a step three for each layer, but the first has no gradient
  /// of its input.
  @Test(arguments: [
    ("matmul 16x32x8", 2 * 16 * 32 * 8),
    ("step --layers 20-13-5 --batch 30", 2 * 30 * (2 * 20 * 13 + 3 * 13 * 5)),
    ("predict --layers 20-13-5 --batch 30", 2 * 30 * (20 * 13 + 13 * 5)),
  ])
  func speedCountsTheOperationsOfTheProducts(work: String, operations: Int) throws {
    let line = try lines(work.split(separator: " ").map(String.init), threads: 1)[0]
    let expected = Double(operations) / line.best_us / 1000
    // Both are printed with three decimals.
    #expect(abs(try #require(line.gflops) / expected - 1) < 0.02)
  }

  @Test(arguments: [
    ["step", "--optimizer", "sgd"], ["step", "--loss", "mse", "--optimizer", "adam"],
    ["predict"], ["predict", "--activation", "none"], ["predict", "--convolutional"],
  ])
  func recordedWorkHasTheSameBits(options: [String]) throws {
    let layers = options.contains("--convolutional") ? [] : ["--layers", "20-13-5"]
    let arguments = options + layers + ["--batch", "30"]
    let fresh = try lines(arguments, threads: 1)[0]
    let recorded = try lines(arguments + ["--recorded"], threads: 1)[0]
    #expect(recorded.name == fresh.name + " recorded")
    #expect(recorded.checksum == fresh.checksum)
  }

  @Test(arguments: [
    ("step", [["--loss", "mse"], ["--optimizer", "adam"]]),
    ("predict", [["--layers", "6-4-5"], ["--layers", "6-5-5"]]),
  ])
  func checksumTellsDifferentWorkApart(work: String, more: [[String]]) throws {
    let variants = more + [["--activation", "none"], ["--batch", "7"], []]
    let checksums = try variants.map { options in
      let layers = options.contains("--layers") ? [] : ["--layers", "6-5-4"]
      let batch = options.contains("--batch") ? [] : ["--batch", "8"]
      return try lines([work] + layers + batch + options, threads: 1)[0].checksum
    }
    #expect(Set(checksums).count == variants.count)
  }

  @Test func tableHasARowForEachPieceOfWork() throws {
    let result = try Command.run("bench", "matmul", "4x4x4", "--seconds", "0.01")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("work          threads"))
    #expect(lines[1].hasPrefix("matmul 4x4x4"))
    #expect(lines[2].hasPrefix("Peak of multiply-adds of Float: "))
  }

  /// cnn8 has 16 · 9 + 16 + 32 · 16 · 9 + 32 + 512 · 10 + 10 parameters, of which Adam keeps two
  /// more numbers each; an example is 64 numbers and a label.
  @Test func memoryIsComparedWithWhatAStepNeeds() throws {
    let arguments = ["bench", "network", "cnn8", "--batch", "8", "--memory", "--threads", "1"]
    let result = try Command.run(arguments + ["--json"])
    #expect(result.status == 0)
    let line = try JSONDecoder().decode(MemoryLine.self, from: Data(result.output.utf8))
    #expect(line.name == "network cnn8 memory" && line.batch_size == 8 && line.threads == 1)
    #expect(line.parameters_bytes == 4 * 9930 && line.optimizer_state_bytes == 8 * 9930)
    #expect(line.batch_bytes == 8 * (4 * 64 + 4))
    // What the first two layers of numbers take at least: 16 and 32 channels of 8 x 8.
    #expect(line.kept_activations_bytes > 8 * 4 * 64 * (16 + 32))
    let kept = line.parameters_bytes + line.optimizer_state_bytes + line.batch_bytes
    #expect(line.needed_bytes == kept + line.kept_activations_bytes)
    #expect(line.arena_bytes > 0 && line.peak_bytes >= line.before_bytes)
    let growth = Double(line.peak_bytes - line.before_bytes - line.program_pages_bytes)
    #expect(abs(line.ratio - growth / Double(line.needed_bytes)) < 0.001)
    let text = try Command.run(arguments)
    #expect(text.output.hasPrefix("network cnn8, batch 8"))
    #expect(text.output.contains(" 39720\n"))
  }

  /// The plan with the bias in the last product, and a line for the blocking of each product.
  @Test func explainPrintsPlanAndBlocking() throws {
    let product = try Command.run("bench", "matmul", "64x784x50", "--explain")
    #expect(product.status == 0)
    let lines = product.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "1. matmul a0 [64, 784] • a1 [784, 50] -> r0 [64, 50]   5.02M FLOP")
    #expect(lines[2].hasPrefix("step 1: panels of "))
    let layers = ["--layers", "20-13-5", "--batch", "30"]
    let step = try Command.run(["bench", "step", "--explain"] + layers)
    #expect(step.output.contains(" • a"))
    let products = step.output.split(separator: "\n").count { $0.contains("matmul") }
    #expect(step.output.split(separator: "\n").count { $0.hasPrefix("step") } == products)
    let network = try Command.run("bench", "network", "cnn8", "--batch", "3", "--explain").output
    #expect(network.split(separator: "\n").count { $0.hasPrefix("step") } == 8)
    let operation = try Command.run("bench", "operation", "layernorm", "--explain").output
    #expect(operation.hasPrefix("1. (- sum) of [4096, 256]"))
  }

  static let badArguments: [(String, String)] = [
    ("matmul", "a shape"), ("matmul 0x1x1", "'0' is not an integer from 1 to 1000000"),
    ("matmul 1x1", "3 numbers"), ("matmul 1x1x1x1", "3 numbers"), ("matmul x1x1", "''"),
    ("matmul +1x1x1", "'+1'"), ("matmul -- -1x1x1", "'-1'"), ("matmul 1.5x1x1", "'1.5'"),
    ("matmul 99999999999999999999x1x1", "'99999999999999999999'"),
    ("matmul 1000000x1000000x1000000", "more than a gibibyte"),
    ("matmul 9000x9000x9000 --double", "more than a gibibyte"),
    ("network --explain", "name one"), ("operation --explain", "name one"),
    ("matmul 1x1x1 --threads 0", "--threads must be from 1 to 64"),
    ("matmul 1x1x1 --threads 65", "--threads must be from 1 to 64"),
    ("matmul 1x1x1 --seconds 0", "--seconds must be"),
    ("matmul 1x1x1 --seconds -1", "--seconds"), ("matmul 1x1x1 --seconds nan", "--seconds must"),
    ("matmul 1x1x1 --seconds inf", "--seconds must"), ("step --layers 3", "from 2 to 33"),
    ("step --layers 3--3", "''"), ("step --layers 3-0", "'0' is not an integer"),
    ("step --layers 65536-65536", "more than 2 gibibytes"),
    ("step --batch 1000000", "more than 2 gibibytes"), ("step --batch 0", "--batch must be"),
    ("step --batch -1", "--batch must be"), ("predict --layers -1-3", "'' is not an integer"),
    ("predict --batch -1", "--batch must be from 1 to 1000000"),
    ("step --loss hinge", "--loss"), ("step --optimizer adamw", "--optimizer"),
    ("step --activation tanh", "--activation"), ("predict --layers 3", "from 2 to 33"),
    ("predict --layers 3-0", "'0' is not an integer from 1 to 65536"),
    ("predict --layers 65536-65536", "more than 2 gibibytes"),
    ("predict --batch 1000000", "more than 2 gibibytes"),
    ("predict --batch 0", "--batch must be from 1 to 1000000"),
    ("predict --activation tanh", "--activation"), ("predict --loss mse", "--loss"),
    ("graph --nodes 2", "--nodes must be"),
    ("graph --nodes 1000000", "--nodes must be"), ("plan --batches 0", "--batches must be"),
    ("plan --batches 1001", "--batches must"), ("plan --operations 99", "--operations must"),
    ("plan --operations -1", "--operations must"),
    ("elementwise --elements 0", "--elements must"),
    ("operation gellu", "no benchmark of 'gellu'"),
    ("network gpt2", "no benchmark of 'gpt2'"),
    ("operation sortedIndices --gradient", "sortedIndices has no gradient"),
    ("network cnn9", "cnn9"), ("network --memory", "name one"),
    ("network cnn8 --batch 0", "--batch must be from 1 to 4096"),
    ("network cnn8 --batch 4097", "--batch must be from 1 to 4096"),
    ("predict --convolutional --layers 3-2", "without --layers"),
    ("predict --convolutional --activation none", "without --layers and --activation"),
    ("elementwise --elements 99999999999", "--elements must"),
    ("peak --mebibytes 0", "--mebibytes must"), ("peak --mebibytes 9999", "--mebibytes must"),
    ("nonsense", "nonsense"),
  ]

  @Test("Bad input is a usage error", arguments: badArguments)
  func badInput(arguments: String, message: String) throws {
    let words = arguments.split(separator: " ").map(String.init)
    let result = try Command.run(["bench"] + words)
    #expect(result.status == 64)
    #expect(result.output == "")
    if message != "a shape" { #expect(result.errors.contains(message)) }
  }

  private func lines(_ arguments: [String], threads: Int) throws -> [Line] {
    let options = ["--seconds", "0.01", "--json", "--threads", "\(threads)"]
    let result = try Command.run(["bench"] + arguments + options)
    #expect(result.status == 0)
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  /// The keys are those of the output.
  private struct MemoryLine: Decodable {
    let name: String
    let batch_size, threads, parameters_bytes, optimizer_state_bytes, batch_bytes: Int
    let kept_activations_bytes, needed_bytes, arena_bytes, before_bytes, peak_bytes: Int
    let program_pages_bytes: Int
    let ratio: Double
  }

  private struct Line: Decodable {
    let name, instruction_set: String
    let threads, threads_used: Int
    let median_us, best_us, mean_us, percentile99_us, peak_gflops: Double
    let gflops: Double?
    let checksum: String?
  }
}
