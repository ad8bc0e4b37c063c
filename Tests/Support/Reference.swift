// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What each pointwise operation is, on one element, written as plainly as Swift allows.
///
/// Doubles stand for all types. For Float the double result is rounded once more, which changes
/// nothing: a double has more than twice Float's digits. Nil: not defined for the type.
package enum Reference {
  package static func unary(_ operation: Unary, _ x: Double, _ type: ElementType) -> Double? {
    let sample = UnarySample(operation)
    guard sample.isDefined(for: type) else { return nil }
    let y = sample.reference(x)
    return type == .int32 ? wrapped(y) : rounded(y, type)
  }

  package static func binary(
    _ operation: Binary, _ x: Double, _ y: Double, _ type: ElementType
  ) -> Double? {
    let isNaN = x.isNaN || y.isNaN
    switch operation {
    case .maximum: return isNaN ? .nan : x > y ? x : y
    case .minimum: return isNaN ? .nan : x < y ? x : y
    case .add, .subtract, .multiply, .divide, .power: break
    }
    switch type {
    case .bool: return nil
    case .int32:
      let a = Int32(x), b = Int32(y)
      switch operation {
      case .add: return Double(a &+ b)
      case .subtract: return Double(a &- b)
      case .multiply: return Double(a &* b)
      case .divide: return b == 0 ? 0 : Double(a.dividedReportingOverflow(by: b).partialValue)
      case .power, .maximum, .minimum: return nil
      }
    case .float, .double:
      switch operation {
      case .add: return rounded(x + y, type)
      case .subtract: return rounded(x - y, type)
      case .multiply: return rounded(x * y, type)
      case .divide: return rounded(x / y, type)
      case .power: return rounded(pow(x, y), type)
      case .maximum, .minimum: return nil
      }
    }
  }

  package static func comparison(
    _ operation: Comparison, _ x: Double, _ y: Double, _ type: ElementType
  ) -> Double? {
    switch operation {
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .less: type == .bool ? nil : x < y ? 1 : 0
    case .lessOrEqual: type == .bool ? nil : x <= y ? 1 : 0
    case .greater: type == .bool ? nil : x > y ? 1 : 0
    case .greaterOrEqual: type == .bool ? nil : x >= y ? 1 : 0
    }
  }

  package static func conversion(_ x: Double, to type: ElementType) -> Double {
    switch type {
    case .float: Double(Float(x))
    case .double: x
    case .int32:
      x.isNaN ? 0 : Swift.max(Double(Int32.min), Swift.min(Double(Int32.max), trunc(x))) + 0
    case .bool: x != 0 ? 1 : 0
    }
  }

  /// The reduction of numbers in their order; for a position, the position.
  package static func reduction(_ reduction: Reduction, _ x: [Double], _ type: ElementType)
    -> Double
  {
    switch reduction {
    case .sum:
      type == .int32
        ? Double(x.reduce(Int32(0)) { $0 &+ Int32($1) }) : x.reduce(0, +)
    case .product:
      type == .int32
        ? Double(x.reduce(Int32(1)) { $0 &* Int32($1) }) : x.reduce(1, *)
    case .max, .min:
      x[Int(Reference.reduction(reduction == .max ? .argmax : .argmin, x, type))]
    case .norm: x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .squaredDeviations:
      x.reduce(0) { $0 + ($1 - mean(x)) * ($1 - mean(x)) }
    case .argmax, .argmin:
      Double(
        x.firstIndex { $0.isNaN }
          ?? x.indices.first { index in
            x.allSatisfy { reduction == .argmax ? $0 <= x[index] : $0 >= x[index] }
          }!)
    }
  }

  private static func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

  /// Where the elements of a line stand in order, equal ones as they come; NaN last either way.
  package static func places(_ line: [Double], descending: Bool) -> [Int] {
    line.indices.sorted { a, b in
      if line[a].isNaN != line[b].isNaN { return line[b].isNaN }
      if line[a].isNaN || line[a] == line[b] { return a < b }
      return descending ? line[a] > line[b] : line[a] < line[b]
    }
  }

  package static func isDefined(_ reduction: Reduction, _ type: ElementType) -> Bool {
    reduction.types.contains(type)
  }

  package static func rounded(_ x: Double, _ type: ElementType) -> Double {
    type == .float ? Double(Float(x)) : x
  }

  private static func wrapped(_ x: Double) -> Double {
    Double(Int32(truncatingIfNeeded: Int64(x)))
  }

  /// NaN, infinities, zeros of both signs, extremes and ordinary numbers of a type.
  package static func specialNumbers(_ type: ElementType) -> [Double] {
    switch type {
    case .bool: return [0, 1]
    case .int32:
      return [0, 1, -1, 2, -2, 3, 7, -7, 46341, -46341, 65536, 0x7fff_ffff, -0x8000_0000]
    case .float, .double:
      let largest = type == .float ? Double(Float.greatestFiniteMagnitude) : 0x1.fffffffffffffp1023
      let smallest = type == .float ? Double(Float.leastNonzeroMagnitude) : 0x1p-1074
      let normal = type == .float ? 0x1p-126 : 0x1p-1022
      let positive = [
        0, smallest, normal, 0.5, 1, 1.5, 2, 3, 88, 100, 710, 1e10, largest, .infinity,
      ]
      return positive + positive.map { -$0 } + [.nan, 0.1, -0.3].map { rounded($0, type) }
    }
  }
}
