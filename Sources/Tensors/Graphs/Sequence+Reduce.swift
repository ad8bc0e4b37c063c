// SPDX-License-Identifier: Apache-2.0

// Numbers beside tensors stay numbers: a 0 may be a tensor and so may its sum with a number, so
// that without these forms `zip(p, q).map { $0 * $1 }.reduce(0, +)` over arrays of numbers would
// have two meanings, and not compile.

extension Sequence where Element == Float {
  /// The same as Swift's own `reduce`, with a number as the result.
  ///
  /// ```swift
  /// let p: [Float] = [1, 2], q: [Float] = [3, 4]
  /// print(zip(p, q).map { $0 * $1 }.reduce(0, +))   // 11.0
  /// ```
  @inlinable
  public func reduce(
    _ initialResult: Float, _ nextPartialResult: (Float, Float) throws -> Float
  ) rethrows -> Float {
    var result = initialResult
    for element in self { result = try nextPartialResult(result, element) }
    return result
  }
}

extension Sequence where Element == Double {
  /// The same as Swift's own `reduce`, with a number as the result.
  @inlinable
  public func reduce(
    _ initialResult: Double, _ nextPartialResult: (Double, Double) throws -> Double
  ) rethrows -> Double {
    var result = initialResult
    for element in self { result = try nextPartialResult(result, element) }
    return result
  }
}
