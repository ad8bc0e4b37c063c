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
        == "Error: \(new): there is no column \"length\"; the columns are \"a\", \"b\"\n")
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
    #expect(try Command.run("predict", "m", "f", "--decimal", "comma").status == 64)
    #expect(try Command.run("evaluate", file).status == 64)
  }
}
