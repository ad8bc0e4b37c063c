// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import Testing

struct RowSplitTests {
  @Test func classesAreSplitInOneShare() throws {
    let rows = Array(10..<50), strata = rows.map { $0 % 4 == 0 ? 1 : 0 }
    let split = try RowDivision(rows: rows, strata: strata, seed: 7).split(0.2)
    #expect(split.training.count == 32 && split.validation.count == 8)
    #expect(Set(split.training + split.validation) == Set(rows))
    #expect(split.validation.count { $0 % 4 == 0 } == 2)
    #expect(split.validation != split.validation.sorted())
    let same = try RowDivision(rows: rows, strata: strata, seed: 7).split(0.2)
    #expect(same.validation == split.validation)
    let other = try RowDivision(rows: rows, strata: strata, seed: 8).split(0.2)
    #expect(other.validation != split.validation)
  }

  @Test func tenthsAreOfEqualSize() {
    let tenths = RowDivision.tenths(of: (0..<30).map { Double(($0 * 7) % 30) })
    #expect((0..<10).allSatisfy { tenth in tenths.count { $0 == tenth } == 3 })
    #expect(tenths[0] == 0 && tenths[17] == 9)
  }

  @Test func theLastRowsByTimeValidate() throws {
    let rows = Array(0..<10), times = rows.map { Double(-$0) }
    let split = try RowDivision(rows: rows, strata: rows, seed: 0).split(0.3, orderedBy: times)
    #expect(split.validation.sorted() == [0, 1, 2])
  }

  @Test func noGroupIsInBothParts() throws {
    let rows = Array(0..<40), groups = rows.map { Int32($0 % 8) }
    let split = try RowDivision(rows: rows, strata: rows, seed: 0).split(0.25, groupedBy: groups)
    #expect(split.validation.count == 10)
    #expect(Set(split.validation.map { $0 % 8 }).isDisjoint(with: split.training.map { $0 % 8 }))
  }

  @Test func whatCannotBeSplitIsSaid() throws {
    let one = RowDivision(rows: [3], strata: [0], seed: 0)
    #expect(throws: FitError.self) { try one.split(0.2) }
    #expect(throws: FitError.self) { try one.folds(2) }
    let two = RowDivision(rows: [1, 2], strata: [0, 0], seed: 0)
    #expect(throws: FitError.self) { try two.split(0.5, groupedBy: [4, 4]) }
    #expect(throws: FitError.self) { try two.split(0.5, orderedBy: [1, 1]) }
    #expect(try two.folds(2).count == 2)
  }
}
