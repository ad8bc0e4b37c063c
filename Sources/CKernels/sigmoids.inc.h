// SPDX-License-Identifier: Apache-2.0
//
// expm1, log1p, sigmoid, softplus and the normal distribution, a register at a time, on the parts of
// exp and log.
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

// (1 + erf(x / sqrt(2))) / 2: below 0 exp(-a^2 / 2) (c / 2 + v r(2 v - 1)) / (a + c) with a = |x| and
// v = a / (a + c), and what is left of 1 above. In the brackets stands exp(a^2 / 2) (a + c) / 2 times
// 1 - erf(a / sqrt(2)), fitted from 0 to `most`, beyond which nothing is left. What a^2 loses to
// rounding would grow with a, so it is made good.
static const float pb_normal_r_f32[] = {
  -0x1.4f7446p-1f, -0x1.f3b484p-8f, 0x1.0b23cap-4f, 0x1.0d427cp-7f,
  -0x1.2c1256p-7f, -0x1.1971eap-8f, 0x1.a24136p-12f, 0x1.372304p-10f,
  0x1.dbf47cp-12f, -0x1.780b7p-14f, -0x1.349b84p-13f, -0x1.606036p-15f
};
static const double pb_normal_r_f64[] = {
  -0x1.4f7446a5ab563p-1, -0x1.f3b480c881090p-8, 0x1.0b23b929276edp-4, 0x1.0d42163cf7287p-7,
  -0x1.2c089d489cd17p-7, -0x1.1961355e3f207p-8, 0x1.9a4586a14e4e0p-12, 0x1.350f6481d8080p-10,
  0x1.f28582b495dcap-12, -0x1.01b6778e33359p-14, -0x1.64655146db240p-13, -0x1.6d96232611164p-14,
  -0x1.4bf717b668486p-18, 0x1.97fb4e13d64ccp-16, 0x1.4060c53fe4c96p-16, 0x1.93e551d032b53p-18,
  -0x1.0a6b7c83281c0p-19, -0x1.ea2c3d9bf2f96p-19, -0x1.29de45839576fp-19, -0x1.4ff65df3ade0fp-21,
  0x1.be4420577e8bfp-23, 0x1.348303de99c06p-21, 0x1.28dd190d73f33p-21, 0x1.1fbb65aee4b00p-23,
  -0x1.c0af40b230511p-23, -0x1.5f3780a412c18p-23, -0x1.d3ad5f9808095p-30, 0x1.29748b6a09f94p-25,
  0x1.4a2f2285e8e31p-27
};

#if PB_HAS_FMA
#define PB_SQUARE_LOST(s, x, z) PB_FMA(x, x, -(z))
#else
// Halves of few bits, whose products are exact.
#define PB_SQUARE_LOST(s, x, z) pb_square_lost_##s(x, z)
#define PB_SQUARE_LOST_OF(s, T, factor) \
  PB_INLINE pb_##s##v pb_square_lost_##s(pb_##s##v x, pb_##s##v z) { \
    pb_##s##v scaled = x * (T)(factor); \
    pb_##s##v high = scaled - (scaled - x), low = x - high; \
    return ((high * high - z) + (high + high) * low) + low * low; \
  }
PB_SQUARE_LOST_OF(f32, float, 0x1001p0)
PB_SQUARE_LOST_OF(f64, double, 0x8000001p0)
#endif

#define PB_NORMAL_DISTRIBUTION(s, T, c, most) \
  PB_INLINE pb_##s##v pb_normal_distribution_of_##s(pb_##s##v x) { \
    pb_##s##v a = __builtin_elementwise_abs(x); \
    a = a > (pb_##s##v)(T)(most) ? (pb_##s##v)(T)(most) : a; \
    pb_##s##v z = a * a; \
    pb_##s##v lost = PB_SQUARE_LOST(s, a, z); \
    pb_##s##v inverse = (T)1 / (a + (T)(c)); \
    pb_##s##v v = a * inverse; \
    pb_##s##v r = pb_polynomial_##s(v + v - (T)1, PB_COEFFICIENTS(pb_normal_r_##s)); \
    r = PB_FMA(v, r, (pb_##s##v)(T)(c / 2.0)) * inverse; \
    r = PB_FMA(r * lost, (pb_##s##v)(T)-0.5, r); \
    pb_##s##v below = pb_exp_of_##s(z * (T)-0.5) * r; \
    return x > (T)0 ? (T)1 - below : below; \
  }

PB_NORMAL_DISTRIBUTION(f32, float, 2, 14.3)
PB_NORMAL_DISTRIBUTION(f64, double, 2, 38.7)
PB_REGISTER_MAP(normal_distribution, f32, float)
PB_REGISTER_MAP(normal_distribution, f64, double)
