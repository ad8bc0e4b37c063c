// SPDX-License-Identifier: Apache-2.0

#if Command

import ArgumentParser
import Pullback

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What training a network took, beside what it needs, in bytes.
struct NetworkMemory {
  private let name: String
  private let batch: Int
  /// What a step needs, by name.
  private let needs: [(name: String, byteCount: Int)]
  /// The buffers of the plan, as they share the arena.
  private let arena: Int
  /// The most that the process had before there was a network, and after some steps.
  private let before, peak: Int

  private var needed: Int { needs.reduce(0) { $0 + $1.byteCount } }
  private var growth: Int { peak - before }
  private var ratio: Double { Double(growth) / Double(needed) }

  /// Trains for some steps.
  init(training make: () -> Trained, _ name: String, batch: Int) throws {
    (self.name, self.batch) = (name, batch)
    before = try NetworkMemory.peak()
    let trained = onOneThread(make)
    for _ in 0..<5 { _ = trained.step() }
    peak = try NetworkMemory.peak()
    let plan = trained.plan()!
    arena = plan.arenaByteCount + Threads.limit * plan.rowArenaByteCount
    let parameters = trained.parameters.distinct.reduce(0) { $0 + $1.value.value.byteCount }
    needs = [
      ("parameters", parameters), ("optimizer_state", trained.stateByteCount),
      ("batch", trained.batchByteCount),
      ("kept_activations", plan.keptByteCount),
    ]
  }

  func report(asJSON isJSON: Bool) throws {
    if isJSON {
      var line = JSONLine()
      line.add("name", text: "network \(name) memory")
      line.add("batch_size", batch)
      line.add("threads", Threads.limit)
      for (name, byteCount) in needs { line.add("\(name)_bytes", byteCount) }
      line.add("needed_bytes", needed)
      line.add("arena_bytes", arena)
      line.add("before_bytes", before)
      line.add("peak_bytes", peak)
      line.add("ratio", (ratio * 1000).rounded() / 1000)
      return try Console.print(line.description)
    }
    let lines = needs.map { (NetworkMemory.words($0.name), $0.byteCount) }
    let rows =
      lines + [
        ("needed", needed), ("all buffers of the plan", arena), ("the process before", before),
        ("the process at most", peak), ("what training added", growth),
      ]
    let table = [["network \(name), batch \(batch)", "bytes"]] + rows.map { [$0.0, "\($0.1)"] }
    try Console.print(alignedTable(table))
    try Console.print("Training added \(ratio.written(decimals: 2)) times what it needs.")
  }

  private static func words(_ name: String) -> String {
    String(name.map { $0 == "_" ? " " : $0 })
  }

  /// The most memory that the process has had so far.
  private static func peak() throws -> Int {
    #if canImport(Darwin)
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #else
    // Not getrusage: it counts whoever started the process before it became this program.
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw ValidationError("--memory reads /proc/self/status, which this system does not have")
    }
    return kibibytes << 10
    #endif
  }
}

extension Value {
  /// Bytes of its numbers.
  var byteCount: Int { shape.elementCount * elementType.byteCount }
}

#endif
