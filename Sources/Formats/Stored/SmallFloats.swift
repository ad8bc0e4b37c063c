// SPDX-License-Identifier: Apache-2.0

// Numbers of 16 bits, by their bits: `Float16` does not exist on every platform, and bfloat16 on
// none.

/// The number that 16 bits of IEEE 754 binary16 stand for; exact.
func float(half bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16, rest = UInt32(bits & 0x7FFF)
  // Infinities and NaN have all bits of the exponent set, here and there.
  if rest >= 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | (rest & 0x3FF) << 13) }
  // The exponent of Float is biased by 127 - 15 = 112 more; multiplying also mends subnormals.
  let magnitude = Float(bitPattern: rest << 13) * 0x1p112
  return Float(bitPattern: sign | magnitude.bitPattern)
}

/// The number that the upper 16 bits of a Float stand for; exact.
func float(bfloat bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// The nearest number of IEEE 754 binary16, ties to even.
func halfBits(_ number: Double) -> UInt16 {
  smallFloatBits(number, exponentBits: 5, fractionBits: 10)
}

/// The nearest number of bfloat16, ties to even.
func bfloatBits(_ number: Double) -> UInt16 {
  smallFloatBits(number, exponentBits: 8, fractionBits: 7)
}

/// Rounds once, from a Double (which holds every Float): twice would round ties the wrong way.
private func smallFloatBits(
  _ number: Double, exponentBits: Int, fractionBits: Int
) -> UInt16 {
  let sign: UInt16 = number.sign == .minus ? 0x8000 : 0
  let infinity = UInt16((1 << exponentBits) - 1) << UInt16(fractionBits)
  if number.isNaN { return sign | infinity | 1 << UInt16(fractionBits - 1) }
  let bias = 1 << (exponentBits - 1) - 1
  // Subnormal numbers share the smallest exponent.
  let exponent = max(number.isInfinite ? bias + 1 : Int(number.exponent), 1 - bias)
  if exponent > bias { return sign | infinity }
  // In units of the last place: a whole number, with the implicit bit of a normal one.
  let unit = Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
  let units = UInt16((number.magnitude / unit).rounded(.toNearestOrEven))
  // The implicit bit counts as one more exponent, and so does a carry out of the fraction.
  return sign | (UInt16(exponent + bias - 1) << UInt16(fractionBits) + units)
}
