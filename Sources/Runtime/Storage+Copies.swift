// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Between arrays and memory, a block at a time. What users call is generic, and a loop over elements
/// whose type the compiler does not know takes ten times as long as the copy.
extension Storage {
  /// `count` elements from the position `start` on.
  package func array<Element>(of type: Element.Type, from start: Int = 0, count: Int) -> [Element] {
    Array(unsafeUninitializedCapacity: count) { target, initialized in
      if count > 0 {
        // In bounds: `elements` checks the end, and the array has room for as many.
        let source = elements(of: type, count: start + count).baseAddress! + start
        target.baseAddress!.initialize(from: source, count: count)
      }
      initialized = count
    }
  }

  /// Copies an array to the position `start`, in memory that nobody else holds yet.
  package func copy<Element>(_ array: [Element], at start: Int = 0) {
    array.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      // In bounds: `elements` checks the end.
      let target = elements(of: Element.self, count: start + source.count)
      (target.baseAddress! + start).initialize(from: first, count: source.count)
    }
  }
}
