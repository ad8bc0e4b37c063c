// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors
import PullbackTraining

extension TableModel {
  /// Fits a network to a table: trained on some rows and measured on others, then trained anew on all, for
  /// the epochs that were best.
  ///
  /// ```swift
  /// let table = try CSV.table(at: "homes.csv")
  /// var fitting = FitSettings()
  /// fitting.validation = .byTime(column: "sold")
  /// let (model, report) = try TableModel.fit(
  ///   table, TableSettings(targets: ["price"]), fitting: fitting)
  /// ```
  ///
  /// Preprocessing is fitted on rows that train alone, so that the others tell what new rows will be like.
  /// Each part says beside the network's metrics what a baseline and a linear model come to.
  ///
  /// Throws a `FileError` if the table does not hold what is asked for, a ``FitError`` if no network can be
  /// fitted with the settings, a `TrainingDiverged` if numbers grow without bounds, and what `onEvent` throws.
  ///
  /// - Parameters:
  ///   - settings: what is to be predicted, and how columns are taken.
  ///   - fitting: how the network is fitted.
  ///   - stopFlag: ends the fit after the batch that it is at, when it is raised; the model is then the best
  ///     so far, and the report says so.
  ///   - onEvent: told what happens.
  public static func fit(
    _ table: Table, _ settings: TableSettings, fitting: FitSettings = FitSettings(),
    stopFlag: StopFlag? = nil, onEvent: ((FitEvent) throws -> Void)? = nil
  ) throws -> (model: TableModel, report: FitReport) {
    try fitting.check()
    let understanding = try TableUnderstanding(table, settings)
    try onEvent?(.understood(understanding))
    return try fit(
      TableSource(table: table, understanding: understanding), understanding, fitting, stopFlag,
      onEvent)
  }

  static func fit(
    _ source: some FitSource, _ understanding: TableUnderstanding?, _ fitting: FitSettings,
    _ stopFlag: StopFlag?, _ onEvent: ((FitEvent) throws -> Void)?
  ) throws -> (model: TableModel, report: FitReport) {
    func run(_ problem: some FitProblem) throws -> (model: TableModel, report: FitReport) {
      var run = FitRun(problem, understanding, fitting, stopFlag, onEvent)
      return try run()
    }
    switch source.task {
    case .classification:
      return try run(ClassProblem(source: source, balances: fitting.balancesClasses))
    case .regression: return try run(NumberProblem(source: source))
    }
  }
}
