// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// What is read is never written over, whatever name it is given by: a command line with the wrong
/// word in the wrong place loses nothing.
struct OverwritingTests {
  private let folder = TemporaryFolder()
  private let table: String
  private let model: String

  init() throws {
    table = try folder.write(Array(SmallTables.species(rows: 60).utf8), to: "species.csv")
    model = folder.file("model.safetensors")
    let run = try Command.run(train + ["--output", model])
    try #require(run.status == 0, "\(run.errors)")
  }

  private var train: [String] {
    ["train", table, "--target", "species", "--epochs", "1", "--quiet"]
  }

  /// Runs the command in the shell, and sees that it stops with one error and that no
  /// file has changed.
  private func expectRefusal(
    _ arguments: [String], of path: String, _ problem: String, input: String = "/dev/null",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try contents()
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let run = try Command.run(inShell: "\"$0\" \(words) < '\(input)'")
    #expect(run.status == 73, sourceLocation: sourceLocation)
    #expect(run.complaints == "Error: \(path): \(problem)\n", sourceLocation: sourceLocation)
    #expect(try contents() == before, sourceLocation: sourceLocation)
  }

  private func contents() throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: folder.file($0)) ?? Data())
      })
  }

  private static let lost = "is read here and would be lost; name another file to write"
  private static let two = "is to hold two things; name two files to write"

  @Test func dataAreNotWrittenOver() throws {
    let link = folder.file("link.csv"), hard = folder.file("hard.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "species.csv")
    try FileManager.default.linkItem(atPath: table, toPath: hard)
    for option in ["--output", "--checkpoint", "--write-config"] {
      for path in [table, "\(folder.path)/./species.csv", link, hard] {
        try expectRefusal(train + [option, path], of: path, Self.lost)
      }
    }
    let fromInput = ["train", "-", "--target", "species", "--output", table]
    try expectRefusal(fromInput, of: table, Self.lost, input: table)
  }

  @Test func neitherTheModelNorTheRowsAreWrittenOver() throws {
    for path in [model, table] {
      try expectRefusal(["predict", model, table, "--output", path], of: path, Self.lost)
      try expectRefusal(["predict", model, "--output", path], of: path, Self.lost, input: table)
    }
    // Any other file is.
    let old = try folder.write([1, 2, 3], to: "old.csv")
    let run = try Command.run("predict", model, table, "--output", old)
    #expect(run.status == 0 && run.output == "\(old): 60 rows\n")
  }

  @Test func settingsAreNotWrittenOver() throws {
    let settings = folder.file("settings.json")
    let run = try Command.run(train + ["--write-config", settings])
    #expect(run.status == 0, "\(run.errors)")
    for option in ["--output", "--checkpoint"] {
      try expectRefusal(["train", "--config", settings, option, settings], of: settings, Self.lost)
    }
  }

  @Test func filesOfAFolderAreNotWrittenOver() throws {
    let name = "data/train-images-idx3-ubyte"
    try FileManager.default.createDirectory(
      atPath: folder.file("data"), withIntermediateDirectories: false)
    let images = try folder.write([0, 0, 8, 1, 0, 0, 0, 1, 7], to: name)
    try expectRefusal(["train", folder.file("data"), "--output", images], of: images, Self.lost)
  }

  @Test func twoOutputsAreTwoFiles() throws {
    let path = folder.file("new"), options = ["--output", "--checkpoint", "--write-config"]
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
      try expectRefusal(train + [options[one], path, options[other], path], of: path, Self.two)
    }
    // Also of the embedded digits.
    try expectRefusal(["train", "--output", model, "--checkpoint", model], of: model, Self.two)
  }

  /// Not after hours of training.
  @Test func whatCannotBeWrittenIsSaidFirst() throws {
    for option in ["--output", "--checkpoint", "--write-config"] {
      try expectRefusal(
        ["train", "--epochs", "1000000", option, "/dev/null"], of: "/dev/null",
        "is not a regular file")
    }
  }

  /// `ulimit -f` is like a full disk: the old model stays, and no part of a new one.
  @Test func aFileThatMayNotGrowIsAnError() throws {
    for words in [train, ["train", "--quiet", "--epochs", "1"]] {
      let before = try contents()
      let line = (words + ["--output", model]).map { "'\($0)'" }.joined(separator: " ")
      let run = try Command.run(inShell: "ulimit -f 2; \"$0\" \(line) > /dev/null")
      #expect(run.status == 73)
      #expect(run.errors.hasSuffix("Error: \(model): File too large\n"), "\(run.errors)")
      #expect(try contents() == before)
    }
  }
}
