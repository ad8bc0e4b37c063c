// SPDX-License-Identifier: Apache-2.0

/// How to find the elements of a shape in a buffer: element [i, j, ...] stands at
/// offset + i strides[0] + j strides[1] + ... A stretched axis has stride 0.
package struct View: Sendable, Hashable {
  package var offset: Int
  /// One for each axis, kept as extents are: without memory of their own up to rank four.
  package var strides: Shape

  package init(offset: Int, strides: Shape) {
    self.offset = offset
    self.strides = strides
  }

  /// The view of a buffer that holds just this shape.
  package init(rowMajor shape: Shape) {
    var strides = shape, distance = 1, axis = shape.rank
    while axis > 0 {
      axis -= 1
      strides[axis] = distance
      distance *= shape[axis]
    }
    self.init(offset: 0, strides: strides)
  }

  /// The view that shows one element everywhere.
  package init(uniform offset: Int, rank: Int) {
    self.init(offset: offset, strides: Shape(repeating: 0, rank: rank))
  }

  /// True if walking over the shape in row-major order walks over the buffer from its start.
  /// Strides of axes with one element do not matter.
  package func isRowMajor(_ shape: Shape) -> Bool {
    guard offset == 0 else { return false }
    var expected = 1, axis = shape.rank
    while axis > 0 {
      axis -= 1
      if shape[axis] == 1 { continue }
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// True if all positions hold the same element.
  package func isUniform(_ shape: Shape) -> Bool {
    for axis in 0..<shape.rank where shape[axis] != 1 && strides[axis] != 0 { return false }
    return true
  }

  /// The view of the same elements in the same order under another shape, or nil
  /// where there is none.
  ///
  /// Matches runs of old axes with runs of new axes that hold equally many elements; a run can be
  /// cut anew only if its old axes follow each other in memory.
  package func reshaped(from source: Shape, to target: Shape) -> View? {
    if source == target { return self }
    if source.elementCount == 0 { return View(rowMajor: target) }
    var old = Shape()
    for axis in 0..<source.rank where source[axis] != 1 { old.append(axis) }
    var strides = Shape(repeating: 0, rank: target.rank)
    var oldStart = 0, newStart = 0
    while oldStart < old.rank {
      var oldEnd = oldStart + 1, newEnd = newStart + 1
      var oldCount = source[old[oldStart]], newCount = target[newStart]
      while oldCount != newCount {
        if newCount < oldCount {
          newCount *= target[newEnd]
          newEnd += 1
        } else {
          oldCount *= source[old[oldEnd]]
          oldEnd += 1
        }
      }
      for index in oldStart..<(oldEnd - 1)
      where self.strides[old[index]] != self.strides[old[index + 1]] * source[old[index + 1]] {
        return nil
      }
      var stride = self.strides[old[oldEnd - 1]]
      for axis in (newStart..<newEnd).reversed() {
        strides[axis] = stride
        stride *= target[axis]
      }
      (oldStart, newStart) = (oldEnd, newEnd)
    }
    return View(offset: offset, strides: strides)
  }
}
