// SPDX-License-Identifier: Apache-2.0

import PullbackPlans

/// The body of a step with what its core needs of it. Its functions are inlined: a step of a small
/// network is some twenty of these calls, and a tenth of its time.
struct StepBody: BitwiseCopyable {
  /// Nil if there is nothing to do but to keep the core's values.
  private let body: UnsafePointer<CompiledBody>?
  let elementCount: Int
  /// About how long the step takes on one thread.
  let nanoseconds: Int
  /// Scratch of a thread that is the core's own; behind it are the body's registers.
  private let coreByteCount: Int
  /// The slot that the core's values go to unchanged, if that is all the body does.
  let coreSlot: Int?

  init(
    _ body: borrowing Body, of step: borrowing Step, coreByteCount: Int = 0,
    in context: borrowing CompilationContext
  ) {
    coreSlot = body.slotOfCore.map(context.slots.number)
    self.body =
      coreSlot == nil
      ? context.plain.one(CompiledBody(body, space: step.space, in: context)) : nil
    elementCount = step.space.elementCount
    nanoseconds = step.nanoseconds
    self.coreByteCount = Plan.padded(coreByteCount)
  }

  /// Scratch of a thread for core and body.
  var threadByteCount: Int { coreByteCount + (body?.pointee.scratchByteCount ?? 0) }

  /// Bytes for the core's values where they do not go straight to their slot.
  func sharedByteCount(elementSize: Int) -> Int {
    coreSlot == nil ? Plan.padded(elementCount * elementSize) : 0
  }

  /// The frame of the body on one thread; there must be something for it to do.
  @inline(__always)
  func frame(_ memory: RunMemory, _ scratch: Scratch, thread: Int) -> BodyFrame {
    BodyFrame(body!, memory, scratch: scratch.thread(thread) + coreByteCount)
  }

  /// Units that threads can share: whole tiles; which thread computes an element does not matter to
  /// its bits.
  var unitCount: Int { (elementCount + unit - 1) / unit }

  /// Of many numbers more at a time: beginning a unit takes as long as some hundred of them.
  private var unit: Int {
    StepBody.leastUnit * min(max(elementCount / (64 * StepBody.leastUnit), 1), 4)
  }

  private static let leastUnit = Tile.length * 16
  /// Nanoseconds of a core that one thread does by itself beside other steps.
  static let longestUnit = 20_000

  @inline(__always)
  func runUnit(
    _ unit: Int, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    core: UnsafeMutableRawPointer? = nil
  ) {
    let first = unit * self.unit
    run(
      first..<min(first + self.unit, elementCount), memory, scratch, thread: thread, core: core)
  }

  /// The body at some positions of the space.
  ///
  /// - Parameter core: the core's values, from that of position 0.
  @inline(__always)
  func run(
    _ positions: Range<Int>, _ memory: RunMemory, _ scratch: Scratch, thread: Int,
    core: UnsafeMutableRawPointer? = nil
  ) {
    var frame = frame(memory, scratch, thread: thread)
    frame.core = core
    frame.run(positions)
  }

  /// The whole body, on several threads if that pays.
  @inline(__always)
  func run(_ memory: RunMemory, _ scratch: Scratch, core: UnsafeMutableRawPointer? = nil) {
    if elementCount > 0, !scratch.pays(nanoseconds) {
      return run(0..<elementCount, memory, scratch, thread: 0, core: core)
    }
    scratch.split(units: unitCount, nanoseconds: nanoseconds) { unit, thread in
      runUnit(unit, memory, scratch, thread: thread, core: core)
    }
  }
}

extension Step {
  /// About how long the step takes on one thread, of which the order of magnitude matters: 100
  /// operations a nanosecond in products, 16 elsewhere.
  var nanoseconds: Int {
    productCount / 100 + (floatingPointOperations - productCount) / 16
  }
}
