// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct PreprocessingStreamTests {
  /// A table as people have them: prices, dates, texts in quotation marks, post codes, gaps.
  private func text(seed: UInt64, count: Int, isForPrediction: Bool = false) -> String {
    var random = SplitMix(seed: seed)
    var lines = ["sold;price;town;zip;remark;rooms;kind"]
    for row in 0..<count {
      let day = 1 + random.below(28), month = 1 + random.below(12), year = 2015 + random.below(9)
      let price = "\(1 + random.below(999)).\(100 + random.below(900)),\(10 + random.below(90)) €"
      let towns = isForPrediction ? ["Ulm", "Köln", "Paris", ""] : ["Ulm", "Köln", "Bonn", ""]
      let remark =
        "\"\(random.pick(["old", "new"])); \"\"\(random.pick(["red", "blue"]))\"\" \(row)\""
      let cells = [
        random.isTrue(oneIn: 8) ? "" : "\(day).\(month).\(year)",
        random.isTrue(oneIn: 8) ? "n/a" : price, random.pick(towns),
        random.pick(["01234", "1234", "98765"]), random.isTrue(oneIn: 8) ? "" : remark,
        random.pick(["2", "3", "4,5"]), random.pick(["a", "b"]),
      ]
      lines.append(cells.joined(separator: ";"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func read(_ text: String, as model: Preprocessing? = nil) throws -> Table {
    try CSV.table(
      from: Array(text.utf8), name: "homes.csv",
      types: model?.tableTypes ?? ["zip": .categorical],
      spellings: model?.tableSpellings ?? [:], reading: .tolerant)
  }

  private func fitted(_ table: Table, target: String) throws -> Preprocessing {
    let settings = TableSettings(
      targets: [target], columns: ["zip": .category, "remark": .text, "rooms": .category])
    let understanding = try TableUnderstanding(table, settings)
    return try Preprocessing(fitting: table, understanding, rows: understanding.rows)
  }

  @Test(arguments: 0..<3 as Range<UInt64>, [1, 7, 4096])
  func chunksHaveTheBitsOfTheTable(seed: UInt64, rowsPerChunk: Int) throws {
    let preprocessing = try fitted(read(text(seed: seed, count: 200)), target: "kind")
    #expect(
      preprocessing.inputs.map(\.name) == ["sold", "price", "town", "zip", "remark", "rooms"])
    let later = text(seed: seed + 100, count: 150, isForPrediction: true)
    let expected = try preprocessing.inputs(of: read(later, as: preprocessing)).scalars
    let stream = try TableStream(
      from: Array(later.utf8), columns: preprocessing.streamSchema, rowsPerChunk: rowsPerChunk)
    var found: [Float] = []
    while let chunk = try stream.next() {
      let inputs = try preprocessing.inputs(of: chunk)
      #expect(inputs.shape == [chunk.rowCount, preprocessing.inputCount])
      found += inputs.scalars
    }
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  /// A few rows of which nothing says whether commas stand before decimals or thousands.
  @Test func fewRowsAreReadAsInTraining() throws {
    let rows = (0..<40).map { "\($0 % 7),\(100 + $0 * 9).5\t\($0 % 10),25\t\($0 % 3)" }
    let text = "a\tb\ty\n" + rows.joined(separator: "\n") + "\n"
    let table = try CSV.table(from: Array(text.utf8), reading: .tolerant)
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], task: .regression))
    let model = try Preprocessing(fitting: table, understanding, rows: understanding.rows)
    let few = Array("a\tb\ty\n2,075\t3,5\t1\n1,100\t4\t2\n".utf8)
    let read = try CSV.table(
      from: few, types: model.tableTypes, spellings: model.tableSpellings, reading: .tolerant)
    guard case .numeric(let a) = read["a"]?.values, case .numeric(let b) = read["b"]?.values else {
      Issue.record("no numbers")
      return
    }
    #expect(a == [2075, 1100] && b == [3.5, 4])
  }

  /// Texts for no value where a model was trained are so where it predicts: of streams, of tables
  /// that are read with them, and of others.
  @Test(arguments: 0..<3 as Range<UInt64>, [CSV.missing, []])
  func whatStoodForNoValueIsKept(seed: UInt64, usual: [String]) throws {
    var random = SplitMix(seed: seed)
    var lines = ["a;t;words;n;y"]
    for _ in 0..<200 {
      // The first holds a seventh of each text for no value, the others some.
      let a = random.pick(["-999", "-1", "1,5", "2,25", "3", "4,75", "5"])
      let t = random.pick(["Ulm", "NA", "none", "Bonn", "-999"])
      let words = random.pick(["old red", "new blue", "none", "-999", "old blue"])
      lines.append("\(a);\(t);\(words);\(random.pick(["1", "2", "-1"]));\(1 + random.below(9))")
    }
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    func read(_ missing: [String], _ model: Preprocessing? = nil) throws -> Table {
      try CSV.table(
        from: text, decimal: ",", types: model?.tableTypes ?? ["t": .categorical],
        spellings: model?.tableSpellings ?? [:], missing: missing, reading: .tolerant)
    }
    let missing = usual + ["-999", "NONE", "-1"], table = try read(missing)
    let understanding = try TableUnderstanding(
      table,
      TableSettings(
        targets: ["y"], task: .regression,
        columns: ["t": .category, "words": .text, "n": .category, "a": .number]))
    let preprocessing = try Preprocessing(
      fitting: table, understanding, rows: understanding.rows)
    #expect(preprocessing.missing == missing && preprocessing.inputs.count == 4)
    let names = preprocessing.inputNames
    #expect(names.contains("a missing") && names.contains("t missing"), "\(names)")
    #expect(!names.contains("t = none") && !names.contains("t = -999"), "\(names)")
    #expect(names.contains("t = NA") == usual.isEmpty, "\(names)")
    let expected = try preprocessing.inputs(of: table).scalars.map(\.bitPattern)
    let stream = try TableStream(
      from: text, columns: preprocessing.streamSchema, rowsPerChunk: 30)
    var streamed: [Float] = []
    while let chunk = try stream.next() {
      streamed += try preprocessing.inputs(of: chunk).scalars
      #expect(chunk.misfitCounts == [0, 0, 0, 0])
    }
    #expect(streamed.map(\.bitPattern) == expected)
    for other in [preprocessing.missing, usual] {
      let again = try read(other, preprocessing)
      #expect(try preprocessing.inputs(of: again).scalars.map(\.bitPattern) == expected)
    }
    // More that stands for no value is said to whoever reads.
    let more = try TableStream(
      from: text, columns: preprocessing.streamSchema, missing: ["Ulm", "1,5"])
    let chunk = try #require(try more.next())
    let wider = try read(missing + ["Ulm", "1,5"], preprocessing)
    #expect(
      try preprocessing.inputs(of: chunk).scalars.map(\.bitPattern)
        == preprocessing.inputs(of: wider).scalars.map(\.bitPattern))
  }

  /// A target without a value is none to compare with, however the table was read.
  @Test(arguments: [("y", "1", "-7"), ("k", "p", "-7")])
  func targetsWithoutAValueAreKnown(target: String, other: String, mark: String) throws {
    let values = ["y": ["1", "2", "3.5", "-7"], "k": ["p", "q", "p", "-7"]][target]!
    let text = "x,\(target)\n" + (0..<40).map { "\($0 * $0 % 17),\(values[$0 % 4])\n" }.joined()
    let table = try CSV.table(
      from: Array(text.utf8), types: target == "k" ? ["k": .categorical] : [:],
      missing: CSV.missing + [mark])
    let settings = TableSettings(
      targets: [target], task: target == "y" ? .regression : .classification)
    let understanding = try TableUnderstanding(table, settings)
    #expect(understanding.rows.count == 30)
    let preprocessing = try Preprocessing(fitting: table, understanding, rows: understanding.rows)
    let plain = try CSV.table(
      from: Array("x,\(target)\n1,\(other)\n2,\(mark)\n".utf8), name: "new.csv",
      types: preprocessing.tableTypes)
    let error = #expect(throws: FileError.self) {
      switch preprocessing.task {
      case .regression: _ = try preprocessing.targets(of: plain)
      case .classification: _ = try preprocessing.labels(of: plain)
      }
    }
    #expect(error?.description.contains("new.csv:3: in the column \"\(target)\"") == true)
    #expect(error?.description.hasSuffix("to compare with") == true, "\(String(describing: error))")
  }

  @Test(arguments: ["kind", "price"])
  func targetsComeBehindTheInputs(target: String) throws {
    let whole = text(seed: 9, count: 120)
    let table = try read(whole), preprocessing = try fitted(table, target: target)
    let rows = try TableUnderstanding(table, TableSettings(targets: [target])).rows
    let lines = whole.split(separator: "\n")
    let text = ([lines[0]] + rows.map { lines[$0 + 1] }).joined(separator: "\n") + "\n"
    let stream = try TableStream(
      from: Array(text.utf8), name: "homes.csv", columns: preprocessing.streamSchemaWithTargets,
      rowsPerChunk: 50)
    var labels: [Int32] = [], targets: [Float] = [], inputs: [Float] = []
    while let chunk = try stream.next() {
      inputs += try preprocessing.inputs(of: chunk).scalars
      switch preprocessing.task {
      case .classification: labels += try preprocessing.labels(of: chunk).scalars
      case .regression: targets += try preprocessing.targets(of: chunk).scalars
      }
    }
    #expect(try inputs == preprocessing.inputs(of: table, rows: rows).scalars)
    switch preprocessing.task {
    case .classification: #expect(try labels == preprocessing.labels(of: table, rows: rows).scalars)
    case .regression: #expect(try targets == preprocessing.targets(of: table, rows: rows).scalars)
    }
  }

  @Test func whatIsNoClassIsNamed() throws {
    let preprocessing = try fitted(read(text(seed: 1, count: 100)), target: "kind")
    let line = "1.2.2020;1.000,00 €;Ulm;1234;new;2;"
    let text = "sold;price;town;zip;remark;rooms;kind\n\(line)a\n\(line)c\n"
    let stream = try TableStream(
      from: Array(text.utf8), name: "homes.csv", columns: preprocessing.streamSchemaWithTargets)
    let chunk = try #require(try stream.next())
    let error = #expect(throws: FileError.self) { try preprocessing.labels(of: chunk) }
    #expect(
      error?.description
        == "homes.csv:3: in the column \"kind\": \"c\" is no class of the model, which knows a, b")
    // Predictions do not ask for the class.
    #expect(try preprocessing.inputs(of: chunk).shape[0] == 2)
  }
}
