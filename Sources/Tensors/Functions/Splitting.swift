// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// Equal parts along an axis, one behind the other, as views: what
  /// ``concatenated(_:along:file:line:)`` puts together.
  ///
  /// x: [..., n, ...], results [..., n / parts, ...]. x.g: their cotangents side by side. A mistake
  /// if n is no multiple of the number of parts.
  ///
  ///     let halves = Tensor<Float>([1, 2, 3, 4]).split(into: 2)
  ///     print(halves[0], halves[1])   // [1. 2.] [3. 4.]
  public func split(
    into parts: Int, along axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> [Tensor] {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "split", at: site), extent = shape[axis]
    guard parts > 0, extent % parts == 0 else {
      Mistake(
        "split", "axis \(axis) of \(value.label) does not fall into \(parts) equal parts",
        fix: "use a divisor of \(extent), or say the sizes with split(sizes:)"
      ).stop(at: site)
    }
    return value.split(
      [Int](repeating: extent / parts, count: parts), along: axis
    ).map { Tensor($0) }
  }

  /// Parts of these sizes along an axis, one behind the other, as views. A mistake if they do not
  /// add up to the extent, or if one is negative.
  ///
  ///     let parts = Tensor<Float>([[1, 2, 3]]).split(sizes: [1, 2], along: 1)
  ///     print(parts[0], parts[1])   // [[1.]] [[2. 3.]]
  public func split(
    sizes: [Int], along axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
  ) -> [Tensor] {
    let site = CallSite(file, line)
    let axis = value.axis(axis, in: "split", at: site)
    var rest = shape[axis]
    for size in sizes where rest >= 0 { rest = size < 0 || size > rest ? -1 : rest - size }
    guard rest == 0 else {
      Mistake(
        "split", "the sizes \(sizes) do not add up to axis \(axis) of \(value.label)",
        fix: "give sizes of 0 or more that make \(shape[axis]) together"
      ).stop(at: site)
    }
    return value.split(sizes, along: axis).map { Tensor($0) }
  }
}

extension Value {
  /// One axis as users write it.
  ///
  /// - Parameter operation: what the user called.
  func axis(_ written: Int, in operation: String, at site: CallSite?) -> Int {
    stopping(at: site) { () throws(Mistake) in
      try normalizedAxis(written, rank: rank, of: label, in: operation)
    }
  }

  fileprivate func split(_ sizes: [Int], along axis: Int) -> [Value] {
    var starts = Shape(repeating: 0, rank: rank), extents = shape
    return sizes.map { size in
      extents[axis] = size
      defer { starts[axis] += size }
      return sliced(from: starts, extents: extents).distinct(from: self, by: "split")
    }
  }
}
