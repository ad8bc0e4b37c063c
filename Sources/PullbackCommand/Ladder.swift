// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback
import PullbackByHand

/// `pullback ladder`: matrix multiplication made fast in steps, checked and timed.
struct Ladder: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Climb from three loops to a fast matrix multiplication, checked and timed.",
    discussion: """
      Multiplies [n, k] by [k, m] in the steps of the course notes. Every rung is first compared \
      with integer arithmetic, which small integers allow exactly. Times are the best of several \
      runs; the peak is that of multiply-adds in registers, measured here and now on all threads.

        pullback ladder --shape 5x784x10
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Extents of the matrices, 1 to \(Extents.largest) each. (default: \(Extents.ofTheNotes))",
      valueName: "n>x<k>x<m"),
    transform: Extents.init(parsing:))
  var shape: Extents?

  @Option(
    parsing: .unconditional,
    help: "Threads to use at most. (default: the processors of this machine)")
  var threads: Int?

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @Flag(help: "Show what the notes' broadcasting formula computes when taken at its word.")
  var trap = false

  func validate() throws {
    if trap, shape != nil {
      throw ValidationError("--trap has matrices of its own; leave --shape out")
    }
    guard threads.map({ 1...64 ~= $0 }) ?? true else {
      throw ValidationError("--threads must be from 1 to 64")
    }
  }

  func run() throws {
    try prepare(threads: threads)
    if trap { return try printTrap() }
    Console.noteDebugBuild()
    let extents = shape ?? .ofTheNotes
    let product = IntegerProduct(extents)
    // Measured between the rungs too: a machine in use gives its best at times.
    var climbed: [Climb] = [], peak = 0.0
    for rung in Rung.allCases {
      peak = max(peak, Machine.measuredPeak(threads: Threads.limit))
      climbed.append(Climb(of: rung, product))
    }
    // A rung above the peak tells that other programs disturbed the measurement.
    let fastest = climbed.map { extents.operations / $0.best }.max()!
    for attempt in 0..<20 where attempt == 0 || peak < fastest {
      peak = max(peak, Machine.measuredPeak(threads: Threads.limit))
    }
    if json {
      for climb in climbed {
        try Console.print(climb.json(extents, climbed[0], peak: peak).description)
      }
    } else {
      try printTable(climbed, extents, peak: peak)
    }
    let wrong = climbed.filter { !$0.isCorrect }.map(\.rung.name)
    if !wrong.isEmpty {
      Console.noteError("differs from integer arithmetic: \(wrong.joined(separator: ", "))")
      throw ExitCode.failure
    }
  }

  private func printTable(_ climbed: [Climb], _ extents: Extents, peak: Double) throws {
    let threads = Threads.limit
    try Console.print("[\(extents.n), \(extents.k)] x [\(extents.k), \(extents.m)] in Float")
    try Console.print(
      "Measured peak: \((peak / 1e9).threeDigits) GFLOP/s with \(threads) "
        + "thread\(threads == 1 ? "" : "s") (\(instructionSet))\n")
    var table = [["rung", "formula", "time", "GFLOP/s", "faster", "of peak", "exact"]]
    for climb in climbed {
      let speed = extents.operations / climb.best
      table.append([
        climb.rung.name, climb.rung.formula, climb.best.asTime,
        (speed / 1e9).threeDigits, "\((climbed[0].best / climb.best).threeDigits)x",
        "\((100 * speed / peak).written(decimals: 1))%", climb.isCorrect ? "yes" : "NO",
      ])
    }
    try Console.print(alignedTable(table, textColumns: 2))
  }

  /// The example of the notes, on which the wrong formula stops nobody.
  private func printTrap() throws {
    let a: Tensor<Float> = [[1, 2], [3, 4]], b: Tensor<Float> = [[5, 6], [7, 8]]
    let right = [[Float]](Rung.broadcast.multiply(a, b)).map { $0.map { Int($0) } }
    let literal = (0..<2).map { literalBroadcastRow($0, a, b).scalars.map { Int($0) } }
    if json {
      for i in 0..<2 {
        var line = JSONLine()
        line.add("row", i)
        line.add("right", right[i])
        line.add("literal", literal[i])
        try Console.print(line.description)
      }
      return
    }
    try Console.print("A = [[1, 2], [3, 4]], B = [[5, 6], [7, 8]]\n")
    var table = [["C_i =", "row 0", "row 1", ""]]
    table.append(["(a[i, :, newAxis] * B).sum(along: 0)", "\(right[0])", "\(right[1])", "right"])
    table.append(["(a[i, newAxis] * B).sum(along: 0)", "\(literal[0])", "\(literal[1])", "WRONG"])
    try Console.print(alignedTable(table, textColumns: 4))
    try Console.print(
      """

      a[i, newAxis] is the row [1, k] and stretches over the rows of B [k, m]: element j becomes
      a_ij times the sum of column j of B. With m = k or 1 nothing stops it; other m are errors.
      """)
  }
}

#endif
