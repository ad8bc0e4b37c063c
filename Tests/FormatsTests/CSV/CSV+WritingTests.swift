// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct CSVWritingTests {
  private let folder = TemporaryFolder()

  private func text(
    _ names: [String], separator: Character = ",", _ body: (CSV.Writer) throws -> Void
  ) throws -> String {
    let path = folder.file("table.csv")
    try CSV.write(to: path, names: names, separator: separator, body)
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func textsAreQuotedWhereTheyMust() throws {
    let written = try text(["a", "b,c", "#d"]) { writer in
      try writer.write(row: [.text("x"), .text("say \"y\""), .text("a\nb")])
      try writer.write(row: [.text(" z"), .text(""), .text("é;'")])
      try writer.write(row: [.number(1), .number(.nan), .number(-0.5)])
    }
    #expect(written == "a,\"b,c\",\"#d\"\nx,\"say \"\"y\"\"\",\"a\nb\"\n\" z\",,é;'\n1,,-0.5\n")
    // Read back as the name that it is.
    let marked = try text(["\u{FEFF}a", "b"]) { _ in }
    #expect(marked == "\"\u{FEFF}a\",b\n")
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (-17, "-17"), (0.1, "0.1"), (1e22, "1e+22"),
      (1e15, "1000000000000000"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "inf"),
      (-.infinity, "-inf"),
      (123_456_789.125, "123456789.125"), (1.0 / 3, "0.3333333333333333"),
    ] as [(Double, String)])
  func numbersAreShort(number: Double, expected: String) throws {
    #expect(try text(["x"]) { try $0.write(row: [.number(number)]) } == "x\n\(expected)\n")
  }

  @Test(arguments: 0..<4) func numbersAndTextsComeBack(seed: Int) throws {
    var random = SplitMix(seed: seed)
    let letters = ["a", "é", "\"", ",", "\n", "\r", "\r\n", " ", "😀", "#", "-", ";", "\t"]
    let count = 500
    let numbers = (0..<count).map { _ in
      Double(bitPattern: UInt64(random.below(1 << 62)) << 2 | UInt64(random.below(4)))
    }.map { $0.isFinite ? $0 : .nan }
    let words = (0..<count).map { _ in
      (0..<1 + random.below(5)).map { _ in random.pick(letters) }.joined()
    }
    let separator = random.pick([",", ";", "\t", "|"]) as Character
    let path = folder.file("random.csv")
    let half = count / 2
    try CSV.write(to: path, names: ["n", "t", "c"], separator: separator) { writer in
      try writer.write(
        columns: [
          .numbers(Array(numbers[..<half])), .texts(Array(words[..<half])),
          .categories((0..<half).map { Int32($0 % 3 - 1) }, ["p", "q"]),
        ])
      for row in half..<count {
        try writer.write(row: [.number(numbers[row]), .text(words[row]), .text("r")])
      }
    }
    let table = try CSV.table(
      at: path, separator: separator, header: true, types: ["t": .categorical], missing: [""])
    let found = FormatsTests.numbers(table["n"])
    #expect(found.map(\.isNaN) == numbers.map(\.isNaN))
    let finite = numbers.filter { !$0.isNaN }
    #expect(found.filter { !$0.isNaN } == finite)
    #expect(texts(table["t"]) == words)
    let codes = texts(table["c"])
    #expect(codes[..<3] == [nil, "p", "q"] && codes.last == "r")
  }

  /// The columns of the input, as they stand, beside what is predicted.
  @Test func recordsStandBesideNewColumns() throws {
    let rows = try TableStream(
      from: Array("a;t\n1,50;\"x;y\"\n2;\"say \"\"z\"\"\"".utf8), columns: [.numeric("a")],
      keepsRecords: true)
    let written = try text(rows.names + ["guess"], separator: rows.separator) { writer in
      while let chunk = try rows.next() {
        try writer.write(columns: [.records(chunk), .numbers([0.25, 7])])
      }
    }
    #expect(written == "a;t;guess\n1,50;\"x;y\";0.25\n2;\"say \"\"z\"\"\";7\n")
  }

  @Test func aMissingValueAloneInItsRowIsARow() throws {
    let written = try text(["x"]) { try $0.write(columns: [.numbers([1, .nan, 2])]) }
    #expect(written == "x\n1\n\"\"\n2\n")
    #expect(try table(written)["x"]?.missingCount == 1)
  }

  @Test func whatIsThrownLeavesTheOldFile() throws {
    struct Stop: Error {}
    let path = folder.file("old.csv")
    try Data("old".utf8).write(to: URL(filePath: path))
    #expect(throws: Stop.self) {
      try CSV.write(to: path, names: ["a"]) { writer in
        for row in 0..<100_000 { try writer.write(row: [.number(Double(row))]) }
        throw Stop()
      }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    for names in [[], ["a", "a"]] as [[String]] {
      #expect(throws: FileError.self) { try CSV.write(to: path, names: names) { _ in } }
    }
    #expect(throws: FileError.self) {
      try CSV.write(to: path, names: ["a"], separator: "e") { _ in }
    }
    #expect(throws: FileError.self) {
      try CSV.write(to: folder.file("no/such.csv"), names: ["a"]) { _ in }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")) == ["old.csv"])
  }

  @Test func aDescriptorIsWrittenAtOnce() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    try CSV.write(toDescriptor: descriptor, names: ["a"]) { writer in
      try writer.write(row: [.number(1)])
      try writer.flush()
      let first = pipe.fileHandleForReading.availableData
      #expect(first == Data("a\n1\n".utf8))
      try writer.write(row: [.number(2)])
    }
    #expect(pipe.fileHandleForReading.availableData == Data("2\n".utf8))
    let error = #expect(throws: FileError.self) {
      try CSV.write(toDescriptor: 9999, name: "out", names: ["a"]) { _ in }
    }
    #expect(error?.kind == .unwritable && error?.file == "out")
  }

  @Test func rowsThatDoNotFitAreMistakes() async {
    await #expect(processExitsWith: .failure) {
      try CSV.write(toDescriptor: 2, names: ["a", "b"]) { try $0.write(row: [.number(1)]) }
    }
    await #expect(processExitsWith: .failure) {
      try CSV.write(toDescriptor: 2, names: ["a", "b"]) {
        try $0.write(columns: [.numbers([1]), .texts([])])
      }
    }
  }
}
