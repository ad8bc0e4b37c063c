// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Products of matrices in row-major order. The inner axis is cut into equal segments; each element
/// is a chain over each segment in order, added up in order.
/// In a module of its own, which is optimised in debug builds too.
package enum Chains {
  /// a: [rows, inner], b: [inner, columns]. Rounded once a step where `fused`, else twice.
  package static func product(
    _ a: [Float], _ b: [Float], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Float] {
    floatingPointProduct(a, b, rows: rows, inner: inner, columns: columns, fused: fused)
  }

  /// The same in Double.
  package static func product(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Double] {
    floatingPointProduct(a, b, rows: rows, inner: inner, columns: columns, fused: fused)
  }

  private static func floatingPointProduct<T: BinaryFloatingPoint>(
    _ a: [T], _ b: [T], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [T] {
    let segments = segments(of: inner), length = (inner + segments - 1) / segments
    var c = [T](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for start in stride(from: 0, to: inner, by: max(length, 1)) {
        var sums = [T](repeating: 0, count: columns)
        for p in start..<min(start + length, inner) {
          let x = a[i * inner + p]
          for j in 0..<columns {
            let y = b[p * columns + j]
            sums[j] = fused ? sums[j].addingProduct(x, y) : sums[j] + x * y
          }
        }
        for j in 0..<columns {
          c[i * columns + j] = start == 0 ? sums[j] : c[i * columns + j] + sums[j]
        }
      }
    }
    return c
  }

  private static func segments(of inner: Int) -> Int {
    switch inner {
    case ...400: 1
    case ...2048: 2
    case ...3072: 3
    case ...4096: 4
    default: (inner + 399) / 400
    }
  }

  /// The same in Int32, which wraps.
  package static func product(
    _ a: [Int32], _ b: [Int32], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Int32] {
    var c = [Int32](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for p in 0..<inner {
        let x = a[i * inner + p]
        for j in 0..<columns { c[i * columns + j] &+= x &* b[p * columns + j] }
      }
    }
    return c
  }

  fileprivate static func transposed<Number>(
    _ x: [Number], rows: Int, columns: Int
  ) -> [Number] {
    (0..<(rows * columns)).map { x[$0 % rows * columns + $0 / rows] }
  }
}

/// A number that products are tested with. What walks over many is written for each type, because
/// nothing is specialised for a caller that is not optimised.
package protocol ChainScalar: NumericScalar {
  /// Random numbers; of Int32 any.
  static func chosen(_ count: Int, _ choice: inout SplitMix) -> [Self]
  static func product(
    _ a: [Self], _ b: [Self], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Self]
  /// Rows and columns of a matrix exchanged.
  static func transposed(_ x: [Self], rows: Int, columns: Int) -> [Self]
}

extension Float: ChainScalar {
  package static func chosen(_ count: Int, _ choice: inout SplitMix) -> [Float] {
    choice.floats(count)
  }
  package static func product(
    _ a: [Float], _ b: [Float], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Float] {
    Chains.product(a, b, rows: rows, inner: inner, columns: columns, fused: fused)
  }
  package static func transposed(_ x: [Float], rows: Int, columns: Int) -> [Float] {
    Chains.transposed(x, rows: rows, columns: columns)
  }
}

extension Double: ChainScalar {
  package static func chosen(_ count: Int, _ choice: inout SplitMix) -> [Double] {
    choice.doubles(count)
  }
  package static func product(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Double] {
    Chains.product(a, b, rows: rows, inner: inner, columns: columns, fused: fused)
  }
  package static func transposed(_ x: [Double], rows: Int, columns: Int) -> [Double] {
    Chains.transposed(x, rows: rows, columns: columns)
  }
}

extension Int32: ChainScalar {
  package static func chosen(_ count: Int, _ choice: inout SplitMix) -> [Int32] {
    choice.integers(count, in: .min ... .max)
  }
  package static func product(
    _ a: [Int32], _ b: [Int32], rows: Int, inner: Int, columns: Int, fused: Bool
  ) -> [Int32] {
    Chains.product(a, b, rows: rows, inner: inner, columns: columns, fused: fused)
  }
  package static func transposed(_ x: [Int32], rows: Int, columns: Int) -> [Int32] {
    Chains.transposed(x, rows: rows, columns: columns)
  }
}
