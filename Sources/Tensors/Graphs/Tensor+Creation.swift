// SPDX-License-Identifier: Apache-2.0

extension Tensor where Scalar: NumericScalar {
  /// A tensor of zeros.
  ///
  ///     print(Tensor<Float>.zeros([2, 2]))   // [[0. 0.]
  ///                                          //  [0. 0.]]
  public static func zeros(
    _ shape: Shape, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(Value.full(shape, 0, Scalar.elementType, in: "zeros", at: CallSite(file, line)))
  }

  /// A tensor of ones.
  ///
  ///     print(Tensor<Int32>.ones([3]))   // [1 1 1]
  public static func ones(
    _ shape: Shape, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(Value.full(shape, 1, Scalar.elementType, in: "ones", at: CallSite(file, line)))
  }

  /// A scalar tensor.
  public init(_ number: Scalar) {
    self.init(Value.constant(number.asDouble, Scalar.elementType))
  }

  /// A tensor whose elements are all `number`.
  ///
  ///     print(Tensor<Float>.full([2], 0.5))   // [0.5 0.5]
  public static func full(
    _ shape: Shape, _ number: Scalar, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(Value.full(shape, number.asDouble, Scalar.elementType, at: CallSite(file, line)))
  }

  /// The whole numbers of a range: [count].
  ///
  /// x_i = lowerBound + i. Int32 holds bounds up to 2^31, Float counts exactly up to 2^24.
  ///
  ///     print(Tensor<Int32>(range: 2..<5))   // [2 3 4]
  public init(range: Range<Int>, file: StaticString = #fileID, line: UInt = #line) {
    let site = CallSite(file, line)
    let (count, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    let last = Swift.max(range.upperBound, range.lowerBound + 1) - 1
    if overflow || Scalar.elementType == .int32 && Int32(exactly: last) == nil {
      Mistake(
        "Tensor(range:)", "\(Scalar.elementType.name) does not hold all numbers of \(range)",
        fix: "use a range within the numbers of the element type"
      ).stop(at: site)
    }
    let counted = Value.iota(count, Scalar.elementType, at: site)
    self.init(
      range.lowerBound == 0
        ? counted : counted + .constant(Double(range.lowerBound), Scalar.elementType))
  }
}

extension Tensor where Scalar: FloatingPointScalar {
  /// `count` numbers from `start` to `end`, both included, at equal distances: [count].
  ///
  /// x_i = start + i (end - start) / (count - 1); `start` alone if count is 1.
  ///
  ///     print(Tensor<Float>(from: 0, through: 1, count: 5))   // [0.   0.25 0.5  0.75 1.  ]
  public init(
    from start: Scalar, through end: Scalar, count: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let counted = Value.iota(count, Scalar.elementType, at: CallSite(file, line))
    let distance = count > 1 ? (end.asDouble - start.asDouble) / Double(count - 1) : 0
    let spread =
      counted * .scalar(distance, Scalar.elementType)
      + .constant(start.asDouble, Scalar.elementType)
    // Rounding must not miss the end.
    let isInner = counted.compared(
      .less, to: .scalar(Double(Swift.max(count - 1, 1)), Scalar.elementType))
    self.init(Value.select(isInner, spread, .constant(end.asDouble, Scalar.elementType)))
  }

  /// Numbers spread uniformly over `low ..< high`.
  ///
  /// x = low + (high - low) u, with u in [0, 1) a multiple of 2^-24 (Float) or 2^-53 (Double).
  public static func uniform(
    _ shape: Shape, from low: Scalar = 0, to high: Scalar = 1, key: RandomKey,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let type = Scalar.elementType
    let unit = Value.random(.uniform, shape, type, key: key, at: CallSite(file, line))
    let width = Value.constant((high - low).asDouble, type)
    return Tensor(unit * width + .constant(low.asDouble, type))
  }

  /// Normally distributed numbers.
  ///
  /// x = mean + standardDeviation z, with z standard normal by the inverse of its distribution
  /// function (Wichura, "Algorithm AS 241", Applied Statistics 37, 1988).
  public static func normal(
    _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1, key: RandomKey,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let type = Scalar.elementType
    let unit = Value.random(.normal, shape, type, key: key, at: CallSite(file, line))
    return Tensor(
      unit * .constant(standardDeviation.asDouble, type) + .constant(mean.asDouble, type))
  }
}

extension NumericScalar {
  /// Exact for all three numeric scalars.
  package var asDouble: Double {
    switch self {
    case let number as Float: Double(number)
    case let number as Double: number
    case let number as Int32: Double(number)
    default: fatalError("a scalar type outside the closed set")
    }
  }
}
