// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct PredictTests {
  private let folder = TemporaryFolder()

  /// A model of species, trained for a moment.
  private func model() throws -> String {
    let file = try folder.write(Array(SmallTables.species().utf8), to: "kinds.csv")
    let model = folder.file("m.safetensors")
    let run = try Command.run(
      "train", file, "--target", "species", "--epochs", "20", "--quiet", "--output", model)
    try #require(run.status == 0, "\(run.errors)")
    return model
  }

  /// Columns are found by name: their order and more of them do not matter.
  @Test func columnsAreFoundByName() throws {
    let model = try model()
    let new = try folder.write(
      Array("note,width,length,town\nx,5.5,4.5,Ulm\ny,3.5,8.5,Bonn\nz,4.5,6.5,Paris\n".utf8),
      to: "new.csv")
    let run = try Command.run("predict", model, new)
    #expect(run.status == 0 && run.output == "species\nsetosa\nother\nvirginica\n")
    #expect(
      run.errors == "pullback: town: 1 value that training did not have: \"Paris\" in line 4\n")
    let output = folder.file("out.csv")
    let saved = try Command.run("predict", model, new, "--probabilities", "--output", output)
    #expect(saved.status == 0)
    let table = try CSV.table(at: output)
    #expect(table.rowCount == 3 && table.columns.count == 4)
    #expect(table.columns[1].name == "probability of other")
    let chances = try table.matrix(of: table.columns.dropFirst().map(\.name), as: Double.self)
    #expect(chances.sum(along: 1).scalars.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  /// Whoever gave no --column is told nothing of it.
  @Test func aColumnThatIsNotThereIsNamed() throws {
    let model = try model()
    let new = try folder.write(Array("a,b\n1,2\n".utf8), to: "other.csv")
    let run = try Command.run("evaluate", model, new)
    #expect(run.status == 65)
    #expect(
      run.errors
        == "Error: \(new):1: there is no column \"length\"; the columns are \"a\", \"b\"\n")
  }

  /// What stood for no value in training does so in new rows, from files and pipes.
  @Test func textsForNoValueAreTheModels() throws {
    let data = try folder.write(Array(SmallTables.marked().utf8), to: "marked.csv")
    let model = folder.file("m.safetensors"), old = folder.file("old.safetensors")
    let run = try Command.run(
      "train", data, "--target", "y", "--missing", "-999,k.A.", "--quiet", "--epochs", "40",
      "--output", model)
    try #require(run.status == 0, "\(run.errors)")
    let rows = "a,b\n,1\n-999,1\nK.A.,1\nnone,1\n-7,1\n"
    let new = try folder.write(Array(rows.utf8), to: "new.csv")
    func answers(_ result: Command.Result) -> [String] {
      result.output.split(separator: "\n").dropFirst().map(String.init)
    }
    let predicted = try Command.run("predict", model, new), found = answers(predicted)
    #expect(found.count == 5 && Set(found[0...3]).count == 1 && found[4] != found[0])
    // A word that is no number is missing, too, and said.
    #expect(
      predicted.errors == "pullback: a: 1 value that training did not have: \"none\" in line 5\n")
    let piped = try Command.run(inShell: "\"$0\" predict \(model) < \(new)")
    #expect(answers(piped) == found)
    // Those of the command line are more.
    let more = try Command.run("predict", model, new, "--missing", "none", "--missing", "-7,-999")
    #expect(Set(answers(more)) == [found[0]] && more.errors.isEmpty, "\(more)")

    func r2(_ arguments: String...) throws -> Double {
      let run = try Command.run(["evaluate"] + arguments + ["--json"])
      let metrics = try run.jsonLines.last?["metrics"] as? [String: Any]
      return try #require(metrics?["r2"] as? Double, "\(run)")
    }
    let measured = try r2(model, data)
    #expect(measured > 0.7)
    let input = try Command.run(inShell: "\"$0\" evaluate \(model) - --json < \(data)")
    let metrics = try input.jsonLines.last?["metrics"] as? [String: Any]
    #expect(metrics?["r2"] as? Double == measured)

    let shown = try Command.run("inspect", model)
    #expect(shown.output.contains("no value: \"-999\", \"k.A.\", beside the usual texts\n"))
    let json = try Command.run("inspect", model, "--json").jsonLines
    #expect(json.last?["missing"] as? [String] == CSV.missing + ["-999", "k.A."])

    // A file of a version that did not keep them.
    var file = try ModelFile.load(at: model)
    file.preprocessing?.missing = CSV.missing
    try file.save(to: old)
    #expect(try r2(old, data) < 0)
    #expect(try r2(old, data, "--missing", "-999") == measured)
    let told = try Command.run("predict", old, new, "--missing", "-999,k.a.")
    #expect(answers(told) == found)
  }

  @Test func jsonIsAnObjectARow() throws {
    let model = try model()
    let new = try folder.write(Array("width,length,town\n5.5,4.5,Ulm\n".utf8), to: "new.csv")
    let lines = try Command.run("predict", model, new, "--json", "--probabilities").jsonLines
    #expect(lines.count == 2 && lines[0]["prediction"] as? String == "setosa")
    #expect((lines[0]["probabilities"] as? [String: Double])?.count == 3)
    #expect(lines[1]["event"] as? String == "result" && lines[1]["rows"] as? Int == 1)
  }

  @Test func standardInputIsATableToo() throws {
    let model = try model()
    for argument in ["-", ""] {
      let run = try Command.run(
        inShell: "printf 'length,width,town\\n4.5,5.5,Ulm\\n' | \"$0\" predict \(model) \(argument)"
      )
      #expect(run.status == 0 && run.output == "species\nsetosa\n", "\(run.errors)")
    }
  }

  /// A row that is typed is answered before the next one is.
  @Test func aRowOfAStreamIsAnsweredAtOnce() throws {
    let process = Process(), input = Pipe(), output = Pipe()
    process.executableURL = URL(filePath: Command.path)
    process.arguments = ["predict", try model()]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let kinds = ["setosa": "4.5,5.5,Ulm", "other": "8.5,3.5,Bonn", "virginica": "6.5,4.5,Köln"]
    func send(_ line: String) throws {
      try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }
    var received = ""
    func receive() -> String {
      while !received.contains("\n") {
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { return received }
        received += String(decoding: data, as: UTF8.self)
      }
      let end = received.firstIndex(of: "\n")!
      let line = String(received[..<end])
      received = String(received[received.index(after: end)...])
      return line
    }
    try send("length,width,town")
    var lines: [String] = []
    for (_, row) in kinds.sorted(by: { $0.key < $1.key }) {
      try send(row)
      if lines.isEmpty { lines.append(receive()) }
      lines.append(receive())
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(lines == ["species", "other", "setosa", "virginica"])
    #expect(process.terminationStatus == 0)
  }

  @Test(
    "What does not fit is one error",
    arguments: [
      ("width,town\n1,Ulm\n", 65, "\"length\""), ("lenght,width,town\n1,2,Ulm\n", 65, "\"lenght\""),
      ("length,width,town\n1,2\n", 65, ":2: expected 3 fields"), ("", 65, "is empty"),
    ])
  func wrongTables(text: String, status: Int32, message: String) throws {
    let model = try model()
    let file = try folder.write(Array(text.utf8), to: "new.csv")
    let run = try Command.run("predict", model, file)
    #expect(run.status == status && run.output.count < 20, "\(run.output)")
    #expect(run.complaints.hasPrefix("Error: \(file)") && run.errors.contains(message), "\(run)")
    #expect(run.complaints.split(separator: "\n").count == 1)
  }

  @Test func aTextAmongNumbersIsMissingAndSaid() throws {
    let model = try model()
    let file = try folder.write(
      Array("length,width,town\nlong,5.5,Ulm\n".utf8), to: "new.csv")
    let run = try Command.run("predict", model, file, "--json")
    #expect(run.status == 0 && run.errors.contains("length: 1 value that training did not have"))
    #expect(try run.jsonLines.last?["misfits"] as? [String: Int] == ["length": 1])
  }

  /// What of a table is not read as in training is said, in an evaluation too: points where commas
  /// were, lines that were comments, days behind months.
  @Test func otherwiseWrittenTablesAreSaid() throws {
    let rows = SmallTables.marked().split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").map { $0.replacing(".", with: ",") }.joined(separator: ";")
    }
    func write(_ lines: [String], _ name: String) throws -> String {
      try folder.write(
        Array((["a;b;y"] + lines).joined(separator: "\n").utf8 + [10]), to: name)
    }
    let data = try write(rows, "comma.csv"), model = folder.file("m.safetensors")
    let run = try Command.run(
      "train", data, "--target", "y", "--missing=-999", "--quiet", "--epochs", "5", "--output",
      model)
    try #require(run.status == 0, "\(run.errors)")
    let good = try Command.run("evaluate", model, data, "--json")
    #expect(good.errors.isEmpty && good.status == 0)
    #expect(try good.jsonLines.last?["misfits"] as? [String: Int] == [:])
    let marked = try write(rows.flatMap { ["%\($0)", $0] }, "comments.csv")
    let comments = try Command.run("evaluate", model, marked, "--json")
    #expect(
      comments.errors.hasPrefix("pullback: a: 200 values that training did not have: \"%"),
      "\(comments)")
    #expect(try comments.jsonLines.last?["misfits"] as? [String: Int] == ["a": 200])
    let asTrained = try Command.run("evaluate", model, marked, "--json", "--comment", "%")
    #expect(asTrained.output == good.output && asTrained.errors.isEmpty)
    let points = try write(
      rows.map { line in
        let fields = line.split(separator: ";")
        return ([fields[0].replacing(",", with: ".")] + fields[1...]).joined(separator: ";")
      }, "points.csv")
    let predicted = try Command.run("predict", model, points)
    #expect(predicted.errors.contains("a: "), "\(predicted.errors)")
    let measured = try Command.run("evaluate", model, points)
    #expect(measured.errors.contains("pullback: a: "), "\(measured.errors)")
  }

  /// Days or months in front are the model's, also beside columns of plain numbers.
  @Test(arguments: [true, false])
  func daysAreReadAsInTraining(isDayFirst: Bool) throws {
    var random = SplitMix(seed: 4)
    var text = "when,b,y\n"
    for row in 0..<200 {
      let (day, month) = (1 + random.below(12), 1 + random.below(12))
      let days = 30 * (isDayFirst ? month : day) + (isDayFirst ? day : month)
      text += "\(day)/\(month)/2024,\(row % 7),\(days)\n"
    }
    let data = try folder.write(Array(text.utf8), to: "days.csv"), model = folder.file("m.st")
    let order = isDayFirst ? "--day-first" : "--no-day-first"
    let run = try Command.run(
      "train", data, "--target", "y", order, "--quiet", "--epochs", "5", "--output", model)
    try #require(run.status == 0, "\(run.errors)")
    let said = try Command.run("evaluate", model, data, order)
    #expect(said.status == 0 && said.errors.isEmpty, "\(said)")
    let plain = try Command.run("evaluate", model, data)
    #expect(plain.status == 0 && plain.output == said.output, "\(plain)")
    let other = isDayFirst ? "--no-day-first" : "--day-first"
    #expect(try Command.run("evaluate", model, data, other).output != said.output)
  }

  /// What a network tells apart of large numbers is written, and `evaluate` reads a table as
  /// `predict` does: points and commas of a few rows are those of the training table.
  @Test func rowsAreReadAndWrittenAsTheModels() throws {
    var random = SplitMix(seed: 9)
    var lines: [String] = [], truth: [Double] = []
    for row in 0..<300 {
      let a = 1000 + random.below(5000), cents = random.below(100), b = random.below(100)
      truth.append(1.7e9 + Double(a) / 100 + Double(b))
      let amount = "\(a / 1000),\(String(a % 1000 + 1000).dropFirst()).\(row % 2)\(cents % 10)"
      lines.append("\(amount);0,\(b);\(Int(truth[row]))")
    }
    let text = "amount;b;y\n" + lines.joined(separator: "\n") + "\n"
    let data = try folder.write(Array(text.utf8), to: "large.csv"), model = folder.file("l.st")
    let run = try Command.run(
      "train", data, "--target", "y", "--quiet", "--epochs", "60", "--output", model)
    try #require(run.status == 0, "\(run.errors)")
    func mean(_ predicted: [Double], _ truth: [Double]) -> Double {
      zip(predicted, truth).map { abs($0 - $1) }.reduce(0, +) / Double(truth.count)
    }
    func checked(_ file: String, _ truth: [Double]) throws -> Double {
      let predicted = try Command.run("predict", model, file).output.split(separator: "\n")
        .dropFirst().compactMap { Double($0) }
      let measured = try Command.run("evaluate", model, file, "--json")
      let metrics = try measured.jsonLines.last?["metrics"] as? [String: Any]
      let error = try #require(metrics?["mae"] as? Double, "\(measured)")
      #expect(abs(error - mean(predicted, truth.map { $0.rounded(.down) })) < 1e-3 * error + 1e-3)
      return error
    }
    let error = try checked(data, truth)
    // Without a point there it could be any notation.
    var few: [String] = [], known: [Double] = []
    for row in 0..<20 {
      let thousands = 2 + row % 4, y = 1_700_000_000 + 10 * thousands + row
      few.append("\(thousands),075;0,\(row);\(y)")
      known.append(Double(y))
    }
    let new = try folder.write(
      Array(("amount;b;y\n" + few.joined(separator: "\n") + "\n").utf8), to: "few.csv")
    #expect(try checked(new, known) < 3 * error + 3)
  }

  /// Numbers that no training row came near: predictions are finite.
  @Test func hostileRowsAreAnswered() throws {
    let model = try model()
    let rows = ["1e308,-1e308,Ulm", "-1e300,1e-320,", ",,", "0,0,\"\u{1F600}\""]
    let file = try folder.write(
      Array(("length,width,town\n" + rows.joined(separator: "\n") + "\n").utf8), to: "new.csv")
    let run = try Command.run("predict", model, file, "--probabilities")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").dropFirst()
    #expect(lines.count == 4)
    #expect(
      lines.allSatisfy { line in
        line.split(separator: ",").dropFirst().allSatisfy { (0...1).contains(Double($0) ?? -1) }
      })
  }

  @Test func aModelThatIsNoneIsOneError() throws {
    let file = try folder.write(Array("a,b\n1,2\n".utf8), to: "new.csv")
    let none = try Command.run("predict", folder.file("none.safetensors"), file)
    #expect(none.status == 66 && none.errors.hasPrefix("Error: "))
    let other = try Command.run("predict", file, file)
    #expect(other.status == 65 && other.errors.contains("is a text that begins with"))
    #expect(try Command.run("predict").status == 64)
    for (name, option) in [("predict", "--decimal=comma"), ("evaluate", "--column=x=number")] {
      let settled = try Command.run(name, "m", "f", option)
      #expect(settled.status == 64 && settled.errors.contains("that the model was trained on"))
    }
    #expect(try Command.run("evaluate", file).status == 64)
  }
}
