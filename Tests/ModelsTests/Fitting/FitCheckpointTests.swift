// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// A fit that was interrupted goes on and ends with the bits of one that was not.
struct FitCheckpointTests {
  private let folder = TemporaryFolder()

  enum Kind: String, CaseIterable {
    case share, folds, whole, found, deep, kept, patient, numbers, arrays
  }

  /// Small, and what is fitted of it.
  private struct Fit {
    var table: Table?
    var arrays: FitArrays?
    var target = "quarter"
    var fitting = FitSettings()

    func callAsFunction(
      from checkpoint: FitCheckpoint? = nil, stopFlag: StopFlag? = nil,
      onCheckpoint: ((FitCheckpoint) throws -> Void)? = nil
    ) throws -> (model: TableModel, report: FitReport) {
      if let arrays {
        return try TableModel.fit(
          arrays, fitting: fitting, from: checkpoint, stopFlag: stopFlag,
          onCheckpoint: onCheckpoint)
      }
      return try TableModel.fit(
        table!, TableSettings(targets: [target]), fitting: fitting, from: checkpoint,
        stopFlag: stopFlag, onCheckpoint: onCheckpoint)
    }
  }

  private func fit(_ kind: Kind) throws -> Fit {
    var fit = Fit(table: try FitTables.quarters(rows: 60))
    fit.fitting.epochs = 4
    switch kind {
    case .share: break
    case .folds: fit.fitting.validation = .folds(3)
    case .whole: fit.fitting.validation = .none
    case .found: fit.fitting.findsLearningRate = true
    case .deep:
      (fit.fitting.hidden, fit.fitting.dropout, fit.fitting.rule) = ([8, 4], 0.3, .momentum)
    case .kept: (fit.fitting.keepsValidation, fit.fitting.balancesClasses) = (true, true)
    case .patient:
      // What is learnt of noise makes validation worse: training ends before its epochs do.
      (fit.table, fit.target) = (try FitTables.noise(rows: 200), "answer")
      (fit.fitting.epochs, fit.fitting.patience, fit.fitting.weightDecay) = (60, 2, 0)
      fit.fitting.learningRate = 0.05
    case .numbers: (fit.table, fit.target) = (try FitTables.line(rows: 50), "y")
    case .arrays:
      let x = (0..<40).map { (row: Int) -> Float in Float(row % 2) + Float(row % 7) / 10 }
      fit.arrays = try FitArrays(
        inputs: StoredTensor(shape: [40, 1], scalars: x),
        targets: StoredTensor(shape: [40], scalars: (0..<40).map { Int32($0 % 2) }))
    }
    return fit
  }

  @Test(arguments: Kind.allCases) func aFitGoesOnFromEachEpoch(kind: Kind) throws {
    let fit = try fit(kind), path = folder.file("fit.checkpoint")
    let whole = try fit()
    var checkpoints: [FitCheckpoint] = []
    let watched = try fit { checkpoints.append($0) }
    #expect(watched.report.checksum == whole.report.checksum)
    let isPatient = kind == .patient
    #expect(isPatient ? checkpoints.count < 120 : checkpoints.count >= 4)
    for checkpoint in checkpoints {
      try checkpoint.save(to: path)
      let (model, report) = try fit(from: FitCheckpoint.load(at: path))
      #expect(report.checksum == whole.report.checksum, "\(kind), \(checkpoint)")
      #expect(report.epochs == whole.report.epochs && report.bestEpoch == whole.report.bestEpoch)
      #expect(report.settings == whole.report.settings && report.rows == whole.report.rows)
      #expect(report.validation?.json == whole.report.validation?.json)
      #expect(report.folds.map(\.json) == whole.report.folds.map(\.json))
      #expect("\(model.preprocessing)" == "\(whole.model.preprocessing)")
    }
  }

  /// Interrupted wherever it is, also in the middle of an epoch, again and again.
  @Test func aFitIsInterruptedAnywhere() async throws {
    var fit = Fit(table: try FitTables.quarters(rows: 400))
    (fit.fitting.epochs, fit.fitting.batch, fit.fitting.validation) = (6, 4, .folds(2))
    let whole = try fit().report.checksum
    let path = folder.file("fit.checkpoint")
    var begun: FitCheckpoint?
    for attempt in 1...30 {
      let flag = StopFlag()
      let timer = Task.detached {
        try await Task.sleep(for: .milliseconds(20 * attempt))
        flag.raise()
      }
      let report = try fit(from: begun, stopFlag: flag) { checkpoint in
        if flag.isRaised { try checkpoint.save(to: path) }
      }.report
      timer.cancel()
      if !report.isInterrupted {
        #expect(report.checksum == whole)
        return
      }
      begun = try FitCheckpoint.load(at: path)
    }
    #expect(try fit(from: begun).report.checksum == whole)
  }

  /// Weights shrink by e^-2 or e^-10 over a training, however many steps it has.
  @Test(arguments: [
    (200, FitSettings.Curve.cosine), (400, .linear), (100, .constant), (3, .cosine),
  ])
  func decaysDependOnTheSteps(epochs: Int, schedule: FitSettings.Curve) throws {
    var fit = Fit(table: try FitTables.quarters(rows: 64))
    (fit.fitting.epochs, fit.fitting.schedule, fit.fitting.patience) = (epochs, schedule, 1)
    fit.fitting.learningRate = 0.01
    var checkpoint: FitCheckpoint?
    _ = try fit { checkpoint = $0 }
    fit.fitting.weightDecay = 1
    let error = #expect(throws: FileError.self) { try fit(from: checkpoint) }
    // Two steps an epoch, 200 at least; the mean of a rate that falls to 0 is half of it.
    let mean = Float(schedule == .constant ? 0.01 : 0.005), steps = Float(max(2 * epochs, 200))
    #expect(
      error?.problem
        == "was made with weight decay \(2 / (mean * steps)) or \(10 / (mean * steps)) where this "
        + "fit has 1.0")
  }

  @Test func anotherFitIsRefusedWithWhatDiffers() throws {
    func table(_ names: String, _ lines: [String]) throws -> Table {
      try FitTables.table([names] + lines)
    }
    let names = "east,north,kind"
    let lines = (0..<60).map { "\(1 + Double($0 % 7) / 8),\($0 * $0 % 11),\(["a", "b"][$0 % 2])" }
    var fit = Fit(table: try table(names, lines), target: "kind")
    fit.fitting.epochs = 4
    let path = folder.file("fit.checkpoint")
    _ = try fit { try $0.save(to: path) }
    let checkpoint = try FitCheckpoint.load(at: path)
    #expect("\(checkpoint)" == "checkpoint of a fit after 1 training, 4 epochs, 8 steps")
    func problem(_ change: (inout Fit) throws -> Void) throws -> String? {
      var other = fit
      try change(&other)
      let error = #expect(throws: FileError.self) { try other(from: checkpoint) }
      #expect(error?.kind == .malformed && error?.file == path)
      return error?.problem
    }
    #expect(
      try problem { $0.fitting.epochs = 5 } == "was made with epochs 4 where this fit has 5")
    // As of 200 steps at a rate that falls from 0.015.
    #expect(
      try problem { $0.fitting.weightDecay = 0.5 }
        == "was made with weight decay 1.3333334 or 6.6666665 where this fit has 0.5")
    #expect(
      try problem { $0.fitting.validation = .folds(2) }
        == "was made with validation a share of 0.2 of the rows where this fit has 2 folds")
    #expect(
      try problem { $0.table = try table(names, lines.dropLast()) }
        == "was made with rows 60 where this fit has 59")
    #expect(
      try problem { $0.table = try table("east,nord,kind", lines) }
        == "was made with column 2 \"north\", a number where this fit has \"nord\", a number")
    #expect(
      try problem {
        $0.table = try table(names, ["1.5" + lines[0].dropFirst(3)] + lines.dropFirst())
      } == "was made with other values in the rows")
    #expect(try problem { $0 = try self.fit(.numbers) } != nil)
    #expect(try problem { $0 = try self.fit(.arrays) } != nil)
  }

  @Test func whatIsNoCheckpointOfAFitIsRefused() throws {
    let path = folder.file("file"), fit = try fit(.share)
    func problem(_ body: () throws -> Void) -> String? {
      #expect(throws: FileError.self) { try body() }?.problem
    }
    let model = try fit { try $0.save(to: path) }.model
    #expect(
      problem { _ = try TableModel.load(at: path) }
        == "is the checkpoint of a fit, to go on from, and not its model")
    try model.save(to: path)
    #expect(
      problem { _ = try FitCheckpoint.load(at: path) }
        == "holds a model, but not where its training stood: it is no checkpoint")
    try InterruptedTraining.trainer().checkpoint.save(to: path)
    #expect(
      problem { _ = try FitCheckpoint.load(at: path) }
        == "holds a training, but not where a fit stood: it is no checkpoint of one")
  }
}
