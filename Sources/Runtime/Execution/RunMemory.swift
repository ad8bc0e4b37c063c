// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors
import Synchronization

/// Where the slots of a plan are during one run.
///
/// The memory behind each pointer is as large as the plan says: arguments and outputs hold their
/// shape's elements, a buffer its place in the arena. All accesses of all steps stay inside because
/// their views were derived from those shapes by the movement rules.
struct RunMemory {
  let arguments: [UnsafeMutableRawPointer]
  let outputs: [UnsafeMutableRawPointer]
  let parameters: UnsafeMutablePointer<UInt64>
  let arena: UnsafeMutableRawPointer
  let bufferOffsets: [Int]
  let failure: Failure

  func pointer(_ slot: Slot) -> UnsafeMutableRawPointer {
    switch slot {
    case .argument(let number): arguments[number]
    case .parameter(let number): UnsafeMutableRawPointer(parameters + number)
    case .buffer(let number): arena + bufferOffsets[number]
    case .output(let number): outputs[number]
    }
  }
}

/// The lowest position at which a check of indices failed, at any number of threads.
final class Failure: Sendable {
  struct Record {
    var position: Int
    var index: Int32
    var count: Int
    var use: IndexUse
  }

  private let lowest = Mutex<Record?>(nil)

  var record: Record? { lowest.withLock { $0 } }

  func note(_ new: Record) {
    lowest.withLock { old in
      if old.map({ new.position < $0.position }) ?? true { old = new }
    }
  }
}

/// The axes of a view over a space, innermost first, merged where they follow each other.
struct Walk {
  private(set) var extents: [Int] = []
  private(set) var strides: [Int] = []
  let offset: Int

  init(_ view: View, over space: Shape) {
    offset = view.offset
    for axis in space.indices.reversed() where space[axis] != 1 {
      if let last = extents.indices.last, strides[last] * extents[last] == view.strides[axis] {
        extents[last] *= space[axis]
      } else {
        extents.append(space[axis])
        strides.append(view.strides[axis])
      }
    }
    if extents.isEmpty {
      extents = [1]
      strides = [0]
    }
  }

  /// Calls `run(done, element, length)` for stretches along the innermost axis: `length`
  /// positions from `position + done`, whose first element stands at `element`.
  @inline(__always)
  func forEachRun(from position: Int, count: Int, _ run: (Int, Int, Int) -> Void) {
    let innermost = extents[0], stride = strides[0]
    var done = 0
    while done < count {
      var rest = position + done
      let inner = rest % innermost
      rest /= innermost
      var element = offset + inner * stride
      for axis in 1..<extents.count {
        element += rest % extents[axis] * strides[axis]
        rest /= extents[axis]
      }
      let length = min(innermost - inner, count - done)
      run(done, element, length)
      done += length
    }
  }
}
