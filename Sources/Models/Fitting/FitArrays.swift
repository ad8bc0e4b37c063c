// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackRuntime
import PullbackTensors

/// Rows of numbers without names and what is to be learnt of each: images, measurements,
/// what NumPy keeps.
///
/// ```swift
/// let arrays = try FitArrays(at: ["x.npy", "y.npy"])
/// let (model, report) = try TableModel.fit(arrays)
/// ```
///
/// Inputs are [rows, ...]; of images and other rows of more than one axis all numbers are scaled
/// alike, else each column on its own.
public struct FitArrays: Sendable {
  /// How messages call them.
  public let name: String
  /// What is to be learnt: classes or numbers.
  public let task: TableTask
  /// The names of the classes, numbers in their order; empty for a regression.
  public let classNames: [String]

  /// [rows, numbers].
  package let inputs: Tensor<Float>
  /// Whether all numbers of a row are of one kind.
  let isUniform: Bool
  /// The class of each row; empty for a regression.
  let labels: [Int32]
  /// The targets of each row; empty for a classification.
  let numbers: [[Double]]
  /// Element types and shapes.
  private let forms: String

  /// Whether a number to be predicted never changes.
  var hasConstantTarget: Bool {
    guard let first = numbers.first else { return false }
    return first.indices.contains { target in
      numbers.allSatisfy { $0[target] == first[target] }
    }
  }

  /// How many rows there are.
  public var rows: Int { inputs.shape[0] }

  /// Inputs [rows, ...] and what belongs to each row: [rows], or [rows, targets] for a regression.
  ///
  /// Whole numbers of which there are few, each more than once, are classes, unless a task is asked
  /// for. Throws if the two do not belong together or a number is not finite.
  public init(
    inputs: StoredTensor, targets: StoredTensor, task: TableTask? = nil, name: String = "arrays"
  ) throws(FileError) {
    try self.init(inputs: inputs, targets: targets, task, name, targetsIn: name)
  }

  /// - Parameter file: how messages call what holds the targets.
  init(
    inputs: StoredTensor, targets: StoredTensor, _ task: TableTask?, _ name: String,
    targetsIn file: String
  ) throws(FileError) {
    guard let rows = inputs.shape.first, rows > 0, inputs.elementCount > 0 else {
      throw FileError(.malformed, in: name, "\(inputs) holds no rows of numbers to learn from")
    }
    guard targets.shape.first == rows, targets.elementCount > 0, targets.shape.rank <= 2 else {
      throw FileError(
        .malformed, in: file,
        "\(targets) does not hold one target, or a row of them, for each of "
          + counted(rows, "row")
      )
    }
    let width = targets.elementCount / rows
    let values = try targets.tensor(as: Double.self).scalars
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        .malformed, in: file, "the target of row \(place / width + 1) is no finite number")
    }
    self.name = name
    forms = "inputs \(inputs), targets \(targets)"
    isUniform = inputs.shape.rank > 2 || inputs.type == .uint8
    if inputs.type == .float64 {
      try checkRounding(
        inputs.tensor(as: Double.self).scalars, width: inputs.elementCount / rows,
        areUniform: isUniform, "number", in: name)
    }
    self.inputs = try inputs.rowsOfNumbers(in: name)
    let distinct = width == 1 ? Set(values.lazy.map { $0 + 0 }) : []
    self.task = task ?? (FitArrays.areClasses(distinct, targets) ? .classification : .regression)
    switch self.task {
    case .classification:
      guard width == 1 else {
        throw FileError(.malformed, in: file, "a row has \(width) targets and not one class")
      }
      let classes = distinct.sorted()
      let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
      labels = values.map { places[$0 + 0]! }
      (classNames, numbers) = (classes.map(numberText), [])
    case .regression:
      try checkRounding(values, width: width, "target", in: file)
      (labels, classNames) = ([], [])
      numbers = (0..<rows).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
  }

  private static func areClasses(_ distinct: Set<Double>, _ targets: StoredTensor) -> Bool {
    guard distinct.count > 1, distinct.allSatisfy({ $0 == $0.rounded() }) else { return false }
    let isWhole = ![.float64, .float32, .float16, .bfloat16].contains(targets.type)
    let rows = targets.elementCount
    return distinct.count <= 20 && rows >= 2 * distinct.count
      || isWhole && distinct.count <= 1000 && rows >= 10 * distinct.count
  }
}

extension FitArrays: CustomStringConvertible {
  /// "inputs uint8 [60000, 28, 28], targets uint8 [60000]; classification of 10 classes".
  public var description: String {
    forms + "; \(task.rawValue)"
      + (classNames.isEmpty ? "" : " of \(counted(classNames.count, "class", plural: "classes"))")
  }
}

/// Throws if a network, which takes and gives numbers as they are, could not tell them apart: as
/// Floats they are infinite, or moved by a hundredth of the standard deviation of their column, or
/// of all where they are of one kind.
private func checkRounding(
  _ numbers: [Double], width: Int, areUniform: Bool = false, _ word: String, in file: String
) throws(FileError) {
  let advice =
    ", and a network computes with Float: subtract a mean and divide by a deviation first, or give "
    + "a table, whose columns are scaled before they are rounded"
  // What is no number at all is told elsewhere.
  if !numbers.allSatisfy(\.isFinite) { return }
  if let place = numbers.firstIndex(where: { !Float($0).isFinite }) {
    throw FileError(
      .malformed, in: file,
      "row \(place / width + 1), \(word) \(place % width + 1) is \(numbers[place])" + advice)
  }
  let step = areUniform ? 1 : width, count = Double(numbers.count / step)
  for column in 0..<step {
    let places = stride(from: column, to: numbers.count, by: step)
    // Numbers as shares of the largest: no square is infinite or 0.
    let size = places.reduce(0) { max($0, numbers[$1].magnitude) }
    if size == 0 { continue }
    func deviation(_ share: (Double) -> Double) -> (mean: Double, squared: Double) {
      let mean = places.reduce(0) { $0 + share(numbers[$1]) } / count
      let squares = places.reduce(0) { sum, place in
        let distance = share(numbers[place]) - mean
        return sum + distance * distance
      }
      return (mean, squares / count)
    }
    let (mean, squared) = deviation { $0 / size }
    if squared > 0, deviation({ ($0 - Double(Float($0))) / size }).squared > 1e-4 * squared {
      throw FileError(
        .malformed, in: file,
        "\(word) \(column + 1) of the rows has the mean \((mean * size).brief) and the deviation "
          + (squared.squareRoot() * size).brief + advice)
    }
  }
}

extension StoredTensor {
  /// [rows, numbers]; throws if a number is not finite.
  func rowsOfNumbers(in name: String) throws(FileError) -> Tensor<Float> {
    guard let rows = shape.first, rows > 0 else {
      throw FileError(.malformed, in: name, "\(self) holds no rows")
    }
    return try tensor(as: Float.self).reshaped(to: [rows, elementCount / rows])
      .checkedInputs(in: name)
  }
}

extension Tensor<Float> {
  /// The same rows, computed; throws if a number is not finite.
  func checkedInputs(in name: String) throws(FileError) -> Tensor<Float> {
    evaluate(self)
    if Bool(isFinite.all()) { return self }
    let numbers = scalars, place = numbers.firstIndex { !$0.isFinite }!
    let width = elementCount / Swift.max(shape[0], 1)
    throw FileError(
      .malformed, in: name,
      "row \(place / width + 1), number \(place % width + 1) is \(numbers[place]), which no network "
        + "can learn from")
  }
}
