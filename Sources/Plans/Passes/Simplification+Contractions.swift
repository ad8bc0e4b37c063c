// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

// Products count the axes of what was reshaped for them: where axes that do not follow each other
// in memory were made one, a reshape would be a copy, and a product needs none.

extension Simplification {
  /// With fewer rows than this a product keeps the processor waiting where it finds them through
  /// tables: copying so few takes less.
  private static let leastRows = 4

  /// The place of a product, of operands as they were before axes of theirs were made one; its
  /// result has the shape that was asked for. Nil where nothing was.
  mutating func placeUnmerged(_ entry: Program.Entry) -> Int? {
    guard case .contraction(var batch, var rows, var inner) = entry.operation else { return nil }
    var a = entry.inputs[0], b = entry.inputs[1], hasChanged = false
    if let axes = unmerged(a), axes.count(batch..<(batch + rows)) >= Self.leastRows {
      let ofBatch = axes.extents[..<batch], ofInner = axes.extents[(batch + rows)...]
      let columns = entries[b].shape.droppingLeading(batch + inner)
      b = place(.reshape, of: b, to: Shape(ofBatch.joined()) + Shape(ofInner.joined()) + columns)
      a = place(axes)
      rows = axes.extents[batch..<(batch + rows)].joined().count
      (batch, inner, hasChanged) = (ofBatch.joined().count, ofInner.joined().count, true)
    }
    if let axes = unmerged(b) {
      let ofBatch = axes.extents[..<batch], ofInner = axes.extents[batch..<(batch + inner)]
      let ofRows = entries[a].shape.leading(batch + rows).droppingLeading(batch)
      a = place(.reshape, of: a, to: Shape(ofBatch.joined()) + ofRows + Shape(ofInner.joined()))
      b = place(axes)
      (batch, inner, hasChanged) = (ofBatch.joined().count, ofInner.joined().count, true)
    }
    if !hasChanged { return nil }
    let shape =
      entries[a].shape.leading(batch + rows) + entries[b].shape.droppingLeading(batch + inner)
    let product = place(
      Program.Entry(
        operation: .contraction(batch: batch, rows: rows, inner: inner),
        inputs: InlineNumbers([a, b]), elementType: entry.elementType, shape: shape))
    return place(.reshape, of: product, to: entry.shape)
  }

  /// What an operand was before axes of it were made one, and which these are.
  private struct UnmergedAxes {
    let source: Int
    /// Of the source, in the order in which the operand has them.
    let order: Shape
    /// For each axis of the operand those it was made of.
    let extents: [[Int]]

    /// How many indices some axes of the operand have together.
    func count(_ axes: Range<Int>) -> Int { extents[axes].joined().reduce(1, *) }
  }

  /// A view that was reshaped, and maybe transposed then.
  private func unmerged(_ operand: Int) -> UnmergedAxes? {
    var merged = operand, order: Shape?
    if case .movement(.transpose(let own)) = entries[operand].operation {
      (merged, order) = (entries[operand].inputs[0], own)
    }
    guard case .movement(.reshape) = entries[merged].operation else { return nil }
    let source = entries[merged].inputs[0]
    guard let movement = entries[source].operation.movement, movement.isView,
      let axes = entries[source].shape.axes(mergedTo: entries[merged].shape)
    else { return nil }
    let arranged = order.map { $0.map { axes[$0] } } ?? axes
    return UnmergedAxes(
      source: source, order: Shape(arranged.joined()),
      extents: arranged.map { $0.map { entries[source].shape[$0] } })
  }

  private mutating func place(_ axes: UnmergedAxes) -> Int {
    let shape = entries[axes.source].shape.arranged(by: axes.order)
    return place(.transpose(order: axes.order), of: axes.source, to: shape)
  }

  /// The place of a movement, made one with another below it, or of what it does not move.
  mutating func place(_ movement: Movement, of input: Int, to shape: Shape) -> Int {
    var entry = Program.Entry(
      operation: .movement(movement), inputs: InlineNumbers([input]),
      elementType: entries[input].elementType, shape: shape)
    merge(&entry)
    return equivalent(of: entry) ?? place(entry)
  }
}

extension Shape {
  /// For each axis of a reshaped tensor the axes that were made one for it; nil where
  /// some axis was split.
  fileprivate func axes(mergedTo target: Shape) -> [[Int]]? {
    if elementCount == 0 { return nil }
    var axes: [[Int]] = [], next = 0
    for extent in target {
      var own: [Int] = [], count = 1
      while count < extent, next < rank {
        count *= self[next]
        own.append(next)
        next += 1
      }
      if count != extent { return nil }
      axes.append(own)
    }
    // What is left has one element.
    guard next == rank || !axes.isEmpty else { return nil }
    axes[axes.count - 1] += Array(next..<rank)
    return axes
  }
}
