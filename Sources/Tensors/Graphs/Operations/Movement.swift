// SPDX-License-Identifier: Apache-2.0

/// The same numbers in another arrangement. All but padding are views: nothing is copied.
package enum Movement: Sendable {
  /// The elements in row-major order under another shape. x.g = y.g in the shape of x.
  case reshape
  /// Axis i of the result is axis order[i] of x. x.g = y.g under the inverse order.
  case transpose(order: Shape)
  /// Broadcasting written down: y repeats x along stretched axes. x.g = y.g summed over them.
  case expand
  /// y = x[starts ..< starts + extents], without the dropped axes of x, whose extent is 1 then.
  /// x.g = y.g among zeros.
  case slice(starts: Shape, dropping: AxisSet)
  /// y = x among zeros, x at `starts`. x.g = the slice of y.g.
  case pad(starts: Shape)

  package var name: String {
    switch self {
    case .reshape: "reshaped"
    case .transpose: "transposed"
    case .expand: "expanded"
    case .slice: "slice"
    case .pad: "padded"
    }
  }

  /// - Parameters:
  ///   - shape: that of x.
  ///   - result: that of y.
  func notation(from shape: Shape, to result: Shape) -> Notation {
    switch self {
    case .reshape: return .reshaped
    case .transpose(let order):
      var swapped = Shape(order.indices)
      if order.rank >= 2 { swapped.swapAt(order.rank - 2, order.rank - 1) }
      return order == swapped ? .transposed : .arranged("with axes in the order \(order)")
    case .expand: return .stretched
    case .slice(let starts, let dropped):
      let extents = result.restoring(dropped)
      let ranges = starts.indices.map { axis in
        let (start, extent) = (starts[axis], extents[axis])
        return extent == shape[axis]
          ? ":" : extent == 1 ? "\(start)" : "\(start)..<\(start + extent)"
      }
      return .part(ranges.joined(separator: ", "))
    case .pad(let starts): return .placed("among zeros in \(result) from \(starts)")
    }
  }

  func derivative(_ x: Value, result y: Value, cotangent g: Value) -> Value {
    switch self {
    case .reshape: return g.reshaped(to: x.shape)
    case .transpose(let order):
      var inverse = order
      for (axis, source) in order.enumerated() { inverse[source] = axis }
      return g.transposed(inverse)
    case .expand: return g.summed(to: x.shape)
    case .slice(let starts, let dropped):
      return g.reshaped(to: y.shape.restoring(dropped)).padded(to: x.shape, at: starts)
    case .pad(let starts): return g.sliced(from: starts, extents: x.shape)
    }
  }

  func batched(_ x: Value, result y: Node) -> Value {
    let extent = x.shape[0]
    switch self {
    case .reshape: return x.reshaped(to: [extent] + y.shape)
    case .transpose(let order): return x.transposed(Shape([0] + order.map { $0 + 1 }))
    case .expand:
      let inner = Shape(x.shape.dropFirst())
      let missing = Shape(repeating: 1, rank: y.shape.rank - inner.rank)
      return x.reshaped(to: [extent] + missing + inner).expanded(to: [extent] + y.shape)
    case .slice(let starts, let dropped):
      return x.sliced(
        from: [0] + starts, extents: [extent] + y.shape.restoring(dropped),
        dropping: dropped.shifted(by: 1))
    case .pad(let starts): return x.padded(to: [extent] + y.shape, at: [0] + starts)
    }
  }

  func shape(_ x: Value, target: Shape?) throws(Mistake) -> Shape {
    switch self {
    case .reshape:
      let target = try creationShape(target!, in: name)
      guard target.checkedElementCount == x.shape.elementCount else {
        throw Mistake(
          name,
          "\(x.label) has \(x.shape.elementCount) elements, \(target) has "
            + "\(target.checkedElementCount.map(String.init) ?? "more than can be counted")",
          fix: "both shapes must hold the same number of elements")
      }
      return target
    case .transpose(let order):
      guard order.sorted() == Array(0..<x.rank) else {
        throw Mistake(
          name, "the order \(order) does not name each axis of \(x.label) once",
          fix: "give a permutation of 0..<\(x.rank)")
      }
      return Shape(order.map { x.shape[$0] })
    case .expand:
      let target = try creationShape(target!, in: name)
      guard x.shape.broadcast(with: target) == target else {
        throw Mistake(
          name, "\(x.label) does not stretch to \(target)\(x.shape.refusal(toStretchTo: target))",
          fix: "only axes of extent 1, and new leading ones, can be stretched")
      }
      return target
    case .slice, .pad: return target!
    }
  }
}

extension Value {
  package func reshaped(to shape: Shape, at site: CallSite? = nil) -> Value {
    if shape == self.shape { return self }
    return Value(.movement(.reshape), Inputs(self), shape: shape, at: site)
  }

  package func transposed(_ order: Shape, at site: CallSite? = nil) -> Value {
    if order == Shape(0..<rank) { return self }
    return Value(.movement(.transpose(order: order)), Inputs(self), at: site)
  }

  package func expanded(to shape: Shape, at site: CallSite? = nil) -> Value {
    if shape == self.shape { return self }
    return Value(.movement(.expand), Inputs(self), shape: shape, at: site)
  }

  /// Callers guarantee that the slice lies inside, and that dropped axes have extent 1.
  package func sliced(
    from starts: Shape, extents: Shape, dropping axes: AxisSet = AxisSet()
  ) -> Value {
    if extents == shape, axes.isEmpty { return self }
    return Value(
      .movement(.slice(starts: starts, dropping: axes)), Inputs(self), elementType
    ) { axes.isEmpty ? extents : extents.dropping(axes) }
  }

  /// Callers guarantee that this tensor fits into `shape` at `starts`.
  package func padded(to shape: Shape, at starts: Shape) -> Value {
    if shape == self.shape { return self }
    return Value(.movement(.pad(starts: starts)), Inputs(self), shape: shape)
  }
}

extension Shape {
  /// Where and why stretching fails.
  fileprivate func refusal(toStretchTo target: Shape) -> String {
    let missing = target.rank - rank
    guard missing >= 0,
      let axis = indices.first(where: { self[$0] != 1 && self[$0] != target[missing + $0] })
    else { return "" }
    return ": its axis \(axis) has extent \(self[axis]), not 1 or \(target[missing + axis])"
  }
}
