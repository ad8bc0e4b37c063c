// SPDX-License-Identifier: Apache-2.0

/// What an index expression says of a tensor's axes, read one step at a time: first all are
/// counted, then each is added. An array of them would take an element's index as long as the rest.
struct IndexedPart {
  /// Of each axis of the tensor: where the part begins, how many positions it has, and how far
  /// they stand apart.
  private(set) var starts = Shape()
  private(set) var extents = Shape()
  private(set) var strides = Shape()
  /// Axes of which there is one position, without the axis.
  private(set) var dropped = AxisSet()
  /// The shape of the part, with new axes.
  private(set) var shape = Shape()

  private let whole: Shape
  private var named = 0, ellipses = 0

  init(of whole: Shape) { self.whole = whole }

  mutating func count(_ step: IndexStep) {
    switch step.kind {
    case .position, .range: named += 1
    case .ellipsis: ellipses += 1
    case .newAxis: break
    }
  }

  /// - Parameter value: the tensor, for messages.
  mutating func add(_ step: IndexStep, of value: Value) throws(Mistake) {
    if ellipses > 1 || named > whole.rank { throw countMistake(value) }
    let axis = starts.rank
    switch step.kind {
    case .newAxis: shape.append(1)
    case .ellipsis: keepWhole(whole.rank - named)
    case .position(let written):
      let extent = whole[axis]
      guard -extent <= written, written < extent else {
        throw Mistake(
          "subscript", "index \(written) is outside axis \(axis) of \(value.label)",
          fix: extent == 0 ? "the axis is empty" : "use an index in -\(extent)..<\(extent)")
      }
      keep(written < 0 ? written + extent : written, 1)
      // Batching adds an axis in front.
      if whole.rank < AxisSet.highestRank { dropped.insert(axis) }
    case .range(let first, let end, let stride):
      let (lower, upper) = (first ?? 0, end ?? whole[axis])
      guard 0 <= lower, lower <= upper, upper <= whole[axis] else {
        let meant = whole[axis].counted(lower, end)
        throw Mistake(
          "subscript",
          "the range \(lower)\(end.map { "..<\($0)" } ?? "...") is outside axis \(axis) of "
            + value.label,
          fix: meant.map { "ranges do not count from the end: use \($0)" }
            ?? "use a range within 0..<\(whole[axis])")
      }
      guard stride != 0 else {
        throw Mistake(
          "subscript", "every(0) at axis \(axis) of \(value.label)",
          fix: "use 1 or more, or a negative number to go backwards")
      }
      // How many of that length fit in, the first position included.
      let more = UInt(Swift.max(upper - lower, 1) - 1) / stride.magnitude
      let count = lower == upper ? 0 : Int(more) + 1
      keep(stride > 0 || count == 0 ? lower : upper - 1, count, by: stride)
      shape.append(count)
    }
  }

  /// Axes that were not named are whole.
  mutating func end() { keepWhole(whole.rank - starts.rank) }

  private mutating func keep(_ start: Int, _ extent: Int, by stride: Int = 1) {
    starts.append(start)
    extents.append(extent)
    strides.append(stride)
  }

  private mutating func keepWhole(_ count: Int) {
    for _ in 0..<count {
      let extent = whole[starts.rank]
      keep(0, extent)
      shape.append(extent)
    }
  }

  private func countMistake(_ value: Value) -> Mistake {
    if ellipses > 1 {
      return Mistake(
        "subscript", "there is more than one .ellipsis", fix: "use .all for single axes")
    }
    return Mistake(
      "subscript", "\(named) axes are indexed but \(value.label) has \(whole.rank)",
      fix: "drop \(named - whole.rank) of the indices")
  }
}

extension IndexedPart {
  init(_ steps: [IndexStep], of value: Value) throws(Mistake) {
    self.init(of: value.shape)
    for step in steps { count(step) }
    for step in steps { try add(step, of: value) }
    end()
  }
}

extension Value {
  package func indexed(_ steps: [IndexStep]) throws(Mistake) -> Value {
    part(try IndexedPart(steps, of: self))
  }

  package func replacing(_ steps: [IndexStep], with other: Value) throws(Mistake) -> Value {
    try replacing(IndexedPart(steps, of: self), with: other)
  }

  /// The part of this tensor, as a view.
  func part(_ part: IndexedPart) -> Value {
    strided(from: part.starts, extents: part.extents, by: part.strides, dropping: part.dropped)
      .reshaped(to: part.shape)
  }

  /// This tensor with other numbers in a part.
  func replacing(_ part: IndexedPart, with other: Value) throws(Mistake) -> Value {
    guard other.shape.broadcast(with: part.shape) == part.shape else {
      throw Mistake(
        "subscript", "\(other.label) does not stretch to the part \(part.shape) of \(label)",
        fix: "set a tensor of the part's shape, or a number")
    }
    let numbers = other.expanded(to: part.shape).reshaped(to: part.extents)
    return replacing(from: part.starts, by: part.strides, with: numbers)
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
