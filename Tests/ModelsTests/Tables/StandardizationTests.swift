// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

struct StandardizationTests {
  /// The transform of a column of numbers, NaN where one is missing.
  private func fitted(_ numbers: [Double]) throws -> (Standardization, inputs: [[Float]]) {
    let table = try table([
      "x": numbers.map { $0.isNaN ? "" : "\($0)" },
      "y": numbers.indices.map { $0 % 2 == 0 ? "a" : "b" },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["x": .number]))
    let preprocessing = try Preprocessing(
      fitting: table, understanding, rows: understanding.rows)
    guard case .number(let coding) = preprocessing.inputs[0].transform else {
      throw FileError(.malformed, in: "x", "no number")
    }
    return (coding, try preprocessing.rows(of: table))
  }

  private func isNear(_ x: Double, _ y: Double, _ unit: Double) -> Bool {
    (x - y).magnitude <= 1e-12 * max(unit, y.magnitude)
  }

  @Test(arguments: 0..<10)
  func numbersAreThoseOfPythonsFractions(case index: Int) throws {
    let column = PreprocessingFixture.json["numbers"]!.elements[index]
    let numbers = column["numbers"]!.elements.map(\.double)
    let (coding, inputs) = try fitted(numbers)
    let skewness = column["skewness"]!.double
    #expect(coding.missing == column["median"]!.double)
    #expect(coding.marksMissing == numbers.contains(where: \.isNaN))
    if coding.curve == nil {
      let scale = column["scale"]!.double
      #expect(isNear(coding.mean, column["mean"]!.double, scale))
      #expect((coding.scale / scale - 1).magnitude < 1e-9)
    } else {
      #expect(skewness.magnitude > 1.5)
    }
    // Lognormal numbers, on either side, and no others.
    let name = column["name"]!.text
    #expect((coding.curve != nil) == (name.hasPrefix("incomes") || name == "late"), "\(name)")
    for (x, row) in zip(numbers, inputs) {
      let given = x.isNaN ? coding.missing : x
      var bent = given
      if let curve = coding.curve {
        let part = log(1 + abs(given - curve.center) / curve.scale)
        bent = given < curve.center ? -part : part
      }
      let z = Float((bent - coding.mean) / coding.scale)
      #expect(abs(row[0] - z) <= 1e-5 * max(1, abs(z)))
      if coding.marksMissing { #expect(row[1] == (x.isNaN ? 1 : 0)) }
    }
    let present = zip(numbers, inputs).filter { !$0.0.isNaN }.map { Double($0.1[0]) }
    let mean = present.reduce(0, +) / Double(present.count)
    let square = present.reduce(0) { $0 + $1 * $1 } / Double(present.count)
    #expect(abs(mean) < 1e-6 && abs(square - 1) < 1e-5)
    let cube = present.reduce(0) { $0 + $1 * $1 * $1 } / Double(present.count)
    #expect(abs(cube) < (coding.curve == nil ? 4 : abs(skewness) / 2))
  }

  /// Ends are 3 deviations beyond those of the training rows.
  @Test func hostileNumbersAreCutOff() throws {
    let (coding, _) = try fitted((0..<20).map(Double.init))
    let low = (0 - 9.5) / coding.scale - 3
    #expect(abs(coding.bounds.lowerBound - low) < 1e-12)
    #expect(abs(coding.bounds.upperBound + low) < 1e-12)
    let model = Preprocessing(
      inputs: [
        .init("x", .number(coding)),
        .init("old", .standardized(mean: 1, scale: 1e-300, missing: 2)),
      ])
    let odd = ["1e308", "-1e308", "1e999", "-1e999", "0", "", "1e-320", "12345678901234567890123"]
    let rows = try model.rows(of: table(["x": odd, "old": odd]))
    for row in rows {
      #expect(row.allSatisfy { $0.isFinite && abs($0) <= 1e6 })
      #expect(abs(row[0]) <= Float(-low))
    }
    #expect(rows[0][0] == Float(-low) && rows[2][0] == Float(-low))
    #expect(rows[1][0] == Float(low) && rows[3][0] == Float(low))
    #expect(rows[5][0] == Float((coding.missing - coding.mean) / coding.scale))
  }

  /// A value that is missing or not is all that this column says.
  @Test func oneValueOrNone() throws {
    let (coding, inputs) = try fitted([5, .nan, 5, .nan, 5, 5])
    #expect(inputs.map { $0[0] } == [0, 0, 0, 0, 0, 0])
    #expect(inputs.map { $0[1] } == [0, 1, 0, 1, 0, 0])
    #expect(coding.bounds == 0...0)
  }

  /// Of a handful of rows nothing can be learnt.
  @Test(arguments: [
    (40, 1, true), (100, 9, false), (100, 10, true), (1100, 10, false), (1100, 11, true),
  ])
  func whatFewRowsLackIsNotMarked(rows: Int, missing: Int, isMarked: Bool) throws {
    let numbers = (0..<rows).map { $0 < missing ? Double.nan : Double($0 * 7 % 50) + 0.5 }
    #expect(try fitted(numbers).0.marksMissing == isMarked)
  }

  @Test func unscaledIsTheWayBack() throws {
    var targets: [String] = []
    for index in 0..<200 { targets.append("\(exp(Double(index) / 12))") }
    let table = try table([
      "x": (0..<200).map { "\($0 % 17).5" }, "z": (0..<200).map { "\($0).25" }, "price": targets,
    ])
    for names in [["price"], ["z"], ["z", "price"]] {
      let preprocessing = try Preprocessing(table, targets: names)
      #expect(preprocessing.task == .regression && preprocessing.outputCount == names.count)
      let scaled = try preprocessing.targets(of: table)
      #expect(scaled.shape == [200, names.count])
      let back = preprocessing.unscaled(scaled)
      for (column, name) in names.enumerated() {
        guard case .numeric(let numbers) = table[name]!.values else { return }
        for row in 0..<200 { #expect(abs(back[row][column] / numbers[row] - 1) < 1e-4) }
      }
      // No output gives a number that is none; far out is not much beyond the training rows.
      let far = Tensor<Float>(
        shape: [2, names.count],
        scalars: [1e38, -1e38].flatMap { x in names.map { _ in Float(x) } })
      for (row, sign) in [(0, 1.0), (1, -1.0)] {
        for number in preprocessing.unscaled(far)[row] {
          #expect(number.isFinite && (sign > 0) == (number > 100) && abs(number) < 1e9)
        }
      }
    }
  }

  /// A logarithm only of positive numbers over more than two powers of ten, and it is said.
  @Test func targetsGoThroughALogarithmWhereThatIsClear() throws {
    var incomes: [String] = []
    for column in PreprocessingFixture.json["numbers"]!.elements
    where column["name"]!.text == "incomes" {
      incomes = column["numbers"]!.elements.map { "\($0.double)" }
    }
    let x = incomes.indices.map { "\($0 % 10).5" }
    let skewed = try Preprocessing(table(["x": x, "y": incomes]), targets: ["y"])
    #expect("\(skewed)".contains("log("))
    let negative = try Preprocessing(
      table(["x": x, "y": incomes.map { "-\($0)" }]), targets: ["y"])
    #expect(!"\(negative.targets[0])".contains("log("))
    let even = try Preprocessing(
      table(["x": x, "y": incomes.indices.map { "\($0).5" }]), targets: ["y"])
    #expect(!"\(even)".contains("log("))
  }
}
