// SPDX-License-Identifier: Apache-2.0

// Axes by name, as einops has them. A pattern says how the axes of a tensor are split and put
// together: names, groups in parentheses (the last name in them varies fastest), 1 or () for an
// axis of extent 1, ... for axes that are not named.
//
// Source: Rogozhnikov, "Einops: Clear and Reliable Tensor Manipulations with Einstein-like
// Notation", ICLR 2022.

extension Tensor {
  /// The same elements in other axes: reshapes and transpositions by the names of axes.
  ///
  /// Each name stands on both sides once. (h w) is one axis made of two; of the names in it all but
  /// one need a size. ... is as many axes as are not named. x.g is y.g with the sides exchanged. A
  /// mistake, with the place in the pattern, if it does not fit the tensor.
  ///
  ///     let x = Tensor<Int32>(range: 0..<6).reshaped(to: [2, 3])
  ///     print(x.rearranged("h w -> w h"))         // [[0 3]
  ///                                               //  [1 4]
  ///                                               //  [2 5]]
  ///     print(x.rearranged("h w -> (h w)"))       // [0 1 2 3 4 5]
  ///     print(x.rearranged("h (w 1) -> 1 w h").shape)   // [1, 3, 2]
  ///     let heads = Tensor<Float>.zeros([8, 10, 12]).rearranged("b t (h d) -> b h t d", ["h": 3])
  ///     print(heads.shape)   // [8, 3, 10, 4]
  public func rearranged(
    _ pattern: String, _ sizes: [String: Int] = [:],
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    arranged("rearranged", pattern, sizes, .neither, at: CallSite(file, line)) { value, _ in value }
  }

  /// The tensor repeated along axes that the right side alone names or numbers.
  ///
  /// Their sizes are given, or stand as numbers in the pattern. x.g = y.g summed over them. A
  /// mistake, with the place in the pattern, if it does not fit the tensor.
  ///
  ///     let x = Tensor<Int32>([1, 2])
  ///     print(x.repeated("w -> h w", ["h": 2]))   // [[1 2]
  ///                                               //  [1 2]]
  ///     print(x.repeated("w -> (w 2)"), x.repeated("w -> (2 w)"))   // [1 1 2 2] [1 2 1 2]
  public func repeated(
    _ pattern: String, _ sizes: [String: Int] = [:],
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    arranged("repeated", pattern, sizes, .right, at: CallSite(file, line)) { value, _ in value }
  }

  /// The tensor reduced along axes that the left side alone names or numbers, the
  /// others rearranged.
  ///
  /// x.g is that of the reduction. A mistake, with the place in the pattern, if it does not fit the
  /// tensor.
  ///
  ///     let x: Tensor<Float> = [[1, 2, 5, 0], [3, 4, 7, 8]]
  ///     print(x.reduced("h w -> w", by: .mean))   // [2. 3. 6. 4.]
  ///     print(x.reduced("(h 2) (w 2) -> h w", by: .max))   // [[4. 8.]]
  public func reduced(
    _ pattern: String, by reduction: PatternReduction<Scalar>, _ sizes: [String: Int] = [:],
    file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    let site = CallSite(file, line)
    return arranged("reduced", pattern, sizes, .left, at: site) { value, axes in
      reduction.apply(value, axes, site)
    }
  }

  private func arranged(
    _ operation: String, _ pattern: String, _ sizes: [String: Int],
    _ freedom: AxisArrangement.Freedom, at site: CallSite,
    reducing reduce: (Value, AxisSet) -> Value
  ) -> Tensor {
    let arrangement = stopping(at: site) { () throws(Mistake) in
      let read = try AxisPattern(pattern, in: operation)
      return try AxisArrangement(read, sizes, of: value, freedom: freedom)
    }
    let result = value.arranged(by: arrangement, at: site, reducing: reduce)
    return Tensor(result.distinct(from: value, by: operation))
  }
}

/// What ``Tensor/reduced(_:by:_:file:line:)`` does along the axes that go.
public struct PatternReduction<Scalar: TensorScalar>: Sendable, CustomStringConvertible {
  /// What it is called: "sum".
  public let description: String
  fileprivate let apply: @Sendable (Value, AxisSet, CallSite) -> Value

  fileprivate init(_ name: String, _ reduction: Reduction) {
    description = name
    apply = { $0.reduced(reduction, $1, at: $2) }
  }
}

extension PatternReduction where Scalar: NumericScalar {
  /// The sum; 0 of nothing.
  public static var sum: PatternReduction { PatternReduction("sum", .sum) }
  /// The largest; a mistake of nothing.
  public static var max: PatternReduction { PatternReduction("max", .max) }
  /// The smallest; a mistake of nothing.
  public static var min: PatternReduction { PatternReduction("min", .min) }
}

extension PatternReduction where Scalar: FloatingPointScalar {
  /// The mean; NaN of nothing.
  public static var mean: PatternReduction {
    PatternReduction("mean") { value, axes, site in
      value.mean(along: axes.sorted, keepingAxes: false, in: "reduced", at: site)
    }
  }

  private init(
    _ name: String, _ apply: @escaping @Sendable (Value, AxisSet, CallSite) -> Value
  ) {
    (description, self.apply) = (name, apply)
  }
}

extension PatternReduction where Scalar == Bool {
  /// Whether any is true.
  public static var any: PatternReduction { PatternReduction("any", .max) }
  /// Whether all are true.
  public static var all: PatternReduction { PatternReduction("all", .min) }
}
