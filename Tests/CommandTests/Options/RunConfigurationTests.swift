// SPDX-License-Identifier: Apache-2.0

import Foundation
import PullbackTestSupport
import Testing

/// `--config` and `--write-config`.
struct RunConfigurationTests {
  @Test func optionsAreWrittenAndReadAgain() throws {
    let folder = TemporaryFolder(), path = folder.file("run.json")
    let options = ["--epochs", "3", "--hidden", "20,10", "--learning-rate", "0.1", "--seed", "5"]
    let written = try Command.run(
      ["train", "--quiet", "--json", "--write-config", path] + options)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      text
        == """
        {
          "hidden": [20,10],
          "learning-rate": 0.1,
          "epochs": 3,
          "batch": 32,
          "seed": 5,
          "quiet": true,
          "json": true
        }

        """.replacingOccurrences(of: "  \"batch\": 32,\n", with: ""))
    let read = try Command.run("train", "--config", path)
    #expect(read.status == 0 && written.status == 0)
    #expect(try read.jsonLines.count == 1)
    #expect(
      try read.jsonLines[0]["checksum"] as? String == written.jsonLines[0]["checksum"] as? String)
    // The command line goes first.
    let other = try Command.run("train", "--config", path, "--seed", "6", "--hidden", "20,10")
    #expect(
      try other.jsonLines[0]["checksum"] as? String
        != written.jsonLines[0]["checksum"] as? String)
  }

  @Test(
    "What no option has is one error that names the file",
    arguments: [
      (#"{"epocks": 3}"#, "Unknown option '--epocks'. Did you mean '--epochs'?"),
      (#"{"epochs": 0}"#, "--epochs must be from 1 to 1000000"),
      (#"{"epochs": {}}"#, "epochs: a number, a text, true, false or a list of these is wanted"),
      (#"{"files": 3}"#, "files: a number, a text, true, false or a list of these is wanted"),
      ("[1]", "a JSON object of options and their values is wanted"),
      (#"{"epochs": 3"#, "byte 12: "), (#"{"seed": 1, "seed": 2}"#, "byte "), ("", "is empty"),
      (#"{"target": "a"}"#, "--target goes with a file"),
    ])
  func wrongFiles(text: String, problem: String) throws {
    let folder = TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "run.json")
    let run = try Command.run("train", "--config", path)
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: \(path): \(problem)"), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func filesThatAreNotThere() throws {
    let folder = TemporaryFolder()
    try folder.write(Array("{}".utf8), to: "run.json")
    let missing = try Command.run("train", "--config", folder.file("runs.json"))
    #expect(missing.status == 66 && missing.errors.contains("did you mean"))
    let unwritable = try Command.run(
      "train", "--quiet", "--epochs", "1", "--write-config", folder.file("none/run.json"))
    #expect(unwritable.status == 73 && unwritable.output.isEmpty)
  }
}
