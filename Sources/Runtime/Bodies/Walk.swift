// SPDX-License-Identifier: Apache-2.0

import PullbackPlans
import PullbackTensors

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

  init(_ view: borrowing View, over space: borrowing Shape, in plain: PlainMemory) {
    offset = view.offset
    // One for each axis of the space at most, and one if it has none.
    let axes: UnsafeMutableBufferPointer<Axis> = plain.room(for: max(space.rank, 1))
    axes.initialize(repeating: Axis(extent: 1, stride: 0))
    var count = 0, axis = space.rank
    while axis > 0 {
      axis -= 1
      let extent = space[axis], stride = view.strides[axis]
      if extent == 1 { continue }
      if count > 0, axes[count - 1].stride * axes[count - 1].extent == stride {
        axes[count - 1].extent *= extent
      } else {
        axes[count] = Axis(extent: extent, stride: stride)
        count += 1
      }
    }
    self.axes = UnsafeBufferPointer(rebasing: axes[..<max(count, 1)])
  }

  /// The distance of rows, where the view is no more than rows; 0 if it is one.
  var outerStride: Int? { axes.count == 1 ? 0 : axes.count == 2 ? axes[1].stride : nil }

  /// The extent of the innermost axis.
  var extent: Int { axes[0].extent }

  /// After how many positions the same elements follow again, if that is within a tile.
  var period: Int? {
    let period = axes[0].extent
    let repeats = axes.count > 1 && axes.dropFirst().allSatisfy { $0.stride == 0 }
    return repeats && period <= Tile.length ? period : nil
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
      run(done, start(of: outer, in: axes.dropFirst()) + inner * axes[0].stride, length)
      done += length
    }
  }

  /// Calls `run(done, start, inner, length)` for stretches within the two innermost axes: `length` positions
  /// from `position + done`, the first of which is number `inner` of the plane that begins at `start`.
  @inline(__always)
  func forEachPlane(from position: Int, count: Int, _ run: (Int, Int, Int, Int) -> Void) {
    let size = axes[0].extent * axes[1].extent
    var done = 0
    while done < count {
      let (plane, inner) = (position + done).quotientAndRemainder(dividingBy: size)
      let length = min(size - inner, count - done)
      run(done, start(of: plane, in: axes.dropFirst(2)), inner, length)
      done += length
    }
  }

  /// Where an element stands.
  func element(_ position: Int) -> Int {
    if position == 0 { return offset }
    let (outer, inner) = position.quotientAndRemainder(dividingBy: axes[0].extent)
    return start(of: outer, in: axes.dropFirst()) + inner * axes[0].stride
  }

  /// The distance of rows of a plane.
  var rowStride: Int { axes[1].stride }

  /// Calls `row(done, element, length)` for stretches along the innermost axis, whose elements are one: that
  /// at `element`.
  @inline(__always)
  func forEachRow(from position: Int, count: Int, _ row: (Int, Int, Int) -> Void) {
    guard let outerStride else { return forEachRun(from: position, count: count, row) }
    var (outer, inner) = position.quotientAndRemainder(dividingBy: extent), done = 0
    while done < count {
      let length = min(extent - inner, count - done)
      row(done, offset + outer * outerStride, length)
      (outer, inner, done) = (outer + 1, 0, done + length)
    }
  }

  private func start(of number: Int, in axes: Slice<UnsafeBufferPointer<Axis>>) -> Int {
    var element = offset, rest = number
    for axis in axes {
      element += rest % axis.extent * axis.stride
      rest /= axis.extent
    }
    return element
  }
}
