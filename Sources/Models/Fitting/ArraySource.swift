// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import PullbackNetworks
import PullbackRuntime
import PullbackTensors

/// Arrays to fit to.
struct ArraySource: FitSource {
  let arrays: FitArrays

  var name: String { arrays.name }
  var rows: [Int] { Array(0..<arrays.rows) }
  var task: TableTask { arrays.task }
  var classNames: [String] { arrays.classNames }

  var columnFacts: [FitSubject.Fact] {
    [
      .init("numbers in a row", "\(arrays.inputs.shape[1])"),
      .init("targets", "\(arrays.numbers.first?.count ?? 1)"),
    ]
  }

  func preprocessing(fittingOn rows: [Int]) throws(FileError) -> any FitInputs {
    ArrayInputs(arrays, fittingOn: rows)
  }

  func labels(_ rows: [Int]) throws(FileError) -> [Int32] { rows.map { arrays.labels[$0] } }

  func numbers(_ rows: [Int]) throws(FileError) -> [[Double]] { rows.map { arrays.numbers[$0] } }

  func times(_ column: String, _ rows: [Int]) throws(FileError) -> [Double] {
    throw noColumn(column)
  }

  func groups(_ column: String, _ rows: [Int]) throws(FileError) -> [Int32] {
    throw noColumn(column)
  }

  private func noColumn(_ name: String) -> FileError {
    FileError(.malformed, in: arrays.name, "arrays have no column \(name.quoted)")
  }
}

/// z = (x - mean) / scale for each number of a row, and for each target. It becomes part of the
/// first and of the last layer of the model that is kept, which takes the numbers as they are.
private struct ArrayInputs: FitInputs {
  private let arrays: FitArrays
  private let columns: [Scaling]
  private let targets: [Scaling]

  struct Scaling {
    let mean: Double
    let scale: Double

    /// Of numbers that are all equal the scale is 1.
    init(count: Double, sum: Double, squares: Double) {
      mean = sum / count
      let deviation = max(squares / count - mean * mean, 0).squareRoot()
      // Less than rounding leaves of a large mean is no deviation.
      scale = deviation > 1e-6 * mean.magnitude && deviation.isNormal ? deviation : 1
    }
  }

  init(_ arrays: FitArrays, fittingOn rows: [Int]) {
    self.arrays = arrays
    let width = arrays.inputs.shape[1], numbers = arrays.inputs.scalars
    var sums = [Double](repeating: 0, count: width), squares = sums
    for row in rows {
      for column in 0..<width {
        let x = Double(numbers[row * width + column])
        sums[column] += x
        squares[column] += x * x
      }
    }
    let count = Double(rows.count)
    if arrays.isUniform {
      let all = Scaling(
        count: count * Double(width), sum: sums.reduce(0, +), squares: squares.reduce(0, +))
      columns = [Scaling](repeating: all, count: width)
    } else {
      columns = (0..<width).map { Scaling(count: count, sum: sums[$0], squares: squares[$0]) }
    }
    let known = arrays.numbers.isEmpty ? [] : rows.map { arrays.numbers[$0] }
    targets = (known.first ?? []).indices.map { column in
      // Around the first number: squares of large ones would lose all digits.
      let first = known[0][column]
      let sum = known.reduce(0) { $0 + ($1[column] - first) }
      let square = known.reduce(0) { $0 + ($1[column] - first) * ($1[column] - first) }
      return Scaling(count: count, sum: sum, squares: square).moved(by: first)
    }
  }

  var inputCount: Int { columns.count }

  func inputs(_ rows: [Int]) throws(FileError) -> Tensor<Float> {
    let chosen = arrays.inputs.gathered(Tensor(rows.map { Int32($0) }))
    let means = Tensor(columns.map { Float($0.mean) })
    let factors = Tensor(columns.map { Float(1 / $0.scale) })
    let scaled = (chosen - means) * factors
    evaluate(scaled)
    return scaled.detached()
  }

  func targets(_ rows: [Int]) throws(FileError) -> Tensor<Float> {
    let scaled = rows.flatMap { row in
      zip(arrays.numbers[row], targets).map { Float(($0 - $1.mean) / $1.scale) }
    }
    return Tensor(shape: [rows.count, targets.count], scalars: scaled)
  }

  func unscaled(_ outputs: Tensor<Float>) -> [[Double]] {
    outputs.rowsOfDoubles.map { row in zip(row, targets).map { $0 * $1.scale + $1.mean } }
  }

  func model(_ network: Sequential<Tensor<Float>>) -> TableModel {
    var layers = network.layers
    layers[0] = (layers[0] as! Linear).taking(columns)
    if !targets.isEmpty {
      layers[layers.count - 1] = (layers[layers.count - 1] as! Linear).giving(targets)
    }
    return TableModel(
      Sequential(layers), Preprocessing(arrayTargets: targets.count, classNames: arrays.classNames))
  }
}

extension ArrayInputs.Scaling {
  fileprivate func moved(by distance: Double) -> Self {
    Self(mean: mean + distance, scale: scale)
  }

  private init(mean: Double, scale: Double) { (self.mean, self.scale) = (mean, scale) }
}

extension Linear {
  private init(_ weight: [Double], _ bias: [Double], like other: Linear) {
    self.init(other.weight.shape[0], other.weight.shape[1])
    self.weight.value = Tensor(shape: other.weight.shape, scalars: weight.map { Float($0) })
    self.bias!.value = Tensor(bias.map { Float($0) })
  }

  /// The layer for x that gives what this one gives for (x - mean) / scale.
  fileprivate func taking(_ columns: [ArrayInputs.Scaling]) -> Linear {
    let outputs = weight.shape[1]
    var weights = weight.value.scalars.map { Double($0) }
    var biases = bias!.value.scalars.map { Double($0) }
    for (input, column) in columns.enumerated() {
      for output in 0..<outputs {
        let place = input * outputs + output
        weights[place] /= column.scale
        biases[output] -= column.mean * weights[place]
      }
    }
    return Linear(weights, biases, like: self)
  }

  /// The layer that gives y * scale + mean where this one gives y.
  fileprivate func giving(_ targets: [ArrayInputs.Scaling]) -> Linear {
    let outputs = weight.shape[1]
    let weights = weight.value.scalars.enumerated().map { place, number in
      Double(number) * targets[place % outputs].scale
    }
    let biases = zip(bias!.value.scalars, targets).map { Double($0) * $1.scale + $1.mean }
    return Linear(weights, biases, like: self)
  }
}
