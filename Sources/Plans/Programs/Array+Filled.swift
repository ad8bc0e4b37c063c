// SPDX-License-Identifier: Apache-2.0

extension Array {
  /// Equal elements. For the small arrays of the passes: `init(repeating:count:)` looks the type of
  /// its memory up at each call, which takes longer than filling it.
  @inline(__always)
  init(filled element: Element, count: Int) {
    self.init()
    reserveCapacity(count)
    for _ in 0..<count { append(element) }
  }
}
