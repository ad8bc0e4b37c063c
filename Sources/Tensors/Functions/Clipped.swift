// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// y = x within the range, its nearer end outside. x.g = y.g between the ends, 0 at them and
  /// outside, as in PyTorch; both are NaN for NaN.
  ///
  ///     print(Tensor<Float>([-1, 0.5, 2]).clipped(to: 0...1))   // [0.  0.5 1. ]
  public func clipped(to range: ClosedRange<Scalar>) -> Tensor {
    Tensor(value.clipped(from: range.lowerBound.asDouble, to: range.upperBound.asDouble))
  }

  /// y = x above the bound, else the bound. x.g = y.g above it, else 0; both are NaN for NaN.
  ///
  ///     print(Tensor<Float>([-1, 0.5, 2]).clipped(to: 0...))   // [0.  0.5 2. ]
  public func clipped(to range: PartialRangeFrom<Scalar>) -> Tensor {
    Tensor(value.clipped(from: range.lowerBound.asDouble, to: nil))
  }

  /// y = x below the bound, else the bound. x.g = y.g below it, else 0; both are NaN for NaN.
  ///
  ///     print(Tensor<Float>([-1, 0.5, 2]).clipped(to: ...1))   // [-1.   0.5  1. ]
  public func clipped(to range: PartialRangeThrough<Scalar>) -> Tensor {
    Tensor(value.clipped(from: nil, to: range.upperBound.asDouble))
  }
}

extension Value {
  func clipped(from least: Double?, to most: Double?) -> Value {
    clipped(
      from: least.map { .constant($0, elementType) }, to: most.map { .constant($0, elementType) })
  }

  func clipped(from least: Value?, to most: Value?) -> Value {
    limited(keepingNaN, from: least, to: most)
  }

  /// The numbers of `clipped`, for functions with a derivative of their own.
  func limited(from least: Value, to most: Value) -> Value {
    limited(self, from: least, to: most)
  }

  private func limited(_ x: Value, from least: Value?, to most: Value?) -> Value {
    var y = x
    if let most { y = Value.select(compared(.greaterOrEqual, to: most), most, y) }
    if let least { y = Value.select(compared(.lessOrEqual, to: least), least, y) }
    return y
  }
}
