// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Parts side by side: what loops over positions make of many small tensors.

extension Simplification {
  /// Puts parts that stand side by side along one axis in the order in which they stand, so that
  /// equal wholes are equal entries. The axis, if they fill the whole so.
  func sortParts(of entry: inout Program.Entry) -> Int? {
    guard case .movement(.placed(let places)) = entry.operation, places.count > 1,
      places.allSatisfy(\.keepsNeighbours),
      let axis = entry.shape.indices.first(where: { places[0].starts[$0] != places[1].starts[$0] })
    else { return nil }
    var order = Array(places.indices)
    func start(_ part: Int) -> Int { places[part].starts[axis] }
    let isSorted = order.dropFirst().allSatisfy { start($0 - 1) < start($0) }
    if !isSorted { order.sort { start($0) < start($1) } }
    var end = 0
    for part in order {
      var filled = entries[entry.inputs[part]].shape
      let extent = filled[axis]
      filled[axis] = entry.shape[axis]
      guard start(part) == end, filled == entry.shape else { return nil }
      end += extent
    }
    if end != entry.shape[axis] { return nil }
    if !isSorted {
      entry.operation = .movement(.placed(order.map { places[$0] }))
      entry.inputs = InlineNumbers(order.lazy.map { [inputs = entry.inputs] in inputs[$0] })
    }
    return axis
  }

  /// Places the parts of a whole that stands alone among zeros there at once: padding along one
  /// axis after the other is one copy.
  func placePartsOfPart(_ entry: inout Program.Entry) {
    guard case .movement(.placed(let outer)) = entry.operation, outer.count == 1,
      outer[0].keepsNeighbours,
      case .movement(.placed(let inner)) = entries[entry.inputs[0]].operation
    else { return }
    entry.operation = .movement(.placed(inner.map { $0.moved(by: outer[0].starts) }))
    entry.inputs = entries[entry.inputs[0]].inputs
  }

  /// The place of slices of one tensor that stand side by side as they do there, at one distance
  /// from each other: such a whole is a part of it, and no copy. Where they stand in another order
  /// a copy is made: products read it faster than they find rows that are scattered.
  ///
  /// - Parameter axis: along which they fill the whole, in order.
  mutating func placeStackedSlices(_ entry: Program.Entry, along axis: Int) -> Int? {
    let count = entry.inputs.count
    guard count == entry.shape[axis], let first = slice(entry.inputs[0]),
      let second = slice(entry.inputs[1]),
      let sliced = first.extents.indices.first(where: {
        first.place.starts[$0] != second.place.starts[$0]
      }), first.extents[sliced] == 1,
      first.extents.leading(sliced).elementCount == entry.shape.leading(axis).elementCount
    else { return nil }
    let start = first.place.starts[sliced], distance = second.place.starts[sliced] - start
    for number in 0..<count {
      guard let part = slice(entry.inputs[number]), part.source == first.source,
        part.extents == first.extents,
        first.extents.indices.allSatisfy({
          part.place.stride($0) == first.place.stride($0)
            && part.place.starts[$0]
              == ($0 == sliced ? start + number * distance : first.place.starts[$0])
        })
      else { return nil }
    }
    var extents = first.extents, strides = Shape(extents.indices.map { first.place.stride($0) })
    (extents[sliced], strides[sliced]) = (count, distance)
    var whole = first.source
    if extents != entries[whole].shape || distance != 1 {
      let place = Place(starts: first.place.starts, strides: strides)
      whole = self.place(.slice(at: place, dropping: AxisSet()), of: whole, to: extents)
    }
    return self.place(.reshape, of: whole, to: entry.shape)
  }

  /// Of more parts it is not looked for the one that a slice lies in.
  private static let mostSearchedParts = 32

  /// Makes a slice of parts at their places one of the part that it lies in. So the derivatives of
  /// many assignments to one tensor are parts of what came to the last, and need no whole each.
  func takeFromPart(_ entry: inout Program.Entry) -> Bool {
    guard case .movement(.slice(let place, let dropped)) = entry.operation,
      case .movement(.placed(let places)) = entries[entry.inputs[0]].operation,
      places.count <= Self.mostSearchedParts
    else { return false }
    let whole = entries[entry.inputs[0]], type = whole.elementType
    func part(_ place: Place, _ extents: Shape) -> PlacedCore.Part {
      .init(source: .constant(bits: 0, type), extents: extents, place: place)
    }
    let slice = part(place, entry.shape.restoring(dropped))
    if slice.extents.elementCount == 0 { return false }
    var parts: [PlacedCore.Part] = [], found: (input: Int, starts: Shape)?
    for (number, place) in places.enumerated() {
      let other = part(place, entries[whole.inputs[number]].shape)
      if other.extents.elementCount == 0 { continue }
      parts.append(other)
      if slice.isApart(from: other) { continue }
      guard found == nil, place.keepsNeighbours, slice.isWithin(other) else { return false }
      found = (whole.inputs[number], place.starts)
    }
    // What is added up among zeros may have lost the sign of a zero.
    guard let found, PlacedCore.coverage(of: parts, in: whole.shape) != .overlapping else {
      return false
    }
    let axes = slice.extents.indices
    let inner = Place(
      starts: Shape(axes.map { place.starts[$0] - found.starts[$0] }),
      strides: Shape(axes.map { place.stride($0) }))
    entry.operation = .movement(.slice(at: inner, dropping: dropped))
    entry.inputs = [found.input]
    return true
  }

  /// What a part is a slice of, where, and the extents of the slice before axes were dropped.
  private func slice(_ part: Int) -> (source: Int, place: Place, extents: Shape)? {
    var sliced = part
    if case .movement(.reshape) = entries[part].operation { sliced = entries[part].inputs[0] }
    guard case .movement(.slice(let place, let dropped)) = entries[sliced].operation else {
      return nil
    }
    return (entries[sliced].inputs[0], place, entries[sliced].shape.restoring(dropped))
  }
}
