// SPDX-License-Identifier: Apache-2.0
//
// exp, log, tanh and erf, a register at a time. The constants are fits of our own, close to
// minimax. registers.inc.h has their loops, with their bounds.

// ln 2 in two parts, the first so short that its product with an exponent is exact.
static const float pb_ln2_high_f32 = 0x1.63p-1f, pb_ln2_low_f32 = -0x1.bd0106p-13f;
static const double pb_ln2_high_f64 = 0x1.62e42fefap-1, pb_ln2_low_f64 = 0x1.cf79abc9e3b3ap-40;

// exp(x) = 2^n exp(r), n the integer nearest x / ln 2, exp(r) = 1 + r + r^2 q(r), |r| <= ln(2) / 2.
static const float pb_exp_q_f32[] = {
  0x1p-1f, 0x1.555554p-3f, 0x1.555486p-5f, 0x1.11127cp-7f, 0x1.6d9456p-10f, 0x1.9f0670p-13f
};
static const double pb_exp_q_f64[] = {
  0x1p-1, 0x1.555555555555cp-3, 0x1.55555555554fap-5, 0x1.111111110e95ep-7,
  0x1.6c16c16c3260ap-10, 0x1.a01a01b4ab61bp-13, 0x1.a01a013022f85p-16, 0x1.71dded2799dc2p-19,
  0x1.27e5bbafe79f1p-22, 0x1.af712362d77bap-26, 0x1.1e39b4a542e29p-29
};

// `shifted` is n + magic, which has n, with an exponent's bias, in its low bits. Results that
// overflow are rounded once, and denormal ones, where they are not `low`, too: there 2^n is two
// factors, each a normal number. The bias is added once more, and what halves have beyond its field
// falls off. `near` wants an n for which 2^n is a normal number, and takes one factor. Some
// processors have an instruction for both.
#if defined(PB_SCALED_f32)
#define PB_TIMES_POWER(s, T, U, fraction, bias, magic) \
  PB_INLINE pb_##s##v pb_times_power_##s(pb_##s##v y, pb_##s##v shifted) { \
    return PB_SCALED_##s(y, shifted - (T)(magic)); \
  } \
  PB_INLINE pb_##s##v pb_times_near_##s(pb_##s##v y, pb_##s##v shifted) { \
    return PB_SCALED_##s(y, shifted - (T)(magic)); \
  }
#else
#define PB_TIMES_POWER(s, T, U, fraction, bias, magic) \
  PB_INLINE pb_##s##v pb_times_power_##s(pb_##s##v y, pb_##s##v shifted) { \
    U both = (U)shifted + bias, half = both >> 1; \
    return y * (pb_##s##v)(half << fraction) * (pb_##s##v)((both - half) << fraction); \
  } \
  PB_INLINE pb_##s##v pb_times_near_##s(pb_##s##v y, pb_##s##v shifted) { \
    return y * (pb_##s##v)((U)shifted << fraction); \
  }
#endif

// The same for a y between 2^-16 and 2, down to results of 0. Where a product is denormal or too
// small, many processors take a hundred times as long, and a mask of -infinity makes all of them
// so. A small result is therefore computed 2^up times as large. If it is normal, `up` comes off its
// exponent; if not, adding 2^fraction of its last places rounds it as it should be and
// leaves it in the bits below.
#define PB_TIMES_LOW_POWER(s, T, U, fraction, magic, up) \
  PB_INLINE pb_##s##v pb_lowered_##s(pb_##s##v z, U is_low) { \
    const pb_##s##v places = (pb_##s##v)(((U){ 0 } + up + 1) << fraction); \
    U is_denormal = (U)(z < places), excess = is_low & ((U){ 0 } + up) << fraction; \
    excess = is_denormal != 0 ? (U)places : excess; \
    return (pb_##s##v)((U)(is_denormal != 0 ? z + places : z) - excess); \
  } \
  PB_INLINE pb_##s##v pb_times_low_power_##s(pb_##s##v y, pb_##s##v shifted) { \
    U is_low = (U)(shifted < (pb_##s##v)((T)(magic) - up / 2)); \
    shifted = is_low != 0 ? shifted + (T)up : shifted; \
    return pb_lowered_##s(pb_times_power_##s(y, shifted), is_low); \
  }

// 1 + r + r^2 q, by Horner's rule where sums of products are rounded once: else r by
// itself is more exact.
#if PB_HAS_FMA
#define PB_ONE_AND_MORE(s, T, q, r) \
  PB_FMA(PB_FMA(q, r, (pb_##s##v)(T)1), r, (pb_##s##v)(T)1)
#else
#define PB_ONE_AND_MORE(s, T, q, r) ((r) * (r) * (q) + (r) + (T)1)
#endif

// Beyond `least` and `most` the result is 0 and infinity; NaN passes both comparisons. `within`
// wants an x that is between them, begin and end one of at most `most_near` in size, or NaN.
#define PB_EXP(s, T, U, fraction, bias, magic, up, least, most_near, most) \
  PB_TIMES_POWER(s, T, U, fraction, bias, magic) \
  PB_TIMES_LOW_POWER(s, T, U, fraction, magic, up) \
  typedef struct { pb_##s##v shifted, rest; } pb_exp_parts_##s; \
  PB_INLINE pb_##s##v pb_exp_limited_##s(pb_##s##v x) { \
    x = x > (pb_##s##v)(T)(most) ? (pb_##s##v)(T)(most) : x; \
    return x < (pb_##s##v)(T)(least) ? (pb_##s##v)(T)(least) : x; \
  } \
  PB_INLINE pb_##s##v pb_exp_shifted_##s(pb_##s##v x) { \
    return PB_FMA(x, (pb_##s##v)(T)0x1.71547652b82fep0, (pb_##s##v)(T)(magic)); \
  } \
  PB_INLINE pb_##s##v pb_exp_exponent_##s(pb_##s##v shifted) { return shifted - (T)(magic); } \
  PB_INLINE pb_exp_parts_##s pb_exp_begin_##s(pb_##s##v x) { \
    pb_exp_parts_##s parts; \
    parts.shifted = pb_exp_shifted_##s(x); \
    pb_##s##v n = pb_exp_exponent_##s(parts.shifted); \
    parts.rest = PB_FMA(n, (pb_##s##v)-pb_ln2_high_##s, x); \
    parts.rest = PB_FMA(n, (pb_##s##v)-pb_ln2_low_##s, parts.rest); \
    return parts; \
  } \
  PB_INLINE pb_##s##v pb_exp_sum_##s(pb_##s##v r) { \
    pb_##s##v q = pb_polynomial_##s(r, PB_COEFFICIENTS(pb_exp_q_##s)); \
    return PB_ONE_AND_MORE(s, T, q, r); \
  } \
  PB_INLINE pb_##s##v pb_exp_end_##s(pb_##s##v x, pb_exp_parts_##s parts) { \
    (void)x; \
    return pb_times_near_##s(pb_exp_sum_##s(parts.rest), parts.shifted); \
  } \
  PB_INLINE pb_##s##_holds pb_exp_is_near_##s(pb_##s##v x) { \
    return (pb_##s##_holds)(__builtin_elementwise_abs(x) <= (pb_##s##v)(T)(most_near)); \
  } \
  typedef pb_exp_parts_##s pb_exp_of_any_parts_##s; \
  PB_INLINE pb_exp_parts_##s pb_exp_of_any_begin_##s(pb_##s##v x) { \
    return pb_exp_begin_##s(pb_exp_limited_##s(x)); \
  } \
  PB_INLINE pb_##s##v pb_exp_of_any_end_##s(pb_##s##v x, pb_exp_parts_##s parts) { \
    (void)x; \
    return pb_times_low_power_##s(pb_exp_sum_##s(parts.rest), parts.shifted); \
  } \
  PB_INLINE pb_##s##v pb_exp_within_##s(pb_##s##v x) { \
    return pb_exp_of_any_end_##s(x, pb_exp_begin_##s(x)); \
  } \
  PB_STAGED_EVERYWHERE(exp_of_any, s) \
  PB_INLINE pb_##s##v pb_exp_far_##s(pb_##s##v x) { return pb_exp_of_any_of_##s(x); } \
  PB_STAGED(exp, s)

PB_EXP(f32, float, pb_u32v, 23, 127, 0x1.8p23 + 127, 64, -104, 87, 89)
PB_EXP(f64, double, pb_u64v, 52, 1023, 0x1.8p52 + 1023, 512, -746, 708, 710)
PB_STAGED_LOOP_OF_ANY(exp, exp, f32, float, a, 0, PB_FIRST, PB_RESULT)
PB_STAGED_LOOP_OF_ANY(exp, exp, f64, double, a, 0, PB_FIRST, PB_RESULT)

// log(x) = k ln 2 + log(1 + f), sqrt(1/2) <= 1 + f < sqrt(2). Float: log(1 + f) = f - f^2/2 +
// f^3 p(f), as a division takes as long as a register of results from memory. Double, with
// s = f / (2 + f): 2 atanh(s) = f - f^2/2 + s (f^2/2 + R), R = s^2 (2/3 + 2/5 s^2 + ...), the form
// of FreeBSD's msun, computed without fma, because normal random numbers use it and should be the
// same everywhere. What is computed first, t, is f^2 or s.
static const float pb_log_p_f32[] = { 0x1.555554p-2f, -0x1.000228p-2f, 0x1.99a00ep-3f,
                                      -0x1.5471b6p-3f, 0x1.22d918p-3f, -0x1.0d8a08p-3f,
                                      0x1.056584p-3f, -0x1.38b4f4p-4f };
static const double pb_log_r_f64[] = {
  0x1.5555555555595p-1, 0x1.999999997f0fep-2, 0x1.24924942b2dd9p-2, 0x1.c71c5161887b3p-3,
  0x1.7466635bfaeb5p-3, 0x1.399ddcabcbb5dp-3, 0x1.2f2e377eca337p-3
};

PB_INLINE pb_f32v pb_log_term_f32(pb_f32v f) { return f * f; }
PB_INLINE pb_f32v pb_log_of_parts_f32(pb_f32v k, pb_f32v f, pb_f32v t) {
  pb_f32v p = pb_polynomial_f32(f, PB_COEFFICIENTS(pb_log_p_f32));
  pb_f32v low = PB_FMA(t * f, p, k * pb_ln2_low_f32);
  return PB_FMA(k, (pb_f32v)pb_ln2_high_f32, f - (t * 0.5f - low));
}

PB_INLINE pb_f64v pb_log_term_f64(pb_f64v f) { return f / (f + 2.0); }
PB_INLINE pb_f64v pb_log_of_parts_f64(pb_f64v k, pb_f64v f, pb_f64v t) {
  pb_f64v z = t * t;
  pb_f64v r = z * pb_same_polynomial_f64(z, PB_COEFFICIENTS(pb_log_r_f64));
  pb_f64v square = f * 0.5 * f;
  pb_f64v low = t * (square + r) + k * pb_ln2_low_f64;
  return k * pb_ln2_high_f64 + (f - (square - low));
}

// Adding 1 - sqrt(1/2), in bits, makes the exponent's field that of k. Put beneath 2^fraction's
// exponent, that field is the fraction of a number, and a subtraction makes it one. Few vectors
// have a number that is not normal, so those take a way of their own.
#define PB_LOG(s, T, U, fraction, bias, one, root, normal) \
  PB_INLINE pb_##s##v pb_fraction_of_normal_##s(pb_##s##v x, pb_##s##v *k) { \
    const pb_##s##v power = (pb_##s##v)(T)(1ull << fraction); \
    U bits = (U)x + (U)(one - root); \
    *k = (pb_##s##v)((bits >> fraction) | (U)power) - (power + (T)(bias)); \
    return (pb_##s##v)((bits & (U)((1ull << fraction) - 1)) + (U)(root)) - (T)1; \
  } \
  PB_INLINE pb_##s##v pb_fraction_##s(pb_##s##v x, pb_##s##v *k) { \
    const pb_##s##v power = (pb_##s##v)(T)(1ull << fraction); \
    pb_##s##v f = pb_fraction_of_normal_##s(x < (pb_##s##v)(T)(normal) ? x * power : x, k); \
    *k = x < (pb_##s##v)(T)(normal) ? *k - (T)(fraction) : *k; \
    return f; \
  } \
  typedef struct { pb_##s##v k, f, t; } pb_log_parts_##s; \
  PB_INLINE pb_##s##v pb_log_sum_##s(pb_##s##v k, pb_##s##v f) { \
    return pb_log_of_parts_##s(k, f, pb_log_term_##s(f)); \
  } \
  PB_INLINE pb_##s##_holds pb_log_is_near_##s(pb_##s##v x) { \
    const U least = (U)(pb_##s##v)(T)(normal), beyond = (U)(pb_##s##v)(T)__builtin_inf(); \
    return (pb_##s##_holds)((U)x - least < beyond - least); \
  } \
  PB_INLINE pb_log_parts_##s pb_log_begin_##s(pb_##s##v x) { \
    pb_log_parts_##s parts; \
    parts.f = pb_fraction_of_normal_##s(x, &parts.k); \
    parts.t = pb_log_term_##s(parts.f); \
    return parts; \
  } \
  PB_INLINE pb_##s##v pb_log_end_##s(pb_##s##v x, pb_log_parts_##s parts) { \
    (void)x; \
    return pb_log_of_parts_##s(parts.k, parts.f, parts.t); \
  } \
  PB_INLINE pb_##s##v pb_log_far_##s(pb_##s##v x) { \
    pb_##s##v k, f = pb_fraction_##s(x, &k); \
    pb_##s##v y = pb_log_sum_##s(k, f); \
    pb_##s##v zero_or_nan = \
      x == (T)0 ? (pb_##s##v)-(T)__builtin_inf() : (pb_##s##v)(T)__builtin_nan(""); \
    y = x == (pb_##s##v)(T)__builtin_inf() ? x : y; \
    return x > (T)0 ? y : zero_or_nan; \
  } \
  PB_STAGED(log, s)

PB_LOG(f32, float, pb_u32v, 23, 127, 0x3f800000u, 0x3f3504f3u, 0x1p-126)
PB_LOG(f64, double, pb_u64v, 52, 1023, 0x3ff0000000000000u, 0x3fe6a09e667f3bcdu, 0x1p-1022)
PB_STAGED_MAP(log, f32, float)
PB_STAGED_MAP(log, f64, double)

// sinh(x) = x + x^3 s(x^2) up to 1, the series of 1 / n!, and (exp(|x|) - exp(-|x|)) / 2 with the
// sign of x beyond. From `far` on, where exp(-|x|) is nothing and exp(|x|) may be too large,
// |x| - c is exact, and exp(c) is so near to 2^(2 half + 1) that the powers give it back: the form
// of FreeBSD's msun.
static const float pb_sinh_s_f32[] = {
  0x1.555556p-3f, 0x1.111112p-7f, 0x1.a01a02p-13f, 0x1.71de3ap-19f, 0x1.ae6456p-26f
};
static const double pb_sinh_s_f64[] = {
  0x1.5555555555555p-3, 0x1.1111111111111p-7, 0x1.a01a01a01a01ap-13, 0x1.71de3a556c734p-19,
  0x1.ae64567f544e4p-26, 0x1.6124613a86d09p-33, 0x1.ae7f3e733b81fp-41, 0x1.952c77030ad4ap-49,
  0x1.2f49b46814157p-57
};

#define PB_SINH_OF(s, T, far, c, power) \
  PB_INLINE pb_##s##v pb_sinh_of_##s(pb_##s##v x) { \
    pb_##s##v size = __builtin_elementwise_abs(x); \
    pb_##s##v z = x * x; \
    pb_##s##v t = pb_polynomial_##s(z, PB_COEFFICIENTS(pb_sinh_s_##s)); \
    pb_##s##v small = PB_FMA(size * z, t, size); \
    pb_##s##v e = pb_exp_of_##s(size > (T)(far) ? size - (T)(c) : size); \
    pb_##s##v large = e * (T)0.5 - (T)0.5 / e; \
    pb_##s##v y = size < (T)1 ? small : large; \
    y = size > (T)(far) ? e * (T)(power) * (T)(power) : y; \
    return __builtin_elementwise_copysign(y, x); \
  }

PB_SINH_OF(f32, float, 82, 0x1.45c778p+7, 0x1p117)
PB_SINH_OF(f64, double, 700, 0x1.37be319ba0da4p+10, 0x1p899)
PB_REGISTER_MAP(sinh, f32, float)
PB_REGISTER_MAP(sinh, f64, double)

// tanh(x) = -e / (e + 2) with the sign of x, e = exp(-2 |x|) - 1 = 2^n p + (2^n - 1),
// p = exp(r) - 1: nothing is lost where n = 0, and little of a sum that is just below 2. The result
// is 1 from `most` = 2 |x| on. ln 2 in one part is good enough, for n is only far from 0 where
// tanh hardly changes.
#define PB_TANH(s, T, U, fraction, magic, most) \
  typedef pb_exp_parts_##s pb_tanh_parts_##s; \
  PB_INLINE pb_tanh_parts_##s pb_tanh_begin_##s(pb_##s##v x) { \
    pb_##s##v size = __builtin_elementwise_abs(x); \
    pb_##s##v twice = -PB_AT_MOST_##s(size + size, (T)(most)); \
    pb_tanh_parts_##s parts; \
    parts.shifted = pb_exp_shifted_##s(twice); \
    pb_##s##v n = pb_exp_exponent_##s(parts.shifted); \
    parts.rest = PB_FMA(n, (pb_##s##v)-(T)0x1.62e42fefa39efp-1, twice); \
    return parts; \
  } \
  PB_INLINE pb_##s##v pb_tanh_end_##s(pb_##s##v x, pb_tanh_parts_##s parts) { \
    pb_##s##v r = parts.rest, power = (pb_##s##v)((U)parts.shifted << fraction); \
    pb_##s##v p = PB_FMA(r * r, pb_polynomial_##s(r, PB_COEFFICIENTS(pb_exp_q_##s)), r); \
    pb_##s##v less = PB_FMA(power, p, power - (T)1), more = PB_FMA(power, p, power + (T)1); \
    return __builtin_elementwise_copysign(less / more, x); \
  } \
  PB_STAGED_EVERYWHERE(tanh, s)

PB_TANH(f32, float, pb_u32v, 23, 0x1.8p23 + 127, 20)
PB_TANH(f64, double, pb_u64v, 52, 0x1.8p52 + 1023, 40)
PB_STAGED_MAP(tanh, f32, float)
PB_STAGED_MAP(tanh, f64, double)

// erf(x) = x + x p(x^2) up to `joint`, and 1 - exp(q(x)) with the sign of x beyond: q is the
// logarithm of erfc. From `most` on, which q is fitted up to, the result is 1.
static const float pb_erf_p_f32[] = {
  0x1.06eba8p-3f, -0x1.812724p-2f, 0x1.ce250cp-4f, -0x1.b7304ep-6f, 0x1.4b538cp-8f,
  -0x1.4c4284p-11f
};
static const float pb_erf_q_f32[] = {
  -0x1.b67922p-14f, -0x1.20c89ap+0f, -0x1.45e5d4p-1f, -0x1.ac2336p-4f, 0x1.70f34cp-6f,
  -0x1.98a88ap-9f, 0x1.ab2156p-13f
};
static const double pb_erf_p_f64[] = {
  0x1.06eba8214db69p-3, -0x1.812746b0379e5p-2, 0x1.ce2f21a042a91p-4, -0x1.b82ce31280489p-6,
  0x1.565bcd0cab50ap-8, -0x1.c02db392ab52p-11, 0x1.f9a315e790903p-14, -0x1.f4d09ac5dae48p-17,
  0x1.b9c7d2bd3dc46p-20, -0x1.5e091400f5947p-23, 0x1.e769329e42027p-27, -0x1.e54571ea087afp-31
};
static const double pb_erf_q_f64[] = {
  0x1.4caf74721dc9dp-26, -0x1.20dd795282da6p+0, -0x1.45f2d1026536cp-1, -0x1.a4fb7d7861e48p-4,
  0x1.39af8cf18b69ap-6, 0x1.6b1afc402811dp-13, -0x1.ad6ede3b45bbdp-10, 0x1.0e5e5cce4324dp-11,
  0x1.ae54d12cfc3ecp-15, -0x1.100b8351e9858p-13, 0x1.396b631028076p-14, -0x1.df0e0923fdd29p-16,
  0x1.15b002c2561e3p-17, -0x1.fb9dc108b919p-20, 0x1.70d66169bf0f3p-22, -0x1.a6de657d40ea4p-25,
  0x1.76b36331279aep-28, -0x1.eef908bf50fd6p-32, 0x1.ca324e4020714p-36, -0x1.089c5d9537517p-40,
  0x1.1e250898544a8p-46
};

#define PB_ERF(s, T, joint, most) \
  PB_INLINE pb_##s##v pb_erf_size_##s(pb_##s##v x) { \
    return PB_AT_MOST_##s(__builtin_elementwise_abs(x), (T)(most)); \
  } \
  typedef pb_exp_parts_##s pb_erf_parts_##s; \
  PB_INLINE pb_erf_parts_##s pb_erf_begin_##s(pb_##s##v x) { \
    return pb_exp_begin_##s( \
      pb_polynomial_##s(pb_erf_size_##s(x), PB_COEFFICIENTS(pb_erf_q_##s))); \
  } \
  PB_INLINE pb_##s##v pb_erf_end_##s(pb_##s##v x, pb_erf_parts_##s parts) { \
    pb_##s##v size = pb_erf_size_##s(x); \
    pb_##s##v p = pb_polynomial_##s(size * size, PB_COEFFICIENTS(pb_erf_p_##s)); \
    pb_##s##v small = PB_FMA(size, p, size); \
    pb_##s##v large = (T)1 - pb_exp_end_##s(x, parts); \
    pb_##s##v y = size < (T)(joint) ? small : large; \
    return __builtin_elementwise_copysign(y, x); \
  } \
  PB_STAGED_EVERYWHERE(erf, s)

PB_ERF(f32, float, 0.85, 3.93)
PB_ERF(f64, double, 0.85, 5.93)
PB_STAGED_MAP(erf, f32, float)
PB_STAGED_MAP(erf, f64, double)
