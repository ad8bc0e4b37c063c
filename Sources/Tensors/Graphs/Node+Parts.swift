// SPDX-License-Identifier: Apache-2.0

// A slice, row or element of numbers that are known costs no plan: its numbers are where those of
// its source are. The node stays what it is, for gradients and names.

/// Where the numbers of a slice are.
package struct KnownPart {
  /// The nearest node with known numbers that it is a part of.
  package let source: Node
  /// Where it stands there.
  package let place: PlacedPart
}

extension Node {
  /// Where the numbers of this slice are; nil if it is no slice, or if something has to be computed
  /// first.
  package var knownPart: KnownPart? {
    // Asked first: most slices are of something to be computed.
    guard isSlice, var source = input(0), source.hasNumbers || source.movesKnownNumbers else {
      return nil
    }
    var walk = PartWalk(shape)
    guard walk.goThrough(self) else { return nil }
    while !source.hasNumbers {
      guard walk.goThrough(source), let input = source.input(0) else { return nil }
      source = input
    }
    return KnownPart(source: source, place: walk.place(in: source.shape, elementType))
  }

  /// What this slice, or slice of a slice, is cut out of; nil if it is none.
  package var sliced: Node? {
    var node = self
    while node.isSlice, let input = node.input(0) { node = input }
    return node === self ? nil : node
  }

  /// Whether nothing but movements lies between this node and known numbers.
  private var movesKnownNumbers: Bool {
    var node = self
    while node.isPassed, let input = node.input(0) {
      if input.hasNumbers { return true }
      node = input
    }
    return false
  }

  /// Whether a `PartWalk` goes through it.
  private var isPassed: Bool {
    switch operation {
    case .identity(.named), .identity(.unchanged), .movement(.slice), .movement(.transpose),
      .movement(.reshape):
      true
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      false
    }
  }

  // Asked of every node of a graph: what follows is a call for slices alone.
  @inline(__always)
  private var isSlice: Bool {
    if case .movement(.slice) = operation { true } else { false }
  }

  /// Gives a slice of known numbers its own, without a plan. True if they are known then.
  ///
  /// - Parameters:
  ///   - limit: elements that are copied at most where they do not follow each other.
  ///   - isSource: whether the numbers of a node may be taken for what it is.
  @inline(__always)
  package func takePart(
    copyingAtMost limit: Int = .max, where isSource: (Node) -> Bool = { _ in true }
  ) -> Bool {
    isSlice && takePartOfSlice(copyingAtMost: limit, where: isSource)
  }

  private func takePartOfSlice(
    copyingAtMost limit: Int = .max, where isSource: (Node) -> Bool = { _ in true }
  ) -> Bool {
    guard let part = knownPart, isSource(part.source),
      part.place.isContiguous || shape.elementCount <= limit
    else { return false }
    if hasNumbers { return true }
    // Without memory for a copy a plan says so.
    let numbers = part.source.withNumbers { $0.numbers(of: part.place) }
    guard let numbers else { return false }
    keep(numbers)
    return true
  }
}

extension Node {
  /// Gives a slice, a name or what a function left unchanged the numbers below it, if they are
  /// there. True if the node's are known then.
  package func takeNumbers() -> Bool {
    if isSlice { return takePartOfSlice() }
    if case .identity = operation { return takeWhole() }
    return false
  }

  /// Two nodes share the numbers then.
  private func takeWhole() -> Bool {
    var node = self
    while case .identity(let identity) = node.operation, identity.isDropped,
      let input = node.input(0)
    {
      if let numbers = input.numbers {
        keep(numbers)
        return true
      }
      node = input
    }
    return false
  }
}

/// The way from a slice down to what it is a part of: in the coordinates of the node that has been
/// reached, where the first element is, along which axis each axis of the slice goes, and how far
/// neighbours stand apart there.
private struct PartWalk {
  private let shape: Shape
  private var origin: Shape
  private var axes: Shape
  private var distances: Shape
  /// Once the slice has been seen as a run of elements of a reshaped tensor: where that begins.
  private var linear: Int?

  init(_ shape: Shape) {
    self.shape = shape
    origin = Shape(repeating: 0, rank: shape.rank)
    axes = Shape(0..<shape.rank)
    distances = Shape(repeating: 1, rank: shape.rank)
  }

  /// Goes from the result of a movement to its input; false if the elements are not there.
  mutating func goThrough(_ node: Node) -> Bool {
    switch node.operation {
    case .identity(.named), .identity(.unchanged): return true
    case .movement(.slice(let place, let dropped)):
      guard linear == nil else { return false }
      var inner = place.starts, kept = 0, keptAxes = Shape()
      for axis in 0..<inner.rank where !dropped.contains(axis) {
        inner[axis] += origin[kept] * place.stride(axis)
        keptAxes.append(axis)
        kept += 1
      }
      origin = inner
      for index in 0..<axes.rank {
        axes[index] = keptAxes[axes[index]]
        distances[index] &*= place.stride(axes[index])
      }
      return true
    case .movement(.transpose(let order)):
      guard linear == nil else { return false }
      var inner = origin
      for axis in 0..<order.rank { inner[order[axis]] = origin[axis] }
      origin = inner
      for index in 0..<axes.rank { axes[index] = order[axes[index]] }
      return true
    case .movement(.reshape):
      if linear != nil { return true }
      let place = place(in: node.shape, node.elementType)
      linear = place.offset
      return place.isContiguous
    case .creation, .random, .identity, .unary, .binary, .comparison, .selection, .conversion,
      .reduction, .scan, .contraction, .movement, .gathering:
      return false
    }
  }

  func place(in source: Shape, _ elementType: ElementType) -> PlacedPart {
    if let linear { return PlacedPart(shape, elementType, contiguousFrom: linear) }
    var strides = source, stride = 1, offset = 0
    for axis in (0..<source.rank).reversed() {
      strides[axis] = stride
      offset += origin[axis] * stride
      stride *= source[axis]
    }
    return PlacedPart(
      shape, elementType, offset: offset,
      strides: Shape(axes.indices.lazy.map { strides[axes[$0]] &* distances[$0] }))
  }
}
