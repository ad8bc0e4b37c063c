// SPDX-License-Identifier: Apache-2.0

/// What can stand between the brackets of `x[...]`: an integer, a range, `.all`, `.newAxis`,
/// `.ellipsis`.
public protocol TensorIndex: Sendable {
  /// What it does to the axis it meets.
  var step: IndexStep { get }
}

/// One step of an index expression.
public struct IndexStep: TensorIndex {
  package enum Kind: Sendable {
    case position(Int)
    case range(lower: Int?, upper: Int?)
    case newAxis
    case ellipsis
  }
  package let kind: Kind
  /// The step itself.
  public var step: IndexStep { self }
}

extension TensorIndex where Self == IndexStep {
  /// The whole axis.
  public static var all: IndexStep { IndexStep(kind: .range(lower: nil, upper: nil)) }
  /// A new axis of extent 1.
  public static var newAxis: IndexStep { IndexStep(kind: .newAxis) }
  /// As many whole axes as are not named.
  public static var ellipsis: IndexStep { IndexStep(kind: .ellipsis) }
}

extension Int: TensorIndex {
  /// Picks one position and drops the axis; negative ones count from the end.
  public var step: IndexStep { IndexStep(kind: .position(self)) }
}
extension Range: TensorIndex where Bound == Int {
  /// Keeps the positions lowerBound ..< upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound)) }
}
extension ClosedRange: TensorIndex where Bound == Int {
  /// Keeps the positions lowerBound ... upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound.next)) }
}
extension PartialRangeFrom: TensorIndex where Bound == Int {
  /// Keeps the positions from lowerBound on.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: nil)) }
}
extension PartialRangeUpTo: TensorIndex where Bound == Int {
  /// Keeps the positions below upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: nil, upper: upperBound)) }
}
extension PartialRangeThrough: TensorIndex where Bound == Int {
  // Through a negative bound is not the empty range up to 0.
  /// Keeps the positions up to upperBound.
  public var step: IndexStep {
    IndexStep(kind: .range(lower: nil, upper: upperBound < 0 ? upperBound : upperBound.next))
  }
}

extension Int {
  /// The next number; beyond any axis there is no need of one.
  fileprivate var next: Int { self == .max ? self : self + 1 }
}

extension Tensor {
  /// A part of the tensor, as a view: nothing is copied. x.g = y.g among zeros.
  ///
  /// An integer picks one position and drops the axis (negative ones count from the end), a
  /// range keeps it; `.newAxis` inserts an axis of extent 1; axes not named are whole. A mistake
  /// if an index lies outside.
  ///
  ///     let a: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     print(a[1], a[.all, 2], a[0, 1..<3], a[1, .all, .newAxis].shape)
  ///     // [4. 5. 6.] [3. 6.] [2. 3.] [3, 1]
  public subscript<each Index: TensorIndex>(
    _ index: repeat each Index, file file: StaticString = #fileID, line line: UInt = #line
  ) -> Tensor {
    var steps: [IndexStep] = []
    repeat steps.append((each index).step)
    let site = CallSite(file, line)
    let part = stopping(at: site) { () throws(Mistake) in try value.indexed(steps) }
    return Tensor(part.distinct(from: value, by: "slice"))
  }
}

extension Value {
  package func indexed(_ steps: [IndexStep]) throws(Mistake) -> Value {
    let wholeAxes = try axesOfEllipsis(in: steps)
    var starts = Shape(), extents = Shape(), shape = Shape()
    var dropped = AxisSet(), hasNewAxis = false
    // Batching adds an axis in front.
    let canDrop = rank < AxisSet.highestRank
    func keepWhole(_ count: Int) {
      for _ in 0..<count {
        let extent = self.shape[starts.rank]
        starts.append(0)
        extents.append(extent)
        shape.append(extent)
      }
    }
    for step in steps {
      let axis = starts.rank
      switch step.kind {
      case .newAxis:
        shape.append(1)
        hasNewAxis = true
      case .ellipsis: keepWhole(wholeAxes)
      case .position(let written):
        let extent = self.shape[axis]
        guard -extent <= written, written < extent else {
          throw Mistake(
            "subscript", "index \(written) is outside axis \(axis) of \(label)",
            fix: extent == 0 ? "the axis is empty" : "use an index in -\(extent)..<\(extent)")
        }
        starts.append(written < 0 ? written + extent : written)
        extents.append(1)
        if canDrop { dropped.insert(axis) }
      case .range(let first, let end):
        let (lower, upper) = (first ?? 0, end ?? self.shape[axis])
        guard 0 <= lower, lower <= upper, upper <= self.shape[axis] else {
          throw Mistake(
            "subscript",
            "the range \(lower)\(end.map { "..<\($0)" } ?? "...") is outside axis \(axis) of \(label)",
            fix: "use a range within 0..<\(self.shape[axis])")
        }
        starts.append(lower)
        extents.append(upper - lower)
        shape.append(upper - lower)
      }
    }
    keepWhole(rank - starts.rank)
    let part = sliced(from: starts, extents: extents, dropping: dropped)
    return hasNewAxis || !canDrop ? part.reshaped(to: shape) : part
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
