// SPDX-License-Identifier: Apache-2.0

import CPullbackKernels
import PullbackTensors

extension UnsafeMutableBufferPointer<pb_axis> {
  /// Writes down the axes of a view over a space, innermost first, merged where they follow each
  /// other, and returns how many there are: at least one. The buffer has room for one axis, and for
  /// as many as the space has.
  func fill(_ space: borrowing Shape, strides: borrowing Shape) -> Int {
    initialize(repeating: pb_axis(extent: 1, stride: 0))
    var count = 0, axis = space.rank
    while axis > 0 {
      axis -= 1
      let extent = space[axis], stride = strides[axis]
      if extent == 1 { continue }
      // In bounds: no more are written than the space has axes.
      if count > 0, self[count - 1].stride * self[count - 1].extent == stride {
        self[count - 1].extent *= extent
      } else {
        self[count] = pb_axis(extent: extent, stride: stride)
        count += 1
      }
    }
    return Swift.max(count, 1)
  }
}
