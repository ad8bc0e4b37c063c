// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// How modules without unsafe pointers read and fill memory: what they do with a span is checked.
extension Storage {
  /// Reads the first `count` elements.
  package func withSpan<Element: BitwiseCopyable, Result, Failure: Error>(
    of type: Element.Type, count: Int, _ body: (Span<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Alive and in bounds while the body runs: `self` outlives the call, `elements` checks.
    try body(Span(_unsafeElements: UnsafeBufferPointer(elements(of: type, count: count))))
  }

  /// Fills the first `count` elements of a storage that nobody else holds yet.
  package func withMutableSpan<Element: BitwiseCopyable, Result, Failure: Error>(
    of type: Element.Type, count: Int,
    _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // As above; the memory has no holder who could read it meanwhile.
    var span = MutableSpan(_unsafeElements: elements(of: type, count: count))
    return try body(&span)
  }
}
