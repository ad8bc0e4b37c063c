// SPDX-License-Identifier: Apache-2.0
//
// pow: x^y = exp(y log |x|) with the sign that an odd y gives. For Float in double; for Double with
// log and its product with y in two parts, 2^-65 of themselves from the truth, so that a result
// that is a double (3^2, 4^0.5) is that double.
//
// registers.inc.h has the loops, with their bounds.

// log(x) = k ln 2 + 2 atanh(s), s = f / (2 + f); 2 atanh(s) = 2 s + s^3 (2/3 + s^2 r(s^2)).
static const double pb_pow_r_f64[] = {
  0x1.9999999999996p-2, 0x1.2492492493018p-2, 0x1.c71c71c583395p-3, 0x1.745d18312ec11p-3,
  0x1.3b1362f951616p-3, 0x1.1120acbc7607bp-3, 0x1.de34b2bdff356p-4, 0x1.eb07aed74f09dp-4
};

// For x > 0, infinity apart. Each product and sum of what is above 2^-12 of the result is in two
// parts; the rest is added to the lower ones.
PB_INLINE pb_f64v pb_log_in_two_parts(pb_f64v x, pb_f64v *low) {
  pb_f64v k, f = pb_fraction_f64(x, &k);
  pb_f64v lost;
  pb_f64v divisor = pb_sum_f64((pb_f64v)2, f, &lost);
  pb_f64v s = f / divisor, product_lost;
  pb_f64v product = pb_product_f64(s, divisor, &product_lost);
  pb_f64v s_low = (f - product - product_lost - s * lost) / divisor;

  pb_f64v z_low, z = pb_product_f64(s, s, &z_low);
  z_low = PB_FMA(s + s, s_low, z_low);
  pb_f64v r = z * pb_polynomial_f64(z, PB_COEFFICIENTS(pb_pow_r_f64));
  pb_f64v sum_lost, sum = pb_sum_f64((pb_f64v)0x1.5555555555555p-1, r, &sum_lost);
  sum_lost += 0x1.5555555555555p-55;
  pb_f64v cube_lost, cube = pb_product_f64(z, s, &cube_lost);
  cube_lost += PB_FMA(z, s_low, z_low * s);
  pb_f64v tail_lost, tail = pb_product_f64(cube, sum, &tail_lost);
  tail_lost += PB_FMA(cube, sum_lost, cube_lost * sum);

  pb_f64v main_lost, whole_lost;
  pb_f64v main = pb_sum_f64(s + s, tail, &main_lost);
  pb_f64v whole = pb_sum_f64(k * pb_ln2_high_f64, main, &whole_lost);
  pb_f64v rest = whole_lost + (main_lost + (tail_lost + (s_low + s_low) + k * pb_ln2_low_f64));
  pb_f64v high = whole + rest;
  *low = whole - high + rest;
  return high;
}

// exp(x + low), |low| far below 1. Where the result is a normal number, what is added to the
// exact sum 1 + r is wrong by less than an eighth of its last place.
PB_INLINE pb_f64v pb_exp_of_two_parts(pb_f64v x, pb_f64v low) {
  x = pb_exp_limited_f64(x);
  pb_f64v shifted = pb_exp_shifted_f64(x), n = pb_exp_exponent_f64(shifted);
  pb_f64v rest = PB_FMA(n, (pb_f64v)-pb_ln2_low_f64, low), lost, sum_lost;
  pb_f64v r = pb_sum_f64(PB_FMA(n, (pb_f64v)-pb_ln2_high_f64, x), rest, &lost);
  pb_f64v q = pb_polynomial_f64(r, PB_COEFFICIENTS(pb_exp_q_f64));
  pb_f64v sum = pb_sum_f64((pb_f64v)1, r, &sum_lost);
  pb_f64v y = sum + (sum_lost + PB_FMA(r * r, q, PB_FMA(r, lost, lost)));
  return pb_times_low_power_f64(y, shifted);
}

// y no further from 0 than any x but 1 needs to give 0 or infinity, so that 1 gives 1.
PB_INLINE pb_f64v pb_limited_exponent(pb_f64v y) {
  y = y > (pb_f64v)0x1p66 ? (pb_f64v)0x1p66 : y;
  return y < (pb_f64v)-0x1p66 ? (pb_f64v)-0x1p66 : y;
}

// |x|^y becomes x^y. From 2^52 on every number is an integer, from 2^53 on an even one; below,
// adding 2^52 leaves y's integer in the low bits.
PB_INLINE pb_f64v pb_signed_power(pb_f64v x, pb_f64v y, pb_f64v power) {
  pb_f64v size = __builtin_elementwise_abs(y);
  pb_f64v shifted = size < (pb_f64v)0x1p52 ? size + 0x1p52 : size;
  pb_u64v is_large = (pb_u64v)(size >= (pb_f64v)0x1p52);
  pb_u64v is_integer = is_large | (pb_u64v)(shifted - 0x1p52 == size);
  pb_u64v odd = is_integer & (pb_u64v)(size < (pb_f64v)0x1p53) & (pb_u64v)shifted;
  power = (pb_f64v)((pb_u64v)power ^ (odd << 63 & (pb_u64v)x));
  pb_u64v is_negative = (pb_u64v)((x < (pb_f64v)0) & (x > (pb_f64v)-__builtin_inf()));
  power = (is_negative & ~is_integer) != 0 ? (pb_f64v)__builtin_nan("") : power;
  pb_u64v is_one = (pb_u64v)((x == (pb_f64v)1) | (y == (pb_f64v)0));
  return is_one != 0 ? (pb_f64v)1 : power;
}

// x^2 and x^3 with what they lose made good; false where that might itself be lost. Formulas are
// full of small powers. Each number takes its own way, so it does not matter which others stand
// beside it.
PB_INLINE pb_u64v pb_small_pow_f64(pb_f64v x, pb_f64v y, pb_f64v *power) {
  pb_f64v lost, cube_lost, square = pb_product_f64(x, x, &lost);
  pb_f64v cube = pb_product_f64(square, x, &cube_lost);
  pb_f64v size = __builtin_elementwise_abs(cube);
  pb_u64v is_safe = (pb_u64v)(size > 0x1p-900) & (pb_u64v)(size < 0x1p900);
  cube = is_safe != 0 ? cube + PB_FMA(lost, x, cube_lost) : cube;
  *power = y == 3.0 ? cube : square;
  return ((pb_u64v)(y == 2.0) | (pb_u64v)(y == 3.0)) & (is_safe | (pb_u64v)(x == 0.0));
}

PB_INLINE pb_f64v pb_pow_of_f64(pb_f64v x, pb_f64v y) {
  pb_f64v small;
  pb_u64v is_small = pb_small_pow_f64(x, y, &small);
  if (PB_ALL(is_small)) return small;
  pb_f64v size = __builtin_elementwise_abs(x), low, lost;
  pb_f64v high = pb_log_in_two_parts(size, &low);
  high = size == (pb_f64v)0 ? (pb_f64v)-__builtin_inf() : high;
  high = size < (pb_f64v)__builtin_inf() ? high : size;
  pb_f64v limited = pb_limited_exponent(y);
  pb_f64v product = pb_product_f64(high, limited, &lost);
  lost = PB_FMA(low, limited, lost);
  // Infinity less infinity is no part of a result that is 0 or infinity.
  lost = __builtin_elementwise_abs(product) < (pb_f64v)0x1p10 ? lost : (pb_f64v)0;
  pb_f64v power = pb_signed_power(x, y, pb_exp_of_two_parts(product, lost));
  return is_small != 0 ? small : power;
}

// In double, small powers of floats lose next to nothing.
PB_INLINE pb_f64v pb_pow_of_widened(pb_f64v x, pb_f64v y) {
  pb_f64v size = __builtin_elementwise_abs(y), square = x * x;
  pb_u64v is_third = (pb_u64v)(size == 3.0), is_second = (pb_u64v)(size == 2.0);
  pb_u64v is_small = is_third | is_second | (pb_u64v)(size == 1.0) | (pb_u64v)(size == 4.0);
  pb_f64v small = size > 2.0 ? square * (is_third != 0 ? x : square) : is_second != 0 ? square : x;
  if (!PB_ALL(y >= 0.0)) small = y < 0.0 ? 1.0 / small : small;
  if (PB_ALL(is_small)) return small;
  pb_f64v logarithm = pb_log_of_f64(__builtin_elementwise_abs(x));
  pb_f64v power = pb_signed_power(x, y, pb_exp_of_f64(pb_limited_exponent(y) * logarithm));
  return is_small != 0 ? small : power;
}

PB_INLINE pb_f32v pb_pow_of_f32(pb_f32v x, pb_f32v y) {
  pb_f32v z;
  z.lo = PB_TO_FLOAT(pb_pow_of_widened(PB_TO_DOUBLE(x.lo), PB_TO_DOUBLE(y.lo)));
  z.hi = PB_TO_FLOAT(pb_pow_of_widened(PB_TO_DOUBLE(x.hi), PB_TO_DOUBLE(y.hi)));
  return z;
}

PB_REGISTER_MAP_OF_TWO(pow, f32, float)
PB_REGISTER_MAP_OF_TWO(pow, f64, double)

// exp(a - b), the difference rounded like any other.
#define PB_DIFFERENCE(x, y) ((x) - (y))
PB_STAGED_LOOP_OF_ANY(exp_of_difference, exp, f32, float, b, 0, PB_DIFFERENCE, PB_RESULT)
PB_STAGED_LOOP_OF_ANY(exp_of_difference, exp, f64, double, b, 0, PB_DIFFERENCE, PB_RESULT)
PB_STAGED_LOOP_OF_ANY(exp_of_difference_one, exp, f32, float, b, 1, PB_DIFFERENCE, PB_RESULT)
PB_STAGED_LOOP_OF_ANY(exp_of_difference_one, exp, f64, double, b, 1, PB_DIFFERENCE, PB_RESULT)
