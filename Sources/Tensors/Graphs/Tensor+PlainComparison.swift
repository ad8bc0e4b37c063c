// SPDX-License-Identifier: Apache-2.0

// `x > 0` for `x .> 0`: written by everybody who comes from NumPy. The compiler would speak of
// BinaryInteger. Unavailable operators cost right programs nothing: they are looked at only where
// an expression does not compile. Generic operands are no literals, which the type checker would
// try as all kinds of numbers.

extension TensorOperand where Scalar: NumericScalar {
  /// Not there: `.<` compares element by element.
  @available(*, unavailable, message: "use .< element by element")
  public static func < (x: Self, y: some Any) -> Tensor<Bool> { notCallable() }
  /// Not there: `.<` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .< element by element, Float(x) < y in a condition")
  public static func < (x: Self, y: some Any) -> Bool { notCallable() }
  /// Not there: `.<` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .> element by element: tensor .> number")
  public static func < (x: some Numeric, y: Self) -> Tensor<Bool> { notCallable() }
  /// Not there: `.<=` compares element by element.
  @available(*, unavailable, message: "use .<= element by element")
  public static func <= (x: Self, y: some Any) -> Tensor<Bool> { notCallable() }
  /// Not there: `.<=` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .<= element by element, Float(x) <= y in a condition")
  public static func <= (x: Self, y: some Any) -> Bool { notCallable() }
  /// Not there: `.<=` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .>= element by element: tensor .>= number")
  public static func <= (x: some Numeric, y: Self) -> Tensor<Bool> { notCallable() }
  /// Not there: `.>` compares element by element.
  @available(*, unavailable, message: "use .> element by element")
  public static func > (x: Self, y: some Any) -> Tensor<Bool> { notCallable() }
  /// Not there: `.>` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .> element by element, Float(x) > y in a condition")
  public static func > (x: Self, y: some Any) -> Bool { notCallable() }
  /// Not there: `.>` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .< element by element: tensor .< number")
  public static func > (x: some Numeric, y: Self) -> Tensor<Bool> { notCallable() }
  /// Not there: `.>=` compares element by element.
  @available(*, unavailable, message: "use .>= element by element")
  public static func >= (x: Self, y: some Any) -> Tensor<Bool> { notCallable() }
  /// Not there: `.>=` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .>= element by element, Float(x) >= y in a condition")
  public static func >= (x: Self, y: some Any) -> Bool { notCallable() }
  /// Not there: `.>=` compares element by element.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .<= element by element: tensor .<= number")
  public static func >= (x: some Numeric, y: Self) -> Tensor<Bool> { notCallable() }
}

extension Tensor {
  /// Not there: `.==` compares element by element, `isClose(to:)` as a whole.
  @available(*, unavailable, message: "use .== element by element, isClose(to:) for all")
  public static func == (x: Tensor, y: Tensor) -> Bool { notCallable() }
  /// Not there: `.==` compares element by element, `isClose(to:)` as a whole.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .== element by element, isClose(to:) for all")
  public static func == (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
  /// Not there: `.!=` compares element by element, `isClose(to:)` as a whole.
  @available(*, unavailable, message: "use .!= element by element, isClose(to:) for all")
  public static func != (x: Tensor, y: Tensor) -> Bool { notCallable() }
  /// Not there: `.!=` compares element by element, `isClose(to:)` as a whole.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .!= element by element, isClose(to:) for all")
  public static func != (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
}

/// What the compiler refuses to call.
private func notCallable() -> Never { fatalError("an unavailable operator") }
