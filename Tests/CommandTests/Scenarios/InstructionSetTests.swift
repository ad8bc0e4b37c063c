// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `PULLBACK_INSTRUCTION_SET` chooses the kernels, or the command says that it cannot.
@Suite struct InstructionSetTests {
  @Test(arguments: ["baseline", "avx2", "avx512", "neon"])
  func theSetAskedForRuns(name: String) throws {
    let result = try run(name)
    if InstructionSetTests.runsHere(name) {
      #expect(result.status == 0)
      #expect(result.output.contains("\"instruction_set\":\"\(name)\""))
    } else {
      #expect(result.status == 64)
      #expect(result.output == "")
      #expect(result.errors.contains("PULLBACK_INSTRUCTION_SET"))
    }
  }

  @Test func unknownSetIsAUsageError() throws {
    #expect(try run("mmx").status == 64)
    #expect(try run("AVX2").status == 64)
  }

  @Test func withoutTheVariableTheBestSetRuns() throws {
    let best = ["avx512", "avx2", "neon", "baseline"].first { InstructionSetTests.runsHere($0) }!
    #expect(try run("").output.contains("\"instruction_set\":\"\(best)\""))
  }

  private func run(_ name: String) throws -> Command.Result {
    try Command.run(
      ["bench", "matmul", "9x9x9", "--seconds", "0.01", "--json"],
      environment: ["PULLBACK_INSTRUCTION_SET": name])
  }

  /// What the processor says of itself, independently of the kernels' own choice.
  private static func runsHere(_ name: String) -> Bool {
    #if arch(x86_64)
      let needed = [
        "baseline": [], "avx2": ["avx2", "fma"],
        "avx512": ["avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl"],
      ]
      return needed[name].map { features.isSuperset(of: $0) } ?? false
    #else
      return name == "baseline" || name == "neon"
    #endif
  }

  private static let features: Set<String> = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(flags.split(separator: " ").map(String.init))
  }()
}
