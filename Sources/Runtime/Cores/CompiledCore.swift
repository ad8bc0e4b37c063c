// SPDX-License-Identifier: Apache-2.0

/// A step made ready to run, its core and its body: a file for each kind, all plain data.
protocol CompiledCore: BitwiseCopyable {
  /// Scratch for each thread.
  var threadByteCount: Int { get }
  /// Scratch that all threads share.
  var sharedByteCount: Int { get }
  /// Units that threads can share while other steps run; nil if the step is better run by itself.
  var unitCount: Int? { get }

  /// Runs the step.
  func run(_ memory: RunMemory, _ scratch: Scratch)
  /// Makes what all threads read, before rows or units run.
  ///
  /// - Parameter alone: whether rows run alone: each thread makes what it can for itself.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool)
  /// Runs the rows `rows` of `count` on one thread: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool)
  /// One of the units on one thread, after `prepare`.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int)
}

extension CompiledCore {
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {}

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    run(memory, scratch.alone(thread))
  }
}

// A core where it lies: a pointer fits into an existential without memory of its own.
extension UnsafePointer: CompiledCore where Pointee: CompiledCore {
  var threadByteCount: Int { pointee.threadByteCount }
  var sharedByteCount: Int { pointee.sharedByteCount }
  var unitCount: Int? { pointee.unitCount }

  func run(_ memory: RunMemory, _ scratch: Scratch) { pointee.run(memory, scratch) }

  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {
    pointee.prepare(memory, scratch, alone: alone)
  }

  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool
  ) {
    pointee.runRows(rows, of: count, memory, scratch, thread: thread, alone: alone)
  }

  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    pointee.runUnit(unit, memory, scratch, thread: thread)
  }
}
