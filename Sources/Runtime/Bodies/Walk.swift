// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackPlans
import PullbackTensors

/// The axes of a view over a space, innermost first, merged where they follow each other.
struct Walk: BitwiseCopyable {
  private let axes: UnsafeBufferPointer<pb_axis>
  let offset: Int

  /// The distance of neighbours along the innermost axis.
  var stride: Int { axes[0].stride }

  init(_ view: borrowing View, over space: borrowing Shape, in plain: PlainMemory) {
    offset = view.offset
    // One for each axis of the space at most, and one if it has none.
    let axes: UnsafeMutableBufferPointer<pb_axis> = plain.room(for: max(space.rank, 1))
    let count = axes.fill(space, strides: view.strides)
    self.axes = UnsafeBufferPointer(rebasing: axes[..<count])
  }

  /// The extent of the innermost axis.
  var extent: Int { axes[0].extent }

  /// How far apart the elements are of which there is one for each row of `length` positions.
  func distanceOfRows(of length: Int) -> Int? {
    axes.count == 2 && axes[0].stride == 0 && extent == length ? axes[1].stride : nil
  }

  /// What repeats itself, with a period within a tile.
  var repetition: Repetition? {
    guard let last = axes.lastIndex(where: { $0.stride != 0 }) else { return nil }
    let whole = extent(of: last + 1)
    if last < axes.count - 1, (1...Tile.length).contains(whole) {
      return Repetition(period: whole, length: 0)
    }
    // Not for ever, but for long.
    for axis in axes.indices.dropFirst() where axes[axis].stride == 0 && axis < last {
      let period = extent(of: axis), length = period * axes[axis].extent
      if period > Tile.length { return nil }
      if length >= Walk.worthHolding { return Repetition(period: period, length: length) }
    }
    return nil
  }

  /// Positions of the innermost axes.
  private func extent(of count: Int) -> Int { axes[..<count].reduce(1) { $0 * $1.extent } }

  /// Shorter stretches are not worth beginning anew.
  private static let worthHolding = 4 * Tile.length

  /// The elements of `count` positions in row-major order, from `base` on.
  @inline(__always)
  func load(
    _ kernel: pb_load, into register: UnsafeMutableRawPointer, from base: UnsafeRawPointer,
    size: Int, at position: Int, count: Int
  ) {
    kernel(count, register, base + offset * size, position, axes.baseAddress, axes.count)
  }

  /// Where `count` positions stand, as numbers.
  @inline(__always)
  func write(
    _ kernel: pb_iota, into register: UnsafeMutableRawPointer, at position: Int, count: Int
  ) {
    kernel(count, register, Int64(offset), position, axes.baseAddress, axes.count)
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

  /// Where an element stands.
  func element(_ position: Int) -> Int {
    // Divisions take longer than a small product of a batch.
    if axes.count == 1 || position == 0 { return offset + position * axes[0].stride }
    let (outer, inner) = position.quotientAndRemainder(dividingBy: axes[0].extent)
    return start(of: outer, in: axes.dropFirst()) + inner * axes[0].stride
  }

  /// Calls `row(done, element, length)` for stretches along the innermost axis, whose elements are
  /// one: that at `element`.
  @inline(__always)
  func forEachRow(from position: Int, count: Int, _ row: (Int, Int, Int) -> Void) {
    guard axes.count == 2 else { return forEachRun(from: position, count: count, row) }
    let outerStride = axes[1].stride
    var (outer, inner) = position.quotientAndRemainder(dividingBy: extent), done = 0
    while done < count {
      let length = min(extent - inner, count - done)
      row(done, offset + outer * outerStride, length)
      (outer, inner, done) = (outer + 1, 0, done + length)
    }
  }

  private func start(of number: Int, in axes: Slice<UnsafeBufferPointer<pb_axis>>) -> Int {
    var element = offset, rest = number
    for axis in axes {
      element += rest % axis.extent * axis.stride
      rest /= axis.extent
    }
    return element
  }
}
