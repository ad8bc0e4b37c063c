// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

extension Dataset {
  /// Examples from outside, whose numbers nobody has looked at.
  ///
  /// ```swift
  /// do {
  ///   _ = try Dataset<Float>(checking: [[1, 2], [3, .nan]], targets: [0, 1])
  /// } catch {
  ///   print(error)
  /// }
  /// // row 1, column 1 of the inputs is NaN
  /// ```
  ///
  /// Throws a ``DatasetError`` that names the first row and column of what is NaN or infinite, in
  /// the inputs or in the targets, or says that there is not one target for each input.
  public init(
    checking inputs: Tensor<Float>, targets: Tensor<Target>
  ) throws(DatasetError) {
    try checkCounts(inputs.shape, targets.shape, of: .targets)
    try checkFinite(inputs, in: .inputs)
    try checkFinite(targets, in: .targets)
    self.init(inputs: inputs, targets: targets)
  }

  /// The same from rows of numbers, which may differ in length.
  ///
  /// Throws a ``DatasetError`` that names the first row that is not as long as row 0, too.
  public init(checking rows: [[Float]], targets: [Target]) throws(DatasetError) {
    try self.init(checking: matrix(rows), targets: Tensor(targets))
  }
}

extension Dataset where Target == Int32 {
  /// Examples from outside with a class each, [count], whose numbers nobody has looked at.
  ///
  /// ```swift
  /// do {
  ///   _ = try Dataset(checking: [[1, 2], [3, 4]], labels: [0, 10], classes: 10)
  /// } catch {
  ///   print(error)
  /// }
  /// // row 1 of the labels is 10; the 10 classes are 0 ... 9
  /// ```
  ///
  /// Throws a ``DatasetError`` that names the first row and column of an input that is NaN or
  /// infinite or the first row whose label is no class, or says that there is not one label for
  /// each input. A mistake if there is no class.
  ///
  /// - Parameter classes: how many there are; nil if any label of 0 or more is one.
  public init(
    checking inputs: Tensor<Float>, labels: Tensor<Int32>, classes: Int?,
    file: StaticString = #fileID, line: UInt = #line
  ) throws(DatasetError) {
    checkClasses(classes, at: CallSite(file, line))
    try checkCounts(inputs.shape, labels.shape, of: .labels)
    try checkFinite(inputs, in: .inputs)
    try checkLabels(labels.scalars, classes)
    self.init(inputs: inputs, labels: labels)
  }

  /// The same from rows of numbers, which may differ in length, and labels of any size.
  ///
  /// Throws a ``DatasetError`` that names the first row that is not as long as row 0, too.
  public init(
    checking rows: [[Float]], labels: [Int], classes: Int?,
    file: StaticString = #fileID, line: UInt = #line
  ) throws(DatasetError) {
    checkClasses(classes, at: CallSite(file, line))
    let inputs = try matrix(rows)
    try checkCounts(inputs.shape, [labels.count], of: .labels)
    try checkFinite(inputs, in: .inputs)
    try checkLabels(labels, classes)
    self.init(inputs: inputs, labels: Tensor(labels.map { Int32($0) }))
  }
}

private func checkClasses(_ classes: Int?, at site: CallSite) {
  guard let classes, classes < 1 else { return }
  Mistake("Dataset", "\(classes) classes", fix: "say how many classes there are, 1 or more")
    .stop(at: site)
}

private func matrix(_ rows: [[Float]]) throws(DatasetError) -> Tensor<Float> {
  let columns = rows.first?.count ?? 0
  if let row = rows.firstIndex(where: { $0.count != columns }) {
    throw DatasetError(
      "has \(counted(rows[row].count, "column")), row 0 has \(columns)", in: .inputs, row: row)
  }
  return Tensor(rows)
}

private func checkCounts(
  _ inputs: Shape, _ targets: Shape, of part: DatasetError.Part
) throws(DatasetError) {
  guard let rows = inputs.first else {
    throw DatasetError("are one number; they should be [count, ...]", in: .inputs)
  }
  guard let count = targets.first, part == .targets || targets.rank == 1 else {
    let shape = part == .labels ? "[count]" : "[count, ...]"
    throw DatasetError("have the shape \(targets); they should be \(shape)", in: part)
  }
  if count != rows {
    throw DatasetError("the inputs have \(counted(rows, "row")), the \(part) \(count)")
  }
}

private func checkFinite(
  _ tensor: Tensor<some TensorScalar>, in part: DatasetError.Part
) throws(DatasetError) {
  let found =
    switch tensor.value.elementType {
    case .float:
      firstNotFinite(Tensor<Float>(tensor.value))
    case .double:
      firstNotFinite(Tensor<Double>(tensor.value))
    case .int32, .bool: nil as (place: Int, problem: String)?
    }
  guard let found else { return }
  // The place in row-major order, axis by axis from the last one.
  var rest = found.place, position: [Int] = []
  for extent in tensor.shape.dropFirst().reversed() {
    position.insert(rest % extent, at: 0)
    rest /= extent
  }
  throw DatasetError(found.problem, in: part, row: rest, position: position)
}

/// The numbers are copied only if one of them is wrong.
private func firstNotFinite<Scalar: FloatingPointScalar>(
  _ tensor: Tensor<Scalar>
) -> (place: Int, problem: String)? {
  evaluate(tensor)
  if Bool(tensor.isFinite.all()) { return nil }
  let scalars = tensor.scalars
  guard let place = scalars.firstIndex(where: { !$0.isFinite }) else { return nil }
  let number = scalars[place]
  return (place, "is " + (number.isNaN ? "NaN" : number > 0 ? "infinite" : "-infinite"))
}

private func checkLabels(
  _ labels: [some FixedWidthInteger], _ classes: Int?
) throws(DatasetError) {
  // Labels are kept in 32 bits.
  let limit = classes ?? Int(Int32.max) + 1
  guard let row = labels.firstIndex(where: { $0 < 0 || $0 >= limit || $0 > Int32.max }) else {
    return
  }
  let problem =
    if labels[row] < 0 { "classes are counted from 0 on" } else if let classes {
      classes == 1 ? "the only class is 0" : "the \(classes) classes are 0 ... \(classes - 1)"
    } else { "the largest class is \(Int32.max)" }
  throw DatasetError("is \(labels[row]); \(problem)", in: .labels, row: row)
}
