// SPDX-License-Identifier: Apache-2.0

/// Where a part stands in a whole: element [i, j, ...] of the part is element
/// [starts[0] + i strides[0], starts[1] + j strides[1], ...] of the whole. A negative stride counts
/// backwards, and none is 0.
package struct Place: Sendable, Equatable {
  package let starts: Shape
  // Mostly neighbours stay neighbours: then nothing is kept.
  private let otherStrides: [Int]?

  /// - Parameter strides: nil for 1 along all axes.
  package init(starts: Shape, strides: Shape? = nil) {
    self.starts = starts
    otherStrides = strides.flatMap { $0.allSatisfy { $0 == 1 } ? nil : Array($0) }
  }

  /// How far neighbours of the part stand apart in the whole.
  package func stride(_ axis: Int) -> Int {
    if let otherStrides { otherStrides[axis] } else { 1 }
  }

  /// True if neighbours of the part are neighbours in the whole, along all axes.
  package var keepsNeighbours: Bool { otherStrides == nil }

  /// The place after the axes of part and whole were put in another order.
  func arranged(by order: Shape) -> Place {
    Place(
      starts: starts.arranged(by: order),
      strides: otherStrides.map { Shape($0).arranged(by: order) })
  }

  /// The same place for each index of a new leading axis.
  var batched: Place {
    Place(starts: [0] + starts, strides: otherStrides.map { [1] + Shape($0) })
  }

  /// The same part of a whole of which this place's is a part that begins there.
  package func moved(by distances: Shape) -> Place {
    var moved = starts
    for axis in 0..<moved.rank { moved[axis] += distances[axis] }
    return Place(starts: moved, strides: otherStrides.map { Shape($0) })
  }

  /// Refuses a part that does not lie within its whole.
  func check(_ extents: Shape, within whole: Shape) throws(FormFault) {
    guard starts.rank == whole.rank, otherStrides?.count ?? starts.rank == starts.rank else {
      throw .axes(.left)
    }
    for axis in 0..<starts.rank {
      let start = starts[axis], stride = stride(axis), extent = extents[axis]
      let last = whole[axis] - 1
      let isInside =
        if stride == 0 || start < 0 {
          false
        } else if extent == 0 {
          start <= whole[axis]
        } else {
          // How many more there is room for, in the direction of the stride.
          start <= last
            && UInt(extent - 1) <= (stride > 0 ? last - start : start).magnitude / stride.magnitude
        }
      if !isInside { throw .outside(axis: axis) }
    }
  }

  /// How the part is written as an index of its whole, as "1..<3, :".
  ///
  /// - Parameter dropped: axes of extent 1 that the part does not have.
  func written(_ extents: Shape, within whole: Shape, dropping dropped: AxisSet) -> String {
    starts.indices.map { axis in
      let (start, stride, extent) = (starts[axis], stride(axis), extents[axis])
      if dropped.contains(axis) { return "\(start)" }
      if stride != 1, extent > 1 {
        return "\(start)...\(start + (extent - 1) * stride) by \(stride)"
      }
      return extent == whole[axis] ? ":" : "\(start)..<\(start + extent)"
    }.joined(separator: ", ")
  }

  /// False if no two parts at these places have an element of their whole in common, as far as the
  /// boxes around them tell.
  static func mayOverlap(_ places: [Place], _ extents: [Shape]) -> Bool {
    let boxes = zip(places, extents).map { place, extents in
      extents.indices.map { axis in
        let start = place.starts[axis], last = start + (extents[axis] - 1) * place.stride(axis)
        return (Swift.min(start, last), Swift.max(start, last))
      }
    }
    // Mostly parts follow each other along one axis: then sorting tells.
    for axis in boxes.first?.indices ?? 0..<0 {
      let spans = boxes.map { $0[axis] }.sorted { $0 < $1 }
      if zip(spans, spans.dropFirst()).allSatisfy({ $0.1 < $1.0 }) { return false }
    }
    return boxes.count > 1
  }
}

/// The form of parts at their places among zeros.
///
/// - Parameter whole: the shape that was asked for.
func placedForm(_ parts: [Form], at places: [Place], in whole: Shape?) throws(FormFault) -> Form {
  guard let whole else { throw .unsaid }
  if let axis = whole.firstIndex(where: { $0 < 0 }) { throw .negativeExtent(axis: axis) }
  guard let first = parts.first, parts.count == places.count else {
    throw .inputCount(Swift.max(places.count, 1))
  }
  for (index, part) in parts.enumerated() {
    if part.elementType != first.elementType { throw .elementTypes(.left, .input(index)) }
    if part.shape.rank != whole.rank { throw .axes(.input(index)) }
    try places[index].check(part.shape, within: whole)
  }
  return Form(try whole.countable(), first.elementType)
}

extension Value {
  /// A part of this tensor, as a view: element [i, ...] is [starts[0] + i strides[0], ...] of the
  /// whole. Strides may be negative. Dropped axes must have extent 1.
  package func strided(
    from starts: Shape, extents: Shape, by strides: Shape, dropping axes: AxisSet = AxisSet()
  ) -> Value {
    var strides = strides
    // What stands alone has no neighbours: equal parts are written alike.
    for axis in 0..<strides.rank where extents[axis] <= 1 { strides[axis] = 1 }
    let place = Place(starts: starts, strides: strides)
    if extents == shape, axes.isEmpty, place.keepsNeighbours { return self }
    return Value(
      .movement(.slice(at: place, dropping: axes)), self, elementType: nil,
      shape: axes.isEmpty ? extents : extents.dropping(axes))
  }

  /// The part [starts[0] + i, ...]. Dropped axes must have extent 1.
  package func sliced(
    from starts: Shape, extents: Shape, dropping axes: AxisSet = AxisSet()
  ) -> Value {
    if extents == shape, axes.isEmpty { return self }
    return Value(
      .movement(.slice(at: Place(starts: starts), dropping: axes)), self, elementType: nil,
      shape: axes.isEmpty ? extents : extents.dropping(axes))
  }

  /// Each part at its place among zeros. Where parts overlap they are added up in order; for Bool
  /// the result is true where one of them is.
  ///
  /// - Parameters:
  ///   - parts: of one element type, with as many axes as the shape; strides of nil are 1.
  package static func placed(
    _ parts: [(value: Value, starts: Shape, strides: Shape?)], in shape: Shape
  ) -> Value {
    placed(
      parts.map(\.value), at: parts.map { Place(starts: $0.starts, strides: $0.strides) }, in: shape
    )
  }

  static func placed(_ parts: [Value], at places: [Place], in shape: Shape) -> Value {
    if parts.count == 1, parts[0].shape == shape, places[0].keepsNeighbours { return parts[0] }
    return Value(.movement(.placed(places)), Inputs(parts), shape: shape)
  }

  /// This tensor among zeros.
  package func padded(to shape: Shape, at starts: Shape) -> Value {
    Value.placed([self], at: [Place(starts: starts)], in: shape)
  }
}
