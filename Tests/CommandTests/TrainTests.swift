// SPDX-License-Identifier: Apache-2.0

import CPullbackProcesses
import Foundation
import PullbackTestSupport
import Testing

struct TrainTests {
  private func result(_ run: Command.Result) throws -> [String: Any] {
    let last = try #require(run.output.split(separator: "\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(last.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func theMedianOfTenSeedsIsAtLeast97Percent() throws {
    let accuracies = try (1...10).map { seed -> Double in
      let run = try Command.run("train", "--quiet", "--json", "--seed", "\(seed)")
      return try #require(try result(run)["test_accuracy"] as? Double)
    }
    #expect(accuracies.sorted()[5] >= 0.97)
    #expect(accuracies.min()! > 0.95)
  }

  @Test func aSeedGivesTheSameBitsAtAnyNumberOfThreads() throws {
    // Large enough that the work is shared out.
    let shape = ["--hidden", "300,100", "--batch", "512", "--epochs", "3", "--seed", "7"]
    let results = try ["1", "2", "3", "7"].map { threads in
      try result(try Command.run(["train", "--json", "--threads", threads] + shape))
    }
    let checksums = Set(results.map { $0["checksum"] as? String })
    #expect(checksums.count == 1 && checksums.first??.count == 16)
    #expect(results.allSatisfy { ($0["threads_used"] as? Int ?? 0) >= 1 })
    #expect(results[0]["threads_used"] as? Int == 1)
    let other = try result(try Command.run(["train", "--json", "--epochs", "3", "--seed", "8"]))
    #expect(other["checksum"] as? String != checksums.first!)
  }

  @Test func jsonIsOneObjectALine() throws {
    let run = try Command.run("train", "--json", "--epochs", "3", "--batch", "100")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 4)
    for (number, line) in lines.enumerated() {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let members =
        number < 3
        ? ["event", "epoch", "training_loss", "validation_loss", "validation_accuracy"]
        : ["event", "task", "test_accuracy", "test_loss", "seconds", "threads_used", "checksum"]
      #expect(Set(object.keys) == Set(members))
      #expect(object["event"] as? String == (number < 3 ? "epoch" : "result"))
    }
    #expect(run.status == 0)
  }

  @Test func theTableHasARowForEachEpochAndProgressGoesToStandardError() throws {
    let run = try Command.run("train", "--epochs", "3")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0] == "epoch   training loss   validation loss   validation accuracy")
    #expect(lines[4].hasPrefix("test accuracy 0."))
    #expect(run.errors.contains("epoch 3/3"))
    let quiet = try Command.run("train", "--epochs", "3", "--quiet")
    #expect(quiet.output.split(separator: "\n").count == 1 && quiet.errors.isEmpty)
  }

  @Test(
    "Wrong usage is one message and exit code 64",
    arguments: [
      ["--epochs", "0"], ["--epochs", "x"], ["--hidden", "0"], ["--hidden", ""],
      ["--hidden", "50,"], ["--hidden", "99999999999999999999"], ["--hidden", "8192,8192,8192"],
      ["--batch", "0"],
      ["--learning-rate", "nan"], ["--learning-rate", "inf"], ["--learning-rate=-1"],
      ["--threads", "0"], ["--threads", "1000000"], ["--seed=-1"], ["--unknown"], ["surplus"],
      ["--resume"],
    ])
  func wrongUsage(arguments: [String]) throws {
    let run = try Command.run(["train"] + arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
  }

  /// A negative number is one that does not fit, not a value that is missing.
  @Test(
    arguments: [
      ("--learning-rate", "--learning-rate must be a number above 0"),
      ("--epochs", "--epochs must be from 1 to 1000000"), ("--batch", "--batch must be 1 or more"),
      ("--threads", "--threads must be from 1 to 64"),
      ("--seed", "The value '-1' is invalid for '--seed <seed>'"),
      ("--hidden", "The value '-1' is invalid for '--hidden <50[,50...]>'"),
    ])
  func aNegativeNumberIsNamed(option: String, message: String) throws {
    let run = try Command.run("train", option, "-1")
    #expect(run.status == 64 && run.errors.hasPrefix("Error: \(message)"), "\(run.errors)")
  }

  @Test func aTrainingThatDivergesSaysSo() throws {
    let run = try Command.run("train", "--quiet", "--epochs", "2", "--learning-rate", "1e30")
    #expect(run.status == 65)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.first?.hasPrefix("Error: training diverged in epoch 1 at step ") == true)
    #expect(lines.contains { $0.hasPrefix("first in the ") }, "\(run.errors)")
    #expect(lines.last == "Try --learning-rate 0.05.")
  }

  /// Interrupted somewhere, and gone on with as often as it takes, a training has the bits of
  /// one that was not.
  @Test func anInterruptedTrainingGoesOnWithTheSameBits() throws {
    let folder = TemporaryFolder()
    let training = ["train", "--json", "--quiet", "--epochs", "60", "--seed", "3"]
    let whole = try result(try Command.run(training))
    let checkpoint = ["--checkpoint", folder.path + "/run.checkpoint"]
    for attempt in 0..<6 {
      let isThere = FileManager.default.fileExists(atPath: checkpoint[1])
      let words = [Command.path] + training + checkpoint + (isThere ? ["--resume"] : [])
      var strings = words.map { strdup($0) } + [nil]
      defer { for string in strings { free(string) } }
      let process = pb_start(&strings, 0)
      usleep(UInt32(60_000 + 23_000 * attempt))
      kill(process, SIGINT)
      #expect([0, 130].contains(pb_end(process, 30)))
    }
    let isThere = FileManager.default.fileExists(atPath: checkpoint[1])
    let last = try Command.run(training + checkpoint + (isThere ? ["--resume"] : []))
    #expect(try result(last)["checksum"] as? String == whole["checksum"] as? String)
  }

  @Test func aCheckpointThatIsNoneIsOneError() throws {
    let folder = TemporaryFolder()
    let missing = try Command.run(
      "train", "--quiet", "--resume", "--checkpoint", folder.path + "/none")
    #expect(missing.status == 66 && missing.errors.hasPrefix("Error: "), "\(missing.errors)")
    let other = try folder.write(Array("no checkpoint".utf8), to: "other")
    let malformed = try Command.run("train", "--quiet", "--resume", "--checkpoint", other)
    #expect(malformed.status == 65 && malformed.errors.hasPrefix("Error: \(other): "))
    let training = ["train", "--quiet", "--epochs", "1", "--checkpoint", folder.file("begun")]
    #expect(try Command.run(training + ["--hidden", "4"]).status == 0)
    let misfit = try Command.run(training + ["--hidden", "5", "--resume"])
    #expect(misfit.status == 65)
    #expect(misfit.errors.hasPrefix("Error: \(folder.file("begun")): "), "\(misfit.errors)")
    let unwritable = try Command.run(
      "train", "--quiet", "--epochs", "1", "--checkpoint", folder.path + "/none/run")
    #expect(unwritable.status == 73 && unwritable.errors.hasPrefix("Error: "))
  }

  /// Losses that are numbers can still show that nothing was learned: an explosion, and layers
  /// without a unit that is above 0 for any image.
  @Test(arguments: ["1000", "10", "2", "1e6", "1e10"], ["0", "1"])
  func aTrainingThatEndsWorseThanItBeganSaysSo(rate: String, seed: String) throws {
    let run = try Command.run(
      "train", "--quiet", "--epochs", "8", "--learning-rate", rate, "--seed", seed)
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: training diverged"))
    #expect(run.errors.hasSuffix("Try --learning-rate 0.05.\n"))
  }

  /// A training that has hardly begun, or that is rough but learns, is none that diverged.
  @Test(arguments: ["1e-30", "1e-9", "0.001", "0.3"])
  func aTrainingThatIsMerelySlowOrRoughIsFine(rate: String) throws {
    for epochs in ["1", "8"] {
      let run = try Command.run("train", "--quiet", "--epochs", epochs, "--learning-rate", rate)
      #expect(run.status == 0 && run.errors.isEmpty)
    }
  }

  @Test func theVersionIsPrinted() throws {
    let run = try Command.run("--version")
    #expect(run.status == 0 && run.output.wholeMatch(of: /0\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: ["999999999999", "1257", "1256", "1"])
  func anyBatchSizeWorks(batch: String) throws {
    let run = try Command.run("train", "--quiet", "--epochs", "1", "--batch", batch)
    #expect(run.status == 0)
  }

  /// Flux#1982 and its kin: `pullback train | head`.
  @Test func aReaderThatHasGoneIsNoticed() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "{ \"$0\" train --epochs 500 2> /dev/null; echo $? >&2; } | head -n 1 > /dev/null",
      Command.path,
    ]
    let status = Pipe()
    process.standardError = status
    try process.run()
    let text = try status.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(String(decoding: text, as: UTF8.self) == "74\n")
  }

  #if os(Linux)
    @Test func aFullDiskIsNoticed() throws {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", "\"$0\" train --epochs 1 > /dev/full 2> /dev/null", Command.path,
      ]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 74)
    }
  #endif
}
