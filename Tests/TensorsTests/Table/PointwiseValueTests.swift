// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import Testing
import PullbackTestSupport

/// The numbers of pointwise operations against loops in plain Swift, for all element types.
@Suite struct PointwiseValueTests {
  /// Extents around the lengths of vector registers, their multiples, and of a tile.
  private static let lengths = [
    1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 511, 512, 513, 2000,
  ]

  @Test("Unary", arguments: Unary.allCases, ElementType.allCases)
  func unary(_ operation: Unary, _ type: ElementType) {
    for length in Self.lengths {
      let x = Self.numbers(length, type, seed: 1)
      let expected = x.compactMap { Reference.unary(operation, $0, type) }
      // Not defined for the type.
      if expected.count < length { return }
      let result = Value.leaf([length], x, type).unary(operation)
      #expect(result.elementType == type)
      let actual = result.numbers, sample = UnarySample(operation)
      if sample.units > 0 {
        #expect(Self.areNeighbours(actual, expected, type, units: sample.units))
      } else {
        #expect(
          sample.keepsSignOfZero ? areSame(actual, expected) : areClose(actual, expected, 0))
      }
    }
  }

  @Test("Binary, all pairs", arguments: Binary.allCases, ElementType.allCases)
  func binary(_ operation: Binary, _ type: ElementType) {
    let x = Reference.specialNumbers(type) + Self.numbers(40, type, seed: 2)
    let expected = x.flatMap { a in x.compactMap { b in Reference.binary(operation, a, b, type) } }
    if expected.count < x.count * x.count { return }
    let row = Value.leaf([x.count], x, type)
    let column = Value.leaf([x.count, 1], x, type)
    let result = column.binary(operation, row)
    #expect(result.elementType == type)
    let actual = result.numbers
    switch operation {
    case .add, .subtract, .multiply, .divide: #expect(areSame(actual, expected))
    case .power: #expect(Self.areNeighbours(actual, expected, type))
    // Which of two equal zeros an extreme takes is left open.
    case .maximum, .minimum: #expect(areClose(actual, expected, 0))
    }
  }

  @Test("Binary, all lengths", arguments: Binary.allCases, ElementType.allCases)
  func binaryLengths(_ operation: Binary, _ type: ElementType) {
    for length in Self.lengths {
      let x = Self.numbers(length, type, seed: 3), y = Self.numbers(length, type, seed: 4)
      let expected = zip(x, y).compactMap { Reference.binary(operation, $0, $1, type) }
      if expected.count < length { return }
      let result = Value.leaf([length], x, type).binary(operation, .leaf([length], y, type))
      let actual = result.numbers
      #expect(
        operation == .power
          ? Self.areNeighbours(actual, expected, type) : areClose(actual, expected, 0))
    }
  }

  @Test("Comparison", arguments: Comparison.allCases, ElementType.allCases)
  func comparison(_ operation: Comparison, _ type: ElementType) {
    let x = Reference.specialNumbers(type) + Self.numbers(40, type, seed: 5)
    let expected = x.flatMap { a in
      x.compactMap { b in Reference.comparison(operation, a, b, type) }
    }
    if expected.count < x.count * x.count { return }
    let row = Value.leaf([x.count], x, type)
    let column = Value.leaf([x.count, 1], x, type)
    let result = column.compared(operation, to: row)
    #expect(result.elementType == .bool)
    #expect(areSame(result.numbers, expected))
  }

  @Test("Selection", arguments: ElementType.allCases)
  func selection(_ type: ElementType) {
    for length in Self.lengths {
      let c = Self.numbers(length, .bool, seed: 6)
      let x = Self.numbers(length, type, seed: 7), y = Self.numbers(length, type, seed: 8)
      let expected = (0..<length).map { c[$0] == 1 ? x[$0] : y[$0] }
      let result = Value.select(
        .leaf([length], c, .bool), .leaf([length], x, type), .leaf([length], y, type))
      #expect(areSame(result.numbers, expected))
    }
  }

  @Test("Conversion", arguments: ElementType.allCases, ElementType.allCases)
  func conversion(from source: ElementType, to target: ElementType) {
    var x = Reference.specialNumbers(source) + Self.numbers(500, source, seed: 9)
    if source.isFloatingPoint {
      x += [1.9, -1.9, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, 4e9]
        .map { Reference.rounded($0, source) }
    }
    let result = Value.leaf([x.count], x, source).converted(to: target)
    let expected = x.map { Reference.conversion($0, to: target) }
    #expect(result.elementType == target)
    #expect(areSame(result.numbers, expected))
  }

  /// Special numbers in a random order, random ones between them.
  private static func numbers(_ count: Int, _ type: ElementType, seed: UInt64) -> [Double] {
    var random = SplitMix(seed: seed)
    let special = Reference.specialNumbers(type)
    return (0..<count).map { _ in
      if Bool.random(using: &random) { return special.randomElement(using: &random)! }
      let number = Double.random(in: -10...10, using: &random)
      return Reference.conversion(type == .int32 ? number * 1e8 : number, to: type)
    }
  }

  /// At most a few representable numbers apart.
  private static func areNeighbours(
    _ actual: [Double], _ expected: [Double], _ type: ElementType, units: Double = 4
  ) -> Bool {
    zip(actual, expected).allSatisfy { x, y in
      if x.isNaN || y.isNaN || x.isInfinite || y.isInfinite { return isSame(x, y) }
      let distance = type == .float ? Double(Float(y).ulp) : y.ulp
      return abs(x - y) <= units * distance
    }
  }
}
