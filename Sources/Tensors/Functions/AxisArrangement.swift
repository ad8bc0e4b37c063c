// SPDX-License-Identifier: Apache-2.0

/// What a pattern does to a tensor of one shape.
package struct AxisArrangement {
  /// Which axis is meant, on either side.
  enum Key: Hashable {
    case name(String)
    /// Of those that an ellipsis stands for.
    case ellipsis(Int)
    /// A number, by where it stands.
    case place(Int)
  }

  /// The axes that the tensor is split into, and how long they are.
  private(set) var keys: [Key] = []
  private(set) var extents: [Int] = []
  /// The axes of the result before they are put together, and how many each of its axes is made of.
  private(set) var resultKeys: [Key] = []
  private(set) var resultExtents: [Int] = []
  private(set) var resultCounts: [Int] = []

  /// Which axes may stand on one side alone.
  package enum Freedom: Sendable { case neither, left, right }

  package init(
    _ pattern: AxisPattern, _ sizes: [String: Int], of x: Value, freedom: Freedom
  ) throws(Mistake) {
    try Self.checkSides(pattern, freedom)
    try Self.checkSizes(sizes, pattern)
    let hidden = try Self.axesOfEllipsis(pattern, x)
    var known: [Key: Int] = [:], axis = 0
    for group in pattern.left {
      if group.holdsEllipsis {
        for number in 0..<hidden {
          keys.append(.ellipsis(number))
          extents.append(x.shape[axis + number])
        }
        axis += hidden
      } else {
        let lengths = try Self.lengths(group, x.shape[axis], axis, sizes, pattern, x)
        keys += group.axes.map(Key.init)
        extents += lengths
        axis += 1
      }
    }
    for (key, extent) in zip(keys, extents) { known[key] = extent }
    for group in pattern.right {
      var count = 0
      for part in group.axes {
        if part.kind == .ellipsis {
          let first = keys.firstIndex(of: .ellipsis(0)) ?? 0
          resultKeys += (0..<hidden).map { .ellipsis($0) }
          resultExtents += extents[first..<(first + hidden)]
          count += hidden
        } else {
          let key = Key(part)
          resultKeys.append(key)
          if let extent = known[key] {
            resultExtents.append(extent)
          } else {
            resultExtents.append(try Self.newExtent(part, sizes, pattern))
          }
          count += 1
        }
      }
      // An ellipsis alone is as many axes as it stands for.
      let isBare = pattern.text(at: group.place) == "..."
      resultCounts += isBare ? Array(repeating: 1, count: hidden) : [count]
    }
    if Swift.max(keys.count, resultKeys.count) > AxisSet.highestRank {
      throw pattern.mistake(
        "the pattern has more axes than the \(AxisSet.highestRank) supported",
        at: pattern.placeOfLeft, fix: "leave axes together that stay together")
    }
  }

  /// Whether each axis stands where it may.
  private static func checkSides(
    _ pattern: AxisPattern, _ freedom: Freedom
  ) throws(Mistake) {
    let left = pattern.left.flatMap(\.axes), right = pattern.right.flatMap(\.axes)
    func check(
      _ axes: [AxisPattern.Axis], _ others: [AxisPattern.Axis], _ side: String, _ fix: String
    ) throws(Mistake) {
      for axis in axes {
        if case .count = axis.kind {
        } else if others.contains(where: { $0.kind == axis.kind }) {
          continue
        }
        throw pattern.mistake(
          "\(pattern.text(at: axis.place)) stands on the \(side) alone", at: axis.place, fix: fix)
      }
    }
    if freedom != .left {
      try check(left, right, "left", "name it on the right too, or use reduced(_:by:)")
    }
    if freedom != .right {
      try check(right, left, "right", "name it on the left too, or use repeated(_:)")
    }
    // What an ellipsis stands for is told by the tensor.
    if freedom == .right, let axis = right.first(where: { $0.kind == .ellipsis }),
      !left.contains(where: { $0.kind == .ellipsis })
    {
      throw pattern.mistake(
        "... stands on the right alone", at: axis.place, fix: "write it on the left too")
    }
  }

  private static func checkSizes(
    _ sizes: [String: Int], _ pattern: AxisPattern
  ) throws(Mistake) {
    let axes = pattern.left.flatMap(\.axes) + pattern.right.flatMap(\.axes)
    for (name, size) in sizes.sorted(by: { $0.key < $1.key }) {
      guard let axis = axes.first(where: { $0.kind == .name(name) }) else {
        throw pattern.mistake(
          "a size is given for \(name), which the pattern does not name", at: pattern.place,
          fix: "drop it, or name the axis")
      }
      if size < 0 {
        throw pattern.mistake(
          "\(name) cannot have the size \(size)", at: axis.place, fix: "sizes are 0 or more")
      }
    }
  }

  /// How many axes an ellipsis stands for.
  private static func axesOfEllipsis(
    _ pattern: AxisPattern, _ x: Value
  ) throws(Mistake) -> Int {
    let hasEllipsis = pattern.left.contains(where: \.holdsEllipsis)
    let named = pattern.left.count - (hasEllipsis ? 1 : 0)
    if hasEllipsis ? x.rank < named : x.rank != named {
      let counted = counted(named, "axis", plural: "axes")
      throw pattern.mistake(
        "the left side has \(hasEllipsis ? "at least " : "")\(counted), \(x.label) has \(x.rank)",
        at: pattern.placeOfLeft,
        fix: "write one name or group for each axis of the tensor, or ... for several")
    }
    return x.rank - named
  }

  /// The lengths of the axes that one axis is split into.
  private static func lengths(
    _ group: AxisPattern.Group, _ extent: Int, _ axis: Int, _ sizes: [String: Int],
    _ pattern: AxisPattern, _ x: Value
  ) throws(Mistake) -> [Int] {
    var lengths: [Int] = [], unknown: Int?
    for (number, part) in group.axes.enumerated() {
      switch part.kind {
      case .count(let count): lengths.append(count)
      case .name(let name) where sizes[name] != nil: lengths.append(sizes[name]!)
      case .name, .ellipsis:
        if let first = unknown {
          let names = [first, number].map { pattern.text(at: group.axes[$0].place) }
          throw pattern.mistake(
            "neither the size of \(names[0]) nor that of \(names[1]) is known", at: part.place,
            fix: "give one: [\"\(names[1])\": 2]")
        }
        unknown = number
        lengths.append(1)
      }
    }
    let whole = lengths.saturatingProduct
    if let unknown {
      guard whole > 0, extent % whole == 0 else {
        throw pattern.mistake(
          "axis \(axis) of \(x.label) is not divisible by \(whole)", at: group.place,
          fix: "give sizes whose product divides \(extent)")
      }
      lengths[unknown] = extent / whole
    } else if whole != extent {
      throw pattern.mistake(
        "axis \(axis) of \(x.label) has not the extent \(whole)", at: group.place,
        fix: "give sizes whose product is \(extent)")
    }
    return lengths
  }

  /// How long an axis is that only the result has.
  private static func newExtent(
    _ axis: AxisPattern.Axis, _ sizes: [String: Int], _ pattern: AxisPattern
  ) throws(Mistake) -> Int {
    switch axis.kind {
    case .count(let count): return count
    case .name(let name) where sizes[name] != nil: return sizes[name]!
    case .name, .ellipsis:
      let name = pattern.text(at: axis.place)
      throw pattern.mistake(
        "the size of \(name) is not known", at: axis.place, fix: "give it: [\"\(name)\": 2]")
    }
  }
}

extension AxisArrangement.Key {
  fileprivate init(_ axis: AxisPattern.Axis) {
    switch axis.kind {
    case .name(let name): self = .name(name)
    case .count, .ellipsis: self = .place(axis.place.lowerBound)
    }
  }
}

extension Sequence<Int> {
  /// The product, or the largest number where it would overflow.
  fileprivate var saturatingProduct: Int {
    reduce(1) { product, extent in
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      return overflow ? .max : next
    }
  }
}

extension Value {
  /// Split, reduced along what only the left side has, reordered, repeated along what only the
  /// right side has, and put together.
  func arranged(
    by arrangement: AxisArrangement, at site: CallSite, reducing reduce: (Value, AxisSet) -> Value
  ) -> Value {
    let old = arrangement.keys, new = arrangement.resultKeys
    let parts = reshaped(to: Shape(arrangement.extents), at: site)
    let gone = AxisSet(old.indices.filter { !new.contains(old[$0]) })
    let reduced = gone.isEmpty ? parts : reduce(parts, gone)
    let kept = old.filter(new.contains)
    let order = new.compactMap { kept.firstIndex(of: $0) }
    let ordered = reduced.transposed(Shape(order), at: site)
    let full = Shape(arrangement.resultExtents)
    let thin = new.indices.map { kept.contains(new[$0]) ? full[$0] : 1 }
    let stretched = ordered.reshaped(to: Shape(thin), at: site).expanded(to: full, at: site)
    var place = 0
    let extents = arrangement.resultCounts.map { count in
      defer { place += count }
      return full[place..<(place + count)].saturatingProduct
    }
    return stretched.reshaped(to: Shape(extents), at: site)
  }
}
