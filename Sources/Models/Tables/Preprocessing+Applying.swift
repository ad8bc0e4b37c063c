// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackRuntime
import PullbackTensors

extension Preprocessing {
  /// The inputs of rows: [rows, inputCount]. Columns are found by name: their order, and columns
  /// that the model does not know, do not matter.
  ///
  /// Whatever stands in the rows, the inputs are finite. What stands for no value to the model does
  /// so here, also where the table was read without ``missing``. Throws if a column is missing, or
  /// holds texts or dates instead of numbers or the other way round.
  ///
  /// - Parameter rows: all if nil; else these, in this order. A mistake if the table has none of
  ///   that number.
  public func inputs(
    of table: Table, rows: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
  ) throws(FileError) -> Tensor<Float> {
    table.check(rows, in: "inputs(of:rows:)", at: CallSite(file, line))
    let missing = table.notReadAsMissing(missing)
    return try inputs(rowCount: table.rowCount, rows: rows, file: table.file) {
      (_, column) throws(FileError) in
      try table.readColumn(
        column.name, "which the model's inputs are made from", missing: missing)
    }
  }

  /// The labels of rows: [rows], the places of their classes in `classNames`.
  ///
  /// Throws if the target's column is missing, if a row has no value there or one that is no class
  /// of the model; and for a regression.
  ///
  /// - Parameter rows: all if nil; else these, in this order. A mistake if the table has none of
  ///   that number.
  public func labels(
    of table: Table, rows: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
  ) throws(FileError) -> Tensor<Int32> {
    table.check(rows, in: "labels(of:rows:)", at: CallSite(file, line))
    let missing = table.notReadAsMissing(missing)
    return try labels(rows: rows, file: table.file) { (column) throws(FileError) in
      try table.readColumn(column.name, "which holds the classes", missing: missing)
    }
  }

  func labels(
    rows: [Int]?, file: String, _ column: (Column) throws(FileError) -> ReadColumn
  ) throws(FileError) -> Tensor<Int32> {
    guard targets.count == 1, case .category(let coding) = targets[0].transform else {
      throw FileError(.malformed, in: file, "the model predicts numbers and has no classes")
    }
    let column = try column(targets[0])
    let places = try column.places(among: coding)
    var labels: [Int32] = []
    labels.reserveCapacity(rows?.count ?? places.count)
    for index in 0..<(rows?.count ?? places.count) {
      let row = rows?[index] ?? index
      guard places[row] >= 0 else { throw noLabel(row, places[row], column) }
      labels.append(places[row])
    }
    return Tensor(shape: [labels.count], scalars: labels)
  }

  private func noLabel(_ row: Int, _ place: Int32, _ column: ReadColumn) -> FileError {
    if place == -1 { return column.error(row: row, "there is no value to compare with") }
    let text = column.text(row: row)
    let known = classNames.prefix(10).map(\.shortened).joined(separator: ", ")
    let more = classNames.count > 10 ? " and \(classNames.count - 10) more" : ""
    return column.error(
      row: row,
      "\(text.quoted) is no class of the model, which knows \(known)\(more)"
        + (text.nearest(among: classNames).map { "; did you mean \($0.quoted)?" } ?? ""))
  }

  /// What is predicted of rows by a regression, scaled as the model's outputs are: [rows, targets].
  ///
  /// Throws if a target's column is missing or holds no numbers, if a row has no value there; and
  /// for a classification.
  ///
  /// - Parameter rows: all if nil; else these, in this order. A mistake if the table has none of
  ///   that number.
  public func targets(
    of table: Table, rows: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
  ) throws(FileError) -> Tensor<Float> {
    table.check(rows, in: "targets(of:rows:)", at: CallSite(file, line))
    let missing = table.notReadAsMissing(missing)
    return try targets(rowCount: table.rowCount, rows: rows, file: table.file) {
      (_, column) throws(FileError) in
      try table.readColumn(column.name, "which the model predicts", missing: missing)
    }
  }

  func targets(
    rowCount: Int, rows: [Int]?, file: String,
    _ column: (Int, Column) throws(FileError) -> ReadColumn
  ) throws(FileError) -> Tensor<Float> {
    let count = rows?.count ?? rowCount, width = targets.count
    try requireMemory(8 * count * width, for: file)
    var scaled = [Float](repeating: 0, count: count * width)
    for (place, target) in targets.enumerated() {
      guard case .number(var coding) = target.transform else {
        throw FileError(.malformed, in: file, "the model predicts classes, no numbers")
      }
      // What is to be predicted is not cut off.
      coding.bounds = Standardization.widestBounds
      let column = try column(place, target)
      let numbers = try column.numbers(dated: target.spelling.isDated)
      for index in 0..<count {
        let row = rows?[index] ?? index
        guard numbers[row].isFinite else {
          throw column.error(row: row, "there is no number to compare with")
        }
        scaled[index * width + place] = Float(coding.input(numbers[row]))
      }
    }
    return Tensor(shape: [count, width], scalars: scaled)
  }

  /// A regression's outputs [rows, targets] in the units of the table: for each row a number
  /// for each target, not far outside what the training rows held. A mistake if there are not
  /// as many columns.
  public func unscaled(
    _ outputs: Tensor<Float>, file: StaticString = #fileID, line: UInt = #line
  ) -> [[Double]] {
    let width = targets.count
    guard outputs.shape.rank == 2, outputs.shape[1] == width else {
      Mistake(
        "unscaled(_:)", "outputs of shape \(outputs.shape) for \(counted(width, "target"))",
        fix: "give the model's outputs: [rows, \(width)]"
      ).stop(at: CallSite(file, line))
    }
    let scalars = outputs.scalars
    return (0..<outputs.shape[0]).map { row in
      targets.enumerated().map { place, target in
        let z = Double(scalars[row * width + place])
        guard case .number(let coding) = target.transform else { return z }
        return coding.number(z)
      }
    }
  }
}

extension Preprocessing {
  /// The inputs of some rows of what has columns: a table, or a part of a stream.
  func inputs(
    rowCount: Int, rows: [Int]?, file: String,
    _ column: (Int, Column) throws(FileError) -> ReadColumn
  ) throws(FileError) -> Tensor<Float> {
    let count = rows?.count ?? rowCount, width = inputCount
    // The array and the tensor.
    try requireMemory(8 * count * width, for: file)
    var sources: [InputSource] = []
    for (place, input) in inputs.enumerated() {
      sources.append(try InputSource(input, column(place, input)))
    }
    var numbers = [Float](repeating: 0, count: count * width)
    // Some rows at a time, so that what columns write next to each other is still near.
    for start in stride(from: 0, to: count, by: 512) {
      var offset = 0
      for (source, input) in zip(sources, inputs) {
        source.write(
          start..<min(start + 512, count), of: rows, to: &numbers, at: offset, width: width)
        offset += input.transform.width
      }
    }
    return Tensor(shape: [count, width], scalars: numbers)
  }
}

extension Table {
  /// Stops unless all rows are some of the table's.
  func check(_ rows: [Int]?, in operation: String, at site: CallSite) {
    for row in rows ?? [] { checkRow(row, of: rowCount, in: operation, at: site) }
  }
}
