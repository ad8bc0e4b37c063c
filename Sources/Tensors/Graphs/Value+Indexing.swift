// SPDX-License-Identifier: Apache-2.0

/// What an index expression says of a tensor's axes.
private struct IndexedPart {
  /// Of each axis of the tensor: where the part begins, how many positions it has, and how far
  /// they stand apart.
  var starts = Shape()
  var extents = Shape()
  var strides = Shape()
  /// Axes of which there is one position, without the axis.
  var dropped = AxisSet()
  /// The shape of the part, with new axes.
  var shape = Shape()

  mutating func keep(_ start: Int, _ extent: Int, by stride: Int = 1) {
    starts.append(start)
    extents.append(extent)
    strides.append(stride)
  }
}

extension Value {
  package func indexed(_ steps: [IndexStep]) throws(Mistake) -> Value {
    let part = try part(steps)
    return strided(
      from: part.starts, extents: part.extents, by: part.strides, dropping: part.dropped
    ).reshaped(to: part.shape)
  }

  /// This tensor with other numbers in a part.
  package func replacing(_ steps: [IndexStep], with other: Value) throws(Mistake) -> Value {
    let part = try part(steps)
    guard other.shape.broadcast(with: part.shape) == part.shape else {
      throw Mistake(
        "subscript", "\(other.label) does not stretch to the part \(part.shape) of \(label)",
        fix: "set a tensor of the part's shape, or a number")
    }
    let numbers = other.expanded(to: part.shape).reshaped(to: part.extents)
    return replacing(from: part.starts, by: part.strides, with: numbers)
  }

  private func part(_ steps: [IndexStep]) throws(Mistake) -> IndexedPart {
    let wholeAxes = try axesOfEllipsis(in: steps)
    var part = IndexedPart()
    // Batching adds an axis in front.
    let canDrop = rank < AxisSet.highestRank
    func keepWhole(_ count: Int) {
      for _ in 0..<count {
        let extent = self.shape[part.starts.rank]
        part.keep(0, extent)
        part.shape.append(extent)
      }
    }
    for step in steps {
      let axis = part.starts.rank
      switch step.kind {
      case .newAxis: part.shape.append(1)
      case .ellipsis: keepWhole(wholeAxes)
      case .position(let written):
        let extent = self.shape[axis]
        guard -extent <= written, written < extent else {
          throw Mistake(
            "subscript", "index \(written) is outside axis \(axis) of \(label)",
            fix: extent == 0 ? "the axis is empty" : "use an index in -\(extent)..<\(extent)")
        }
        part.keep(written < 0 ? written + extent : written, 1)
        if canDrop { part.dropped.insert(axis) }
      case .range(let first, let end, let stride):
        let (lower, upper) = (first ?? 0, end ?? self.shape[axis])
        guard 0 <= lower, lower <= upper, upper <= self.shape[axis] else {
          let meant = self.shape[axis].counted(lower, end)
          throw Mistake(
            "subscript",
            "the range \(lower)\(end.map { "..<\($0)" } ?? "...") is outside axis \(axis) of \(label)",
            fix: meant.map { "ranges do not count from the end: use \($0)" }
              ?? "use a range within 0..<\(self.shape[axis])")
        }
        guard stride != 0 else {
          throw Mistake(
            "subscript", "every(0) at axis \(axis) of \(label)",
            fix: "use 1 or more, or a negative number to go backwards")
        }
        // How many of that length fit in, the first position included.
        let more = UInt(Swift.max(upper - lower, 1) - 1) / stride.magnitude
        let count = lower == upper ? 0 : Int(more) + 1
        part.keep(stride > 0 || count == 0 ? lower : upper - 1, count, by: stride)
        part.shape.append(count)
      }
    }
    keepWhole(rank - part.starts.rank)
    return part
  }

  /// How many whole axes an ellipsis stands for.
  private func axesOfEllipsis(in steps: [IndexStep]) throws(Mistake) -> Int {
    var named = 0, ellipses = 0
    for step in steps {
      switch step.kind {
      case .position, .range: named += 1
      case .ellipsis: ellipses += 1
      case .newAxis: break
      }
    }
    guard ellipses <= 1 else {
      throw Mistake(
        "subscript", "there is more than one .ellipsis", fix: "use .all for single axes")
    }
    guard named <= rank else {
      throw Mistake(
        "subscript", "\(named) axes are indexed but \(label) has \(rank)",
        fix: "drop \(named - rank) of the indices")
    }
    return rank - named
  }
}

extension Value {
  /// The elements at one place along an axis, without the axis.
  func element(_ place: Int, ofLines axis: Int) -> Value {
    var starts = Shape(repeating: 0, rank: rank), extents = shape
    (starts[axis], extents[axis]) = (place, 1)
    return sliced(from: starts, extents: extents, dropping: AxisSet([axis]))
  }
}

extension Int {
  /// The range of an axis of this extent whose negative bounds were meant to count from its end;
  /// nil if none is negative, or there is no such range.
  fileprivate func counted(_ lower: Int, _ end: Int?) -> Range<Int>? {
    let upper = end ?? self
    guard Swift.min(lower, upper) < 0, -self <= lower, -self <= upper, upper <= self else {
      return nil
    }
    let first = lower < 0 ? lower + self : lower, last = upper < 0 ? upper + self : upper
    return first < last ? first..<last : nil
  }
}
