// SPDX-License-Identifier: Apache-2.0

// `x > 0` for `x .> 0`: written by everybody who comes from NumPy. The compiler would speak of
// BinaryInteger. Unavailable operators cost right programs nothing: they are looked at only where
// an expression does not compile.

extension Tensor where Scalar: NumericScalar {
  @available(*, unavailable, message: "use .< element by element")
  public static func < (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .<= element by element")
  public static func <= (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .> element by element")
  public static func > (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .>= element by element")
  public static func >= (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }

  // Numbers that are no literals.
  @available(*, unavailable, message: "use .< element by element")
  public static func < (x: Tensor, y: some Numeric) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .<= element by element")
  public static func <= (x: Tensor, y: some Numeric) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .> element by element")
  public static func > (x: Tensor, y: some Numeric) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .>= element by element")
  public static func >= (x: Tensor, y: some Numeric) -> Tensor<Bool> { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .> element by element: tensor .> number")
  public static func < (x: some Numeric, y: Tensor) -> Tensor<Bool> { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .>= element by element: tensor .>= number")
  public static func <= (x: some Numeric, y: Tensor) -> Tensor<Bool> { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .< element by element: tensor .< number")
  public static func > (x: some Numeric, y: Tensor) -> Tensor<Bool> { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .<= element by element: tensor .<= number")
  public static func >= (x: some Numeric, y: Tensor) -> Tensor<Bool> { notCallable() }

  // Where a condition is expected.
  @_disfavoredOverload
  @available(*, unavailable, message: "use .< element by element, Float(x) < y in a condition")
  public static func < (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .< element by element, Float(x) < y in a condition")
  public static func < (x: Tensor, y: some Numeric) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .<= element by element, Float(x) <= y in a condition")
  public static func <= (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .<= element by element, Float(x) <= y in a condition")
  public static func <= (x: Tensor, y: some Numeric) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .> element by element, Float(x) > y in a condition")
  public static func > (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .> element by element, Float(x) > y in a condition")
  public static func > (x: Tensor, y: some Numeric) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .>= element by element, Float(x) >= y in a condition")
  public static func >= (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .>= element by element, Float(x) >= y in a condition")
  public static func >= (x: Tensor, y: some Numeric) -> Bool { notCallable() }
}

extension Tensor {
  @available(*, unavailable, message: "use .== element by element, isClose(to:) for all")
  public static func == (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .== element by element, isClose(to:) for all")
  public static func == (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
  @available(*, unavailable, message: "use .!= element by element, isClose(to:) for all")
  public static func != (x: Tensor, y: Tensor) -> Bool { notCallable() }
  @_disfavoredOverload
  @available(*, unavailable, message: "use .!= element by element, isClose(to:) for all")
  public static func != (x: Tensor, y: Tensor) -> Tensor<Bool> { notCallable() }
}

/// What the compiler refuses to call.
private func notCallable() -> Never { fatalError("an unavailable operator") }
