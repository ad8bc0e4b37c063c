// SPDX-License-Identifier: Apache-2.0

import Testing

/// What `--help` says, and what is said of a wrong word.
struct HelpTests {
  static let commands = [
    "train", "predict", "evaluate", "inspect", "ladder", "explain", "bench",
  ]
  static let benchmarks = [
    "matmul", "step", "predict", "serve", "trainer", "graph", "plan", "elementwise", "operation",
    "network", "recurrence", "peak",
  ]

  @Test(arguments: [""] + commands + benchmarks.map { "bench \($0)" })
  func eachHasAnExample(command: String) throws {
    let run = try Command.run(command.split(separator: " ").map(String.init) + ["--help"])
    let start = command.isEmpty ? "pullback train" : "pullback \(command)"
    let text = run.output.components(separatedBy: "USAGE:")[0]
    #expect(text.contains("\n  \(start)"), "\(text)")
    // How options are put together is one line, whose length is not ours.
    #expect(
      run.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE:") })
  }

  @Test func allCommandsAreListed() throws {
    let text = try Command.run("--help").output
    for command in Self.commands { #expect(text.contains("\n  \(command) ")) }
  }

  @Test(arguments: [
    ("trian", "did you mean \"train\"?"), ("inpsect", "did you mean \"inspect\"?"),
    ("evaluat", "did you mean \"evaluate\"?"), ("xyz", "one of train, predict,"),
  ])
  func aWrongCommandSuggestsTheNearest(word: String, message: String) throws {
    let run = try Command.run(word)
    #expect(run.status == 64 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: there is no subcommand \"\(word)\""))
    #expect(run.errors.contains(message))
  }

  @Test(arguments: [
    (["explain", "--format", "txt"], "\"text\"?"), (["explain", "--loss", "msee"], "\"mse\"?"),
    (["bench", "step", "--optimizer", "adm"], "\"adam\"?"),
    (["train", "--epocks", "3"], "Did you mean '--epochs'?"),
    (["inspect", "x", "--targt", "y"], "Did you mean '--target'?"),
  ])
  func aWrongOptionSuggestsTheNearest(arguments: [String], message: String) throws {
    let run = try Command.run(arguments)
    #expect(run.status == 64 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(message), "\(run.errors)")
  }
}
