// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackTensors

/// A table to fit to.
struct TableSource: FitSource {
  let table: Table
  let understanding: TableUnderstanding

  var name: String { table.file }
  var rows: [Int] { understanding.rows }
  var task: TableTask { understanding.task }
  var classNames: [String] { understanding.classes.map(\.name) }

  var columnFacts: [FitSubject.Fact] {
    understanding.columns.enumerated().filter { $1.isInput || $1.role == .target }.map {
      .init("column \($0 + 1)", "\($1.name.quoted), a \($1.role)")
    }
  }

  func preprocessing(fittingOn rows: [Int]) throws(FileError) -> any FitInputs {
    TableInputs(
      table: table,
      preprocessing: try Preprocessing(fitting: table, understanding, rows: rows))
  }

  func labels(_ rows: [Int]) throws(FileError) -> [Int32] {
    let column = try table.readColumn(targets[0], "which is to be predicted")
    let places = try column.places(
      among: CategoryCoding(categories: classNames, areNumbers: column.areNumbers))
    return rows.map { places[$0] }
  }

  func numbers(_ rows: [Int]) throws(FileError) -> [[Double]] {
    try table.numbers(of: targets, rows)
  }

  private var targets: [String] { understanding.settings.targets }

  func times(_ column: String, _ rows: [Int]) throws(FileError) -> [Double] {
    let read = try table.readColumn(column, "by which the last rows are to be found")
    let times = try read.numbers(dated: read.isDated)
    if let row = rows.first(where: { times[$0].isNaN }) {
      throw read.error(row: row, "there is no time, and so no place among the rows")
    }
    return rows.map { times[$0] }
  }

  func groups(_ column: String, _ rows: [Int]) throws(FileError) -> [Int32] {
    let codes = try table.readColumn(column, "which holds the groups").coded.codes
    // Rows without a group are one.
    return rows.map { codes[$0] }
  }
}

extension Table {
  /// The numbers of columns, row by row. Throws if one is missing.
  ///
  /// - Parameter missing: texts that stand for no value, beside those of the table's reader.
  func numbers(
    of names: [String], _ rows: [Int], missing: [String] = []
  ) throws(FileError) -> [[Double]] {
    var columns: [[Double]] = []
    for name in names {
      let column = try readColumn(name, "which is to be predicted", missing: missing)
      let numbers = try column.numbers(dated: column.isDated)
      if let row = rows.first(where: { !numbers[$0].isFinite }) {
        throw column.error(row: row, "there is no number to compare with")
      }
      columns.append(numbers)
    }
    return rows.map { row in columns.map { $0[row] } }
  }
}

/// The preprocessing of a table's rows.
private struct TableInputs: FitInputs {
  let table: Table
  let preprocessing: Preprocessing

  var inputCount: Int { preprocessing.inputCount }

  func inputs(_ rows: [Int]) throws(FileError) -> Tensor<Float> {
    try preprocessing.inputs(of: table, rows: rows)
  }

  func targets(_ rows: [Int]) throws(FileError) -> Tensor<Float> {
    try preprocessing.targets(of: table, rows: rows)
  }

  func unscaled(_ outputs: Tensor<Float>) -> [[Double]] { preprocessing.unscaled(outputs) }

  func model(_ network: Sequential<Tensor<Float>>) -> TableModel {
    TableModel(network, preprocessing)
  }
}
