// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_MAPS_H
#define CPULLBACK_MAPS_H

/// All maps: the code PB_..., the name of the loop, and the element types that it is written for
/// (see kernels.inc.h). Codes and tables are made of this list.
///
/// Floating point: maximum and minimum propagate NaN; relu(NaN) = NaN, relu(-0) = 0; sign(0) = 0,
/// sign(NaN) = NaN; floor, ceil and round (to even) are exact; exp and log are within 1 ulp, erf
/// within 1.4, log1p 1.5, sinh within 1.7, softplus within 1.8, expm1 and tanh within 2, sigmoid
/// within 2.5, the normal distribution function within 5, sin and cos within 0.8, in every case of
/// F32 (erf and the normal distribution: in every seventh) and in samples of F64. pow has the
/// special cases of C and is within 0.9 ulp (F32: 0.51) in samples of both. Int32 wraps, x / 0 = 0,
/// and the least number / -1 = the least number.
///
/// Comparisons write U8. SELECT: b where the condition a (U8) holds, else c.
///
/// ADD_ONE to DIVIDE_ONE, SCALE_MULTIPLY_ADD_ONE and EXP_OF_DIFFERENCE_ONE: the same as without
/// _ONE, where b is a single element.
///
/// From MULTIPLY_ADD on each is several maps in one pass over memory, every operation rounded by
/// itself: a b + c, c - a b, a b + c d; c where a and b are so related, else d; a between b and c;
/// d where a is, else 0, and NaN where a is. Of floating point a b + c (d d), sqrt(a) + b, c - a /
/// b, d - a b / c, a + b between c and d, a where it is above b, else a c; (a b) c, (a b) c + d, (a
/// / b) c; max(a, b) f(z), z = a between b and c, for f(z) the sigmoid, the normal distribution
/// function or (z + c) d, and this alone; a sigmoid(-b); and exp(a - b). Limits, and this d, are
/// the same for all elements: one number.
#define PB_FOR_EACH_MAP(MAP) \
  MAP(NEGATE, negate, NUMBERS) \
  MAP(ABSOLUTE, absolute, NUMBERS) \
  MAP(SIGN, sign, NUMBERS) \
  MAP(EXP, exp, FLOATS) \
  MAP(EXPM1, expm1, FLOATS) \
  MAP(LOG, log, FLOATS) \
  MAP(LOG1P, log1p, FLOATS) \
  MAP(SQRT, sqrt, FLOATS) \
  MAP(SINH, sinh, FLOATS) \
  MAP(TANH, tanh, FLOATS) \
  MAP(SIGMOID, sigmoid, FLOATS) \
  MAP(SOFTPLUS, softplus, FLOATS) \
  MAP(ERF, erf, FLOATS) \
  MAP(NORMAL_DISTRIBUTION, normal_distribution, FLOATS) \
  MAP(SIN, sin, FLOATS) \
  MAP(COS, cos, FLOATS) \
  MAP(RELU, relu, NUMBERS) \
  MAP(FLOOR, floor, FLOATS) \
  MAP(CEIL, ceil, FLOATS) \
  MAP(ROUND, round, FLOATS) \
  MAP(NOT, not, TRUTHS) \
  MAP(ADD, add, NUMBERS) \
  MAP(SUBTRACT, subtract, NUMBERS) \
  MAP(MULTIPLY, multiply, NUMBERS) \
  MAP(DIVIDE, divide, NUMBERS) \
  MAP(POW, pow, FLOATS) \
  MAP(MAXIMUM, maximum, ALL_TYPES) \
  MAP(MINIMUM, minimum, ALL_TYPES) \
  MAP(EQUAL, equal, ALL_TYPES) \
  MAP(NOT_EQUAL, not_equal, ALL_TYPES) \
  MAP(LESS, less, NUMBERS) \
  MAP(LESS_EQUAL, less_equal, NUMBERS) \
  MAP(GREATER, greater, NUMBERS) \
  MAP(GREATER_EQUAL, greater_equal, NUMBERS) \
  MAP(SELECT, select, BY_SIZE) \
  MAP(ADD_ONE, add_one, FLOATS) \
  MAP(SUBTRACT_ONE, subtract_one, FLOATS) \
  MAP(MULTIPLY_ONE, multiply_one, FLOATS) \
  MAP(DIVIDE_ONE, divide_one, FLOATS) \
  MAP(MULTIPLY_ADD, multiply_add, NUMBERS) \
  MAP(SUBTRACT_PRODUCT, subtract_product, NUMBERS) \
  MAP(SUM_OF_PRODUCTS, sum_of_products, NUMBERS) \
  MAP(SUM_WITH_SQUARE, sum_with_square, FLOATS) \
  MAP(ROOT_ADD, root_add, FLOATS) \
  MAP(SUBTRACT_QUOTIENT, subtract_quotient, FLOATS) \
  MAP(SUBTRACT_PRODUCT_QUOTIENT, subtract_product_quotient, FLOATS) \
  MAP(SELECT_EQUAL, select_equal, NUMBERS) \
  MAP(SELECT_GREATER, select_greater, NUMBERS) \
  MAP(SELECT_GREATER_EQUAL, select_greater_equal, NUMBERS) \
  MAP(CLAMP, clamp, NUMBERS) \
  MAP(WITHIN, within, NUMBERS) \
  MAP(FLUSH, flush, FLOATS) \
  MAP(CLAMP_SUM, clamp_sum, FLOATS) \
  MAP(RAMP, ramp, FLOATS) \
  MAP(GATED_RAMP, gated_ramp, FLOATS) \
  MAP(ABOVE_OR_PRODUCT, above_or_product, FLOATS) \
  MAP(MULTIPLY_PRODUCT, multiply_product, FLOATS) \
  MAP(SCALE_MULTIPLY_ADD, scale_multiply_add, FLOATS) \
  MAP(SCALE_MULTIPLY_ADD_ONE, scale_multiply_add_one, FLOATS) \
  MAP(MULTIPLY_QUOTIENT, multiply_quotient, FLOATS) \
  MAP(GATED_SIGMOID, gated_sigmoid, FLOATS) \
  MAP(GATED_NORMAL, gated_normal, FLOATS) \
  MAP(TIMES_OPPOSITE_SIGMOID, times_opposite_sigmoid, FLOATS) \
  MAP(EXP_OF_DIFFERENCE, exp_of_difference, FLOATS) \
  MAP(EXP_OF_DIFFERENCE_ONE, exp_of_difference_one, FLOATS)

#endif
