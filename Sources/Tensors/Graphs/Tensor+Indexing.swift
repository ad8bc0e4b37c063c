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
  public var step: IndexStep { IndexStep(kind: .position(self)) }
}
extension Range: TensorIndex where Bound == Int {
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound)) }
}
extension ClosedRange: TensorIndex where Bound == Int {
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound.next)) }
}
extension PartialRangeFrom: TensorIndex where Bound == Int {
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: nil)) }
}
extension PartialRangeUpTo: TensorIndex where Bound == Int {
  public var step: IndexStep { IndexStep(kind: .range(lower: nil, upper: upperBound)) }
}
extension PartialRangeThrough: TensorIndex where Bound == Int {
  // Through a negative bound is not the empty range up to 0.
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
    let steps = try fillingEllipsis(steps)
    var starts = Shape(), extents = Shape(), kept = Shape()
    var axis = 0
    for step in steps {
      switch step.kind {
      case .newAxis:
        kept.append(1)
        continue
      case .position(let written):
        let extent = shape[axis]
        guard -extent <= written, written < extent else {
          throw Mistake(
            "subscript", "index \(written) is outside axis \(axis) of \(label)",
            fix: extent == 0 ? "the axis is empty" : "use an index in -\(extent)..<\(extent)")
        }
        starts.append(written < 0 ? written + extent : written)
        extents.append(1)
      case .range(let first, let end):
        let (lower, upper) = (first ?? 0, end ?? shape[axis])
        guard 0 <= lower, lower <= upper, upper <= shape[axis] else {
          throw Mistake(
            "subscript",
            "the range \(lower)\(end.map { "..<\($0)" } ?? "...") is outside axis \(axis) of \(label)",
            fix: "use a range within 0..<\(shape[axis])")
        }
        starts.append(lower)
        extents.append(upper - lower)
        kept.append(upper - lower)
      case .ellipsis: continue
      }
      axis += 1
    }
    return sliced(from: starts, extents: extents).reshaped(to: kept)
  }

  /// Replaces the ellipsis, or the missing end, by whole axes.
  private func fillingEllipsis(_ steps: [IndexStep]) throws(Mistake) -> [IndexStep] {
    var named = 0, ellipses: [Int] = []
    for (position, step) in steps.enumerated() {
      switch step.kind {
      case .position, .range: named += 1
      case .ellipsis: ellipses.append(position)
      case .newAxis: break
      }
    }
    guard ellipses.count <= 1 else {
      throw Mistake(
        "subscript", "there is more than one .ellipsis", fix: "use .all for single axes")
    }
    guard named <= rank else {
      throw Mistake(
        "subscript", "\(named) axes are indexed but \(label) has \(rank)",
        fix: "drop \(named - rank) of the indices")
    }
    let whole = [IndexStep](repeating: .all, count: rank - named)
    guard let position = ellipses.first else { return steps + whole }
    return steps[..<position] + whole + steps[(position + 1)...]
  }
}
