// SPDX-License-Identifier: Apache-2.0

/// What can stand between the brackets of `x[...]`: an integer, a range, `.all`, `.every(2)`,
/// `.reversed`, `.newAxis`, `.ellipsis`.
public protocol TensorIndex: Sendable {
  /// What it does to the axis it meets.
  var step: IndexStep { get }
}

/// One step of an index expression.
public struct IndexStep: TensorIndex {
  package enum Kind: Sendable {
    case position(Int)
    /// Some positions in turn, from the first on, or backwards from the last.
    case range(lower: Int?, upper: Int?, stride: Int = 1)
    case newAxis
    case ellipsis
  }
  package let kind: Kind
  /// The step itself.
  public var step: IndexStep { self }
}

extension IndexStep: CustomStringConvertible {
  /// As it is written: "3", "2..<5", ".every(2)".
  public var description: String {
    switch kind {
    case .position(let position): return "\(position)"
    case .newAxis: return ".newAxis"
    case .ellipsis: return ".ellipsis"
    case .range(nil, nil, 1): return ".all"
    case .range(nil, nil, -1): return ".reversed"
    case .range(nil, nil, let stride): return ".every(\(stride))"
    case .range(let lower, let upper, let stride):
      let range = (lower.map { "\($0)" } ?? "") + (upper.map { "..<\($0)" } ?? "...")
      return stride == 1 ? range : "(\(range)).every(\(stride))"
    }
  }
}

extension TensorIndex where Self == IndexStep {
  /// The whole axis.
  public static var all: IndexStep { IndexStep(kind: .range(lower: nil, upper: nil)) }
  /// The whole axis, last position first.
  public static var reversed: IndexStep { every(-1) }
  /// One position in so many of the whole axis, from the first on; with a negative number from
  /// the last backwards.
  public static func every(_ stride: Int) -> IndexStep {
    IndexStep(kind: .range(lower: nil, upper: nil, stride: stride))
  }
  /// A new axis of extent 1.
  public static var newAxis: IndexStep { IndexStep(kind: .newAxis) }
  /// As many whole axes as are not named.
  public static var ellipsis: IndexStep { IndexStep(kind: .ellipsis) }
}

/// A range of positions along an axis.
public protocol TensorRange: TensorIndex {}

extension TensorRange {
  /// One position in so many of the range, from its first on; with a negative number from its last
  /// backwards.
  ///
  ///     let x = Tensor<Int32>(range: 0..<8)
  ///     print(x[(1..<6).every(2)], x[(1..<6).every(-2)])   // [1 3 5] [5 3 1]
  public func every(_ stride: Int) -> IndexStep {
    guard case .range(let lower, let upper, _) = step.kind else { return step }
    return IndexStep(kind: .range(lower: lower, upper: upper, stride: stride))
  }
}

extension Int: TensorIndex {
  /// Picks one position and drops the axis; negative ones count from the end.
  public var step: IndexStep { IndexStep(kind: .position(self)) }
}
extension Range: TensorIndex, TensorRange where Bound == Int {
  /// Keeps the positions lowerBound ..< upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound)) }
}
extension ClosedRange: TensorIndex, TensorRange where Bound == Int {
  /// Keeps the positions lowerBound ... upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: upperBound.next)) }
}
extension PartialRangeFrom: TensorIndex, TensorRange where Bound == Int {
  /// Keeps the positions from lowerBound on.
  public var step: IndexStep { IndexStep(kind: .range(lower: lowerBound, upper: nil)) }
}
extension PartialRangeUpTo: TensorIndex, TensorRange where Bound == Int {
  /// Keeps the positions below upperBound.
  public var step: IndexStep { IndexStep(kind: .range(lower: nil, upper: upperBound)) }
}
extension PartialRangeThrough: TensorIndex, TensorRange where Bound == Int {
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
  /// range keeps it, and `every(_:)` keeps some of its positions, forwards or backwards; `.newAxis`
  /// inserts an axis of extent 1; axes not named are whole. A mistake if an index lies outside.
  ///
  ///     let a: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     print(a[1], a[.all, 2], a[0, 1..<3], a[1, .all, .newAxis].shape)
  ///     // [4. 5. 6.] [3. 6.] [2. 3.] [3, 1]
  ///     print(a[0, .reversed], a[1, .every(2)], a[0, (0..<2).every(-1)])
  ///     // [3. 2. 1.] [4. 6.] [2. 1.]
  ///
  /// Setting a part gives the variable a new tensor, with the part replaced by what stretches to
  /// it; whoever has the old one keeps it. The old tensor's gradient is y.g with zeros in the part,
  /// the part's is that of y.
  ///
  ///     var b: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
  ///     b[0, 1...] = [7, 8]
  ///     b[.all, 0] += 10
  ///     print(b)   // [[11.  7.  8.]
  ///                //  [14.  5.  6.]]
  public subscript<each Index: TensorIndex>(
    _ index: repeat each Index, file file: StaticString = #fileID, line line: UInt = #line
  ) -> Tensor {
    get {
      var part = IndexedPart(of: shape)
      repeat part.count((each index).step)
      do throws(Mistake) {
        repeat try part.add((each index).step, of: value)
      } catch {
        error.stop(at: CallSite(file, line))
      }
      part.end()
      return Tensor(value.part(part).distinct(from: value, by: "slice"))
    }
    // Swift 6.3 crashes where it should write this for a subscript with a pack, and where the pack
    // is read on both sides of a yield.
    _modify {
      let steps = Tensor.steps(repeat each index), site = CallSite(file, line)
      var part = part(steps, at: site)
      defer { setPart(steps, to: part, at: site) }
      yield &part
    }
    set { setPart(Tensor.steps(repeat each index), to: newValue, at: CallSite(file, line)) }
  }

  private func part(_ steps: [IndexStep], at site: CallSite) -> Tensor {
    let part = stopping(at: site) { () throws(Mistake) in try value.indexed(steps) }
    return Tensor(part.distinct(from: value, by: "slice"))
  }

  private mutating func setPart(_ steps: [IndexStep], to numbers: Tensor, at site: CallSite) {
    let replaced = stopping(at: site) { () throws(Mistake) in
      try value.replacing(steps, with: numbers.value)
    }
    // A tensor of its own also where nothing, or all of it, is replaced.
    self = Tensor(
      replaced.distinct(from: value, by: "subscript")
        .distinct(from: numbers.value, by: "subscript"))
  }

  private static func steps<each Index: TensorIndex>(_ index: repeat each Index) -> [IndexStep] {
    var steps: [IndexStep] = []
    repeat steps.append((each index).step)
    return steps
  }
}
