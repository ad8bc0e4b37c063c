// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension TableModel {
  /// Fits a network to a table: trained on some rows and measured on others, then trained anew on
  /// all, for the epochs that were best.
  ///
  /// ```swift
  /// let table = try CSV.table(at: "homes.csv")
  /// var fitting = FitSettings()
  /// fitting.validation = .byTime(column: "sold")
  /// let (model, report) = try TableModel.fit(
  ///   table, TableSettings(targets: ["price"]), fitting: fitting)
  /// ```
  ///
  /// Preprocessing is fitted on rows that train alone, so that the others tell what new
  /// rows will be like. Each part says beside the network's metrics what a baseline and a
  /// linear model come to.
  ///
  /// Throws a `FileError` if the table does not hold what is asked for, a ``FitError`` if no
  /// network can be fitted with the settings or the fitted one is far worse than an untrained one,
  /// a `TrainingDiverged` if numbers grow without bounds, a `FileError` that says what differs if
  /// the checkpoint is of another fit, and what `onCheckpoint` and `onEvent` throw.
  ///
  /// - Parameters:
  ///   - settings: what is to be predicted, and how columns are taken.
  ///   - fitting: how the network is fitted.
  ///   - checkpoint: of a fit of the same table with the same settings, to go on from.
  ///   - stopFlag: ends the fit after the batch that it is at, when it is raised; the model is then
  ///     the best so far, and the report says so.
  ///   - onEvent: told what happens.
  ///   - onCheckpoint: called with a checkpoint after each epoch and where the flag ends the
  ///     fit: to save it.
  public static func fit(
    _ table: Table, _ settings: TableSettings, fitting: FitSettings = FitSettings(),
    from checkpoint: FitCheckpoint? = nil, stopFlag: StopFlag? = nil,
    onEvent: ((FitEvent) throws -> Void)? = nil,
    onCheckpoint: ((FitCheckpoint) throws -> Void)? = nil
  ) throws -> (model: TableModel, report: FitReport) {
    try fitting.check()
    let understanding = try TableUnderstanding(table, settings)
    try onEvent?(.understood(understanding))
    return try fit(
      TableSource(table: table, understanding: understanding), understanding, fitting,
      FitProgress(from: checkpoint, onCheckpoint: onCheckpoint), stopFlag, onEvent)
  }

  static func fit(
    _ source: some FitSource, _ understanding: TableUnderstanding?, _ fitting: FitSettings,
    _ progress: FitProgress, _ stopFlag: StopFlag?, _ onEvent: ((FitEvent) throws -> Void)?
  ) throws -> (model: TableModel, report: FitReport) {
    func run(_ problem: some FitProblem) throws -> (model: TableModel, report: FitReport) {
      var run = FitRun(problem, understanding, fitting, progress, stopFlag, onEvent)
      return try run()
    }
    switch source.task {
    case .classification:
      return try run(ClassProblem(source: source, balances: fitting.balancesClasses))
    case .regression:
      if fitting.balancesClasses {
        throw FitError("class weights", "numbers are predicted: there are no classes to balance")
      }
      return try run(NumberProblem(source: source))
    }
  }
}
