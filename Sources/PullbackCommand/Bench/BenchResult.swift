// SPDX-License-Identifier: Apache-2.0

#if Command

import Pullback

/// What one piece of work took, as a row of the table or a line of JSON.
struct BenchResult {
  let name: String
  let measurement: Measurement
  /// The most threads that the work was allowed.
  var threads = Threads.limit
  /// Floating-point operations of one run, where they are what counts.
  var operations: Double?
  var checksum: Checksum?
  /// What part of Float's peak the element type can reach: Double's vectors hold half as many.
  var shareOfPeak = 1.0
  /// GFLOP/s at least, if the work itself is a measurement of the peak.
  var leastPeak = 0.0
  /// More members of the JSON object, such as `ns_per_node`.
  var more: [(name: String, number: Double)] = []

  init(_ name: String, _ measurement: Measurement) {
    self.name = name
    self.measurement = measurement
  }

  fileprivate var speed: Double? { operations.map { $0 / measurement.best / 1e9 } }

  fileprivate func json(peak: Double) -> JSONLine {
    var line = JSONLine()
    line.add("name", text: name)
    line.add("threads", threads)
    line.add("threads_used", measurement.threadsUsed)
    line.add("median_us", (measurement.median * 1e6).toThousandths)
    line.add("best_us", (measurement.best * 1e6).toThousandths)
    line.add("gflops", (speed ?? .nan).toThousandths)
    line.add("peak_gflops", peak.toThousandths)
    if let checksum {
      line.add("checksum", text: checksum.hexadecimal)
    } else {
      line.add("checksum", JSON.null)
    }
    line.add("instruction_set", text: instructionSet)
    line.add("mean_us", (measurement.mean * 1e6).toThousandths)
    line.add("percentile99_us", (measurement.percentile99 * 1e6).toThousandths)
    for (name, number) in more {
      if let whole = Int(exactly: number) {
        line.add(name, whole)
      } else {
        line.add(name, number.toThousandths)
      }
    }
    return line
  }

  fileprivate func cells(peak: Double) -> [String] {
    let share = speed.map { "\((100 * $0 / peak).written(decimals: 1))%" } ?? ""
    return [
      name, "\(measurement.threadsUsed) of \(threads)", measurement.best.asTime,
      measurement.median.asTime, speed?.threeDigits ?? "", share,
      more.map { "\($0.number.threeDigits) \($0.name)" }.joined(separator: ", "),
      checksum?.hexadecimal ?? "",
    ]
  }
}

extension BenchOptions {
  /// Measures the peak, then prints the results: as lines of JSON, or as a table.
  func report(_ results: [BenchResult]) throws {
    var peaks: [Int: Double] = [:]
    for result in results {
      let floor = (result.speed ?? 0) / result.shareOfPeak
      peaks[result.threads] = BenchOptions.peak(
        threads: result.threads, known: max(peaks[result.threads] ?? 0, result.leastPeak),
        atLeast: floor)
    }
    var table = [
      ["work", "threads", "best", "median", "GFLOP/s", "of peak", "", "checksum"]
    ]
    for result in results {
      let peak = peaks[result.threads]! * result.shareOfPeak
      if json {
        try Console.print(result.json(peak: peak).description)
      } else {
        table.append(result.cells(peak: peak))
      }
    }
    if json { return }
    try Console.print(alignedTable(table))
    let measured = peaks.sorted { $0.key < $1.key }
      .map { "\($0.value.threeDigits) GFLOP/s (threads: \($0.key))" }
    try Console.print(
      "\nPeak of multiply-adds of Float: \(measured.joined(separator: ", ")), \(instructionSet)")
  }

  /// GFLOP/s. Work that seems faster than the peak tells that another program disturbed the
  /// measurement of the peak: then it is repeated, within bounds.
  private static func peak(threads: Int, known: Double, atLeast floor: Double) -> Double {
    var peak = known
    for _ in 0..<10 where peak == 0 || peak < floor {
      peak = max(peak, Machine.measuredPeak(threads: threads) / 1e9)
    }
    return peak
  }
}

extension Double {
  /// Without digits that mean nothing: three decimals.
  fileprivate var toThousandths: Double { (self * 1000).rounded() / 1000 }
}

#endif
