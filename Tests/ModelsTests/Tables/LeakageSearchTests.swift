// SPDX-License-Identifier: Apache-2.0

import Pullback
import PullbackTestSupport
import Testing

struct LeakageSearchTests {
  private func warnings(_ table: Table, _ target: String) throws -> [TableWarning] {
    try TableUnderstanding(table, TableSettings(targets: [target])).warnings
  }

  /// Independent columns say nothing: numbers, many categories, few rows, rare classes.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func chanceIsNotMistaken(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let count = [20, 40, 100, 300][Int(seed) % 4], rare = seed % 5 == 0 ? 12 : 2
    let y = (0..<count).map { (row: Int) -> String in
      let isFirst = row < 6 ? row % 2 == 0 : random.isTrue(oneIn: rare)
      return isFirst ? "a" : "b"
    }
    let table = try table([
      "x": (0..<count).map { _ in "\(Double.random(in: 0...1, using: &random))" },
      "few": (0..<count).map { _ in "\(random.below(3))" },
      "many": (0..<count).map { _ in "c\(random.below(count / 3))" },
      "gaps": (0..<count).map { _ in random.isTrue(oneIn: 2) ? "" : "\(random.below(1000))" },
      "y": y,
      "z": (0..<count).map { _ in "\(Double.random(in: 0...1, using: &random))" },
    ])
    #expect(try warnings(table, "y").filter { $0.kind != .fewRows } == [])
    #expect(try warnings(table, "z") == [])
  }

  private func revealing(
    _ column: [String], _ target: [String]
  ) throws -> [String] {
    let table = try table([
      "c": column, "x": column.indices.map { "\($0 * 37 % 101).5" }, "y": target,
    ])
    return try warnings(table, "y").first { $0.kind == .revealingColumn }?.names ?? []
  }

  @Test func columnsThatSayTheClassAreFound() throws {
    var random = SplitMix(seed: 8)
    let classes = (0..<100).map { _ in random.pick(["a", "b", "c"]) }
    let codes = ["a": "1", "b": "2", "c": "3"]
    // Under another name, as numbers, with one slip, as ranges, by being missing, town by town.
    #expect(try revealing(classes.map { "kind \($0)" }, classes) == ["c"])
    #expect(try revealing(classes.map { codes[$0]! }, classes) == ["c"])
    #expect(
      try revealing(classes.enumerated().map { $0 == 50 ? "2" : codes[$1]! }, classes) == ["c"])
    #expect(
      try revealing(
        classes.map { codes[$0]! + ".\(random.below(1000))" }, classes) == ["c"])
    let two = classes.map { $0 == "a" ? "yes" : "no" }
    #expect(
      try revealing(
        two.map { $0 == "yes" ? "" : "\(Double.random(in: 0...1, using: &random))" }, two)
        == ["c"])
    #expect(
      try revealing(classes.map { "town \($0) \(random.below(5))" }, classes) == ["c"])
    // One in ten wrong is a good column, no leak.
    #expect(
      try revealing(
        classes.map { codes[random.isTrue(oneIn: 10) ? random.pick(["a", "b", "c"]) : $0]! },
        classes) == [])
  }

  @Test func columnsThatSayTheNumberAreFound() throws {
    var random = SplitMix(seed: 9)
    let numbers = (0..<100).map { _ in Double.random(in: 10...50, using: &random) }
    let target = numbers.map { "\($0)" }
    #expect(try revealing(numbers.map { "\($0 * -1.2 + 3)" }, target) == ["c"])
    #expect(
      try revealing(
        numbers.map { "\($0 + Double.random(in: -0.1...0.1, using: &random))" }, target) == ["c"])
    #expect(
      try revealing(
        numbers.map { "\($0 + Double.random(in: -5...5, using: &random))" }, target) == [])
    let steps = numbers.map { ($0 / 10).rounded() }
    #expect(
      try revealing(steps.map { "step \($0)" }, steps.map { "\($0 * 1.5 + 0.25)" }) == ["c"])
  }

  /// One input alone is what a table of one input is about.
  @Test func oneInputIsNoLeak() throws {
    let names = ["a", "b"]
    let classes = (0..<60).map { (row: Int) in names[row * 7 % 5 % 2] }
    let table = try table(["x": classes.map { $0 == "a" ? "p" : "q" }, "y": classes])
    #expect(try warnings(table, "y").filter { $0.kind == .revealingColumn } == [])
  }

  @Test func copiesAreCounted() throws {
    var random = SplitMix(seed: 10)
    var x = (0..<200).map { _ in "\(Double.random(in: 0...1, using: &random))" }
    x += x.prefix(30)
    let c = x.indices.map { ["p", "q", ""][$0 % 200 % 3] }
    let y = x.indices.map { _ in random.pick(["a", "b"]) }
    let found = try warnings(table(["x": x, "c": c, "y": y]), "y")
    #expect(found.map(\.kind) == [.duplicateRows])
    #expect(
      found.first?.description
        == "30 of 230 rows repeat the inputs of another; where such rows stand on both sides of a "
        + "split, the model is tested on what it was trained on: remove copies, or keep what "
        + "belongs together in one group")
    // Few values make equal rows without any copy.
    let few = try table(["a": y.map { $0 == "a" ? "1" : "0" }, "c": c, "y": x])
    #expect(try warnings(few, "y").filter { $0.kind == .duplicateRows } == [])
  }

  @Test func rowsInOrderAreSeen() throws {
    var random = SplitMix(seed: 11)
    let x = (0..<150).map { _ in "\(Double.random(in: 0...1, using: &random))" }
    let classes = (0..<150).map { ["a", "b", "c"][$0 / 50] }
    let sorted = try warnings(table(["x": x, "y": classes]), "y")
    #expect(sorted.map(\.kind) == [.orderedRows])
    #expect(try warnings(table(["x": x, "y": classes.shuffled(using: &random)]), "y") == [])
    let numbers = (0..<150).map { "\(Double($0) * 0.25)" }
    #expect(try warnings(table(["x": x, "y": numbers]), "y").map(\.kind) == [.orderedRows])
    #expect(try warnings(table(["x": x, "y": numbers.shuffled(using: &random)]), "y") == [])
  }

  @Test func classesOfFewRowsAreNamed() throws {
    var random = SplitMix(seed: 12)
    let x = (0..<60).map { _ in "\(Double.random(in: 0...1, using: &random))" }
    let y = (0..<60).map { (row: Int) -> String in
      if row == 7 { return "rare" }
      if row % 20 == 3 { return "seldom" }
      return row * 7 % 11 % 2 == 0 ? "a" : "b"
    }
    let found: [TableWarning] = try warnings(table(["x": x, "y": y]), "y")
    #expect(found.map(\.kind) == [.fewRows] && found.first?.names == ["rare", "seldom"])
    #expect(
      found.first?.description
        == "2 classes have fewer than 5 rows: rare (1), seldom (3); find more of them, or join or "
        + "remove such classes")
  }

  /// Of many rows some are looked at first, then all; many classes cost no more than few.
  @Test func manyRowsAndClasses() throws {
    var random = SplitMix(seed: 13)
    let classes = (0..<20_000).map { _ in random.below(500) }
    let table = try table([
      "code": classes.map { "\($0 * 7).5" }, "x": classes.map { _ in "\(random.below(1000))" },
      "y": classes.map { "class \($0)" },
    ])
    let found = try warnings(table, "y").filter { $0.kind == .revealingColumn }
    #expect(found.map(\.names) == [["code"]])
  }
}
