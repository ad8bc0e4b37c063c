// SPDX-License-Identifier: Apache-2.0

import PullbackTensors

/// Parts at their places, zeros elsewhere: see `Movement.placed`.
package struct PlacedCore: Sendable {
  package struct Part: Sendable {
    /// Memory seen through a view over the extents, or a number that is the same everywhere.
    package let source: Operand
    package let extents: Shape
    package let place: Place

    package init(source: Operand, extents: Shape, place: Place) {
      (self.source, self.extents, self.place) = (source, extents, place)
    }
  }

  /// What the parts do to the whole.
  package enum Coverage: Sendable {
    /// Each element is that of one part.
    case whole
    /// Each element is that of one part, or zero.
    case some
    /// Several parts may have an element, which is their sum in order.
    case overlapping
  }

  /// Those that have elements.
  package let parts: [Part]
  package let space: Shape
  package let elementType: ElementType
  package let coverage: Coverage

  init(_ parts: [Part], in space: Shape, _ elementType: ElementType) {
    self.parts = parts
    self.space = space
    self.elementType = elementType
    coverage = PlacedCore.coverage(of: parts, in: space)
  }

  /// Whether each leading index of the whole is that of every part.
  private var goesByRows: Bool {
    guard let rows = space.first else { return false }
    return parts.allSatisfy {
      $0.extents[0] == rows && $0.place.starts[0] == 0 && $0.place.stride(0) == 1
    }
  }
}

extension PlacedCore: StepCore {
  var madeType: ElementType? { elementType }

  func addReads(to reads: inout [Read]) {
    reads.reserveCapacity(reads.count + parts.count)
    let goesByRows = goesByRows
    for part in parts {
      if case .memory(let access) = part.source {
        reads.append(
          Read(access: access, space: goesByRows ? part.extents : nil, isInStep: false))
      }
    }
  }

  func partCount(elements: Int) -> Int { goesByRows ? space[0] : 1 }

  func operationCount(elements: Int) -> Int {
    coverage == .overlapping ? partElements : 0
  }

  func streamedCount(elements: Int) -> Int { elements + partElements }

  private var partElements: Int { parts.reduce(0) { $0 + $1.extents.elementCount } }

  func description(_ name: (Slot) -> String) -> String {
    let count = counted(parts.count, "part")
    return switch coverage {
    case .whole: "\(count) side by side"
    case .some: "\(count) among zeros"
    case .overlapping: "\(count) added up among zeros"
    }
  }
}

extension PlacedCore {
  /// Looks for parts that overlap, in a time that grows with their number as sorting does. Of parts
  /// that no axis tells apart it is taken for granted.
  package static func coverage(of parts: [Part], in space: Shape) -> Coverage {
    var order = Array(parts.indices)
    if !areApart(parts, &order, 0..<parts.count, along: 0) { return .overlapping }
    let count = parts.reduce(0) { $0 + $1.extents.elementCount }
    return count == space.elementCount ? .whole : .some
  }

  /// Whether an axis tells any two of some parts apart.
  ///
  /// - Parameters:
  ///   - order: the numbers of the parts, put in another order within the range.
  ///   - axis: the first that may tell them apart.
  private static func areApart(
    _ parts: [Part], _ order: inout [Int], _ range: Range<Int>, along axis: Int
  ) -> Bool {
    if range.count < 2 { return true }
    if axis == parts[order[range.lowerBound]].place.starts.rank { return false }
    // Which residue the positions have that a part takes, if all parts have strides of one length;
    // what stands alone has none.
    let strides = order[range].compactMap { parts[$0].distance(along: axis) }
    let stride = strides.first ?? 1, haveOneStride = strides.allSatisfy { $0 == stride }
    func key(_ part: Int) -> (residue: Int, first: Int) {
      let first = parts[part].span(along: axis).lowerBound
      return (haveOneStride ? first % stride : 0, first)
    }
    order[range].sort { key($0) < key($1) }
    // Runs of parts that lie over each other along the axis.
    var start = range.lowerBound, residue = key(order[start]).residue
    var last = parts[order[start]].span(along: axis).upperBound
    for index in range.dropFirst() {
      let next = key(order[index]), end = parts[order[index]].span(along: axis).upperBound
      if next.residue == residue, next.first <= last {
        last = max(last, end)
        continue
      }
      if !areApart(parts, &order, start..<index, along: axis + 1) { return false }
      (start, residue, last) = (index, next.residue, end)
    }
    return areApart(parts, &order, start..<range.upperBound, along: axis + 1)
  }
}

extension PlacedCore.Part {
  /// From the first position along an axis to the last.
  fileprivate func span(along axis: Int) -> ClosedRange<Int> {
    let start = place.starts[axis], end = start + (extents[axis] - 1) * place.stride(axis)
    return min(start, end)...max(start, end)
  }

  /// Whether an axis tells the boxes around two parts apart.
  func isApart(from other: PlacedCore.Part) -> Bool {
    extents.indices.contains {
      let (one, two) = (span(along: $0), other.span(along: $0))
      return one.upperBound < two.lowerBound || two.upperBound < one.lowerBound
    }
  }

  /// Whether the box around another part holds this one.
  func isWithin(_ other: PlacedCore.Part) -> Bool {
    extents.indices.allSatisfy {
      let (one, two) = (span(along: $0), other.span(along: $0))
      return two.lowerBound <= one.lowerBound && one.upperBound <= two.upperBound
    }
  }

  /// How far positions along an axis stand apart; nil if there is one.
  fileprivate func distance(along axis: Int) -> Int? {
    extents[axis] > 1 ? abs(place.stride(axis)) : nil
  }
}
