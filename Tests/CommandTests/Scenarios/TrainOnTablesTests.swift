// SPDX-License-Identifier: Apache-2.0

import CPullbackProcesses
import Foundation
import Pullback
import PullbackTestSupport
import Testing

/// `pullback train FILE`, from a table to a saved model.
struct TrainOnTablesTests {
  private let folder = TemporaryFolder()

  private func write(_ text: String, _ name: String) throws -> String {
    try folder.write(Array(text.utf8), to: name)
  }

  @Test func aClassificationIsUnderstoodLearntAndCompared() throws {
    _ = try write(SmallTables.species(), "kinds.csv")
    let run = try Command.run(
      inShell: "cd '\(folder.path)' && \"$0\" train kinds.csv --target species --epochs 20")
    #expect(run.status == 0 && run.complaints.isEmpty, "\(run.errors)")
    let text = run.output
    #expect(text.contains("150 rows, 5 columns") && text.contains("classification: "))
    // A number for each row says nothing about the next one.
    #expect(text.split(separator: "\n").contains { $0.contains("id") && $0.contains("left out") })
    #expect(text.contains("training loss") && text.contains("validation loss"))
    #expect(text.contains("accuracy") && text.contains("linear  baseline"))
    #expect(text.contains("trained again on all 150 rows"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(folder.names == ["kinds.csv"])
  }

  /// Rules that scale their steps go far away without ever coming to infinity.
  @Test(arguments: ["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "lion"])
  func aTrainingThatDivergesEndsWith65(rule: String) throws {
    let file = try write(SmallTables.marked(), "marked.csv")
    let run = try Command.run(
      "train", file, "--target", "y", "--optimizer", rule, "--learning-rate", "1000", "--epochs",
      "20",
      "--quiet", "--output", folder.file("m.safetensors"))
    #expect(run.status == 65 && run.output.isEmpty, "\(run.output)")
    #expect(run.errors.contains("training diverged"), "\(run.errors)")
    #expect(folder.names == ["marked.csv"])
  }

  @Test func jsonIsAnObjectALineAndTheLastIsTheResult() throws {
    let file = try write(SmallTables.species(), "kinds.csv")
    let run = try Command.run(
      "train", file, "--target", "species", "--json", "--epochs", "20", "--seed", "3")
    let lines = try run.jsonLines, events = lines.map { $0["event"] as? String ?? "" }
    #expect(run.status == 0 && run.complaints.isEmpty)
    #expect(events.first == "table" && events.last == "result")
    #expect(Set(events).isSuperset(of: ["settings", "model", "epoch", "refit"]))
    let result = try #require(lines.last)
    #expect(result["task"] as? String == "classification")
    let parts = try ["validation", "baseline", "linear"].map {
      try #require(result[$0] as? [String: Any])["accuracy"] as? Double ?? .nan
    }
    #expect(parts[0] > 0.9 && parts[1] < 0.5 && parts[2] > 0.9)
    #expect((result["seconds"] as? Double ?? 0) > 0)
    #expect((result["checksum"] as? String)?.count == 16)
    // The same seed, the same bits; at any number of threads.
    let again = try Command.run(
      "train", file, "--target", "species", "--json", "--quiet", "--epochs", "20", "--seed", "3",
      "--threads", "1")
    #expect(try again.jsonLines.count == 1)
    #expect(try again.jsonLines[0]["checksum"] as? String == result["checksum"] as? String)
  }

  /// As people write: semicolons, decimal commas, a currency, dates, a word among numbers.
  @Test func aRegressionOfATableAsPeopleHaveIt() throws {
    let file = try write(SmallTables.homes(), "homes.csv"), model = folder.file("m.safetensors")
    let run = try Command.run(
      "train", file, "--target", "Preis", "--output", model, "--epochs", "30")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("regression: "))
    #expect(run.output.contains("\"viele\" in line 19"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(run.output)")
    let json = try Command.run("evaluate", model, file, "--json").jsonLines
    let metrics = try #require(json.last?["metrics"] as? [String: Any])
    #expect(json.last?["event"] as? String == "result" && json.last?["rows"] as? Int == 200)
    #expect((metrics["r2"] as? Double ?? 0) > 0.9)
    #expect(metrics["rmse"] is Double && metrics["mae"] is Double)
    let shown = try Command.run("inspect", model)
    #expect(shown.status == 0 && shown.output.contains("Zimmer"))
    // But for the path of the file.
    let lines = shown.output.split(separator: "\n").dropFirst()
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(shown.output)")
  }

  /// Of an odd number of networks, more are pulled strongly than weakly.
  @Test(arguments: [2, 3])
  func membersAreAveraged(count: Int) throws {
    let file = try write(SmallTables.species(), "kinds.csv"), model = folder.file("m.safetensors")
    let run = try Command.run(
      "train", file, "--target", "species", "--quiet", "--hidden", "8",
      "--members", "\(count)", "--output", model)
    #expect(run.status == 0, "\(run.errors)")
    let measured = try Command.run("evaluate", model, file, "--json").jsonLines
    let metrics = try #require(measured.last?["metrics"] as? [String: Any])
    #expect((metrics["accuracy"] as? Double ?? 0) > 0.95)
    #expect(try Command.run("inspect", model).output.contains("\(8 * count)"))
  }

  @Test func columnsAreOverruledAndLeftOut() throws {
    let file = try write(SmallTables.species(), "kinds.csv")
    let run = try Command.run(
      "train", file, "--target", "species", "--json", "--epochs", "3", "--column",
      "length=ignored", "--column", "id=category", "--column", "width=number")
    let columns = try #require(try run.jsonLines[0]["columns"] as? [[String: Any]])
    let roles = Dictionary(
      uniqueKeysWithValues: columns.map { ($0["name"] as! String, $0["role"] as! String) })
    #expect(roles["length"] == "left out" && roles["id"] == "category")
    #expect(roles["width"] == "number" && roles["species"] == "target")
  }

  static let wrongUsages: [([String], Int32, String)] = [
    (["kinds.csv"], 64, "which column is to be predicted?"),
    (["kinds.csv", "--target", "specie"], 65, "did you mean \"species\"?"),
    (["kind.csv", "--target", "species"], 66, "did you mean"),
    (["kinds.csv", "--target", "species", "--task", "clasification"], 64, "\"classification\"?"),
    (["kinds.csv", "--target", "species", "--task", "regression"], 65, "species"),
    (["kinds.csv", "--target", "species", "--optimizer", "adamm"], 64, "did you mean"),
    (["kinds.csv", "--target", "species", "--activation", "rleu"], 64, "\"relu\"?"),
    (["kinds.csv", "--target", "species", "--column", "width"], 64, "postcode=category"),
    (["kinds.csv", "--target", "species", "--column", "width=nmber"], 64, "\"number\"?"),
    (["kinds.csv", "--target", "species", "--column", "wdth=number"], 65, "\"width\"?"),
    (["kinds.csv", "--target", "species", "--column", "species=ignored"], 65, "to be predicted"),
    (["kinds.csv", "--target", "species", "--group", "twon"], 65, "town"),
    (["kinds.csv", "--target", "species", "--validation", "1"], 64, "--validation must be"),
    (["kinds.csv", "--target", "species", "--validation", "nan"], 64, "--validation must be"),
    (["kinds.csv", "--target", "species", "--dropout", "1"], 64, "--dropout must be"),
    (["kinds.csv", "--target", "species", "--cross-validate", "1"], 64, "--cross-validate must"),
    (
      ["kinds.csv", "--target", "species", "--quiet", "--cross-validate", "31"], 64,
      "--cross-validate: 31 folds of 30 rows"
    ),
    (
      ["kinds.csv", "--target", "length", "--quiet", "--class-weights", "balanced"], 64,
      "--class-weights: numbers are predicted"
    ),
    (["x.npy", "z.npy"], 65, "z.npy: float32 [3] does not hold one target"),
    (["x.npy", "same.npy", "--quiet"], 65, "there is nothing to predict"),
    (["kinds.csv", "--target", "species", "--separator", "semicolons"], 64, "\"semicolon\"?"),
    (["kinds.csv", "--target", "species", "--resume"], 64, "--resume needs --checkpoint"),
    (["kinds.csv", "--target", "species", "--output", "none/m"], 73, "there is no folder"),
    (["kinds.csv", "kinds.csv", "--target", "species"], 64, "one table, one .npz archive"),
    (["--target", "species"], 64, "--target goes with a file"),
    (["--dropout", "0.1"], 64, "--dropout goes with a file"),
    (["empty.csv", "--target", "a"], 65, "is empty"),
    (["picture.png", "--target", "a"], 65, "is a PNG picture"),
    (["x.npy"], 64, "name the file of the targets"),
  ]

  @Test("Wrong usage is one error with the nearest name", arguments: wrongUsages)
  func wrongUsage(arguments: [String], status: Int32, message: String) throws {
    _ = try write(SmallTables.species(rows: 30), "kinds.csv")
    _ = try write("", "empty.csv")
    try folder.write([0x89, 0x50, 0x4E, 0x47, 0, 1, 2], to: "picture.png")
    try NumPy.save(Tensor<Float>([[1, 2], [3, 4]]), to: folder.file("x.npy"))
    try NumPy.save(Tensor<Float>([1, 2, 3]), to: folder.file("z.npy"))
    try NumPy.save(Tensor<Float>([3, 3]), to: folder.file("same.npy"))
    let words = arguments.map { $0.contains(".") || $0 == "none/m" ? folder.file($0) : $0 }
    let numbers = Set(["0.1"])
    let run = try Command.run(
      ["train"] + zip(arguments, words).map { numbers.contains($0) ? $0 : $1 })
    #expect(run.status == status && run.output.isEmpty, "\(run)")
    #expect(run.complaints.hasPrefix("Error: ") && run.errors.contains(message), "\(run.errors)")
  }

  @Test func arraysAreLearnt() throws {
    let labels: [Int32] = (0..<120).map { Int32($0 % 3) }
    let x = Tensor<Float>(
      shape: [120, 2], scalars: labels.flatMap { [Float($0), Float($0 * $0)] })
    let y = Tensor<Int32>(labels)
    try NumPy.save(x, to: folder.file("x.npy"))
    try NumPy.save(y, to: folder.file("y.npy"))
    try NumPy.save(["x": x, "y": y], to: folder.file("both.npz"))
    let model = folder.file("m.safetensors")
    let pair = try Command.run(
      "train", folder.file("x.npy"), folder.file("y.npy"), "--json", "--quiet", "--output", model)
    #expect(pair.status == 0, "\(pair.errors)")
    let both = try Command.run("train", folder.file("both.npz"), "--json", "--quiet")
    #expect(
      try pair.jsonLines[0]["checksum"] as? String == both.jsonLines[0]["checksum"] as? String)
    let measured = try Command.run("evaluate", model, folder.file("both.npz"), "--json")
    let metrics = try #require(try measured.jsonLines[0]["metrics"] as? [String: Any])
    #expect(metrics["accuracy"] as? Double == 1)
    let predicted = try Command.run("predict", model, folder.file("x.npy"))
    let lines = predicted.output.split(separator: "\n").dropFirst().map(String.init)
    let written = labels.map { "\($0)" }
    #expect(lines == written)
    let wrong = try Command.run("train", folder.file("both.npz"), "--target", "z")
    #expect(wrong.status == 65 && wrong.errors.contains("there is no array \"z\""))
  }

  /// Ends after the batch, saves if asked to, exits 130.
  @Test func anInterruptedTrainingSaves() throws {
    let file = try write(SmallTables.species(rows: 1500), "kinds.csv")
    let model = folder.file("m.safetensors")
    let log = folder.file("log")
    let line =
      "exec \"$0\" train \(file) --target species --epochs 1000000 --patience 1000000 "
      + "--output \(model) > \(log)"
    let words = ["/bin/sh", "-c", line, Command.path]
    var strings = words.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    let process = pb_start(&strings, 0)
    // Until the second epoch is over.
    for _ in 0..<3000 {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      if text.contains(#/\n +2 /#) { break }
      usleep(10_000)
    }
    kill(process, SIGINT)
    #expect(pb_end(process, 60) == 130)
    #expect(try Command.run("predict", model, file).status == 0)
  }

  /// Interrupted or killed somewhere, and gone on with as often as it takes, a fit has the bits of
  /// one that was not.
  @Test(arguments: [SIGINT, SIGKILL])
  func anInterruptedFitGoesOnWithTheSameBits(signal: Int32) throws {
    let file = try write(SmallTables.species(rows: 900), "kinds.csv")
    let training = [
      "train", file, "--target", "species", "--json", "--quiet", "--epochs", "30", "--batch", "8",
      "--cross-validate", "2",
    ]
    let whole = try Command.run(training)
    let path = folder.file("fit.checkpoint"), checkpoint = ["--checkpoint", path]
    func resuming() -> [String] {
      checkpoint + (FileManager.default.fileExists(atPath: path) ? ["--resume"] : [])
    }
    for attempt in 0..<6 {
      let words = [Command.path] + training + resuming()
      var strings = words.map { strdup($0) } + [nil]
      defer { for string in strings { free(string) } }
      let process = pb_start(&strings, 0)
      usleep(UInt32(200_000 + 150_000 * attempt))
      kill(process, signal)
      #expect([0, 130, 128 + SIGKILL].contains(pb_end(process, 60)))
    }
    let last = try Command.run(training + resuming())
    let checksum = try #require(try whole.jsonLines[0]["checksum"] as? String)
    #expect(try last.jsonLines.last?["checksum"] as? String == checksum, "\(last)")
    // Of another training it is refused.
    let other = try Command.run(training + ["--seed", "1"] + checkpoint + ["--resume"])
    #expect(other.status == 65, "\(other)")
    #expect(other.complaints == "Error: \(path): was made with seed 0 where this fit has 1\n")
  }

  /// The file of the model too has the same bytes.
  @Test func optionsAreWrittenAndReadAgain() throws {
    let file = try write(SmallTables.species(), "kinds.csv"), config = folder.file("run.json")
    let models = ["a", "b"].map { folder.file("\($0).safetensors") }
    let written = try Command.run(
      "train", file, "--target", "species", "--json", "--quiet", "--epochs", "5", "--column",
      "town=ignored", "--weight-decay", "0.01", "--write-config", config, "--output", models[0])
    let read = try Command.run("train", "--config", config, "--output", models[1])
    #expect(written.status == 0 && read.status == 0)
    let files = models.map { FileManager.default.contents(atPath: $0) }
    #expect(files[0] != nil && files[0] == files[1])
    #expect(
      try written.jsonLines[0]["checksum"] as? String == read.jsonLines[0]["checksum"] as? String)
  }
}
