// SPDX-License-Identifier: Apache-2.0

/// A step made ready to run, its core and its body: a file for each kind, all plain data.
protocol CompiledCore: BitwiseCopyable {
  /// Scratch for each thread.
  var threadByteCount: Int { get }
  /// Scratch that all threads share.
  var sharedByteCount: Int { get }
  /// Units that threads can share while other steps run; nil if the step is better run by itself.
  var unitCount: Int? { get }
  /// If all shared scratch is a copy of the matrix that all rows read, made by `prepare`: how many
  /// columns of it stand together there.
  var copiedColumns: Int? { get }
  /// How it is blocked on this machine, in words; nil if it is not.
  var blockingInWords: String? { get }
  /// Runs the step, on as many threads as pay.
  func run(_ memory: RunMemory, _ scratch: Scratch)
  /// Does what must be done before its rows or units run.
  ///
  /// - Parameter alone: whether each thread has one turn at rows: then it can do that for itself.
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool)
  /// Runs some of the `count` equal parts, one after the other, that the step's results have.
  func runRows(
    _ rows: Range<Int>, of count: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    alone: Bool)
  /// Runs one unit on one thread, beside other steps.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int)
}

extension CompiledCore {
  var copiedColumns: Int? { nil }
  var blockingInWords: String? { nil }
  func prepare(_ memory: RunMemory, _ scratch: Scratch, alone: Bool) {}
  /// The only unit is the whole step.
  func runUnit(_ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int) {
    run(memory, scratch.alone(thread))
  }
}

/// What a core needs: asked once, where its kind is known.
struct Needs: BitwiseCopyable {
  let threadByteCount: Int
  let sharedByteCount: Int
  let unitCount: Int?
  let copiedColumns: Int?

  init(_ core: some CompiledCore) {
    threadByteCount = core.threadByteCount
    sharedByteCount = core.sharedByteCount
    unitCount = core.unitCount
    copiedColumns = core.copiedColumns
  }
}
