// SPDX-License-Identifier: Apache-2.0

/// What stands around a padded tensor.
public enum PaddingMode: Sendable, Hashable {
  /// One number everywhere.
  case constant(Double)
  /// The nearest element.
  case edge
  /// The elements in reverse order as in a mirror at the edge, which itself comes
  /// once: 3 2 1 2 3 2 1.
  case reflect
}

extension Tensor {
  /// More elements before and after those along an axis.
  ///
  /// x: [..., n, ...], result [..., before + n + after, ...]. x.g = the part of y.g where x stands,
  /// and for edges and reflections their cotangents added where they came from. A negative axis
  /// counts from the end. A mistake if a width is negative, or if an empty axis should be repeated.
  ///
  ///     let x: Tensor<Float> = [1, 2, 3]
  ///     print(x.padded(before: 1, after: 2, along: 0))   // [0. 1. 2. 3. 0. 0.]
  ///     print(x.padded(before: 1, after: 2, along: 0, with: .edge))   // [1. 1. 2. 3. 3. 3.]
  ///     print(x.padded(before: 1, after: 2, along: 0, with: .reflect))   // [2. 1. 2. 3. 2. 1.]
  public func padded(
    before: Int = 0, after: Int = 0, along axis: Int, with mode: PaddingMode = .constant(0),
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[value.axis(axis, in: "padded", at: site)] = (before, after)
    return padded(widths, with: mode, at: site)
  }

  /// More elements around, with a pair of widths for each axis: see the form for one axis.
  ///
  ///     let x: Tensor<Float> = [[1, 2]]
  ///     print(x.padded([(before: 1, after: 0), (before: 0, after: 1)], with: .constant(9)))
  ///     // [[9. 9. 9.]
  ///     //  [1. 2. 9.]]
  public func padded(
    _ widths: [(before: Int, after: Int)], with mode: PaddingMode = .constant(0),
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    guard widths.count == rank else {
      Mistake(
        "padded", "\(widths.count) pairs of widths for \(value.label), which has \(rank) axes",
        fix: "give a pair for each axis, or name one with padded(before:after:along:)"
      ).stop(at: site)
    }
    return padded(widths, with: mode, at: site)
  }

  private func padded(
    _ widths: [(before: Int, after: Int)], with mode: PaddingMode, at site: CallSite
  ) -> Tensor {
    stopping(at: site) { () throws(Mistake) in try value.checkPadding(widths, mode) }
    let padded =
      switch mode {
      case .constant(let number): value.padded(widths, with: number)
      case .edge: value.padded(widths) { $0.edges($1, along: $2) }
      case .reflect: value.padded(widths) { $0.reflections($1, along: $2) }
      }
    return Tensor(padded.distinct(from: value, by: "padded"))
  }
}

extension Value {
  fileprivate func checkPadding(
    _ widths: [(before: Int, after: Int)], _ mode: PaddingMode
  ) throws(Mistake) {
    var whole = shape
    for (axis, width) in widths.enumerated() {
      guard width.before >= 0, width.after >= 0 else {
        throw Mistake(
          "padded", "the width \(Swift.min(width.before, width.after)) at axis \(axis) of \(label)",
          fix: "use widths of 0 or more; a range in brackets takes a part")
      }
      if shape[axis] == 0, width != (0, 0), mode == .edge || mode == .reflect {
        throw Mistake(
          "padded", "\(label) has no elements along axis \(axis) to repeat",
          fix: "pad with .constant(_:)")
      }
      // Two sums that overflow are too large in any case.
      let before = shape[axis].addingReportingOverflow(width.before)
      let all = before.partialValue.addingReportingOverflow(width.after)
      whole[axis] = before.overflow || all.overflow ? .max : all.partialValue
    }
    try checkCountable(whole, in: "padded")
  }

  /// A number all around, in slabs that do not overlap: with zeros there is nothing to place.
  fileprivate func padded(
    _ widths: [(before: Int, after: Int)], with number: Double
  ) -> Value {
    let before = Shape(widths.map(\.before))
    let whole = Shape(shape.indices.map { shape[$0] + widths[$0].before + widths[$0].after })
    if number == 0, number.sign == .plus { return padded(to: whole, at: before) }
    let constant = Value.constant(number, elementType)
    var parts = [self], places = [Place(starts: before)]
    // Slabs along an axis go as far as the tensor along those before it, and all over
    // those behind it.
    var starts = Shape(repeating: 0, rank: rank), extents = whole
    for axis in shape.indices {
      for (start, width) in [
        (0, widths[axis].before), (whole[axis] - widths[axis].after, widths[axis].after),
      ] where width > 0 {
        (starts[axis], extents[axis]) = (start, width)
        parts.append(constant.expanded(to: extents))
        places.append(Place(starts: starts))
      }
      (starts[axis], extents[axis]) = (before[axis], shape[axis])
    }
    return .placed(parts, at: places, in: whole)
  }

  /// Axis by axis, so that corners are made of what is there already.
  fileprivate func padded(
    _ widths: [(before: Int, after: Int)], around: (Value, Range<Int>, Int) -> [Value]
  ) -> Value {
    shape.indices.reduce(self) { x, axis in
      let (before, after) = widths[axis], extent = x.shape[axis]
      if before + after == 0 { return x }
      return .joined(
        around(x, -before..<0, axis) + [x] + around(x, extent..<(extent + after), axis),
        along: axis)
    }
  }

  /// What stands at positions before or after those of an axis: the nearest element.
  fileprivate func edges(_ positions: Range<Int>, along axis: Int) -> [Value] {
    if positions.isEmpty { return [] }
    let edge = run(from: positions.lowerBound < 0 ? 0 : shape[axis] - 1, count: 1, along: axis)
    var extents = shape
    extents[axis] = positions.count
    return [edge.expanded(to: extents)]
  }

  /// What stands there in a mirror at each end: runs of elements, forwards and backwards in turn.
  fileprivate func reflections(_ positions: Range<Int>, along axis: Int) -> [Value] {
    let last = shape[axis] - 1
    if last == 0 { return edges(positions, along: axis) }
    var runs: [Value] = [], position = positions.lowerBound
    while position < positions.upperBound {
      // Up from 0, then down from the last: each element at an end belongs to what begins with it.
      let phase = (position % (2 * last) + 2 * last) % (2 * last), isUp = phase < last
      let count = Swift.min(isUp ? last - phase : 2 * last - phase, positions.upperBound - position)
      runs.append(
        run(from: isUp ? phase : 2 * last - phase, count: count, by: isUp ? 1 : -1, along: axis))
      position += count
    }
    return runs
  }

  /// Some elements along an axis.
  private func run(from start: Int, count: Int, by stride: Int = 1, along axis: Int) -> Value {
    var starts = Shape(repeating: 0, rank: rank), strides = Shape(repeating: 1, rank: rank)
    var extents = shape
    (starts[axis], strides[axis], extents[axis]) = (start, stride, count)
    return strided(from: starts, extents: extents, by: strides)
  }
}
