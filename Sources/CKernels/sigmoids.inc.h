// SPDX-License-Identifier: Apache-2.0
//
// expm1, log1p, sigmoid, softplus and the normal distribution, a register at a time, on the
// parts of exp and log.
//
// registers.inc.h has their loops, with their bounds.

// exp(x) - 1 = 2^n (p + 1 - 2^-n), with exp(r) = 1 + p: nothing is lost where n = 0. Below `least`
// the result is -1, and beyond n = 60 the 2^-n is nothing beside 1.
#define PB_EXPM1(s, T, U, fraction, shift, least) \
  PB_INLINE pb_##s##v pb_expm1_of_##s(pb_##s##v x) { \
    const pb_##s##v magic = (pb_##s##v)(T)(shift); \
    pb_##s##v limited = pb_exp_limited_##s(x); \
    limited = limited < (pb_##s##v)(T)(least) ? (pb_##s##v)(T)(least) : limited; \
    pb_exp_parts_##s parts = pb_exp_begin_##s(limited); \
    pb_##s##v r = parts.rest, n = pb_exp_exponent_##s(parts.shifted); \
    pb_##s##v p = PB_FMA(r * r, pb_polynomial_##s(r, PB_COEFFICIENTS(pb_exp_q_##s)), r); \
    pb_##s##v most = n > (T)60 ? (pb_##s##v)(T)60 : n; \
    pb_##s##v inverse = (pb_##s##v)((U)(magic - most) << fraction); \
    pb_##s##v y = pb_times_power_##s(((T)1 - inverse) + p, parts.shifted); \
    return __builtin_elementwise_copysign(y, x); \
  }

PB_EXPM1(f32, float, pb_u32v, 23, 0x1.8p23 + 127, -20)
PB_EXPM1(f64, double, pb_u64v, 52, 0x1.8p52 + 1023, -40)
PB_REGISTER_MAP(expm1, f32, float)
PB_REGISTER_MAP(expm1, f64, double)

// log(1 + x): what the sum u = 1 + x loses to rounding goes into the fraction of u. From 2^60 on
// nothing is lost. Up to `least` it is x, whose square, which may be too small for a number, nobody
// asks for.
#define PB_LOG1P(s, T, U, fraction, shift, least) \
  PB_INLINE pb_##s##v pb_log1p_of_##s(pb_##s##v x) { \
    pb_##s##v u = x + (T)1, k; \
    pb_##s##v back = u - x; \
    U is_small = (U)(__builtin_elementwise_abs(x) < (pb_##s##v)(T)(least)); \
    pb_##s##v lost = is_small != 0 ? (pb_##s##v)(T)0 : (x - (u - back)) + ((T)1 - back); \
    pb_##s##v f = pb_fraction_##s(u, &k); \
    pb_##s##v most = k > (T)60 ? (pb_##s##v)(T)60 : k; \
    f += lost * (pb_##s##v)((U)((pb_##s##v)(T)(shift) - most) << fraction); \
    pb_##s##v y = pb_log_sum_##s(k, f); \
    pb_##s##v edge = \
      x == (T)-1 ? (pb_##s##v)-(T)__builtin_inf() : (pb_##s##v)(T)__builtin_nan(""); \
    y = x > (T)-1 ? y : edge; \
    return (is_small | (U)(x == (pb_##s##v)(T)__builtin_inf())) != 0 ? x : y; \
  }

PB_LOG1P(f32, float, pb_u32v, 23, 0x1.8p23 + 127, 0x1p-30)
PB_LOG1P(f64, double, pb_u64v, 52, 0x1.8p52 + 1023, 0x1p-60)
PB_REGISTER_MAP(log1p, f32, float)
PB_REGISTER_MAP(log1p, f64, double)

// All from e = exp(-|x|), which is at most 1, 0 from `most` on, and normal up to `most_near`, as it
// is in all lanes of most vectors. sigmoid(x) = 1 / (1 + e), and e / (1 + e) below 0.
// softplus(x) = max(x, 0) + log(1 + e), 1 + e = 2^k (1 + f) with f = e or f = (e - 1) / 2; up to
// `least` the logarithm is e, as in log1p.
#define PB_SIGMOIDS(s, T, most_near, most, least) \
  PB_INLINE pb_##s##v pb_exp_below_far_##s(pb_##s##v x) { \
    return pb_exp_within_##s(-PB_AT_MOST_##s(__builtin_elementwise_abs(x), (T)(most))); \
  } \
  PB_INLINE pb_##s##v pb_sigmoid_of_exp_##s(pb_##s##v x, pb_##s##v e) { \
    return (x < (T)0 ? e : (pb_##s##v)(T)1) / (e + (T)1); \
  } \
  PB_INLINE pb_##s##v pb_softplus_of_exp_##s(pb_##s##v x, pb_##s##v e) { \
    const pb_##s##v small = (pb_##s##v)(T)(least); \
    pb_##s##v k = e > (T)0.41421356 ? (pb_##s##v)(T)1 : (pb_##s##v)(T)0; \
    pb_##s##v f = e > (T)0.41421356 ? (e - (T)1) * (T)0.5 : e < small ? small : e; \
    pb_##s##v above = x > (T)0 ? x : (pb_##s##v)(T)0; \
    return above + (e < small ? e : pb_log_sum_##s(k, f)); \
  } \
  typedef pb_exp_parts_##s pb_sigmoid_parts_##s; \
  PB_INLINE pb_##s##_holds pb_sigmoid_is_near_##s(pb_##s##v x) { \
    return (pb_##s##_holds)(__builtin_elementwise_abs(x) <= (pb_##s##v)(T)(most_near)); \
  } \
  PB_INLINE pb_sigmoid_parts_##s pb_sigmoid_begin_##s(pb_##s##v x) { \
    return pb_exp_begin_##s(-__builtin_elementwise_abs(x)); \
  } \
  PB_INLINE pb_##s##v pb_sigmoid_end_##s(pb_##s##v x, pb_sigmoid_parts_##s parts) { \
    return pb_sigmoid_of_exp_##s(x, pb_exp_end_##s(x, parts)); \
  } \
  PB_INLINE pb_##s##v pb_sigmoid_far_##s(pb_##s##v x) { \
    return pb_sigmoid_of_exp_##s(x, pb_exp_below_far_##s(x)); \
  } \
  PB_STAGED(sigmoid, s) \
  typedef pb_##s##v pb_softplus_parts_##s; \
  PB_INLINE pb_##s##_holds pb_softplus_is_near_##s(pb_##s##v x) { \
    return pb_sigmoid_is_near_##s(x); \
  } \
  PB_INLINE pb_softplus_parts_##s pb_softplus_begin_##s(pb_##s##v x) { \
    return pb_exp_end_##s(x, pb_sigmoid_begin_##s(x)); \
  } \
  PB_INLINE pb_##s##v pb_softplus_end_##s(pb_##s##v x, pb_softplus_parts_##s e) { \
    return pb_softplus_of_exp_##s(x, e); \
  } \
  PB_INLINE pb_##s##v pb_softplus_far_##s(pb_##s##v x) { \
    return pb_softplus_of_exp_##s(x, pb_exp_below_far_##s(x)); \
  } \
  PB_STAGED(softplus, s)

PB_SIGMOIDS(f32, float, 87, 104, 0x1p-30)
PB_SIGMOIDS(f64, double, 708, 746, 0x1p-60)
PB_STAGED_MAP(sigmoid, f32, float)
PB_STAGED_MAP(sigmoid, f64, double)
PB_STAGED_MAP(softplus, f32, float)
PB_STAGED_MAP(softplus, f64, double)

// (1 + erf(x / sqrt(2))) / 2: below 0 exp(-a^2 / 2) p(a) / (a sqrt(2 pi) p(a) + q(a)), a = |x|, and
// what is left of 1 above. The quotient is exp(a^2 / 2) (1 - erf(a / sqrt(2))) / 2, fitted from 0
// to `most`, beyond which nothing is left. Coefficients are positive, so no digits cancel, but most
// of what p(a) loses to rounding does. What a^2 loses would grow with a, so it is made good.
static const float pb_normal_p_f32[] = {
  0x1.53029p-1f, 0x1.42dd28p-1f, 0x1.202606p-2f, 0x1.13a77cp-4f, 0x1.ef9c0ep-8f
};
static const float pb_normal_q_f32[] = {
  0x1.53029p+0f, 0x1.50f04cp-1f, 0x1.5aba52p-3f, 0x1.364e88p-6f
};
static const double pb_normal_p_f64[] = {
  0x1p-1, 0x1.b184c0026959fp-1, 0x1.6b1d23b7ba5b3p-1, 0x1.8580cb05572b3p-2,
  0x1.25bf7dba28d3dp-3, 0x1.442f972c6c7fep-5, 0x1.08e1a0ae15d7fp-7, 0x1.3cfd78a51ceabp-10,
  0x1.0b1271bc5b29fp-13, 0x1.206ceb8dded45p-17, 0x1.3392f5de82d1ep-22
};
static const double pb_normal_q_f64[] = {
  0x1p+0, 0x1.3cedb7a1a89c4p+0, 0x1.914d794f6284dp-1, 0x1.49dfe506a0e67p-2,
  0x1.7e5be635c3bf4p-4, 0x1.41a3128af1c9cp-6, 0x1.87a3d49372b19p-9, 0x1.4d38283ed8f3p-12,
  0x1.697cdb1cc661ep-16, 0x1.817ca6f9f8cb2p-21
};

// x y + z with nothing lost of the product.
#if PB_HAS_FMA
#define PB_PRODUCT_PLUS(s, x, y, z) PB_FMA(x, y, z)
#else
// Halves of few bits, whose products are exact.
#define PB_PRODUCT_PLUS(s, x, y, z) pb_product_plus_##s(x, y, z)
#define PB_PRODUCT_PLUS_OF(s, T, factor) \
  PB_INLINE pb_##s##v pb_product_plus_##s(pb_##s##v x, pb_##s##v y, pb_##s##v z) { \
    pb_##s##v a = x * (T)(factor), b = y * (T)(factor), product = x * y; \
    pb_##s##v x_high = a - (a - x), y_high = b - (b - y); \
    pb_##s##v x_low = x - x_high, y_low = y - y_high; \
    pb_##s##v lost = x_high * y_high - product + x_high * y_low + x_low * y_high + x_low * y_low; \
    return (product + z) + lost; \
  }
PB_PRODUCT_PLUS_OF(f32, float, 0x1001p0)
PB_PRODUCT_PLUS_OF(f64, double, 0x8000001p0)
#endif

#define PB_NORMAL_DISTRIBUTION(s, T, most_near, most) \
  typedef struct { pb_##s##v shifted, rest, p, q; } pb_normal_distribution_parts_##s; \
  PB_INLINE pb_##s##_holds pb_normal_distribution_is_near_##s(pb_##s##v x) { \
    return (pb_##s##_holds)(__builtin_elementwise_abs(x) <= (pb_##s##v)(T)(most_near)); \
  } \
  PB_INLINE pb_normal_distribution_parts_##s pb_normal_distribution_begin_##s(pb_##s##v x) { \
    pb_normal_distribution_parts_##s parts; \
    pb_##s##v a = PB_AT_MOST_##s(__builtin_elementwise_abs(x), (T)(most)); \
    pb_##s##v half = a * (T)-0.5; \
    parts.shifted = pb_exp_shifted_##s(a * half); \
    pb_##s##v n = pb_exp_exponent_##s(parts.shifted); \
    parts.rest = PB_PRODUCT_PLUS(s, a, half, n * -pb_ln2_high_##s); \
    parts.rest = PB_FMA(n, (pb_##s##v)-pb_ln2_low_##s, parts.rest); \
    parts.p = pb_polynomial_##s(a, PB_COEFFICIENTS(pb_normal_p_##s)); \
    parts.q = pb_polynomial_##s(a, PB_COEFFICIENTS(pb_normal_q_##s)); \
    parts.q = PB_FMA(a * (T)0x1.40d931ff62706p+1, parts.p, parts.q); \
    return parts; \
  } \
  PB_INLINE pb_##s##v pb_normal_below_##s(pb_normal_distribution_parts_##s parts) { \
    return pb_exp_sum_##s(parts.rest) * parts.p / parts.q; \
  } \
  PB_INLINE pb_##s##v pb_normal_distribution_end_##s( \
    pb_##s##v x, pb_normal_distribution_parts_##s parts) { \
    pb_##s##v below = pb_times_near_##s(pb_normal_below_##s(parts), parts.shifted); \
    return x > (T)0 ? (T)1 - below : below; \
  } \
  PB_INLINE pb_##s##v pb_normal_distribution_far_##s(pb_##s##v x) { \
    pb_normal_distribution_parts_##s parts = pb_normal_distribution_begin_##s(x); \
    pb_##s##v below = pb_times_low_power_##s(pb_normal_below_##s(parts), parts.shifted); \
    return x > (T)0 ? (T)1 - below : below; \
  } \
  PB_STAGED(normal_distribution, s)

#if defined(PB_LOOKUP_f32)
#include "pieces.inc.h"
#else
PB_NORMAL_DISTRIBUTION(f32, float, 13, 14.3)
#endif
PB_NORMAL_DISTRIBUTION(f64, double, 37, 38.7)
PB_STAGED_MAP(normal_distribution, f32, float)
PB_STAGED_MAP(normal_distribution, f64, double)

// max(x, least) f(z), z = x between least and most: b[0] and c[0], the same for all elements. Where
// they are beyond `far`, so that f is 0 at one and 1 at the other, f needs no limits.
#define PB_GATED(name, gate, s, T, far, AHEAD) \
  PB_STAGED_LOOPS(name##_far, gate, s, T, 1, PB_LARGER, PB_LARGER_TIMES) \
  PB_LOOP_AFTER(name##_far, s, T, b, 1, AHEAD) \
  static void pb_##name##_##s( \
    long n, void *out, const void *a, const void *b, const void *c, const void *d) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    const pb_##s##v least = (pb_##s##v)*(const T *)b, most = (pb_##s##v)*(const T *)c; \
    if (least[0] <= -(T)(far) && most[0] >= (T)(far)) { \
      pb_##name##_far_##s(n, out, a, b, c, d); \
      return; \
    } \
    T *r = out; \
    const T *x = a; \
    for (; n > 0; n -= lanes, x += lanes, r += lanes) { \
      pb_##s##x16 some; \
      if (n >= lanes) \
        *(pb_##s##v_at *)&some = *(const pb_##s##v_at *)x; \
      else \
        pb_load_tail_##s(n, &some, x, (T)1); \
      pb_##s##v v = *(const pb_##s##v_at *)&some; \
      pb_##s##v limited = v > most ? most : v; \
      limited = v <= least ? least : limited; \
      v = (v <= least ? least : v) * pb_##gate##_of_##s(limited); \
      *(pb_##s##v_at *)&some = v; \
      if (n >= lanes) \
        *(pb_##s##v_at *)r = v; \
      else \
        pb_store_tail_##s(n, r, &some); \
    } \
  }

#define PB_LARGER(x, y) ((x) < (y) ? (y) : (x))
#define PB_LARGER_TIMES(x, y, result) (PB_LARGER(x, y) * (result))
#if !defined(PB_GATED_NORMAL_AHEAD)
#define PB_GATED_NORMAL_AHEAD pb_gated_normal_far_ahead_f32
#endif
PB_GATED(gated_sigmoid, sigmoid, f32, float, 104, pb_gated_sigmoid_far_ahead_f32)
PB_GATED(gated_sigmoid, sigmoid, f64, double, 746, pb_gated_sigmoid_far_ahead_f64)
PB_GATED(gated_normal, normal_distribution, f32, float, 14.3, PB_GATED_NORMAL_AHEAD)
PB_GATED(gated_normal, normal_distribution, f64, double, 38.7, pb_gated_normal_far_ahead_f64)

// x f(-y): what the derivatives of the sigmoid and of what is made with it multiply by.
#define PB_OPPOSITE(x, y) ((void)(x), -(y))
#define PB_TIMES_FIRST(x, y, result) ((x) * (result))
PB_STAGED_LOOP(times_opposite_sigmoid, sigmoid, f32, float, b, 0, PB_OPPOSITE, PB_TIMES_FIRST)
PB_STAGED_LOOP(times_opposite_sigmoid, sigmoid, f64, double, b, 0, PB_OPPOSITE, PB_TIMES_FIRST)
