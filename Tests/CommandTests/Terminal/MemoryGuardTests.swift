// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import PullbackTestSupport
  import Testing

  /// Memory that the system refuses, to tensors and to everything else.
  @Suite struct MemoryGuardTests {
    private static func run(kilobytes: Int, _ command: String) throws -> BuiltProgram.Result {
      try Command.run(inShell: "ulimit -v \(kilobytes); exec \"$0\" \(command)")
    }

    /// The least addresses, in kilobytes and within a hundred, in which the command can
    /// say its version.
    private static func leastThatStarts() throws -> Int {
      var (tooFew, enough) = (0, 1 << 22)
      while enough - tooFew > 100 {
        let middle = (tooFew + enough) / 2
        if try run(kilobytes: middle, "--version").status == 0 {
          enough = middle
        } else {
          tooFew = middle
        }
      }
      return enough
    }

    @Test func endsWith71AndASentence() throws {
      let least = try MemoryGuardTests.leastThatStarts()
      var refused = 0
      for step in 0..<30 {
        let run = try MemoryGuardTests.run(
          kilobytes: least + 150 * step, "train --epochs 1 --quiet --hidden 2000")
        #expect(run.status == 71 || run.status == 0, "\(run)")
        guard run.status == 71 else { continue }
        refused += 1
        #expect(run.errors.contains("Error: the system has no "), "\(run)")
      }
      #expect(refused > 10)
    }

    /// Wherever it is refused: while a table is read, or while something is made of it.
    @Test func aTableThatIsTooLarge() throws {
      let folder = TemporaryFolder()
      let file = try folder.write(Array(SmallTables.species(rows: 20_000).utf8), to: "t.csv")
      let least = try MemoryGuardTests.leastThatStarts()
      var refused = 0
      for step in 0..<20 {
        let run = try MemoryGuardTests.run(
          kilobytes: least + 400 * step, "inspect \(file) --target species")
        #expect(run.status == 71 || run.status == 0, "\(run)")
        guard run.status == 71 else { continue }
        refused += 1
        #expect(run.errors.contains("the system has no "), "\(run)")
      }
      #expect(refused > 3)
    }

    @Test func aTensorThatIsTooLargeIsNamed() throws {
      let least = try MemoryGuardTests.leastThatStarts()
      let run = try MemoryGuardTests.run(
        kilobytes: least + 20_000, "bench matmul 5000x5000x5000 --seconds 0.1")
      #expect(run.status == 71)
      let expected =
        "Error: the system has no 100000000 bytes of memory for one tensor: "
        + "make layers, batches or files smaller\n"
      #expect(run.errors.hasSuffix(expected), "\(run)")
    }
  }
#endif
