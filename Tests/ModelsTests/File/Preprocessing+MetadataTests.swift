// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What a file keeps of preprocessing, and what a file that nobody has seen may say of it.
struct PreprocessingMetadataTests {
  private let folder = TemporaryFolder()

  private static let inputs: [JSON] = [
    [
      "name": "x", "type": "standardized", "mean": 0.5, "scale": 2, "missing": -1,
      "curve": ["center": 1, "scale": 0.25], "bounds": [-4, 4.5], "marksMissing": true,
      "spelling": ["notation": "currency", "decimalComma": true, "currency": "EUR"],
    ],
    [
      "name": "when", "type": "date", "mean": 1e9, "scale": 1e7, "missing": 1e9,
      "cycles": ["year", "day"], "spelling": ["notation": "dateTime", "dayFirst": true],
    ],
    [
      "name": "c", "type": "oneHot", "categories": ["a", "b"], "other": true,
      "marksMissing": true,
    ],
    [
      "name": "text", "type": "words", "unit": "trigrams", "words": ["_ab", "abc"],
      "weights": [1, 2.5], "marksMissing": true,
    ],
  ]

  private func load(
    _ inputs: JSON, _ target: JSON = ["name": "y", "type": "oneHot", "categories": ["p", "q"]],
    missing: JSON? = nil
  ) throws -> ModelFile {
    var contents = ModelContents()
    var members: [JSON.Member] = [.init("inputs", inputs), .init("target", target)]
    if let missing { members.append(.init("missing", missing)) }
    contents.metadata = ["preprocessing": .object(members)]
    contents.parts = []
    return try ModelFile.load(from: contents.bytes, name: "model")
  }

  @Test func whatIsSavedLoads() throws {
    let file = try load(.array(Self.inputs))
    let preprocessing = try #require(file.preprocessing)
    #expect(preprocessing.inputCount == 2 + 5 + 4 + 3 && preprocessing.outputCount == 2)
    #expect(
      "\(preprocessing)"
        == """
        column    as                           inputs  how
        x         currency EUR, decimal comma  2       \
        (log(1 + |x - 1| / 0.25) with its sign - 0.5) / 2; missing: -1 and 1
        when      date                         5       \
        position in time, day of the year, time of day
        c         category                     4       a, b; all others; missing
        text      text                         3       trigrams: _ab, abc; missing
        predicts
        y         category                     2       p, q
        """)
    try file.save(to: folder.file("model.safetensors"))
    let again = try ModelFile.load(at: folder.file("model.safetensors"))
    #expect(again.preprocessing == preprocessing)
    var several = file
    several.preprocessing!.targets = [
      .init("u", .standardized(mean: 1, scale: 2, missing: 3)),
      .init("v", .standardized(mean: 4, scale: 5, missing: 6)),
    ]
    try several.save(to: folder.file("model.safetensors"))
    #expect(
      try ModelFile.load(at: folder.file("model.safetensors")).preprocessing
        == several.preprocessing)
  }

  /// A file that does not say what stands for no value was written where the usual texts do.
  @Test(
    arguments: [
      (nil, CSV.missing, ""), (["", "NA", "NaN", "?"], CSV.missing, ""),
      (
        ["", "NA", "NaN", "?", "-999", "k. A."], CSV.missing + ["-999", "k. A."],
        "\nno value: \"-999\", \"k. A.\", beside the usual texts"
      ),
      (["", "-"], ["", "-"], "\nno value: \"\", \"-\""),
      ([], [], "\nno value: no text stands for it"),
    ] as [(JSON?, [String], String)])
  func textsForNoValueAreKept(member: JSON?, missing: [String], line: String) throws {
    let file = try load(.array(Self.inputs), missing: member)
    let preprocessing = try #require(file.preprocessing)
    #expect(preprocessing.missing == missing)
    #expect("\(preprocessing)".hasSuffix("p, q" + line), "\(preprocessing)")
    let path = folder.file("model.safetensors")
    try file.save(to: path)
    #expect(try ModelFile.load(at: path).preprocessing == preprocessing)
    // What says nothing is not written.
    let text = try #require(try Safetensors.read(at: path).metadata["preprocessing"])
    #expect(try JSON(parsing: text)["missing"] == (missing == CSV.missing ? nil : member))
  }

  @Test func wrongTextsForNoValueAreRefused() throws {
    func message(_ missing: JSON) -> String? {
      #expect(throws: FileError.self) {
        try load(.array(Self.inputs), missing: missing)
      }?.description
    }
    #expect(message("-999") == "model: preprocessing.missing: a list expected")
    #expect(message(["", 999]) == "model: preprocessing.missing[1]: a text expected")
    let many = (0...1000).map { "none \($0)" }
    let problem = "1001 texts that stand for no value"
    #expect(
      message(.array(many.map(JSON.string)))
        == "model: preprocessing.missing: \(problem); 1000 are the most")
    var file = try load(.array(Self.inputs))
    file.preprocessing?.missing = many
    #expect(throws: FileError.self) { try file.save(to: folder.file("model.safetensors")) }
    file.preprocessing?.missing = many.dropLast()
    try file.save(to: folder.file("model.safetensors"))
    // No fit begins that could not be saved.
    let table = try CSV.table(
      from: Array("x,y\n1,2\n2,5\n3,7\n".utf8), name: "table.csv", missing: many)
    let error = #expect(throws: FileError.self) {
      let understanding = try TableUnderstanding(table, TableSettings(targets: ["y"]))
      _ = try Preprocessing(fitting: table, understanding, rows: understanding.rows)
    }
    #expect(
      error?.description
        == "table.csv: was read with \(problem); a model keeps up to 1000")
  }

  @Test func fittedPreprocessingIsKept() throws {
    let table = try table([
      "x": (0..<60).map { $0 % 9 == 0 ? "" : "\($0 * $0).5" },
      "c": (0..<60).map { ["a", "b", ""][$0 % 3] },
      "when": (0..<60).map { "\($0 * 100_000)" },
      "text": (0..<60).map { "red \(["chair", "table"][$0 % 2]) \($0)" },
      "y": (0..<60).map { ["p", "q"][$0 / 2 % 2] },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["when": .date, "text": .text]))
    let preprocessing = try Preprocessing(
      fitting: table, understanding, rows: understanding.rows)
    #expect(preprocessing.inputs.count == 4)
    var file = try load([])
    file.preprocessing = preprocessing
    try file.save(to: folder.file("model.safetensors"))
    let loaded = try ModelFile.load(at: folder.file("model.safetensors")).preprocessing
    #expect(loaded == preprocessing)
    let (a, b) = (try preprocessing.inputs(of: table), try loaded!.inputs(of: table))
    #expect(a.scalars.map(\.bitPattern) == b.scalars.map(\.bitPattern))
  }

  private func message(_ input: JSON, changed: (String, JSON)...) -> String? {
    guard case .object(var members) = input else { return nil }
    for (name, value) in changed {
      members.removeAll { $0.name == name }
      members.append(.init(name, value))
    }
    return #expect(throws: FileError.self) { try load([.object(members)]) }?.description
  }

  @Test func whatCannotBeComputedIsRefused() {
    let inputs = Self.inputs, part = "model: preprocessing.inputs[0]"
    #expect(
      message(inputs[0], changed: ("bounds", [-1, 1e7])) == "\(part).bounds: are beyond 1000000")
    #expect(
      message(inputs[0], changed: ("bounds", [1, -1]))
        == "\(part).bounds: two numbers in order expected")
    #expect(
      message(inputs[0], changed: ("curve", ["center": 0, "scale": -1]))
        == "\(part).curve: center 0.0, scale -1.0 are no numbers of a curve")
    #expect(
      message(inputs[1], changed: ("cycles", ["moon"]))
        == "\(part).cycles[0]: \"moon\" is none of year, week, day")
    #expect(
      message(inputs[1], changed: ("cycles", ["day", "day"]))
        == "\(part).cycles: one stands there twice")
    #expect(
      message(inputs[3], changed: ("weights", [1]))
        == "\(part): 2 words and 1 weights: each word needs one that is no larger than 100000")
    #expect(
      message(inputs[3], changed: ("words", ["a", "a"]))
        == "\(part).words[1]: \"a\" stands there twice")
    let twice = #expect(throws: FileError.self) { try load([inputs[2], inputs[2]]) }
    #expect(
      twice?.description == "model: preprocessing.inputs[1]: \"c\" stands there twice")
    let target = #expect(throws: FileError.self) { try load([inputs[2]], inputs[3]) }
    #expect(
      target?.description
        == "model: preprocessing.target: is nothing that is predicted: numbers, or one column of "
        + "classes")
  }

  /// Each value of each member becomes odd ones; what loads gives finite inputs for odd rows.
  @Test func whateverLoadsGivesFiniteInputs() throws {
    let odd: [JSON] =
      [0, -1, 1, .integer(.max), .integer(.min), 1e308, -1e308, 1e-308, 0.5, -0.0, 1e6]
      + ["", "a", "words", "date", "raw:1e999", nil, true, [], [:], [0, 0], ["a"], [-1e6, 1e6]]
    let cells = ["1", "-1e308", "1e999", "", "-1e999", "1e-310", "3"]
    let table = try table([
      "x": cells, "when": cells, "c": cells, "text": cells, "": cells, "a": cells,
    ])
    var count = 0
    // Plain numbers stand in all columns.
    let good = Self.inputs.map { input -> JSON in
      guard case .object(let members) = input else { return input }
      return .object(members.filter { $0.name != "spelling" })
    }
    for (index, input) in good.enumerated() {
      guard case .object(let members) = input else { continue }
      for place in members.indices {
        for value in odd {
          var changed = members, all = good
          changed[place] = .init(members[place].name, value)
          all[index] = .object(changed)
          guard let preprocessing = try? load(.array(all)).preprocessing,
            let inputs = try? preprocessing.inputs(of: table)
          else { continue }
          count += 1
          #expect(inputs.shape == [cells.count, preprocessing.inputCount])
          #expect(inputs.scalars.allSatisfy { $0.isFinite && abs($0) <= 1e6 }, "\(all[index])")
          #expect(!"\(preprocessing)".isEmpty)
        }
      }
    }
    #expect(count > 50)
  }
}
