// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Between arrays and memory, a block at a time. What users call is generic, and a loop over
/// elements whose type the compiler does not know takes ten times as long as the copy.
extension Storage {
  /// The first `count` elements.
  package func array<Element>(of type: Element.Type, count: Int) -> [Element] {
    Array(unsafeUninitializedCapacity: count) { target, initialized in
      if count > 0 {
        // In bounds: `elements` checks the end, and the array has room for as many.
        target.baseAddress!.initialize(
          from: elements(of: type, count: count).baseAddress!, count: count)
      }
      initialized = count
    }
  }

  /// Copies an array to memory that nobody else holds yet.
  package func copy<Element>(_ array: [Element]) {
    array.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      // In bounds: `elements` checks the end.
      elements(of: Element.self, count: source.count).baseAddress!
        .initialize(from: first, count: source.count)
    }
  }
}
