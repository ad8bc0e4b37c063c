// SPDX-License-Identifier: Apache-2.0

/// The same numbers in another arrangement. All but placing are views: nothing is copied.
///
/// Leaves because each changes offset and strides in a way of its own, and no number.
package enum Movement: Sendable {
  /// The elements in row-major order under another shape. x.g = y.g in the shape of x.
  case reshape
  /// Axis i of the result is axis order[i] of x. x.g = y.g under the inverse order.
  case transpose(order: Shape)
  /// Broadcasting written down: y repeats x along stretched axes. x.g = y.g summed over them.
  case expand
  /// y = the part of x at a place, without the dropped axes of x, whose extent is 1 then.
  /// x.g = y.g among zeros.
  case slice(at: Place, dropping: AxisSet)
  /// y = each input at its place, among zeros. Where one stands alone its numbers are copied;
  /// if some overlap, all are added to zeros in order (for Bool: true where one is). x.g = the
  /// slice of y.g. A leaf because a chain of sums or selections reads and writes the whole
  /// once for each part.
  case placed([Place])
  /// y[..., p, k, ...] = x[..., p stride + k dilation, ...]. x.g = the sum of what its copies
  /// have. A leaf because no slice or reshape gives windows that overlap.
  case windows(Windows)

  package var name: String {
    switch self {
    case .reshape: "reshaped"
    case .transpose: "transposed"
    case .expand: "expanded"
    case .slice: "slice"
    case .placed: "placed"
    case .windows: "windows"
    }
  }

  /// - Parameters:
  ///   - shapes: those of the inputs.
  ///   - result: that of y.
  func notation(from shapes: [Shape], to result: Shape) -> Notation {
    switch self {
    case .reshape: return .reshaped
    case .transpose(let order):
      var swapped = Shape(order.indices)
      if order.rank >= 2 { swapped.swapAt(order.rank - 2, order.rank - 1) }
      return order == swapped ? .transposed : .arranged("with axes in the order \(order)")
    case .expand: return .stretched
    case .slice(let place, let dropped):
      return .part(place.written(result.restoring(dropped), within: shapes[0], dropping: dropped))
    case .placed(let places):
      let parts = zip(places, shapes).map { place, shape in
        // What an element alone has for a place is a number, whether its axis is there or not.
        let alone = AxisSet(shape.indices.filter { shape[$0] == 1 && result[$0] != 1 })
        return place.written(shape, within: result, dropping: alone)
      }
      return .placed(at: parts, overlapping: Place.mayOverlap(places, shapes))
    case .windows(let windows):
      return .arranged(
        "in windows of \(windows.size) every \(windows.stride) along axis \(windows.axis)"
          + (windows.dilation == 1 ? "" : " with dilation \(windows.dilation)"))
    }
  }

  /// - Parameter index: which input x is.
  func derivative(at index: Int, _ x: Value, result y: Value, cotangent g: Value) -> Value {
    switch self {
    case .reshape: return g.reshaped(to: x.shape)
    case .transpose(let order):
      var inverse = order
      for (axis, source) in order.enumerated() { inverse[source] = axis }
      return g.transposed(inverse)
    case .expand: return g.summed(to: x.shape)
    case .slice(let place, let dropped):
      return .placed([g.reshaped(to: y.shape.restoring(dropped))], at: [place], in: x.shape)
    case .placed(let places):
      return Value(
        .movement(.slice(at: places[index], dropping: AxisSet())), g, elementType: nil,
        shape: x.shape)
    case .windows(let windows): return windows.added(g, to: x.shape)
    }
  }

  func batched(_ inputs: [Value], result y: Node) -> Value {
    let x = inputs[0], extent = x.shape[0]
    switch self {
    case .reshape: return x.reshaped(to: [extent] + y.shape)
    case .transpose(let order): return x.transposed(Shape([0] + order.map { $0 + 1 }))
    case .expand:
      let inner = Shape(x.shape.dropFirst())
      let missing = Shape(repeating: 1, rank: y.shape.rank - inner.rank)
      return x.reshaped(to: [extent] + missing + inner).expanded(to: [extent] + y.shape)
    case .slice(let place, let dropped):
      let slice = Movement.slice(at: place.batched, dropping: dropped.shifted(by: 1))
      return Value(.movement(slice), x, elementType: nil, shape: [extent] + y.shape)
    case .placed(let places):
      return .placed(inputs, at: places.map(\.batched), in: [extent] + y.shape)
    case .windows(let windows):
      return x.windows(
        of: windows.size, every: windows.stride, dilation: windows.dilation,
        along: windows.axis + 1)
    }
  }

  /// - Parameter target: the shape of y, where it does not follow from that of x.
  func form(_ x: some Formed, to target: Shape?) throws(FormFault) -> Form {
    if case .transpose(let order) = self {
      if !order.isPermutation(of: x.shape.rank) { throw .axes(.left) }
      return Form(Shape(order.lazy.map { x.shape[$0] }), x.elementType)
    }
    if case .windows(let windows) = self { return Form(try windows.form(x.shape), x.elementType) }
    guard let target else { throw .unsaid }
    if let axis = target.firstIndex(where: { $0 < 0 }) { throw .negativeExtent(axis: axis) }
    switch self {
    case .transpose, .windows: break
    case .reshape:
      if target.checkedElementCount != x.shape.elementCount { throw .elementCount }
    case .expand:
      if x.shape.broadcast(with: target) != target { throw .stretch }
      _ = try target.countable()
    case .slice(let place, let dropped):
      let rank = x.shape.rank
      if !dropped.isWithin(rank) || target.rank + dropped.count != rank { throw .axes(.left) }
      try place.check(target.restoring(dropped), within: x.shape)
    case .placed(let places):
      return try placedForm([Form(x.shape, x.elementType)], at: places, in: target)
    }
    return Form(target, x.elementType)
  }

  func words(for refusal: Refusal) -> Mistake? {
    if case .windows(let windows) = self { return windows.words(for: refusal) }
    guard case .transpose(let order) = self, case .axes = refusal.fault else { return nil }
    let x = refusal.inputs[0]
    return refusal.mistake(
      "the order \(order) does not name each axis of \(x.label) once",
      fix: "give a permutation of 0..<\(x.rank)")
  }
}

extension Shape {
  /// True if it names each axis of a tensor of this rank once.
  fileprivate func isPermutation(of rank: Int) -> Bool {
    self.rank == rank && sorted().elementsEqual(0..<rank)
  }
}

extension Value {
  package func reshaped(to shape: Shape, at site: CallSite? = nil) -> Value {
    if shape == self.shape { return self }
    return Value(.movement(.reshape), self, elementType: nil, shape: shape, at: site)
  }

  package func transposed(_ order: Shape, at site: CallSite? = nil) -> Value {
    if order == Shape(0..<rank) { return self }
    return Value(.movement(.transpose(order: order)), self, at: site)
  }

  /// - Parameter function: what the user called, for messages.
  package func expanded(
    to shape: Shape, in function: String? = nil, at site: CallSite? = nil
  ) -> Value {
    if shape == self.shape { return self }
    // Where nothing is stretched it is what a swarm makes of it, so that the cotangents of its uses
    // are added up in the same order.
    let new = shape.rank - rank
    let onlyAddsAxes =
      new > 0
      && shape.indices.allSatisfy { shape[$0] == ($0 < new ? 1 : self.shape[$0 - new]) }
    return Value(
      .movement(onlyAddsAxes ? .reshape : .expand), self, elementType: nil, shape: shape,
      in: function, at: site)
  }
}

extension View {
  /// The view after a movement from shape `source` to `target`, or nil where elements would have
  /// to be copied (some reshapes, and placing).
  package func moved(_ movement: Movement, from source: Shape, to target: Shape) -> View? {
    switch movement {
    case .reshape: return reshaped(from: source, to: target)
    case .transpose(let order):
      return View(offset: offset, strides: strides.arranged(by: order))
    case .expand:
      var stretched = Shape(repeating: 0, rank: target.rank)
      let missing = target.rank - source.rank
      for axis in 0..<source.rank where source[axis] == target[missing + axis] {
        stretched[missing + axis] = strides[axis]
      }
      return View(offset: offset, strides: stretched)
    case .slice(let place, let dropped):
      var start = offset, distances = strides
      for axis in 0..<source.rank {
        start += place.starts[axis] * strides[axis]
        // The stride of what stands alone may be any, and is not used.
        distances[axis] = strides[axis] &* place.stride(axis)
      }
      return View(offset: start, strides: distances.dropping(dropped))
    case .placed: return nil
    case .windows(let windows):
      // Where there is one place a stride may be any number.
      let step = strides[windows.axis], isAlone = target[windows.axis] == 1
      return View(
        offset: offset,
        strides: strides.replacing(
          axis: windows.axis,
          with: [isAlone ? 0 : step * windows.stride, step * windows.dilation]))
    }
  }
}

extension Operation {
  package var movement: Movement? {
    if case .movement(let movement) = self { movement } else { nil }
  }

  /// Where each input stands among zeros, if the result is that.
  package var placesOfParts: [Place]? {
    if case .movement(.placed(let places)) = self { places } else { nil }
  }
}

extension Movement {
  var accessPattern: AccessPattern {
    switch self {
    case .reshape, .transpose, .expand, .slice, .windows: .view
    case .placed: .parts
    }
  }

  /// Whether every element of the result is one of x: all but placing.
  package var isView: Bool {
    switch self {
    case .reshape, .transpose, .expand, .slice, .windows: true
    case .placed: false
    }
  }

  /// Whether the result is x itself.
  package func movesNothing(from source: Shape, to target: Shape) -> Bool {
    switch self {
    case .reshape, .expand: source == target
    case .transpose(let order): order == Shape(axesOfRank: order.rank)
    case .slice, .placed, .windows: false
    }
  }

  /// The one movement that does what this one does after another; nil if there is none.
  package func following(_ before: Movement) -> Movement? {
    switch (self, before) {
    case (.reshape, .reshape): .reshape
    case (.expand, .expand): .expand
    case (.transpose(let order), .transpose(let inner)):
      .transpose(order: inner.arranged(by: order))
    case (.reshape, _), (.expand, _), (.transpose, _), (.slice, _), (.placed, _), (.windows, _): nil
    }
  }
}
