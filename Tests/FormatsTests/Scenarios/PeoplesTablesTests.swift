// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

/// Tables as spreadsheets of three countries write them, against what pandas reads when it is told
/// how each column is written (Scripts/fixtures/tables.py).
struct PeoplesTablesTests {
  @Test(arguments: ["german", "american", "french"]) func numbersAreThoseOfPandas(
    name: String
  ) throws {
    let table = try CSV.table(at: Fixture.path("tables/\(name).csv"), reading: .tolerant)
    let lines = Fixture.lines("tables/\(name).txt").map {
      $0.split(separator: "\t").map(String.init)
    }
    #expect(table.names == lines.map { $0[0] })
    for (column, line) in zip(table.columns, lines) {
      let expected = line.dropFirst().map { $0 == "-" ? nil : $0 }
      switch column.kind {
      case .numeric:
        let found: [Double?] = numbers(column).map { $0.isNaN ? nil : $0 }
        let wanted: [Double?] = expected.map { $0.map { Double($0)! } }
        #expect(found == wanted, "\(column)")
      case .categorical: #expect(texts(column) == Array(expected), "\(column)")
      }
    }
  }

  @Test func notationsAreSeen() throws {
    func notations(_ name: String) throws -> [Table.Notation] {
      try CSV.table(at: Fixture.path("tables/\(name).csv"), reading: .tolerant)
        .columns.map(\.notation)
    }
    #expect(try notations("german") == [.date, .currency, .percent, .plain, .time, .plain])
    #expect(try notations("american") == [.date, .currency, .time, .plain, .dateTime])
    #expect(try notations("french") == [.date, .plain, .plain])
    let french = try CSV.table(at: Fixture.path("tables/french.csv"), reading: .tolerant)
    #expect(french["prix"]?.misfits.map(\.line) == [5, 19, 43])
    #expect(french["prix"]?.misfits.map(\.text) == ["n/a?", "gratuit", "12 ou 13"])
  }
}
