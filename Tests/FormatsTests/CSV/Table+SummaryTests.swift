// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct TableSummaryTests {
  private static let records: [String: [Double]] = Fixture.records("tables/summaries.txt")
  private static let names = records.keys.filter { !$0.contains(".") }.sorted()

  /// Against pandas and NumPy (Scripts/fixtures/tables.py).
  @Test(arguments: names) func numbersAreThoseOfPandas(name: String) throws {
    let numbers = try #require(Self.records[name]),
      said = try #require(Self.records[name + ".said"])
    let text = "x\n" + numbers.map { "\($0)\n" }.joined() + "\"\"\ninf\n"
    let summary = try #require(try table(text)["x"]?.summary(binCount: 10))
    #expect(summary.count == Int(said[0]))
    let found = [summary.mean, summary.standardDeviation] + summary.quartiles
    let expected = [said[1], said[2], said[4], said[5], said[6]]
    let tolerance = 1e-12 * max(-said[3], said[7])
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance, "\(a) \(b)") }
    #expect(summary.minimum == said[3] && summary.maximum == said[7])
    #expect(summary.histogram.map { Double($0) } == Self.records[name + ".counts"])
  }

  @Test func numbersOfAnySizeAreSummarised() throws {
    let far = try #require(try table("x\n-1.7e308\n1.7e308\n0\n")["x"]?.summary(binCount: 2))
    #expect(far.mean == 0 && far.standardDeviation == 1.7e308 && far.histogram == [1, 2])
    let zero = try #require(try table("x\n0\n0\n")["x"]?.summary(binCount: 0))
    #expect(zero.standardDeviation == 0 && zero.histogram == [2])
    let one = try #require(try table("x\n5\n")["x"]?.summary())
    #expect(one.standardDeviation.isNaN && one.quartiles == [5, 5, 5])
    #expect(try table("x\ninf\n", header: true)["x"]?.summary() == nil)
    #expect(try table("x\na\n")["x"]?.summary() == nil)
  }

  @Test func textsAreCounted() throws {
    let column = try #require(try table("t,x\nb,1\n,2\na,3\nb,4\nc,5\nc,6\n")["t"])
    #expect(column.mostFrequent().map(\.text) == ["b", "c", "a"])
    #expect(column.mostFrequent().map(\.count) == [2, 2, 1])
    #expect(column.mostFrequent(1).map(\.text) == ["b"] && column.mostFrequent(-1).isEmpty)
    #expect(try table("x\n1\n")["x"]?.mostFrequent().isEmpty == true)
  }
}
