// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

/// Numbers the slots of a plan, so that a run finds any of them in one table.
struct SlotNumbering {
  private let argumentCount: Int
  private let outputCount: Int
  private let parameterCount: Int
  let count: Int

  init(_ plan: Plan) {
    argumentCount = plan.arguments.count
    outputCount = plan.outputs.count
    parameterCount = plan.parameterCount
    count = argumentCount + outputCount + parameterCount + plan.buffers.count
  }

  func number(of slot: Slot) -> Int {
    switch slot {
    case .argument(let number): number
    case .output(let number): argumentCount + number
    case .parameter(let number): argumentCount + outputCount + number
    case .buffer(let number): argumentCount + outputCount + parameterCount + number
    }
  }
}

/// Where the slots of a plan are during one run. Plain pointers, so that copying counts nothing.
///
/// The memory behind each pointer is as large as the plan says: arguments and outputs hold their
/// shape's elements, a buffer its place in the arena. All accesses of all steps stay inside because
/// their views were derived from those shapes by the movement rules.
struct RunMemory {
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let parameters: UnsafeMutablePointer<UInt64>
  /// Alive as long as the run.
  let failure: Unmanaged<Failure>

  init(
    slots: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    parameters: UnsafeMutablePointer<UInt64>, failure: Unmanaged<Failure>
  ) {
    self.slots = slots
    self.parameters = parameters
    self.failure = failure
  }

  func pointer(_ slot: Int) -> UnsafeMutableRawPointer { slots[slot] }

  /// Says where arguments or outputs are.
  func bind(_ storages: [Storage], from first: Int) {
    for index in storages.indices { slots[first + index] = storages[index].base }
  }

  /// Says where one of them is.
  func bind(_ storage: Storage, at slot: Int) { slots[slot] = storage.base }

  /// Gives all parameters their bits.
  func setParameters(_ bits: [UInt64]) {
    for index in bits.indices { parameters[index] = bits[index] }
  }

  /// Gives a parameter its bits; `index` is below the plan's parameter count.
  func setParameter(_ index: Int, _ bits: UInt64) { parameters[index] = bits }
}

/// The first check of indices that failed, and its lowest position, at any number of threads.
final class Failure: Sendable {
  struct Record {
    var step: Int
    var position: Int
    var index: Int32
    var count: Int
    var use: IndexUse
  }

  private let lowest = Lock<Record?>(nil)

  var record: Record? { lowest.withLock { $0 } }

  func note(_ new: Record) {
    lowest.withLock { old in
      guard let known = old else { return old = new }
      if (new.step, new.position) < (known.step, known.position) { old = new }
    }
  }
}

/// Arrays of plain data that live as long as their owner: what a replay reads is reached through
/// pointers alone, without counting references.
final class PlainMemory: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = []
  private(set) var byteCount = 0

  /// A copy of the elements, which must hold no references.
  func array<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    let block = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = block.initialize(from: elements)
    if let base = block.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
    byteCount += elements.count * MemoryLayout<Element>.stride
    return UnsafeBufferPointer(block)
  }

  /// A copy of one element.
  func one<Element: BitwiseCopyable>(_ element: Element) -> UnsafePointer<Element> {
    array([element]).baseAddress!
  }

  deinit { for block in blocks { block.deallocate() } }
}

/// The axes of a view over a space, innermost first, merged where they follow each other.
struct Walk: BitwiseCopyable {
  struct Axis: BitwiseCopyable {
    var extent: Int
    var stride: Int
  }

  private let axes: UnsafeBufferPointer<Axis>
  let offset: Int

  /// The distance of neighbours along the innermost axis.
  var stride: Int { axes[0].stride }

  init(_ view: View, over space: Shape, in plain: PlainMemory) {
    offset = view.offset
    var axes: [Axis] = []
    for axis in space.indices.reversed() where space[axis] != 1 {
      if let last = axes.last, last.stride * last.extent == view.strides[axis] {
        axes[axes.count - 1].extent *= space[axis]
      } else {
        axes.append(Axis(extent: space[axis], stride: view.strides[axis]))
      }
    }
    self.axes = plain.array(axes.isEmpty ? [Axis(extent: 1, stride: 0)] : axes)
  }

  /// The distance of rows, where the view is no more than rows; 0 if it is one.
  var outerStride: Int? { axes.count == 1 ? 0 : axes.count == 2 ? axes[1].stride : nil }

  /// The extent of the innermost axis.
  var extent: Int { axes[0].extent }

  /// After how many positions the same elements follow again, if that is within a tile.
  var period: Int? {
    let period = axes[0].extent
    let repeats = axes.count > 1 && axes.dropFirst().allSatisfy { $0.stride == 0 }
    return repeats && period <= CompiledBody.tile ? period : nil
  }

  /// Calls `run(done, element, length)` for stretches along the innermost axis: `length`
  /// positions from `position + done`, whose first element stands at `element`.
  @inline(__always)
  func forEachRun(from position: Int, count: Int, _ run: (Int, Int, Int) -> Void) {
    let innermost = axes[0].extent
    var done = 0
    while done < count {
      let (outer, inner) = (position + done).quotientAndRemainder(dividingBy: innermost)
      let length = min(innermost - inner, count - done)
      run(done, start(of: outer) + inner * axes[0].stride, length)
      done += length
    }
  }

  /// Where an element stands.
  func element(_ position: Int) -> Int {
    let (outer, inner) = position.quotientAndRemainder(dividingBy: axes[0].extent)
    return start(of: outer) + inner * axes[0].stride
  }

  private func start(of row: Int) -> Int {
    var element = offset, rest = row
    for axis in axes.dropFirst() {
      element += rest % axis.extent * axis.stride
      rest /= axis.extent
    }
    return element
  }
}
