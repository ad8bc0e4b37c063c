// SPDX-License-Identifier: Apache-2.0

extension Value {
  /// Parts of the rest that are placed at most: where there are more, all is chosen
  /// element by element.
  private static let mostParts = 24

  /// This tensor with `numbers` in place of its part there. What stays is cut into parts and placed
  /// with them, so that all is copied once.
  func replacing(from starts: Shape, by strides: Shape, with numbers: Value) -> Value {
    let extents = numbers.shape
    if extents.elementCount == 0 { return self }
    let place = Place(
      starts: starts, strides: Shape(strides.indices.map { extents[$0] > 1 ? strides[$0] : 1 }))
    let gaps = starts.indices.reduce(0) { $0 + 2 + abs(place.stride($1)) - 1 }
    if gaps > Value.mostParts {
      let isPart = Value.full(extents, 1, .bool)
      return .select(
        .placed([isPart], at: [place], in: shape), .placed([numbers], at: [place], in: shape), self)
    }
    var parts = [numbers], places = [place]
    // Along an axis, what is left out there: of the axes before it only what is in the part, so
    // that nothing is copied twice, and all of those behind it.
    var first = Shape(repeating: 0, rank: rank), count = shape
    var steps = Shape(repeating: 1, rank: rank)
    for axis in shape.indices {
      let stride = place.stride(axis), distance = abs(stride)
      let end = starts[axis] + (extents[axis] - 1) * stride
      let (lowest, highest) = (Swift.min(starts[axis], end), Swift.max(starts[axis], end))
      func keep(_ start: Int, _ extent: Int, by step: Int = 1) {
        (first[axis], count[axis], steps[axis]) = (start, extent, step)
        if count.elementCount == 0 { return }
        parts.append(strided(from: first, extents: count, by: steps))
        places.append(Place(starts: first, strides: steps))
      }
      keep(0, lowest)
      keep(highest + 1, shape[axis] - highest - 1)
      for gap in 1..<Swift.max(distance, 1) {
        keep(lowest + gap, extents[axis] - 1, by: distance)
      }
      (first[axis], count[axis], steps[axis]) = (lowest, extents[axis], distance)
    }
    return .placed(parts, at: places, in: shape)
  }
}
