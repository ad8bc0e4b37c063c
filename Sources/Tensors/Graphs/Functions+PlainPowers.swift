// SPDX-License-Identifier: Apache-2.0

// Powers of plain numbers of two types, as `1 - pow(decay, step)` beside tensors has them. C's
// `pow` and its form for Float come along: without them, where Foundation is not imported, the 1/3
// in `pow(d, 1/3)` would be that of Int, which is 0.
#if canImport(Darwin)
  @_exported import func Darwin.pow
#elseif canImport(Glibc)
  @_exported import func Glibc.pow
#elseif canImport(Musl)
  @_exported import func Musl.pow
#endif

/// x^y, rounded to Float.
///
///     let decay = 0.5, step: Float = 3
///     print(pow(decay, step))   // 0.125
@_disfavoredOverload
public func pow(_ x: Double, _ y: Float) -> Float { Float(pow(x, Double(y))) }

/// x^y, rounded to Float.
@_disfavoredOverload
public func pow(_ x: Float, _ y: Double) -> Float { Float(pow(Double(x), y)) }

/// x^n.
///
///     let decay = 0.5, n = 3
///     print(pow(decay, n))   // 0.125
@_disfavoredOverload
public func pow(_ x: Double, _ n: Int) -> Double { pow(x, Double(n)) }

/// x^n.
@_disfavoredOverload
public func pow(_ x: Float, _ n: Int) -> Float { Float(pow(Double(x), Double(n))) }
