// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct PreprocessingTests {
  /// A table with each kind of column, and values missing in it.
  private func mixed(seed: UInt64, count: Int = 300) throws -> Table {
    var random = SplitMix(seed: seed)
    let words = ["red", "blue", "old", "new", "chair", "table"]
    var columns: [[String]] = [[], [], [], [], [], [], []]
    for row in 0..<count {
      let isLate = random.isTrue(oneIn: 2)
      columns[0].append(
        random.isTrue(oneIn: 9) ? "" : "\(Double.random(in: -3...3, using: &random))")
      columns[1].append(random.isTrue(oneIn: 9) ? "" : random.pick(["x", "y", "z"]))
      columns[2].append("\(random.pick(words)) \(random.pick(words)) \(random.pick(words))")
      columns[3].append("\(random.below(1_700_000_000))")
      columns[4].append("\(random.below(5))")
      columns[5].append(isLate ? "late" : "early")
      columns[6].append("\(Double(row) * 0.5 + Double.random(in: 0...50, using: &random))")
    }
    return try table([
      "x": columns[0], "c": columns[1], "remark": columns[2], "when": columns[3],
      "n": columns[4], "kind": columns[5], "price": columns[6],
    ])
  }

  private func fitted(
    _ table: Table, rows: (TableUnderstanding) -> [Int] = { $0.rows }
  ) throws -> Preprocessing {
    let settings = TableSettings(
      targets: ["kind"], columns: ["when": .date, "remark": .text])
    let understanding = try TableUnderstanding(table, settings)
    return try Preprocessing(fitting: table, understanding, rows: rows(understanding))
  }

  @Test func inputsOfATableByHand() throws {
    let table = try table([
      "size": ["1", "3", "", "5", "7", "4"], "town": ["a", "b", "a", "", "b", "a"],
      "kind": ["2", "0", "10", "0", "2", "10"],
    ])
    let preprocessing = try Preprocessing(table, targets: ["kind"])
    #expect(preprocessing.task == .classification)
    #expect(preprocessing.classNames == ["0", "2", "10"])
    #expect(try preprocessing.labels(of: table).scalars == [1, 0, 2, 0, 1, 2])
    #expect(preprocessing.inputCount == 5 && preprocessing.outputCount == 3)
    // 1, 3, 5, 7, 4: mean 4, squares of differences 9, 1, 1, 9, 0.
    #expect(
      "\(preprocessing)"
        == """
        column    as        inputs  how
        size      number    2       (x - 4) / 2; missing: 4 and 1
        town      category  3       a, b; missing
        predicts
        kind      category  3       0, 2, 10
        """)
    #expect(
      try preprocessing.rows(of: table) == [
        [-1.5, 0, 1, 0, 0], [-0.5, 0, 0, 1, 0], [0, 1, 1, 0, 0], [0.5, 0, 0, 0, 1],
        [1.5, 0, 0, 1, 0], [0, 0, 1, 0, 0],
      ])
    #expect(try preprocessing.labels(of: table, rows: [2, 1]).scalars == [2, 0])
    let names: [String] = ["size", "size missing", "town = a", "town = b", "town missing"]
    #expect(preprocessing.inputNames == names)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func partsOfATableAndOtherOrdersOfColumnsGiveTheSameBits(seed: UInt64) throws {
    let whole = try mixed(seed: seed)
    let preprocessing = try fitted(whole)
    let inputs = try preprocessing.rows(of: whole)
    #expect(inputs.allSatisfy { $0.count == preprocessing.inputCount })
    var random = SplitMix(seed: seed)
    let some = (0..<200).map { _ in random.below(300) }
    #expect(try preprocessing.rows(of: whole, rows: some) == some.map { inputs[$0] })
    #expect(
      try preprocessing.labels(of: whole, rows: some).scalars
        == some.map { try preprocessing.labels(of: whole).scalars[$0] })
    #expect(try preprocessing.inputs(of: whole, rows: []).shape == [0, preprocessing.inputCount])
    // The same rows with columns in another order, one more, and without the target.
    func texts(_ name: String) -> [String] {
      switch whole[name]!.values {
      case .numeric(let numbers): numbers.map { $0.isNaN ? "" : "\($0)" }
      case .categorical(let codes, let names): codes.map { $0 < 0 ? "" : names[Int($0)] }
      }
    }
    let other = try table([
      "more": texts("kind"), "n": texts("n"), "when": texts("when"), "price": texts("price"),
      "remark": texts("remark"), "x": texts("x"), "c": texts("c"),
    ])
    #expect(try preprocessing.rows(of: other) == inputs)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func theOrderOfRowsDoesNotMatter(seed: UInt64) throws {
    let whole = try mixed(seed: seed)
    var random = SplitMix(seed: seed &+ 9)
    let one = try fitted(whole), two = try fitted(whole) { $0.rows.shuffled(using: &random) }
    #expect(one.inputNames == two.inputNames)
    let (a, b) = (try one.inputs(of: whole).scalars, try two.inputs(of: whole).scalars)
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-6 * max(1, abs(x))) }
  }

  /// Rows that are not trained on change nothing.
  @Test func trainingRowsAloneAreFittedOn() throws {
    let x = (0..<40).map { $0 < 20 ? "\($0)" : "\($0 * 1000)" }
    let c = (0..<40).map { $0 < 20 ? ["a", "b"][$0 % 2] : "c" }
    let table = try table([
      "x": x, "c": c, "gap": (0..<40).map { $0 == 30 ? "" : "\($0 % 7).5" },
      "y": (0..<40).map { $0 == 35 ? "rare" : ["p", "q"][$0 % 2] },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["x": .number]))
    let preprocessing = try Preprocessing(fitting: table, understanding, rows: Array(0..<20))
    guard case .number(let x) = preprocessing.inputs[0].transform,
      case .category(let c) = preprocessing.inputs[1].transform,
      case .number(let gap) = preprocessing.inputs[2].transform
    else {
      Issue.record("\(preprocessing)")
      return
    }
    #expect(x.mean == 9.5 && x.missing == 9.5)
    #expect(c.categories == ["a", "b"])
    #expect(!gap.marksMissing)
    // A class keeps its place.
    #expect(preprocessing.classNames == ["p", "q", "rare"])
  }

  @Test func missingEverywhereIsFinite() throws {
    let preprocessing = try fitted(mixed(seed: 5))
    let none = [String](repeating: "", count: 4)
    let empty = try table([
      "x": none, "c": none, "remark": none, "when": none, "n": none, "price": none,
    ])
    let rows = try preprocessing.rows(of: empty)
    #expect(rows.allSatisfy { $0.allSatisfy(\.isFinite) } && Set(rows).count == 1)
  }

  private func message(_ body: () throws -> Void) -> String {
    #expect(throws: FileError.self, performing: body)?.description ?? ""
  }

  @Test func whatIsWrongIsNamed() throws {
    let whole = try table([
      "size": ["1", "3", "2", "5"], "town": ["a", "b", "a", "b"], "kind": ["x", "y", "y", "x"],
    ])
    let preprocessing = try Preprocessing(whole, targets: ["kind"])
    #expect(
      message { _ = try preprocessing.inputs(of: table(["Size": ["1"], "town": ["a"]])) }
        == "table.csv: there is no column \"size\", which the model's inputs are made from; did you "
        + "mean \"Size\"?")
    #expect(
      message { _ = try preprocessing.inputs(of: table(["a": ["1"], "town": ["a"]])) }
        == "table.csv: there is no column \"size\", which the model's inputs are made from; the "
        + "columns are \"a\", \"town\"")
    #expect(
      message {
        _ = try preprocessing.inputs(of: table(["size": ["", "big"], "town": ["a", "b"]]))
      }
        == "table.csv:3: in the column \"size\": \"big\" stands where numbers are expected")
    // Among numbers a text is missing.
    #expect(
      try preprocessing.rows(of: table(["size": ["big", "3"], "town": ["a", "b"]]))[0]
        == preprocessing.rows(of: table(["size": ["", "3"], "town": ["a", "b"]]))[0])
    #expect(
      message {
        _ = try preprocessing.labels(of: table(["kind": ["x", "", "y"], "b": ["1", "2", "3"]]))
      }
        == "table.csv:3: in the column \"kind\": there is no value to compare with")
    #expect(
      message { _ = try preprocessing.labels(of: table(["kind": ["x", "yy"]])) }
        == "table.csv:3: in the column \"kind\": \"yy\" is no class of the model, which knows x, y; "
        + "did you mean \"y\"?")
    #expect(
      message { _ = try preprocessing.targets(of: whole) }
        == "table.csv: the model predicts classes, no numbers")
    #expect(
      message { _ = try Preprocessing(whole, targets: ["kind"], rows: []) }
        == "table.csv: there are no rows to learn from")
    #expect(
      message { _ = try Preprocessing(whole, targets: ["kind"], rows: [1]) }
        == "table.csv: no column is left to predict from: \"size\" is the same in all training "
        + "rows, \"town\" is the same in all training rows")
  }

  /// Labels keep the numbers of the model's classes where a file lacks one.
  @Test func classesKeepTheirNumbers() throws {
    let whole = try table([
      "x": ["1", "3", "2", "5", "4", "2"], "y": ["0", "1", "2", "0", "1", "2"],
    ])
    let preprocessing = try Preprocessing(whole, targets: ["y"])
    #expect(preprocessing.classNames == ["0", "1", "2"])
    #expect(try preprocessing.labels(of: table(["y": ["2", "0", "2.0"]])).scalars == [2, 0, 2])
  }

  /// Many rows go through in parts that are not seen.
  @Test func manyRows() throws {
    let count = 5000
    let table = try table([
      "x": (0..<count).map { "\($0).5" }, "c": (0..<count).map { ["p", "q", "r"][$0 % 3] },
      "y": (0..<count).map { ["a", "b"][$0 / 7 % 2] },
    ])
    let preprocessing = try Preprocessing(table, targets: ["y"])
    let rows = try preprocessing.rows(of: table)
    let scale = ((Double(count) * Double(count) - 1) / 12).squareRoot()
    for row in rows.indices {
      let x = Float((Double(row) + 0.5 - Double(count) / 2) / scale)
      #expect(abs(rows[row][0] - x) < 1e-5)
      #expect(Array(rows[row][1...]) == (0..<3).map { $0 == row % 3 ? 1 : 0 })
    }
  }

  enum RowFault: String, CaseIterable, Codable {
    case inputs, labels, targets, fitting, line, chunk, record

    func run() throws {
      let bytes = Array("x,y\n1,a\n2,b\n3,a\n".utf8)
      let table = try CSV.table(from: bytes)
      let understanding = try TableUnderstanding(table, TableSettings(targets: ["y"]))
      let fitted = try Preprocessing(fitting: table, understanding, rows: [0, 1, 2])
      let stream = try TableStream(from: bytes, columns: [.text("y")])
      let chunk = try stream.next()!
      switch self {
      case .inputs: _ = try fitted.inputs(of: table, rows: [0, 3])
      case .labels: _ = try fitted.labels(of: table, rows: [3])
      case .targets: _ = try fitted.targets(of: table, rows: [3])
      case .fitting: _ = try Preprocessing(fitting: table, understanding, rows: [1, 3])
      case .line: _ = table.line(ofRow: 3)
      case .chunk: _ = chunk.line(ofRow: 3)
      case .record: _ = chunk.record(3)
      }
    }
  }

  @Test(arguments: RowFault.allCases) func rowsThatAreNotThereAreMistakes(fault: RowFault) async {
    let outcome = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [fault = fault as RowFault] in try fault.run()
    }
    let text = String(decoding: outcome?.standardErrorContent ?? [], as: UTF8.self)
    // Methods that may be handed on as functions cannot know the call.
    let knowsTheCall = ![.line, .chunk, .record].contains(fault)
    #expect(text.contains("PreprocessingTests.swift") == knowsTheCall, "\(text)")
    #expect(text.contains("there is no row 3: rows are 0..<3. Fix: count rows from 0."), "\(text)")
  }

  /// There is always a category of its own beside "other".
  @Test func noFewerCategoriesThanOne() {
    var settings = TableSettings(targets: ["y"], mostCategories: -1)
    #expect(settings.mostCategories == 1)
    settings.mostCategories = -7
    #expect(settings.mostCategories == 1)
  }
}
