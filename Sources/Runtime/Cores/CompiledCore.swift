// SPDX-License-Identifier: Apache-2.0

/// A step made ready to run, its core and its body: a file for each kind, all plain data. Besides,
/// a kind has what `CompiledStep` asks of it: to run rows, or units beside other steps.
protocol CompiledCore: BitwiseCopyable {
  /// Scratch for each thread.
  var threadByteCount: Int { get }
  /// Scratch that all threads share.
  var sharedByteCount: Int { get }
  /// Units that threads can share while other steps run; nil if the step is better run by itself.
  var unitCount: Int? { get }
  /// Runs the step, on as many threads as pay.
  func run(_ memory: RunMemory, _ scratch: Scratch)
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
