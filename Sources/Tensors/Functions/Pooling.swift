// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y_npc = the largest x of the window at p, for each channel; NaN if there is one.
  ///
  /// x: [n, h, w, channels], result [n, oh, ow, channels]; or x: [n, l, channels], result [n, ol, channels].
  /// Windows follow each other without overlap unless a stride is given; padding counts as -infinity. The
  /// numbers of places are those of ``convolution(_:_:stride:padding:dilation:groups:file:line:)``.
  ///
  /// x.g: the first largest element of a window, in row-major order, gets y.g of its place, as in
  /// PyTorch; ``max(along:keepingAxes:file:line:)`` shares it among equal ones. A mistake if the window is longer
  /// than the padded axis, or lies in the padding alone.
  ///
  /// ```swift
  /// let x = Tensor<Float>([3, 1, 4, 1, 5, 9]).reshaped(to: [1, 6, 1])
  /// print(x.maxPooled(size: 2).reshaped(to: [3]))   // [3. 4. 9.]
  /// print(x.maxPooled(size: 3, stride: 1).reshaped(to: [4]))   // [4. 4. 5. 9.]
  /// ```
  public func maxPooled(
    size: PerAxis, stride: PerAxis? = nil, padding: WindowPadding = .valid, dilation: PerAxis = 1,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let pools = value.pools(size, stride, padding, dilation, "maxPooled", at: CallSite(file, line))
    // The largest of a row of the window, then of those: the first largest is in the first such row.
    return Tensor(pools.reversed().reduce(value) { $0.largest(in: $1) })
  }

  /// y_npc = the mean of x over the window at p, for each channel.
  ///
  /// x: [n, h, w, channels], result [n, oh, ow, channels]; or x: [n, l, channels], result [n, ol, channels].
  /// Windows follow each other without overlap unless a stride is given. Padding counts as zeros, as in
  /// PyTorch, or not at all: then means are over the elements that are there.
  ///
  /// x.g: each element gets y.g / n from each of its windows, of n elements. A mistake if the window is longer than
  /// the padded axis, or lies in the padding alone.
  ///
  /// ```swift
  /// let x = Tensor<Float>([1, 2, 3, 5]).reshaped(to: [1, 4, 1])
  /// print(x.averagePooled(size: 2).reshaped(to: [2]))   // [1.5 4. ]
  /// print(x.averagePooled(size: 2, padding: 1).reshaped(to: [3]))   // [0.5 2.5 2.5]
  /// print(x.averagePooled(size: 2, padding: 1, countsPadding: false).reshaped(to: [3]))   // [1.  2.5 5. ]
  /// ```
  public func averagePooled(
    size: PerAxis, stride: PerAxis? = nil, padding: WindowPadding = .valid,
    countsPadding: Bool = true, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let pools = value.pools(size, stride, padding, 1, "averagePooled", at: CallSite(file, line))
    let sum = pools.reversed().reduce(value) { $0.sum(in: $1) }
    if countsPadding {
      let count = pools.reduce(1.0) { $0 * Double($1.windows.size) }
      return Tensor(sum / .count(count, Scalar.elementType))
    }
    let counts = pools.map { $0.counts(of: value).converted(to: Scalar.elementType) }
    return Tensor(sum / counts.dropFirst().reduce(counts[0]) { $0 * $1 })
  }

  /// y_nc = the mean of x over all places, for each channel: images become rows.
  ///
  /// x: [n, h, w, channels] or [n, l, channels], result [n, channels]. x.g = y.g / n for n places. A mistake for
  /// a tensor of another rank.
  ///
  /// ```swift
  /// let x = Tensor<Float>([1, 2, 3, 6]).reshaped(to: [1, 2, 2, 1])
  /// print(x.globalAveragePooled())   // [[3.]]
  /// ```
  public func globalAveragePooled(
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    stopping(at: site) { () throws(Mistake) in
      try checkPooled(value, in: "globalAveragePooled")
    }
    return Tensor(
      value.mean(
        along: Array(1..<(rank - 1)), keepingAxes: false, in: "globalAveragePooled", at: site))
  }
}

/// The windows along one axis, and what is around it.
private struct Pool: Hashable, Sendable {
  let windows: Windows
  let before: Int
  let after: Int

  /// How many elements of x the windows hold, over the axes of x with extent 1 elsewhere.
  func counts(of x: Value) -> Value {
    let extent = x.shape[windows.axis], places = windows.places(in: extent + before + after)!
    let starts =
      Value.iota(places, .double) * Double(windows.stride)
      - .constant(Double(before), .double)
    let first = starts.binary(.maximum, .constant(0, .double))
    let end = (starts + .constant(Double(windows.size), .double))
      .binary(.minimum, .constant(Double(extent), .double))
    return (end - first)
      .reshaped(to: Shape(repeating: 1, rank: x.rank).with(places, at: windows.axis))
  }
}

private func checkPooled(_ x: Value, in operation: String) throws(Mistake) {
  guard x.rank == 3 || x.rank == 4 else {
    throw Mistake(
      operation, "\(x.label) has \(counted(x.rank, "axis", plural: "axes"))",
      fix: "give images [n, h, w, channels] or series [n, l, channels]")
  }
}

extension Value {
  /// What a user asks for, along each axis.
  fileprivate func pools(
    _ size: PerAxis, _ stride: PerAxis?, _ padding: WindowPadding, _ dilation: PerAxis,
    _ operation: String, at site: CallSite
  ) -> [Pool] {
    stopping(at: site) { () throws(Mistake) in
      try checkPooled(self, in: operation)
      let size = try size.along(rank - 2, "size", in: operation)
      let form = try ConvolutionForm(
        over: shape.spatial, size, stride ?? PerAxis(Array(size)), padding, dilation, 1,
        in: operation)
      try form.checkPlaces(size, in: self, operation)
      return try size.indices.map { axis throws(Mistake) in
        let most = max(form.before[axis], form.after[axis])
        if most > 0, most >= form.span(of: size, axis) {
          throw Mistake(
            operation, "a padding of \(most) holds a whole window of \(form.span(of: size, axis))",
            fix: "use less padding than the window is long")
        }
        return Pool(
          windows: Windows(
            axis: axis + 1, size: size[axis], stride: form.stride[axis],
            dilation: form.dilation[axis]),
          before: form.before[axis], after: form.after[axis])
      }
    }
  }

  /// [..., places, size, ...]
  private func windows(_ windows: Windows) -> Value {
    self.windows(
      of: windows.size, every: windows.stride, dilation: windows.dilation, along: windows.axis)
  }

  private func padded(by pool: Pool) -> Value {
    let axis = pool.windows.axis
    return padded(along: axis, from: pool.before, to: shape[axis] + pool.before + pool.after)
  }

  fileprivate func sum(in pool: Pool) -> Value {
    padded(by: pool).windows(pool.windows).reduced(.sum, AxisSet([pool.windows.axis + 1]))
  }

  /// The rule is that of all of it, so that no derivative goes through the infinities around x.
  fileprivate func largest(in pool: Pool) -> Value {
    let axis = pool.windows.axis + 1
    let largest = edged(by: pool).windows(pool.windows).reduced(.max, AxisSet([axis]))
    let number = RuleNumbers.number(of: FirstLargestRule(pool: pool))
    let rule = CustomRule(number: number) { inputs, g in
      let x = inputs[1], edged = x.edged(by: pool)
      let given = g.given(toFirstLargestOf: edged.windows(pool.windows), along: axis)
      return [
        pool.windows.added(given, to: edged.shape)
          .part(along: axis - 1, from: pool.before, count: x.shape[axis - 1])
      ]
    }
    return Value(.identity(.custom(rule)), Inputs(largest, self))
  }

  /// With what is less than all numbers around it.
  private func edged(by pool: Pool) -> Value {
    let padded = padded(by: pool), axis = pool.windows.axis
    if padded.shape == shape { return self }
    let places = Value.iota(padded.shape[axis], .int32)
      .reshaped(to: Shape(repeating: 1, rank: rank).with(padded.shape[axis], at: axis))
    let first = Value.constant(Double(pool.before), .int32)
    let end = Value.constant(Double(pool.before + shape[axis]), .int32)
    let isThere = places.compared(.greaterOrEqual, to: first)
      .binary(.minimum, places.compared(.less, to: end))
    return .select(isThere, padded, .constant(-.infinity, elementType))
  }

  /// x.g of the largest element along an axis, which the first of equal ones is. This is y.g.
  private func given(toFirstLargestOf x: Value, along axis: Int) -> Value {
    let kept = x.shape.with(1, at: axis)
    let first = x.reduced(.argmax, AxisSet([axis])).reshaped(to: kept)
    let places = Value.iota(x.shape[axis], .int32)
      .reshaped(to: Shape(repeating: 1, rank: x.rank).with(x.shape[axis], at: axis))
    return .select(first .== places, reshaped(to: kept), .constant(0, elementType))
  }
}

/// The derivative of a largest element, by its name in keys.
private struct FirstLargestRule: Hashable, Sendable {
  let pool: Pool
}
