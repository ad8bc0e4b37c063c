// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: FloatingPointScalar {
  /// y_npc = the largest x of the window at p, for each channel; NaN if there is one.
  ///
  /// x: [n, h, w, channels], result [n, oh, ow, channels]; or x: [n, l, channels], result
  /// [n, ol, channels]. Windows follow each other without overlap unless a stride is given; padding
  /// counts as -infinity. The numbers of places are those of
  /// ``convolution(_:_:stride:padding:dilation:groups:file:line:)``.
  ///
  /// x.g: the first largest element of a window, in row-major order, gets y.g of its place, as in
  /// PyTorch; ``max(along:keepingAxes:file:line:)`` shares it among equal ones. Where y or y.g is
  /// NaN all elements of the window get NaN. A mistake if the window is longer than the padded
  /// axis, or lies in the padding alone.
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
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try maxPooled(size, stride, padding, dilation, in: "maxPooled")
    }
  }

  /// - Parameter operation: what the user called.
  package func maxPooled(
    _ size: PerAxis, _ stride: PerAxis?, _ padding: WindowPadding, _ dilation: PerAxis,
    in operation: String
  ) throws(Mistake) -> Tensor {
    let pools = try value.pools(size, stride, padding, dilation, operation)
    // Of large windows the largest of a row, then of those: the first largest is in
    // the first such row.
    return Tensor(value.together(pools).reversed().reduce(value) { $0.largest(in: $1) })
  }

  /// y_npc = the mean of x over the window at p, for each channel.
  ///
  /// x: [n, h, w, channels], result [n, oh, ow, channels]; or x: [n, l, channels], result
  /// [n, ol, channels]. Windows follow each other without overlap unless a stride is given.
  /// Padding counts as zeros, as in PyTorch, or not at all: then means are over the
  /// elements that are there.
  ///
  /// x.g: each element gets y.g / n from each of its windows, of n elements. A mistake if the
  /// window is longer than the padded axis, or lies in the padding alone.
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
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try averagePooled(size, stride, padding, countsPadding, in: "averagePooled")
    }
  }

  /// - Parameter operation: what the user called.
  package func averagePooled(
    _ size: PerAxis, _ stride: PerAxis?, _ padding: WindowPadding, _ countsPadding: Bool,
    in operation: String
  ) throws(Mistake) -> Tensor {
    let pools = try value.pools(size, stride, padding, 1, operation)
    let sum = value.together(pools).reversed().reduce(value) { $0.sum(in: $1) }
    if countsPadding {
      let count = pools.reduce(1.0) { $0 * Double($1.windows.size) }
      return Tensor(sum / .count(count, Scalar.elementType))
    }
    let counts = pools.map { $0.counts(of: value).converted(to: Scalar.elementType) }
    return Tensor(sum / counts.dropFirst().reduce(counts[0]) { $0 * $1 })
  }

  /// y_nc = the mean of x over all places, for each channel: images become rows.
  ///
  /// x: [n, h, w, channels] or [n, l, channels], result [n, channels]. x.g = y.g / n for n places.
  /// A mistake for a tensor of another rank.
  ///
  /// ```swift
  /// let x = Tensor<Float>([1, 2, 3, 6]).reshaped(to: [1, 2, 2, 1])
  /// print(x.globalAveragePooled())   // [[3.]]
  /// ```
  public func globalAveragePooled(
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    stopping(at: CallSite(file, line)) { () throws(Mistake) in
      try globalAveragePooled(in: "globalAveragePooled")
    }
  }

  /// - Parameter operation: what the user called.
  package func globalAveragePooled(in operation: String) throws(Mistake) -> Tensor {
    try checkPooled(value, in: operation)
    return Tensor(
      value.mean(
        along: Array(1..<(rank - 1)), keepingAxes: false, in: operation,
        at: CallSite(#fileID, #line)))
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
    _ operation: String
  ) throws(Mistake) -> [Pool] {
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

  /// Windows of so many elements are taken whole, as so many slices that are combined element by
  /// element: rows of a few channels are too short to be reduced one by one.
  private static var mostSlices: Int { 9 }

  /// The axes whose windows are taken together.
  fileprivate func together(_ pools: [Pool]) -> [[Pool]] {
    pools.reduce(1) { $0 * $1.windows.size } <= Value.mostSlices ? [pools] : pools.map { [$0] }
  }

  /// [..., places, size, ...] for each axis.
  private func windows(_ pools: [Pool]) -> Value {
    pools.enumerated().reduce(self) { x, next in
      let windows = next.element.windows
      return x.windows(
        of: windows.size, every: windows.stride, dilation: windows.dilation,
        along: windows.axis + next.offset)
    }
  }

  /// The adjoint of `windows`, and of what stands around x.
  private func added(in pools: [Pool], to x: Value) -> Value {
    var shapes = [x.padded(by: pools).shape]
    for (count, pool) in pools.enumerated() {
      let axis = pool.windows.axis + count
      shapes.append(shapes[count].replacing(axis: axis, with: [shape[axis], shape[axis + 1]]))
    }
    var g = self
    for (count, pool) in pools.enumerated().reversed() {
      let windows = Windows(
        axis: pool.windows.axis + count, size: pool.windows.size, stride: pool.windows.stride,
        dilation: pool.windows.dilation)
      g = windows.added(g, to: shapes[count])
    }
    return pools.reduce(g) {
      $0.part(along: $1.windows.axis, from: $1.before, count: x.shape[$1.windows.axis])
    }
  }

  private func padded(by pools: [Pool]) -> Value {
    pools.reduce(self) { x, pool in
      let axis = pool.windows.axis
      return x.padded(
        along: axis, from: pool.before, to: x.shape[axis] + pool.before + pool.after)
    }
  }

  /// For each place in a window, in row-major order, the elements that all windows have there. Nil
  /// if there are more places than are taken whole.
  private func elements(in pools: [Pool]) -> [Value]? {
    let count = pools.reduce(1) { $0 * $1.windows.size }
    if count > Value.mostSlices { return nil }
    var starts = Shape(repeating: 0, rank: rank), extents = shape
    var strides = Shape(repeating: 1, rank: rank)
    for windows in pools.map(\.windows) {
      extents[windows.axis] = windows.places(in: shape[windows.axis])!
      strides[windows.axis] = windows.stride
    }
    return (0..<count).map { number in
      var rest = number
      for windows in pools.reversed().map(\.windows) {
        starts[windows.axis] = rest % windows.size * windows.dilation
        rest /= windows.size
      }
      return strided(from: starts, extents: extents, by: strides)
    }
  }

  /// The rule writes x.g down as one view of y.g, not as a sum of slices.
  fileprivate func sum(in pools: [Pool]) -> Value {
    let x = padded(by: pools), axes = pools.windowAxes
    let sum =
      x.elements(in: pools).map { $0.dropFirst().reduce($0[0]) { $0 + $1 } }
      ?? x.windows(pools).reduced(.sum, AxisSet(axes))
    let number = RuleNumbers.number(of: PoolRule(pools: pools, takesLargest: false))
    let rule = CustomRule(number: number) { inputs, g in
      let windows = inputs[1].padded(by: pools).windows(pools).shape
      return [
        g.reshaped(to: windows.with(1, at: axes)).expanded(to: windows)
          .added(in: pools, to: inputs[1])
      ]
    }
    return Value(.identity(.custom(rule)), Inputs(sum, self))
  }

  /// The rule is that of all of it, so that no derivative goes through the infinities around x.
  fileprivate func largest(in pools: [Pool]) -> Value {
    let x = edged(by: pools), axes = pools.windowAxes
    let largest =
      x.elements(in: pools).map { $0.dropFirst().reduce($0[0]) { $0.binary(.maximum, $1) } }
      ?? x.windows(pools).reduced(.max, AxisSet(axes))
    let number = RuleNumbers.number(of: PoolRule(pools: pools, takesLargest: true))
    // What is around x is less than any element, also than one that is -infinity.
    let isPadded = pools.contains { $0.before + $0.after > 0 }
    let rule = CustomRule(number: number) { inputs, g in
      func finite(_ x: Value) -> Value {
        if !isPadded { return x }
        return x.binary(.maximum, .constant(-elementType.greatestFiniteNumber, elementType))
      }
      let x = finite(inputs[1]).edged(by: pools), windows = x.windows(pools).shape
      let kept = windows.with(1, at: axes)
      let first = x.first(equalTo: finite(inputs[0]), in: pools).reshaped(to: kept)
      let places = windows.with(1, at: windows.indices.filter { !axes.contains($0) })
      // Of a large window each axis is a pool: what is NaN of the one behind comes as g. The other
      // elements' share is made once for a window.
      let share = inputs[0].derivativeKeepingNaN(g)
      let rest = share.derivativeKeepingNaN(.constant(0, elementType).expanded(to: g.shape))
      return [
        Value.select(
          first .== Value.iota(places.elementCount, .int32).reshaped(to: places),
          share.reshaped(to: kept), rest.reshaped(to: kept)
        ).added(in: pools, to: inputs[1])
      ]
    }
    return Value(.identity(.custom(rule)), Inputs(largest, self))
  }

  /// The number of the first element of each window, in row-major order, that is the largest, y:
  /// the first NaN if there is one.
  private func first(equalTo y: Value, in pools: [Pool]) -> Value {
    guard let elements = elements(in: pools) else {
      return windows(pools).reduced(.argmax, AxisSet(pools.windowAxes))
    }
    let last = Value.constant(Double(elements.count - 1), .int32)
    if elements.count == 1 { return last.expanded(to: y.shape) }
    return elements.indices.dropLast().reversed().reduce(last) { later, number in
      let x = elements[number]
      let isLargest = (x .== y).binary(.maximum, x.compared(.notEqual, to: x))
      return .select(isLargest, .constant(Double(number), .int32), later)
    }
  }

  /// With what is less than all numbers around it.
  private func edged(by pools: [Pool]) -> Value {
    let padded = padded(by: pools)
    let isThere: Value? = pools.reduce(nil) { isThere, pool in
      if pool.before == 0, pool.after == 0 { return isThere }
      let axis = pool.windows.axis
      let places = Value.iota(padded.shape[axis], .int32)
        .reshaped(to: Shape(repeating: 1, rank: rank).with(padded.shape[axis], at: axis))
      let first = Value.constant(Double(pool.before), .int32)
      let end = Value.constant(Double(pool.before + shape[axis]), .int32)
      let isHere = places.compared(.greaterOrEqual, to: first)
        .binary(.minimum, places.compared(.less, to: end))
      return isThere.map { $0.binary(.minimum, isHere) } ?? isHere
    }
    guard let isThere else { return self }
    return .select(isThere, padded, .constant(-.infinity, elementType))
  }
}

extension [Pool] {
  /// The axes of windows that hold a window's elements.
  fileprivate var windowAxes: [Int] {
    enumerated().map { $0.element.windows.axis + $0.offset + 1 }
  }
}

extension Shape {
  fileprivate func with(_ extent: Int, at axes: [Int]) -> Shape {
    axes.reduce(self) { $0.with(extent, at: $1) }
  }
}

/// A derivative by its name in keys.
private struct PoolRule: Hashable, Sendable {
  let pools: [Pool]
  let takesLargest: Bool
}
