// SPDX-License-Identifier: Apache-2.0
//
// expm1, log1p, sigmoid and softplus, a register at a time, on the parts of exp and log.
//
// Bounds: as in transcendental.inc.h, whose loops these are.

// exp(x) - 1 = 2^n (p + 1 - 2^-n), with exp(r) = 1 + p: nothing is lost where n = 0. Below `least`
// the result is -1, and beyond n = 60 the 2^-n is nothing beside 1.
#define PB_EXPM1(s, T, U, fraction, shift, least) \
  PB_INLINE pb_##s##v pb_expm1_of_##s(pb_##s##v x) { \
    const pb_##s##v magic = (pb_##s##v)(T)(shift); \
    pb_##s##v limited = pb_exp_limited_##s(x); \
    limited = limited < (pb_##s##v)(T)(least) ? (pb_##s##v)(T)(least) : limited; \
    pb_##s##v n = pb_exp_exponent_##s(limited); \
    pb_##s##v r = pb_exp_rest_##s(limited, n); \
    pb_##s##v p = PB_FMA(r * r, pb_polynomial_##s(r, PB_COEFFICIENTS(pb_exp_q_##s)), r); \
    pb_##s##v most = n > (T)60 ? (pb_##s##v)(T)60 : n; \
    pb_##s##v inverse = (pb_##s##v)((U)(magic - most) << fraction); \
    pb_##s##v y = pb_times_power_##s(((T)1 - inverse) + p, n); \
    return __builtin_elementwise_copysign(y, x); \
  }

PB_EXPM1(f32, float, pb_u32v, 23, 0x1.8p23 + 127, -20)
PB_EXPM1(f64, double, pb_u64v, 52, 0x1.8p52 + 1023, -40)
PB_REGISTER_MAP(expm1, f32, float)
PB_REGISTER_MAP(expm1, f64, double)

// log(1 + x): what the sum u = 1 + x loses to rounding goes into the fraction of u. From 2^60 on
// nothing is lost.
#define PB_LOG1P(s, T, U, fraction, shift) \
  PB_INLINE pb_##s##v pb_log1p_of_##s(pb_##s##v x) { \
    pb_##s##v u = x + (T)1, k; \
    pb_##s##v back = u - x; \
    pb_##s##v lost = (x - (u - back)) + ((T)1 - back); \
    pb_##s##v f = pb_fraction_##s(u, &k); \
    pb_##s##v most = k > (T)60 ? (pb_##s##v)(T)60 : k; \
    f += lost * (pb_##s##v)((U)((pb_##s##v)(T)(shift) - most) << fraction); \
    pb_##s##v y = pb_log_sum_##s(k, f); \
    pb_##s##v edge = \
      x == (T)-1 ? (pb_##s##v)-(T)__builtin_inf() : (pb_##s##v)(T)__builtin_nan(""); \
    y = x > (T)-1 ? y : edge; \
    return x == (T)0 || x == (pb_##s##v)(T)__builtin_inf() ? x : y; \
  }

PB_LOG1P(f32, float, pb_u32v, 23, 0x1.8p23 + 127)
PB_LOG1P(f64, double, pb_u64v, 52, 0x1.8p52 + 1023)
PB_REGISTER_MAP(log1p, f32, float)
PB_REGISTER_MAP(log1p, f64, double)

// Both from e = exp(-|x|), which is at most 1. sigmoid(x) = 1 / (1 + e), and e / (1 + e) below 0.
// softplus(x) = max(x, 0) + log(1 + e), 1 + e = 2^k (1 + f) with f = e or f = (e - 1) / 2.
#define PB_SIGMOIDS(s, T) \
  PB_INLINE pb_##s##v pb_sigmoid_of_##s(pb_##s##v x) { \
    pb_##s##v e = pb_exp_of_##s(-__builtin_elementwise_abs(x)); \
    return (x < (T)0 ? e : (pb_##s##v)(T)1) / (e + (T)1); \
  } \
  PB_INLINE pb_##s##v pb_softplus_of_##s(pb_##s##v x) { \
    pb_##s##v e = pb_exp_of_##s(-__builtin_elementwise_abs(x)); \
    pb_##s##v k = e > (T)0.41421356 ? (pb_##s##v)(T)1 : (pb_##s##v)(T)0; \
    pb_##s##v f = e > (T)0.41421356 ? (e - (T)1) * (T)0.5 : e; \
    pb_##s##v above = x > (T)0 ? x : (pb_##s##v)(T)0; \
    return above + pb_log_sum_##s(k, f); \
  }

PB_SIGMOIDS(f32, float)
PB_SIGMOIDS(f64, double)
PB_REGISTER_MAP(sigmoid, f32, float)
PB_REGISTER_MAP(sigmoid, f64, double)
PB_REGISTER_MAP(softplus, f32, float)
PB_REGISTER_MAP(softplus, f64, double)
