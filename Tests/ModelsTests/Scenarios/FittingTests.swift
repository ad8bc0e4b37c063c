// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// What happens between a table and a model.
struct FittingTests {
  private func events(
    _ table: Table, _ target: String, _ fitting: FitSettings, stopFlag: StopFlag? = nil
  ) throws -> (names: [String], report: FitReport, model: TableModel) {
    var names: [String] = []
    let (model, report) = try TableModel.fit(
      table, TableSettings(targets: [target]), fitting: fitting, stopFlag: stopFlag
    ) { event in
      let name =
        switch event {
        case .understood: "understood"
        case .settings: "settings"
        case .model: "model"
        case .learningRate: "rate"
        case .fold(let number, let count): "fold \(number) of \(count)"
        case .epoch: "epoch"
        case .validated: "validated"
        case .refitting(let epochs, let rows): "refitting \(epochs) \(rows)"
        }
      if names.last != name { names.append(name) }
    }
    return (names, report, model)
  }

  @Test func afterValidationAllRowsTrain() throws {
    var fitting = FitSettings()
    fitting.epochs = 4
    let table = try FitTables.line(rows: 50)
    let whole = try events(table, "y", fitting)
    #expect(
      whole.names == [
        "understood", "settings", "model", "epoch", "validated",
        "refitting \(whole.report.bestEpoch) 50", "epoch",
      ])
    #expect(whole.report.rows == 50 && whole.report.validation?.rows == 10)
    fitting.keepsValidation = true
    let part = try events(table, "y", fitting)
    #expect(part.names.last == "validated" && part.report.rows == 40)
    #expect(part.report.checksum != whole.report.checksum)
    // The kept model is the one that was measured.
    #expect(part.report.validation?["r2"] == whole.report.validation?["r2"])
  }

  @Test func withoutValidationAllEpochsAreDone() throws {
    var fitting = FitSettings()
    (fitting.epochs, fitting.validation) = (3, .none)
    let fit = try events(try FitTables.line(rows: 40), "y", fitting)
    #expect(fit.names == ["understood", "settings", "model", "epoch"])
    #expect(fit.report.validation == nil && fit.report.epochs.count == 3)
    #expect(fit.report.bestEpoch == 3 && fit.report.rows == 40)
  }

  @Test func crossValidationMeasuresEachRowOnce() throws {
    var fitting = FitSettings()
    (fitting.epochs, fitting.validation) = (3, .folds(4))
    let fit = try events(try FitTables.quarters(rows: 42), "quarter", fitting)
    let folds = (1...4).map { "fold \($0) of 4" }
    #expect(fit.names.filter { $0.hasPrefix("fold") } == folds)
    let rows = fit.report.folds.map(\.rows).reduce(0, +)
    #expect(rows == 42)
    #expect(fit.report.validation?.rows == 42 && fit.report.rows == 42)
    let accuracies = fit.report.folds.compactMap { $0["accuracy"] }
    let mean = try #require(fit.report.validation?["accuracy"])
    let expected = accuracies.reduce(0, +) / 4
    #expect(abs(mean - expected) < 1e-12)
    #expect("\(fit.report)".contains("standard deviation"))
  }

  /// The inputs of validation rows have no part in how inputs are scaled.
  @Test func preprocessingIsFittedToTrainingRows() throws {
    let lines = (0..<40).map { row in "\(row < 32 ? row % 2 : 1000),\(row),\(row % 2)" }
    let table = try FitTables.table(["x,time,y"] + lines)
    var fitting = FitSettings()
    (fitting.epochs, fitting.keepsValidation) = (1, true)
    fitting.validation = .byTime(column: "time")
    let settings = TableSettings(
      targets: ["y"], task: .classification, columns: ["x": .number, "time": .ignored])
    let (model, report) = try TableModel.fit(table, settings, fitting: fitting)
    #expect(report.validation?.rows == 8)
    guard case .number(let coding) = model.preprocessing.inputs[0].transform else {
      Issue.record("x is no number")
      return
    }
    // Of 0 and 1, as often.
    #expect(coding.mean == 0.5)
  }

  @Test func groupsStayTogether() throws {
    // Each group has a class of its own: who trains on the others knows nothing of it.
    let lines = (0..<60).map { row in "\(row % 6).\(row),g\(row % 6),\(row % 6 < 3 ? "a" : "b")" }
    let table = try FitTables.table(["x,group,y"] + lines)
    var fitting = FitSettings()
    (fitting.epochs, fitting.validation) = (2, .groups(column: "group", share: 0.5))
    let (_, report) = try TableModel.fit(table, TableSettings(targets: ["y"]), fitting: fitting)
    #expect(report.validation?.rows == 30)
  }

  @Test func aRaisedFlagEndsTheFitWithAModel() throws {
    let flag = StopFlag(), table = try FitTables.quarters(rows: 400)
    var epochs = 0
    let (model, report) = try TableModel.fit(
      table, TableSettings(targets: ["quarter"]), stopFlag: flag
    ) { event in
      if case .epoch = event { epochs += 1 }
      if epochs == 3 { flag.raise() }
    }
    #expect(epochs == 3 && report.isInterrupted && report.epochs.count == 3)
    #expect(report.rows == 320)
    #expect("\(report)".contains("interrupted"))
    #expect(try model.predict(table).labels.count == 400)
  }

  /// A fold that is done, with its own measures, however far the next one has come.
  @Test func aFlagInALaterFoldLeavesTheModelOfOneThatIsDone() throws {
    let table = try FitTables.quarters(rows: 200)
    var fitting = FitSettings()
    fitting.validation = .folds(3)
    fitting.epochs = 4
    func interrupted(afterEpochs most: Int) throws -> (FitReport, [TableEvaluation], TableModel) {
      let flag = StopFlag()
      var validated: [TableEvaluation] = [], epochs = 0
      let (model, report) = try TableModel.fit(
        table, TableSettings(targets: ["quarter"]), fitting: fitting, stopFlag: flag
      ) { event in
        if case .validated(let evaluation) = event { validated.append(evaluation) }
        if case .epoch = event { epochs += 1 }
        if case .fold(2, _) = event, most == 4 { flag.raise() }
        if epochs == most, most > 4 { flag.raise() }
      }
      return (report, validated, model)
    }
    let (report, validated, _) = try interrupted(afterEpochs: 4)
    #expect(report.isInterrupted && report.epochs.count == 4 && report.folds.isEmpty)
    #expect(validated.count == 1 && report.validation?["accuracy"] == validated[0]["accuracy"])
    let (later, _, _) = try interrupted(afterEpochs: 6)
    #expect(later.isInterrupted && later.checksum == report.checksum)
  }

  /// What was found is as if it had been given, the decays that follow from it too.
  @Test(arguments: [FitSettings.Rule.adamw, .adam])
  func aRateThatIsFoundIsLikeOneThatIsGiven(rule: FitSettings.Rule) throws {
    let table = try FitTables.quarters(rows: 100)
    var fitting = FitSettings()
    (fitting.rule, fitting.epochs, fitting.findsLearningRate) = (rule, 3, true)
    let settings = TableSettings(targets: ["quarter"])
    let found = try TableModel.fit(table, settings, fitting: fitting).report
    fitting.findsLearningRate = false
    fitting.learningRate = found.settings.learningRate
    #expect(try TableModel.fit(table, settings, fitting: fitting).report.checksum == found.checksum)
    fitting.learningRate = nil
    #expect(try TableModel.fit(table, settings, fitting: fitting).report.checksum != found.checksum)
  }

  @Test func balancedClassesCountTheSame() throws {
    var random = SplitMix(seed: 5)
    let lines = (0..<400).map { row in
      let isRare = row % 20 == 0
      return "\(Double.random(in: -1...1, using: &random) + (isRare ? 1 : 0)),\(isRare)"
    }
    let table = try FitTables.table(["x,rare"] + lines)
    var fitting = FitSettings()
    let settings = TableSettings(targets: ["rare"])
    func found(_ fitting: FitSettings) throws -> Int {
      try TableModel.fit(table, settings, fitting: fitting).model.predict(table).classes
        .count { $0 == "true" }
    }
    let plain = try found(fitting)
    fitting.balancesClasses = true
    #expect(try found(fitting) > plain + 40)
  }

  @Test func aLearningRateIsFound() throws {
    var fitting = FitSettings()
    (fitting.epochs, fitting.findsLearningRate) = (3, true)
    let fit = try events(try FitTables.line(), "y", fitting)
    #expect(fit.names.count { $0 == "rate" } == 1)
    let rate = try #require(fit.report.settings.learningRate)
    #expect(rate >= 1e-5 && rate <= 1 && rate != 0.02 && rate != 0.015)
  }

  @Test(arguments: FitSettings.Rule.allCases)
  func eachRuleLearns(rule: FitSettings.Rule) throws {
    var fitting = FitSettings()
    fitting.rule = rule
    let (_, report) = try TableModel.fit(
      FitTables.quarters(), TableSettings(targets: ["quarter"]), fitting: fitting)
    #expect(try #require(report.validation?["accuracy"]) > 0.8)
  }

  @Test(arguments: FitSettings.Activation.allCases)
  func eachActivationLearns(activation: FitSettings.Activation) throws {
    var fitting = FitSettings()
    (fitting.activation, fitting.hidden, fitting.dropout) = (activation, [16, 8], 0.1)
    let (model, report) = try TableModel.fit(
      FitTables.quarters(), TableSettings(targets: ["quarter"]), fitting: fitting)
    #expect(try #require(report.validation?["accuracy"]) > 0.8)
    #expect(model.model.layers.count == 7)
  }
}
