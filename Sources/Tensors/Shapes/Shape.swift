// SPDX-License-Identifier: Apache-2.0

/// The extents of a tensor, outermost axis first: `[2, 3]` is two rows of three.
///
/// A shape is a collection of its extents. Up to four extents are stored inline, so that making a
/// node of a small network allocates nothing for its shape; there is no limit on the rank.
///
/// ```swift
/// let shape: Shape = [2, 3]
/// print(shape, shape.rank, shape.elementCount)   // [2, 3] 2 6
/// ```
public struct Shape: Sendable, Hashable {
  private static let inlineRank = 4

  private var first = 0, second = 0, third = 0, fourth = 0
  private var others: [Int]?
  /// The number of axes.
  public private(set) var rank = 0

  /// The shape of a scalar, `[]`.
  public init() {}

  /// The shape with these extents.
  public init(_ extents: some Sequence<Int>) {
    for extent in extents { append(extent) }
  }

  /// A shape of `rank` equal extents.
  package init(repeating extent: Int, rank: Int) {
    for _ in 0..<rank { append(extent) }
  }

  /// The numbers of the axes of a tensor of this rank, in order.
  package init(axesOfRank rank: Int) {
    for axis in 0..<rank { append(axis) }
  }

  package mutating func append(_ extent: Int) {
    rank += 1
    if rank <= Shape.inlineRank {
      self[rank - 1] = extent
    } else if others == nil {
      // Windows of images have six axes: room for the next ones at once.
      others = []
      others!.reserveCapacity(Shape.inlineRank)
      others!.append(extent)
    } else {
      others!.append(extent)
    }
  }

  /// The product of the extents: the number of elements. 1 for a scalar.
  public var elementCount: Int {
    var product = 1
    for axis in 0..<rank { product &*= self[axis] }
    return product
  }

  /// The number of elements, or nil if it, or its size in bytes, does not fit in an `Int`.
  package var checkedElementCount: Int? {
    // As in NumPy, an extent of 0 does not excuse the others: strides are products of them.
    var product = 1, isEmpty = false
    for axis in 0..<rank {
      let extent = self[axis]
      if extent == 0 {
        isEmpty = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      product = next
    }
    return product > Int.max / 64 ? nil : isEmpty ? 0 : product
  }

  /// For each axis the distance, in elements, between neighbours of a row-major tensor.
  package var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * self[axis + 1]
    }
    return strides
  }
}

extension Shape: RandomAccessCollection, MutableCollection {
  /// The first axis.
  public var startIndex: Int { 0 }
  /// The number of axes.
  public var endIndex: Int { rank }

  /// The extent of an axis, 0 ..< rank.
  public subscript(axis: Int) -> Int {
    get {
      switch axis {
      case 0: first
      case 1: second
      case 2: third
      case 3: fourth
      default: others![axis - Shape.inlineRank]
      }
    }
    set {
      switch axis {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      case 3: fourth = newValue
      default: others![axis - Shape.inlineRank] = newValue
      }
    }
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The shape with these extents: `[2, 3]`.
  public init(arrayLiteral extents: Int...) { self.init(extents) }

  /// The extents, as `[2, 3]`.
  public var description: String {
    "[" + map(String.init).joined(separator: ", ") + "]"
  }
}

extension Shape: CustomReflectable {
  /// What a debugger shows: the extents.
  public var customMirror: Mirror {
    Mirror(self, unlabeledChildren: Array(self), displayStyle: .collection)
  }
}

extension Shape {
  package static func + (left: Shape, right: Shape) -> Shape {
    var sum = left
    for axis in 0..<right.rank { sum.append(right[axis]) }
    return sum
  }

  /// The extents of the first `count` axes.
  package func leading(_ count: Int) -> Shape {
    var leading = Shape()
    for axis in 0..<count { leading.append(self[axis]) }
    return leading
  }

  /// Without the first `count` axes.
  package func droppingLeading(_ count: Int) -> Shape {
    var rest = Shape()
    for axis in count..<Swift.max(rank, count) { rest.append(self[axis]) }
    return rest
  }

  /// The extent of axis order[i] at axis i.
  package func arranged(by order: Shape) -> Shape {
    var arranged = order
    for axis in 0..<order.rank { arranged[axis] = self[order[axis]] }
    return arranged
  }

  /// Without the axes in the set.
  package func dropping(_ axes: AxisSet) -> Shape {
    var kept = Shape()
    for axis in 0..<rank where !axes.contains(axis) { kept.append(self[axis]) }
    return kept
  }

  /// What `dropping` was given, where the dropped axes had extent 1.
  package func restoring(_ axes: AxisSet) -> Shape {
    if axes.isEmpty { return self }
    var whole = Shape(), kept = 0
    for axis in 0..<(rank + axes.count) {
      whole.append(axes.contains(axis) ? 1 : self[kept])
      if !axes.contains(axis) { kept += 1 }
    }
    return whole
  }

  /// With extent 1 in place of the axes in the set.
  package func collapsing(_ axes: AxisSet) -> Shape {
    var collapsed = self
    for axis in 0..<rank where axes.contains(axis) { collapsed[axis] = 1 }
    return collapsed
  }
}
