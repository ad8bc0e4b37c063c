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
  /// The process before there was a network, and after some steps.
  private let before, after: Resident

  private var needed: Int { needs.reduce(0) { $0 + $1.byteCount } }
  /// Not the parts of the program that were needed for the first time: all who run it share them.
  private var growth: Int { after.peak - before.peak - pages }
  private var pages: Int { after.ofFiles - before.ofFiles }
  private var ratio: Double { Double(growth) / Double(needed) }

  /// Trains for some steps.
  init(training make: () -> Trained, _ name: String, batch: Int) throws {
    (self.name, self.batch) = (name, batch)
    before = try Resident()
    let trained = onOneThread(make)
    for _ in 0..<5 { _ = trained.step() }
    after = try Resident()
    let plan = trained.plan()!
    arena = plan.arenaByteCount + Threads.limit * plan.rowArenaByteCount
    let parameters = trained.parameters.distinct.reduce(0) { $0 + $1.value.value.byteCount }
    needs = [
      ("parameters", parameters), ("optimizer_state", trained.stateByteCount()),
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
      line.add("before_bytes", before.peak)
      line.add("peak_bytes", after.peak)
      line.add("program_pages_bytes", pages)
      line.add("ratio", (ratio * 1000).rounded() / 1000)
      return try Console.print(line.description)
    }
    let lines = needs.map { (NetworkMemory.words($0.name), $0.byteCount) }
    let rows =
      lines + [
        ("needed", needed), ("all buffers of the plan", arena),
        ("the process before", before.peak), ("the process at most", after.peak),
        ("pages of the program", pages), ("what training added", growth),
      ]
    let table = [["network \(name), batch \(batch)", "bytes"]] + rows.map { [$0.0, "\($0.1)"] }
    try Console.print(alignedTable(table))
    try Console.print("Training added \(ratio.written(decimals: 2)) times what it needs.")
  }

  private static func words(_ name: String) -> String {
    String(name.map { $0 == "_" ? " " : $0 })
  }
}

/// Memory that the process has.
private struct Resident {
  /// The most that it has had so far.
  let peak: Int
  /// What of it are pages of files now, of the program and its libraries; 0 where the system does
  /// not say.
  let ofFiles: Int

  init() throws {
    #if canImport(Darwin)
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    (peak, ofFiles) = (usage.ru_maxrss, 0)
    #else
    // Not getrusage: it counts whoever started the process before it became this program.
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    func bytes(_ name: String) -> Int? {
      let line = status?.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    guard let peak = bytes("VmHWM") else {
      throw ValidationError("--memory reads /proc/self/status, which this system does not have")
    }
    (self.peak, ofFiles) = (peak, bytes("RssFile") ?? 0)
    #endif
  }
}

extension Value {
  /// Bytes of its numbers.
  var byteCount: Int { shape.elementCount * elementType.byteCount }
}

#endif
