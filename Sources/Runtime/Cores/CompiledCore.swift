// SPDX-License-Identifier: Apache-2.0

/// A step made ready to run, its core and its body: a file for each kind, all plain data.
protocol CompiledCore: BitwiseCopyable {
  /// Scratch for each thread.
  var threadByteCount: Int { get }
  /// Scratch that all threads share.
  var sharedByteCount: Int { get }
  /// Units that threads can share while other steps run; nil if the step is better run by itself.
  var unitCount: Int? { get }
  /// How the core is blocked on this machine, in words; nil if it is not.
  var blockingInWords: String? { get }
  /// Runs the step, on as many threads as pay.
  func run(_ memory: RunMemory, _ scratch: Scratch)
  /// What goes before rows and units.
  ///
  /// - Parameter alone: whether each thread runs all of its rows at once.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool)
  /// Runs the rows `rows` of `count` on one thread, after `prepare`: see `Phase.rows`.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool)
  /// Runs one of `unitCount` units on one thread, after `prepare`.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int)
}

extension CompiledCore {
  var blockingInWords: String? { nil }
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {}
  /// The only unit is the step.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    run(memory, scratch.alone(thread))
  }
}

/// A core where it stands in memory: of any kind, it is called without a copy.
// In bounds: such pointers come from `PlainMemory.one`, which the executable keeps.
extension UnsafePointer: CompiledCore where Pointee: CompiledCore {
  var threadByteCount: Int { pointee.threadByteCount }
  var sharedByteCount: Int { pointee.sharedByteCount }
  var unitCount: Int? { pointee.unitCount }
  var blockingInWords: String? { pointee.blockingInWords }
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

/// What a core needs: asked once, where its kind is known.
struct Needs: BitwiseCopyable {
  let threadByteCount: Int
  let sharedByteCount: Int
  let unitCount: Int?

  init(_ core: some CompiledCore) {
    threadByteCount = core.threadByteCount
    sharedByteCount = core.sharedByteCount
    unitCount = core.unitCount
  }
}
