// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct LadderTests {
  @Test func jsonHasALineForEachRung() throws {
    let result = try Command.run("ladder", "--shape", "3x4x2", "--json")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    let rungs = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(rungs.map(\.rung) == ["loops", "rowTimesColumn", "broadcast", "matmul"])
    #expect(rungs[0].speedup == 1)
    for rung in rungs {
      #expect(rung.correct)
      #expect(rung.shape == [3, 4, 2])
      #expect(rung.runs > 0)
      #expect(rung.best_us > 0)
      #expect(rung.best_us <= rung.median_us)
      #expect(rung.peak_gflops > 0)
      // 3 · 4 · 2 multiplications and additions.
      #expect(abs(rung.gflops * rung.best_us * 1e3 - 48) < 1e-6)
      #expect(abs(rung.peak_share * rung.peak_gflops - rung.gflops) < 1e-6)
    }
  }

  @Test func tableIsAligned() throws {
    let result = try Command.run("ladder", "--shape", "2x3x4")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[0] == "[2, 3] x [3, 4] in Float")
    #expect(lines[1].hasPrefix("Measured peak: "))
    let places = Set(
      lines[3...].map { $0.distance(from: $0.startIndex, to: $0.range(of: "  C")!.lowerBound) })
    #expect(places.count == 1)
    #expect(lines[3...].allSatisfy { $0.hasSuffix("  yes") })
  }

  @Test(
    "Bad shapes are usage errors",
    arguments: [
      ("0x1x1", "The extent 0 is not in 1...1024."),
      ("axb", "Three extents are wanted, such as 5x784x10."),
      ("axbxc", "'a' is not an integer up to 1024."),
      ("99999999999x2x2", "The extent 99999999999 is not in 1...1024."),
      ("99999999999999999999x2x2", "'99999999999999999999' is not an integer up to 1024."),
      ("5x784", "Three extents are wanted, such as 5x784x10."),
      ("1x2x3x4", "Three extents are wanted, such as 5x784x10."),
      ("1x+2x3", "'+2' is not an integer up to 1024."),
      ("1xx3", "'' is not an integer up to 1024."),
      ("", "Three extents are wanted, such as 5x784x10."),
    ])
  func badShapes(shape: String, message: String) throws {
    let result = try Command.run("ladder", "--shape", shape)
    #expect(result.status == 64)
    #expect(result.output == "")
    #expect(result.errors.contains("'--shape <n>x<k>x<m>': \(message)\n"))
    #expect(result.errors.contains("Usage: pullback ladder"))
  }

  @Test func threads() throws {
    let result = try Command.run("ladder", "--shape", "1x1x1", "--threads", "1")
    #expect(result.status == 0)
    #expect(result.output.contains("with 1 thread ("))
    #expect(try Command.run("ladder", "--threads", "0").status == 64)
  }

  @Test func trap() throws {
    let result = try Command.run("ladder", "--trap")
    #expect(result.status == 0)
    #expect(result.output.contains("(a[i, :, newAxis] * B).sum(along: 0)  [19, 22]  [43, 50]"))
    #expect(result.output.contains("(a[i, newAxis] * B).sum(along: 0)     [12, 28]  [36, 56]"))
    let json = try Command.run("ladder", "--trap", "--json")
    #expect(
      json.output == """
        {"row":0,"right":[19,22],"literal":[12,28]}
        {"row":1,"right":[43,50],"literal":[36,56]}

        """)
    #expect(try Command.run("ladder", "--trap", "--shape", "2x2x2").status == 64)
  }

  /// The keys are those of the output.
  private struct Line: Decodable {
    let rung: String
    let shape: [Int]
    let runs: Int
    let best_us, median_us, gflops, speedup, peak_share, peak_gflops: Double
    let correct: Bool
  }
}
