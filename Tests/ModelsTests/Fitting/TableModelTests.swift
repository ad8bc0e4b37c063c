// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackRuntime
import PullbackTestSupport
import Testing

struct TableModelTests {
  @Test func aLinearRelationIsLearnt() throws {
    let (model, report) = try TableModel.fit(
      FitTables.line(), TableSettings(targets: ["y"]))
    let r2 = try #require(report.validation?["r2"])
    #expect(r2 > 0.98)
    #expect(try #require(report.linear?["r2"]) > 0.99)
    #expect(try #require(report.baseline?["r2"]) < 0.1)
    // By hand: 3 * 0.5 - 2 * -0.5 + 5, and in the middle 5.
    let new = try FitTables.table(["c,b,a", "0,-0.5,0.5", "0.3,0,0"])
    let numbers = try model.predict(new).numbers
    #expect(abs(numbers[0][0] - 7.5) < 0.4 && abs(numbers[1][0] - 5) < 0.4)
    #expect(report.warnings.allSatisfy { $0.kind != .uselessModel || "\($0)".contains("linear") })
  }

  @Test func classesThatAreApartAreToldApart() throws {
    let (model, report) = try TableModel.fit(
      FitTables.quarters(), TableSettings(targets: ["quarter"]))
    #expect(try #require(report.validation?["accuracy"]) > 0.95)
    #expect(report.baseline?["accuracy"] == 0.25)
    #expect(report.validation?["roc_auc"] == nil)
    let new = try FitTables.quarters(rows: 40, seed: 9)
    let predictions = try model.predict(new)
    let evaluation = try model.evaluate(new)
    #expect(evaluation.rows == 40)
    #expect(try #require(evaluation["accuracy"]) > 0.9)
    #expect(predictions.classNames == ["ne", "nw", "se", "sw"])
    #expect(predictions.probabilities?.shape == [40, 4])
    #expect(predictions.classes.count == 40 && predictions.targetNames == ["quarter"])
  }

  @Test func aNetworkThatLearntNothingIsSaidToBeUseless() throws {
    let (_, report) = try TableModel.fit(FitTables.noise(), TableSettings(targets: ["answer"]))
    #expect(report.warnings.contains { $0.kind == .uselessModel })
    #expect("\(report)".contains("not clearly better than predicting the same for every row"))
  }

  @Test func equalSeedsGiveEqualBitsOnAnyNumberOfThreads() throws {
    let table = try FitTables.quarters(), settings = TableSettings(targets: ["quarter"])
    let limit = Threads.limit
    defer { Threads.limit = limit }
    var fitting = FitSettings()
    fitting.epochs = 6
    let checksums = try [1, 2, 4].map { threads in
      Threads.limit = threads
      return try TableModel.fit(table, settings, fitting: fitting).report.checksum
    }
    #expect(Set(checksums).count == 1)
    fitting.seed = 1
    #expect(try TableModel.fit(table, settings, fitting: fitting).report.checksum != checksums[0])
  }

  @Test func classesKeepTheirNumbers() throws {
    let table = try FitTables.quarters(names: ["0", "1", "2", "3"])
    let (model, _) = try TableModel.fit(table, TableSettings(targets: ["quarter"]))
    #expect(model.classNames == ["0", "1", "2", "3"])
    // A file that lacks the classes 0 and 2.
    let some = try FitTables.table(
      ["north,east,site,quarter", "0.8,-0.8,hill,1", "-0.8,-0.8,lake,3"])
    #expect(try model.predict(some).labels == [1, 3])
    #expect(try model.evaluate(some)["accuracy"] == 1)
  }

  @Test func whatIsSavedPredictsTheSameBits() throws {
    let folder = TemporaryFolder(), path = folder.file("model.safetensors")
    for (table, target) in [
      (try FitTables.quarters(), "quarter"), (try FitTables.line(), "y"),
    ] {
      var fitting = FitSettings()
      fitting.epochs = 5
      let (model, report) = try TableModel.fit(
        table, TableSettings(targets: [target]), fitting: fitting)
      try model.save(to: path)
      let loaded = try TableModel.load(at: path)
      let first = try model.predict(table), second = try loaded.predict(table)
      #expect(first.labels == second.labels && first.numbers == second.numbers)
      #expect(first.probabilities?.scalars == second.probabilities?.scalars)
      #expect(loaded.preprocessing == model.preprocessing)
      #expect(loaded.summary["epochs"] == .integer(report.bestEpoch))
      #expect(loaded.summary["rows"] == .integer(table.rowCount))
    }
  }

  @Test func hostileRowsGetFiniteNumbers() throws {
    let (model, _) = try TableModel.fit(FitTables.line(), TableSettings(targets: ["y"]))
    let table = try FitTables.table(["a,b,c", "1e300,-1e300,1e-300", "NaN,,?", "1e39,5,-1e308"])
    for row in try model.predict(table).numbers { #expect(row[0].isFinite) }
    let (classes, _) = try TableModel.fit(
      FitTables.quarters(), TableSettings(targets: ["quarter"]))
    let others = try FitTables.table(["east,north,site", "1e300,,moon", "-1e300,1e308,"])
    let probabilities = try #require(try classes.predict(others).probabilities)
    #expect(probabilities.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func chunksOfAStreamArePredictedAsATable() throws {
    var fitting = FitSettings()
    fitting.epochs = 3
    let model = try TableModel.fit(
      FitTables.quarters(), TableSettings(targets: ["quarter"]), fitting: fitting
    ).model
    let text = ["site,north,more,east"] + (0..<50).map { "hill,0.\($0),x,-0.\($0)" }
    let whole = try model.predict(FitTables.table(text))
    let stream = try TableStream(
      from: Array((text.joined(separator: "\n") + "\n").utf8), name: "stream",
      columns: model.preprocessing.streamSchema, rowsPerChunk: 20)
    var labels: [Int32] = [], probabilities: [Float] = []
    while let chunk = try stream.next() {
      let predictions = try model.predict(chunk)
      labels += predictions.labels
      probabilities += try #require(predictions.probabilities).scalars
    }
    #expect(labels == whole.labels && probabilities == whole.probabilities?.scalars)
  }

  @Test func severalTargetsAreLearntAtOnce() throws {
    let lines = (0..<100).map { row in "\(row),\(2 * row),\(1000 - row)" }
    let (model, report) = try TableModel.fit(
      FitTables.table(["x,twice,rest"] + lines), TableSettings(targets: ["rest", "twice"]))
    #expect(model.targetNames == ["rest", "twice"])
    #expect(try #require(report.validation?["r2"]) > 0.9)
    let numbers = try model.predict(FitTables.table(["x", "50"])).numbers[0]
    #expect(abs(numbers[0] - 950) < 20 && abs(numbers[1] - 100) < 40)
  }

  @Test func aModelFileThatPredictsNoTableIsRefused() throws {
    let folder = TemporaryFolder(), path = folder.file("model.safetensors")
    try ModelFile(Sequential(ReLU(), Tanh()).initialized(seed: 1)).save(to: path)
    let error = #expect(throws: FileError.self) { try TableModel.load(at: path) }
    #expect(try #require(error).description.contains("how many numbers it takes"))
    // A network of arrays knows no columns.
    try ModelFile(Sequential(Linear(3, 2)).initialized(seed: 1), classNames: ["a", "b"])
      .save(to: path)
    let model = try TableModel.load(at: path)
    #expect(throws: FileError.self) { try model.predict(FitTables.line()) }
  }
}
