// SPDX-License-Identifier: Apache-2.0

// Axes count from 0, negative ones from the end; without axes everything is reduced. The result
// loses the axes, or with `keepingAxes` has extent 1 there.

extension Tensor where Scalar: NumericScalar {
  /// y = Σ x over the axes. x.g = y.g, repeated along them. Int32 wraps: convert to Double first
  /// where sums may pass 2³¹ - 1.
  ///
  ///     let x: Tensor<Float> = [[1, 2], [3, 4]]
  ///     print(x.sum(along: 0), x.sum())   // [4. 6.] 10.0
  public func sum(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.reduced(.sum, along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }

  /// y = the largest x along the axes; NaN if there is one. The largest share y.g evenly; x.g is
  /// NaN where y is. A mistake over an empty axis.
  ///
  ///     print(Tensor<Float>([[1, 5], [7, 2]]).max(along: 0))   // [7. 5.]
  public func max(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.reduced(.max, along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }

  /// y = the smallest x along the axes; NaN if there is one. The smallest share y.g evenly; x.g is
  /// NaN where y is. A mistake over an empty axis.
  ///
  ///     print(Tensor<Float>([[1, 5], [7, 2]]).min(along: 1))   // [1. 2.]
  public func min(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.reduced(.min, along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }

  /// The position of the first largest element (of the first NaN, if any) along one axis. No
  /// derivative. A mistake over an empty axis.
  ///
  ///     print(Tensor<Float>([[1, 5, 2]]).argmax(along: 1))   // [1]
  public func argmax(
    along axis: Int, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Int32> {
    let site = CallSite(file, line)
    return Tensor<Int32>(
      value.reduced(.argmax, along: [axis], keepingAxes: keepingAxes, at: site))
  }

  /// The position of the first smallest element (of the first NaN, if any) along one axis. No
  /// derivative. A mistake over an empty axis.
  ///
  ///     print(Tensor<Float>([[1, 5, -2]]).argmin(along: 1))   // [2]
  public func argmin(
    along axis: Int, keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor<Int32> {
    let site = CallSite(file, line)
    return Tensor<Int32>(
      value.reduced(.argmin, along: [axis], keepingAxes: keepingAxes, at: site))
  }
}

extension Tensor where Scalar: FloatingPointScalar {
  /// y = Σ x / n over the axes, n elements each; NaN if n is 0. x.g = y.g / n.
  ///
  ///     print(Tensor<Float>([[1, 2], [3, 4]]).mean(along: 0))   // [2. 3.]
  public func mean(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.mean(along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }
}

extension Tensor where Scalar == Bool {
  /// True where any element along the axes is; false over an empty axis.
  ///
  ///     print(Tensor<Bool>([[false, true], [false, false]]).any(along: 1))   // [ True False]
  public func any(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.reduced(.max, along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }

  /// True where all elements along the axes are; true over an empty axis.
  ///
  ///     print(Tensor<Bool>([[true, true], [true, false]]).all(along: 1))   // [ True False]
  public func all(
    along axes: Int..., keepingAxes: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(value.reduced(.min, along: axes, keepingAxes: keepingAxes, at: CallSite(file, line)))
  }
}

extension Value {
  /// Axes as users write them: none are all.
  ///
  /// - Parameter operation: what the user called.
  package func axes(_ written: [Int], of operation: String, at site: CallSite) -> AxisSet {
    stopping(at: site) { () throws(Mistake) -> AxisSet in
      try AxisSet(
        written.isEmpty ? Array(0..<rank) : written, rank: rank, of: label, in: operation)
    }
  }

  /// A reduction as users write it: no axes are all axes.
  ///
  /// - Parameter operation: what the user called, if that is more than the reduction.
  package func reduced(
    _ reduction: Reduction, along axes: [Int], keepingAxes: Bool, in operation: String? = nil,
    at site: CallSite
  ) -> Value {
    let name = operation ?? reduction.name(for: elementType)
    let set = self.axes(axes, of: name, at: site)
    let result = reduced(reduction, set, at: site).distinct(from: self, by: name)
    return keepingAxes ? result.reshaped(to: shape.collapsing(set)) : result
  }

  /// Σ x / (n - correction) over the axes, n elements each.
  package func mean(
    along axes: [Int], keepingAxes: Bool, less correction: Int = 0, in operation: String = "mean",
    at site: CallSite
  ) -> Value {
    let sum = reduced(.sum, along: axes, keepingAxes: keepingAxes, in: operation, at: site)
    let divisor = countPerElement(of: sum, less: correction)
    // A divisor that Float would round is divided by in Double.
    if elementType == .float, Double(Float(divisor)) != divisor {
      let wide = converted(to: .double).mean(
        along: axes, keepingAxes: keepingAxes, less: correction, in: operation, at: site)
      return wide.converted(to: .float)
    }
    return sum / .count(divisor, elementType)
  }

  /// n - correction, n the elements for each of a result that they are reduced to; not below 0.
  func countPerElement(of result: Value, less correction: Int) -> Double {
    // Where there are no results nothing is divided.
    let count = Double(shape.elementCount) / Double(Swift.max(result.shape.elementCount, 1))
    return Swift.max(count - Double(correction), 0)
  }
}
