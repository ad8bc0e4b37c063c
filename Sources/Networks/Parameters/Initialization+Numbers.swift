// SPDX-License-Identifier: Apache-2.0

import PullbackRuntime
import PullbackTensors

// Starts that are no formula of random numbers: made by looking at them.

extension Tensor where Scalar == Float {
  /// Numbers beyond two deviations are drawn anew, until none is left.
  static func truncatedNormal(_ shape: Shape, _ deviation: Float, key: RandomKey) -> Tensor {
    let end: Float = 2
    var numbers = Tensor.normal(shape, key: key).scalars
    var outside = numbers.indices.filter { abs(numbers[$0]) > end }
    var draw: UInt64 = 0
    while !outside.isEmpty {
      let fresh = Tensor.normal([outside.count], key: key.folding(in: draw)).scalars
      for (index, number) in zip(outside, fresh) { numbers[index] = number }
      outside.removeAll { abs(numbers[$0]) <= end }
      draw += 1
    }
    // The deviation of what is left: √(1 - 4 φ(2) / (2 Φ(2) - 1)).
    let left: Float = 0.879_625_66
    return Tensor(shape: shape, scalars: numbers) * (deviation / left)
  }

  /// Gaussian vectors made orthonormal point in all directions alike.
  static func orthogonal(_ shape: Shape, _ gain: Float, key: RandomKey) -> Tensor {
    let columns = shape[shape.rank - 1], rows = shape.dropLast().reduce(1, *)
    if shape.elementCount == 0 { return .zeros(shape) }
    let start = Tensor<Double>.normal(
      [Swift.min(rows, columns), Swift.max(rows, columns)], key: key)
    // Twice is enough: what rounding leaves of a nearly dependent vector has right angles then.
    let rest = orthonormalRows(orthonormalRows(start))
    let matrix = rows < columns ? rest : rest.transposed()
    return Tensor(matrix * Double(gain)).reshaped(to: shape)
  }
}

/// The rows of a matrix made orthonormal one after the other, each less its part along those before
/// it (Gram and Schmidt). Halves of many rows are done by products of matrices.
private func orthonormalRows(_ rows: Tensor<Double>) -> Tensor<Double> {
  let count = rows.shape[0], length = rows.shape[1]
  if count <= 16 {
    var numbers = rows.scalars
    for row in 0..<count {
      let own = row * length..<(row + 1) * length
      for before in 0..<row {
        let start = before * length - own.lowerBound
        var part = 0.0
        for index in own { part += numbers[index] * numbers[start + index] }
        for index in own { numbers[index] -= part * numbers[start + index] }
      }
      var square = 0.0
      for index in own { square += numbers[index] * numbers[index] }
      let norm = square.squareRoot()
      for index in own { numbers[index] /= norm }
    }
    return Tensor(shape: rows.shape, scalars: numbers)
  }
  let first = orthonormalRows(rows[0..<count / 2]), others = rows[(count / 2)...]
  let second = orthonormalRows(others - (others • first.transposed()) • first)
  return Tensor(shape: rows.shape, scalars: first.scalars + second.scalars)
}
