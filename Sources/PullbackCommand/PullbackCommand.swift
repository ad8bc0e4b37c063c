// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct PullbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pullback",
    abstract: "Small neural networks, from the first multiplication to the last derivative.",
    subcommands: [Train.self, Ladder.self, Explain.self, Bench.self])
}
