// SPDX-License-Identifier: Apache-2.0

import PullbackTensors
import PullbackTestSupport
import Testing

/// Scans and sorts against NumPy, their derivatives against PyTorch: see Scripts/fixtures/scans.py.
@Suite struct ScanFixtureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let type: ElementType
    let axis: Int
    let isReversed: Bool
    let shape: Shape
    var x: [Double] = [], y: [Double] = [], gradient: [Double]?

    /// - Parameter words: "case NAME TYPE AXIS WAY SHAPE".
    init(_ words: [Substring]) {
      name = String(words[1])
      type = ElementType.allCases.first { $0.name == words[2] }!
      axis = Int(words[3])!
      isReversed = words[4] == "back"
      shape = Shape(words[5].split(separator: "x").map { Int($0)! })
    }

    var testDescription: String {
      "\(name) \(type) \(shape) along \(axis) \(isReversed ? "back" : "ahead")"
    }

    var scan: Scan { Scan.allCases.first { $0.name == name }! }

    func result(of x: Value) -> Value { x.scanned(scan, along: axis, isReversed: isReversed) }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for line in Fixture.lines("scans.txt") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        cases.append(Case(words))
        continue
      }
      let numbers = words.dropFirst().map { Double($0)! }
      switch words[0] {
      case "x": cases[cases.count - 1].x = numbers
      case "y": cases[cases.count - 1].y = numbers
      default: cases[cases.count - 1].gradient = numbers
      }
    }
    return cases
  }()

  @Test("As NumPy computes it", arguments: cases)
  func values(_ example: Case) {
    let result = example.result(of: .leaf(example.shape, example.x, example.type))
    #expect(result.shape == example.shape)
    let numbers = result.numbers
    if example.scan.isSort {
      // Bits: zeros keep their signs and their order.
      #expect(areSame(numbers, example.y))
    } else {
      #expect(areClose(numbers, example.y, example.type == .float ? 1e-7 : 1e-13))
    }
  }

  @Test("As PyTorch differentiates it", arguments: cases.filter { $0.gradient != nil })
  func gradients(_ example: Case) {
    let x = Value.leaf(example.shape, example.x), y = example.result(of: x)
    let weights = (0..<example.y.count).map { place -> Double in 1 + Double(place % 7) / 4 }
    let loss = (y * .leaf(y.shape, weights)).sum
    let gradient = PullbackTensors.gradients(of: loss, withRespectTo: [x])[0]
    #expect(areClose(gradient.numbers, example.gradient!, 1e-12))
  }

  @Test func fixtureIsComplete() {
    #expect(Self.cases.count >= 180)
    #expect(Self.cases.count { $0.gradient != nil } >= 60)
    #expect(Set(Self.cases.map(\.name)).count == Scan.allCases.count - 1)
    #expect(Self.cases.contains { $0.x.contains(where: \.isNaN) && $0.scan == .sort })
  }
}
