// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

extension Plan: CustomStringConvertible {
  /// The steps with what they read, do and write, then totals.
  ///
  /// a0 is an argument, p0 a number given at each run, b0 a buffer between steps, r0 a result.
  ///
  /// ```swift
  /// let x = Tensor<Float>.zeros([64, 784]), w = Tensor<Float>.zeros([784, 50])
  /// evaluate(x, w)
  /// print(Plan(evaluating: relu(x • w).sum()))
  /// // 1. matmul a0 [64, 784] • a1 [784, 50], then relu -> b0 [64, 50]   5.02M FLOP
  /// // 2. sum of [64, 50] of b0 -> r0 []   3.2k FLOP
  /// // 2 steps, 5.02M FLOP; 1 buffer of 12800 bytes in 12800 bytes
  /// ```
  public var description: String {
    let width = String(steps.count).count
    var lines: [String] = []
    for (number, step) in steps.enumerated() {
      let label = String(repeating: " ", count: width - String(number + 1).count)
      lines.append("\(label)\(number + 1). \(describe(step))")
    }
    let flops = steps.reduce(0) { $0 + $1.floatingPointOperations }
    lines.append(
      "\(counted(steps.count, "step")), \(flops.abbreviated) FLOP; "
        + "\(counted(usedBuffers.count, "buffer")) of "
        + "\(usedByteCount) bytes in \(arenaByteCount + rowArenaByteCount) bytes")
    return lines.joined(separator: "\n")
  }

  /// Parts of others are not counted, nor what takes the place of another.
  package var usedBuffers: [Buffer] {
    buffers.filter { $0.lastStep >= 0 && $0.part == nil && $0.donor == nil }
  }

  /// Bytes of all of them, of inner ones those of one thread.
  package var usedByteCount: Int {
    let phaseOfStep = phaseOfStep
    return usedBuffers.reduce(0) { $0 + $1.byteCount(phases[phaseOfStep[$1.firstStep]].rows) }
  }

  private func describe(_ step: Step) -> String {
    let core = step.core.kind.description(name)
    var parts = [core, step.body.names].filter { !$0.isEmpty }
    if parts.isEmpty { parts.append("copy") }
    let reads = Set(step.reads.map { name($0.slot) }).sorted().joined(separator: ", ")
    let writes = step.writes.map(describe).joined(separator: ", ")
    let source = reads.isEmpty ? "" : " of \(reads)"
    return parts.joined(separator: ", then ")
      + (step.core.kind.namesWhatItReads ? "" : source) + " -> \(writes) "
      + "\(step.space)   \(step.floatingPointOperations.abbreviated) FLOP"
  }

  private func describe(_ slot: Slot) -> String {
    if let donor = donor(of: slot) { return "\(name(slot)) in place of \(name(donor))" }
    if case .buffer(let buffer) = slot, let part = buffers[buffer].part {
      return "\(name(slot)) in \(name(.buffer(part.whole)))"
    }
    return name(slot)
  }

  private func name(_ slot: Slot) -> String {
    switch slot {
    case .argument(let number): "a\(number)"
    case .parameter(let number): "p\(number)"
    case .buffer(let number): "b\(number)"
    case .output(let number): "r\(number)"
    }
  }
}
