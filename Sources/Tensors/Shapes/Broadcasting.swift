// SPDX-License-Identifier: Apache-2.0

extension Shape {
  /// The shape that both operands stretch to under NumPy's rule: align the shapes at their last
  /// axes; extents must be equal, or one of them 1. Nil if some axis refuses.
  package func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    let rank = Swift.max(rank, other.rank)
    var result = Shape(repeating: 1, rank: rank)
    for axis in 0..<rank {
      let left = extent(at: axis, ofRank: rank)
      let right = other.extent(at: axis, ofRank: rank)
      guard left == right || left == 1 || right == 1 else { return nil }
      result[axis] = left == 1 ? right : left
    }
    return result
  }

  /// The shape that the operands with these roles stretch to.
  @inline(__always)
  func broadcast(
    _ role: FormFault.Role, with other: Shape, _ otherRole: FormFault.Role
  ) throws(FormFault) -> Shape {
    if self == other { return self }
    return try stretchedTogether(role, with: other, otherRole)
  }

  @inline(never)
  private func stretchedTogether(
    _ role: FormFault.Role, with other: Shape, _ otherRole: FormFault.Role
  ) throws(FormFault) -> Shape {
    if let shape = broadcast(with: other) { return try shape.countable() }
    throw .broadcast(role, otherRole, axis: broadcastConflict(with: other)!.axis)
  }

  /// The first axis, in the result's count, at which two shapes refuse to broadcast.
  package func broadcastConflict(with other: Shape) -> (axis: Int, left: Int, right: Int)? {
    for axis in 0..<Swift.max(rank, other.rank) {
      let (left, right) = extents(and: other, at: axis)
      if left != right, left != 1, right != 1 { return (axis, left, right) }
    }
    return nil
  }

  /// The extents of two shapes at an axis of what they stretch to.
  func extents(and other: Shape, at axis: Int) -> (left: Int, right: Int) {
    let rank = Swift.max(rank, other.rank)
    return (extent(at: axis, ofRank: rank), other.extent(at: axis, ofRank: rank))
  }

  /// The axes of `target` along which this shape is stretched, leading ones included.
  package func stretchedAxes(to target: Shape) -> AxisSet {
    AxisSet(
      target.indices.lazy.filter {
        $0 < target.rank - rank
          || extent(at: $0, ofRank: target.rank) == 1 && target[$0] != 1
      })
  }

  /// The extent at an axis after padding with leading ones to a rank.
  private func extent(at axis: Int, ofRank rank: Int) -> Int {
    let own = axis - (rank - self.rank)
    return own < 0 ? 1 : self[own]
  }
}
