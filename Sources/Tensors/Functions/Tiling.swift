// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The whole tensor again and again: so many times along each axis, as NumPy's `tile`.
  ///
  /// y[i, ...] = x[i mod n, ...]. Counts belong to the last axes; if there are more than axes, new
  /// ones come in front. x: [n, m], tiled(a, b): [a n, b m]. x.g = y.g summed over the repetitions.
  /// A mistake if a count is negative.
  ///
  ///     print(Tensor<Float>([1, 2]).tiled(2))   // [1. 2. 1. 2.]
  ///     print(Tensor<Float>([1, 2]).tiled(2, 2))   // [[1. 2. 1. 2.]
  ///                                                //  [1. 2. 1. 2.]]
  public func tiled(
    _ counts: Int..., file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let tiled = value.repeated(
      counts, inFront: true, in: "tiled", at: CallSite(file, line))
    return Tensor(tiled.distinct(from: value, by: "tiled"))
  }

  /// Each element along an axis so many times, one behind the other, as NumPy's `repeat`.
  ///
  /// y[i, ...] = x[i / count, ...] along axis 0. x: [n, m], result [n count, m]. x.g = y.g summed
  /// over the repetitions. A mistake if the count is negative.
  ///
  ///     print(Tensor<Float>([1, 2]).repeated(2, along: 0))   // [1. 1. 2. 2.]
  public func repeated(
    _ count: Int, along axis: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    var counts = [Int](repeating: 1, count: rank)
    counts[value.axis(axis, in: "repeated", at: site)] = count
    let repeated = value.repeated(counts, inFront: false, in: "repeated", at: site)
    return Tensor(repeated.distinct(from: value, by: "repeated"))
  }
}

extension Value {
  /// - Parameter inFront: whether repetitions are whole axes, not single elements.
  fileprivate func repeated(
    _ written: [Int], inFront: Bool, in operation: String, at site: CallSite
  ) -> Value {
    if let count = written.first(where: { $0 < 0 }) {
      Mistake(operation, "\(count) repetitions of \(label)", fix: "use 0 or more").stop(at: site)
    }
    let rank = Swift.max(self.rank, written.count)
    let own = Shape(repeating: 1, rank: rank - self.rank) + shape
    let counts = Shape(repeating: 1, rank: rank - written.count) + Shape(written)
    // An axis of extent 1 beside each that is repeated, to be stretched.
    var apart = Shape(), stretched = Shape()
    for axis in 0..<rank {
      let (extent, count) = (own[axis], counts[axis])
      if count == 1 {
        apart.append(extent)
        stretched.append(extent)
      } else {
        for next in inFront ? [1, extent] : [extent, 1] { apart.append(next) }
        for next in inFront ? [count, extent] : [extent, count] { stretched.append(next) }
      }
    }
    let whole = reshaped(to: apart).expanded(to: stretched, in: operation, at: site)
    return whole.reshaped(to: Shape((0..<rank).map { own[$0] * counts[$0] }))
  }
}
