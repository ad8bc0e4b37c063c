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
    let holds =
      range.isEmpty
      || Int32(exactly: range.lowerBound) != nil
        && Int32(exactly: range.upperBound - 1) != nil
    if overflow || Scalar.elementType == .int32 && !holds {
      Mistake(
        "Tensor(range:)", "\(Scalar.elementType.name) does not hold all numbers of \(range)",
        fix: "use a range within the numbers of the element type"
      ).stop(at: site)
    }
    let counted = Value.iota(count, Scalar.elementType, at: site)
    self.init(
      range.lowerBound == 0 || range.isEmpty
        ? counted : counted + .constant(Double(range.lowerBound), Scalar.elementType))
  }
}

extension Tensor where Scalar: FloatingPointScalar {
  /// `count` numbers from `start` to `end`, both included, at equal distances: [count].
  ///
  /// x_i = start + i (end - start) / (count - 1); `start` alone if count is 1. A mistake if the
  /// ends are not finite.
  ///
  ///     print(Tensor<Float>(from: 0, through: 1, count: 5))   // [0.   0.25 0.5  0.75 1.  ]
  public init(
    from start: Scalar, through end: Scalar, count: Int,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let site = CallSite(file, line)
    if !start.isFinite || !end.isFinite {
      Mistake(
        "Tensor(from:through:)", "numbers from \(start) to \(end)", fix: "use ends that are finite"
      ).stop(at: site)
    }
    let type = Scalar.elementType, counted = Value.iota(count, type, at: site)
    // The distance of ends far apart is infinite; that of their halves is not.
    let scale = (end - start).isFinite ? 1.0 : 0.5
    let whole = end.asDouble * scale - start.asDouble * scale
    let distance = count > 1 ? whole / Double(count - 1) : 0
    var spread =
      counted * .scalar(distance, type) + .constant(start.asDouble * scale, type)
    if scale < 1 { spread = spread * 2 }
    // Rounding must not miss the end.
    let isInner = counted.compared(.less, to: .scalar(Double(Swift.max(count - 1, 1)), type))
    self.init(Value.select(isInner, spread, .constant(end.asDouble, type)))
  }

  /// Numbers spread uniformly over `low ..< high`.
  ///
  /// x = low + (high - low) u, with u in
  /// [0, 1) a multiple of 2^-24 (Float) or 2^-53 (Double); where rounding would give `high`,
  /// the largest number below it. A mistake if the bounds are not finite or `low` is not
  /// less than `high`.
  public static func uniform(
    _ shape: Shape, from low: Scalar = 0, to high: Scalar = 1, key: RandomKey,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let type = Scalar.elementType, site = CallSite(file, line)
    guard low.isFinite, high.isFinite, low < high else {
      Mistake(
        "uniform", "no number is in \(low) ..< \(high)",
        fix: "use finite bounds, the first one less than the second"
      ).stop(at: site)
    }
    // The width of the whole range of numbers is infinite; that of the halves is not.
    let scale: Scalar = (high - low).isFinite ? 1 : 0.5
    let start = low * scale, width = high * scale - start
    var spread =
      Value.random(.uniform, shape, type, key: key, at: site) * .constant(width.asDouble, type)
      + .constant(start.asDouble, type)
    if scale < 1 { spread = spread * 2 }
    // All steps round alike, and never the less to the more: what holds for the largest u holds.
    let largest = (width * Scalar(1).nextDown + start) / scale
    if largest >= high {
      spread = spread.binary(.minimum, .constant(high.nextDown.asDouble, type))
    }
    return Tensor(spread)
  }

  /// Normally distributed numbers.
  ///
  /// x = mean + standardDeviation z, with z standard normal by the inverse of its distribution
  /// function (Wichura, "Algorithm AS 241", Applied Statistics 37, 1988). A mistake if the mean or
  /// the deviation is not finite, or the deviation negative.
  public static func normal(
    _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1, key: RandomKey,
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let type = Scalar.elementType, site = CallSite(file, line)
    guard mean.isFinite, standardDeviation.isFinite, standardDeviation >= 0 else {
      Mistake(
        "normal", "a mean of \(mean) and a standard deviation of \(standardDeviation)",
        fix: "use finite numbers, and a deviation of 0 or more"
      ).stop(at: site)
    }
    let unit = Value.random(.normal, shape, type, key: key, at: site)
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
