// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The version of the next release: CHANGELOG.md says what is in it.
private let version = "0.1.0"

@main
struct PullbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pullback",
    abstract: "Small neural networks, from the first multiplication to the last derivative.",
    version: version,
    subcommands: [Train.self, Ladder.self, Explain.self, Bench.self])
}
