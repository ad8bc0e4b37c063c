// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import Testing

struct DateCodingTests {
  /// Days of the year, weekdays and times as pandas has them, before 1970 too.
  @Test func cyclesAreThoseOfPandas() throws {
    let dates = PreprocessingFixture.json["dates"]!.elements
    let seconds = dates.map { "\(Int($0["second"]!.double))" }
    let table = try table([
      "when": seconds, "y": seconds.indices.map { $0 % 2 == 0 ? "a" : "b" },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["when": .date]))
    let preprocessing = try Preprocessing(
      fitting: table, understanding, rows: understanding.rows)
    let names = preprocessing.inputNames
    let expected: [String] = [
      "when", "when day of the year, sine", "when day of the year, cosine", "when weekday, sine",
      "when weekday, cosine", "when time of day, sine", "when time of day, cosine",
    ]
    #expect(names == expected)
    for (row, date) in zip(try preprocessing.rows(of: table), dates) {
      for (index, cycle) in ["year", "week", "day"].enumerated() {
        let angle = 2 * Double.pi * date[cycle]!.double
        #expect(abs(Double(row[2 * index + 1]) - sin(angle)) < 1e-6, "\(cycle) of \(date)")
        #expect(abs(Double(row[2 * index + 2]) - cos(angle)) < 1e-6, "\(cycle) of \(date)")
      }
    }
  }

  private func cycles(_ seconds: [Int]) throws -> [DateCoding.Cycle] {
    let table = try table([
      "when": seconds.map { "\($0)" }, "y": seconds.indices.map { $0 % 2 == 0 ? "a" : "b" },
    ])
    let understanding = try TableUnderstanding(
      table, TableSettings(targets: ["y"], columns: ["when": .date]))
    let preprocessing = try Preprocessing(
      fitting: table, understanding, rows: understanding.rows)
    guard case .date(let coding) = preprocessing.inputs[0].transform else { return [] }
    return coding.cycles
  }

  @Test func onlyCyclesThatVaryHaveInputs() throws {
    let day = 86400
    #expect(try cycles((0..<400).map { $0 * day }) == [.year, .week])
    #expect(try cycles((0..<30).map { $0 * day }) == [.week])
    #expect(try cycles((0..<60).map { $0 * 7 * day }) == [.year])
    #expect(try cycles((0..<24).map { $0 * 3600 }) == [.day])
    #expect(try cycles((0..<30).map { $0 * day + $0 * 1800 }) == [.week, .day])
  }

  @Test func hostileDatesAreFinite() throws {
    let coding = DateCoding(
      position: Standardization(mean: 0, scale: 1, missing: 0, marksMissing: true),
      cycles: DateCoding.Cycle.allCases)
    let preprocessing = Preprocessing(inputs: [.init("when", .date(coding))])
    let rows = try preprocessing.rows(
      of: table(["when": ["1e300", "-1e999", "", "-1e12", "1e13"]]))
    for row in rows { #expect(row.count == 8 && row.allSatisfy { abs($0) <= 1e6 }) }
    #expect(rows[2] == [0, 1, 0, 0, 0, 0, 0, 0])
  }
}
