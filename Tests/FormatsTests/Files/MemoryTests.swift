// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import Foundation
  import PullbackFormats
  import PullbackTestSupport
  import Testing

  /// Files that are larger, or become larger, than what the system gives.
  @Suite struct MemoryTests {
    private static func text(_ count: Int, _ part: (Int) -> String) -> String {
      (0..<count).map(part).joined()
    }

    /// What each kind of file has most of: the arrays that Swift could not make.
    private static let files: [String: @Sendable () -> [UInt8]] = [
      "numbers.csv": { Array(("a,b\n" + text(40_000) { "\($0).5,\($0)\n" }).utf8) },
      "missing.csv": { Array(("a,b\n" + text(200_000) { $0 % 3 > 0 ? ",\n" : "1,2\n" }).utf8) },
      "identifiers.csv": {
        Array(("a\n" + text(40_000) { "\(1_000_000_000_000_000_000 + $0)\n" }).utf8)
      },
      "texts.csv": { Array(("a,b\n" + text(60_000) { "text \($0),\"\($0 % 9)\"\"\"\n" }).utf8) },
      "wide.csv": { Array((text(20_000) { "c\($0)," } + "z\n" + text(20_000) { _ in "1," }).utf8) },
      "long.csv": { Array(("a,b\n1,\"" + text(400_000) { _ in "x\"\"y\n" } + "\"\n2,z\n").utf8) },
      "numbers.json": { Array(("[" + text(100_000) { "\($0)," } + "0]").utf8) },
      "texts.json": {
        Array(
          ("{" + text(20_000) { "\"key \($0)\":\"a text of some length, \($0)\"," } + "\"z\":0}")
            .utf8)
      },
      "long.json": { Array(("\"" + text(500_000) { _ in "x\\n" } + "\"").utf8) },
      "many.safetensors": {
        header(
          "{"
            + text(20_000) { "\"\($0)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}," }
            + "\"x\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}") + [7]
      },
      "metadata.safetensors": {
        header("{\"__metadata__\":{" + text(100_000) { "\"\($0)\":\"\"," } + "\"z\":\"\"}}")
      },
    ]

    private static func header(_ text: String) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) } + Array(text.utf8)
    }

    private static func load(_ path: String, _ text: String) throws(FileError) {
      if path.hasSuffix(".csv") {
        _ = try CSV.table(at: path, header: true)
      } else if path.hasSuffix(".json") {
        _ = try JSON(parsing: text)
      } else {
        _ = try Safetensors.read(at: path)
      }
    }

    @Test("At every limit a file loads or throws", arguments: files.keys.sorted())
    func everyLimit(name: String) async throws {
      await #expect(processExitsWith: .success) { [name = name as String] in
        let folder = TemporaryFolder()
        let path = folder.file(name), bytes = MemoryTests.files[name]!()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let text = String(decoding: bytes, as: UTF8.self)
        var refusals = 0, room = 64 << 10
        while true {
          do throws(FileError) {
            try limitingMemory(to: room) { () throws(FileError) in try MemoryTests.load(path, text)
            }
            break
          } catch {
            precondition(error.kind == .tooLarge, "\(error)")
            precondition(error.problem.hasPrefix("the system has no "), "\(error)")
            refusals += 1
          }
          room += room / 8
        }
        precondition(refusals > 8 && room < 64 << 20, "\(refusals) refusals, \(room) bytes")
      }
    }

    @Test func aTableThatLoadsMayHaveNoMatrix() async {
      await #expect(processExitsWith: .success) {
        let rows = MemoryTests.text(100_000) { "\($0)\n" }
        let table = try CSV.table(from: Array(("a\n" + rows).utf8), name: "a.csv", header: true)
        do {
          let names = [String](repeating: "a", count: 100)
          _ = try limitingMemory(to: 16 << 20) { () throws(FileError) in try table.matrix(of: names)
          }
          preconditionFailure("80 MB in 16")
        } catch let error as FileError {
          precondition(error.file == "a.csv" && error.kind == .tooLarge, "\(error)")
        }
        let matrix = try table.matrix(of: ["a"])
        precondition(matrix[99_999, 0].scalars == [99_999])
      }
    }
  }
#endif
