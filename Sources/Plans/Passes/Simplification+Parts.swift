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
