// SPDX-License-Identifier: Apache-2.0
//
// sin and cos: |x| = n pi/2 + r with |r| <= pi/4, and polynomials of sin r and cos r, of which n
// chooses one and its sign. Float is computed in pairs of floats up to 2^13 where there is FMA,
// else in double with shorter polynomials.
//
// In double, up to 2^20, n times the first three parts of pi/2 (33 bits each) is exact; beyond, r
// comes from the product of x's bits with those bits of 2/pi that matter (Payne and Hanek, 1983).
//
// Bounds: those of PB_REGISTER_MAP; tables are read where pb_quarters says.

static const double pb_half_pi[] = {
  0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049c1p-104
};
// What the first part leaves, as one number.
static const double pb_half_pi_rest = 0x1.0b4611a626331p-34;
static const double pb_circular_most = 0x1p20;

// The bits of 2/pi behind the point, after 64 zeros.
static const uint64_t pb_two_over_pi[] = {
  0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
  0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
  0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
  0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
  0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab
};

// size / (pi/2) modulo 4 as a whole number and a rest from -1/2 to 1/2, for size >= 2^20.
static uint64_t pb_quarters(double size, double *high, double *low) {
  uint64_t bits;
  __builtin_memcpy(&bits, &size, sizeof bits);
  if (bits >> 52 == 0x7ff) {
    *high = *low = __builtin_nan("");
    return 0;
  }
  // size = m 2^e with -32 <= e <= 971. Bits of 2/pi before the (e - 2)-th only make multiples of 4,
  // those after the next 192 make less than 2^-137. So 30 <= from <= 1033, and the last word read
  // is number 1033 / 64 + 3 = 19 of 20.
  uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
  unsigned from = (unsigned)(bits >> 52) - 1075 + 62, shift = from % 64;
  const uint64_t *word = pb_two_over_pi + from / 64;
  uint64_t window[3];
  for (int i = 0; i < 3; i++)
    window[i] = word[i] << shift | word[i + 1] >> 1 >> (63 - shift);
  unsigned __int128 lowest = (unsigned __int128)m * window[2];
  unsigned __int128 middle = (unsigned __int128)m * window[1] + (uint64_t)(lowest >> 64);
  uint64_t highest = m * window[0] + (uint64_t)(middle >> 64);
  // Two bits before the point; of those behind it 128, as a number with a sign.
  uint64_t rest = highest << 2 | (uint64_t)middle >> 62;
  uint64_t next = (uint64_t)middle << 2 | (uint64_t)lowest >> 62;
  double first = (double)((int64_t)rest >> 16) * 0x1p-48;
  double second = (double)((rest & 0xffff) << 32 | next >> 32) * 0x1p-96;
  *high = first + second;
  *low = second - (*high - first) + (double)(next & 0xffffffff) * 0x1p-128;
  return (highest >> 62) + (rest >> 63);
}

// Replaces n and r where |x| is beyond the range of the fast way.
static __attribute__((noinline)) void pb_reduce_huge(
  const pb_f64v *size, pb_u64v *n, pb_f64v *r, pb_f64v *low) {
  for (unsigned i = 0; i < PB_VECTOR_BYTES / 8; i++) {
    if (!((*size)[i] > pb_circular_most)) continue;
    double high_part, low_part;
    (*n)[i] = pb_quarters((*size)[i], &high_part, &low_part);
    pb_f64v lost;
    pb_f64v product = pb_product_f64((pb_f64v)high_part, (pb_f64v)0x1.921fb54442d18p0, &lost);
    (*r)[i] = product[0];
    (*low)[i] = lost[0] + high_part * 0x1.1a62633145c07p-54 + low_part * 0x1.921fb54442d18p0;
  }
}

#define PB_HAS_HUGE(size) __builtin_reduce_or((size) > (pb_f64v)pb_circular_most)

// The integer nearest size / (pi/2), in the low bits of `shifted`.
#define PB_NEAREST_QUARTER(size, shifted) \
  pb_f64v shifted = PB_FMA(size, (pb_f64v)0x1.45f306dc9c883p-1, (pb_f64v)0x1.8p52)

// r in two parts: `low` is what rounding took.
PB_INLINE pb_f64v pb_reduce_f64(pb_f64v size, pb_u64v *n, pb_f64v *low) {
  PB_NEAREST_QUARTER(size, shifted);
  pb_f64v count = shifted - 0x1.8p52, lost_first, lost_second;
  pb_f64v first = size - count * pb_half_pi[0];
  pb_f64v second = pb_sum_f64(first, count * -pb_half_pi[1], &lost_first);
  pb_f64v third = pb_sum_f64(second, count * -pb_half_pi[2], &lost_second);
  pb_f64v lost = lost_first + lost_second - count * pb_half_pi[3];
  pb_f64v r = third + lost;
  *low = third - r + lost;
  *n = (pb_u64v)shifted;
  if (PB_HAS_HUGE(size)) pb_reduce_huge(&size, n, &r, low);
  return r;
}

// The same for |x| from Float: one part is enough.
PB_INLINE pb_f64v pb_reduce_wide(pb_f64v size, pb_u64v *n) {
  PB_NEAREST_QUARTER(size, shifted);
  pb_f64v count = shifted - 0x1.8p52, low;
  pb_f64v r = PB_FMA(count, (pb_f64v)-pb_half_pi_rest, size - count * pb_half_pi[0]);
  *n = (pb_u64v)shifted;
  if (PB_HAS_HUGE(size)) pb_reduce_huge(&size, n, &r, &low);
  return r;
}

// sin r = r + r^3 s(r^2). cos r = 1 - r^2/2 + r^4 c(r^2), and 1 + r^2 c(r^2) for Float in double.
static const double pb_sin_s_wide[] = {
  -0x1.5555554cba329p-3, 0x1.111108967d111p-7, -0x1.a00f9dcc1ede2p-13, 0x1.6cd860abfac31p-19
};
static const double pb_cos_c_wide[] = {
  -0x1p-1, 0x1.55554ab394ffap-5, -0x1.6c0c8b6c8bfaep-10, 0x1.9a0240b3ca2eep-16
};
static const double pb_sin_s_f64[] = {
  -0x1.5555555555549p-3, 0x1.111111110f87ep-7, -0x1.a01a019c12001p-13, 0x1.71de35780fcdep-19,
  -0x1.ae5e6681a586ap-26, 0x1.5d93161746e9dp-33
};
static const double pb_cos_c_f64[] = {
  0x1.555555555554cp-5, -0x1.6c16c16c15182p-10, 0x1.a01a019cb2245p-16, -0x1.27e4f80a3c572p-22,
  0x1.1ee9ec1dbdc83p-29, -0x1.8faeb843190b9p-37
};

// sin(|x|) for start = 0, cos(|x|) for start = 1: an odd n takes the cosine, and the second bit of
// n the sign; sin takes that of x, too.
PB_INLINE pb_f64v pb_of_quarter(
  pb_f64v x, pb_u64v n, const uint64_t start, pb_f64v sine, pb_f64v cosine) {
  n += start;
  pb_f64v y = (n & 1) == 1 ? cosine : sine;
  pb_u64v sign = n << 62;
  if (start == 0) sign ^= (pb_u64v)x;
  return (pb_f64v)((pb_u64v)y ^ (sign & (1ull << 63)));
}

PB_INLINE pb_f64v pb_circular_f64(pb_f64v x, const uint64_t start) {
  pb_u64v n;
  pb_f64v low, r = pb_reduce_f64(__builtin_elementwise_abs(x), &n, &low);
  pb_f64v z = r * r, half = z * 0.5, whole = 1 - half;
  pb_f64v s = pb_polynomial_f64(z, PB_COEFFICIENTS(pb_sin_s_f64));
  pb_f64v c = pb_polynomial_f64(z, PB_COEFFICIENTS(pb_cos_c_f64));
  pb_f64v sine = r + PB_FMA(r * z, s, low * whole);
  pb_f64v cosine = whole + (1 - whole - half + PB_FMA(z * z, c, -(r * low)));
  return pb_of_quarter(x, n, start, sine, cosine);
}

PB_INLINE pb_f64v pb_circular_wide(pb_f64v x, const uint64_t start) {
  pb_u64v n;
  pb_f64v r = pb_reduce_wide(__builtin_elementwise_abs(x), &n), z = r * r;
  pb_f64v s = pb_polynomial_f64(z, PB_COEFFICIENTS(pb_sin_s_wide));
  pb_f64v c = pb_polynomial_f64(z, PB_COEFFICIENTS(pb_cos_c_wide));
  return pb_of_quarter(x, n, start, PB_FMA(r * z, s, r), PB_FMA(z, c, (pb_f64v)1));
}

static const float pb_circular_near = 0x1p13f;
// pi/2 is the first less the two others.
static const float pb_half_pi_near[] = { 0x1.921fb6p0f, 0x1.777a5cp-25f, 0x1.ee59dap-50f };
static const float pb_sin_s_near[] = { -0x1.555546p-3f, 0x1.110756p-7f, -0x1.994b4p-13f };
static const float pb_cos_c_near[] = { 0x1.55554ap-5f, -0x1.6c0c82p-10f, 0x1.99ff4p-16f };

// sin(|x|) or cos(|x|) as pb_of_quarter has them, |x| at most pb_circular_near: then n < 2^13, and
// |x| less n times the first part has 24 bits, so it is exact. r and low are the sum of that and
// n times the others: where r cancels, nothing has been rounded but the last of them.
PB_INLINE pb_f32v pb_circular_f32(pb_f32v x, const uint32_t start) {
  pb_f32v size = __builtin_elementwise_abs(x);
  pb_f32v shifted = PB_FMA(size, (pb_f32v)0x1.45f306p-1f, (pb_f32v)0x1.8p23f);
  pb_f32v count = shifted - 0x1.8p23f, second = (pb_f32v)pb_half_pi_near[1];
  pb_f32v first = PB_FMA(count, (pb_f32v)-pb_half_pi_near[0], size), others = count * second;
  pb_f32v lost = PB_FMA(count, (pb_f32v)pb_half_pi_near[2], PB_FMA(count, second, -others));
  pb_f32v r = first + others, low = first - r + others + lost;
  // The summand is lost beside 1, and keeps the powers of a small r from being denormal, which
  // takes some processors a hundred times as long.
  pb_f32v z = PB_FMA(r, r, (pb_f32v)0x1p-60f), half = z * 0.5f, whole = 1 - half;
  pb_f32v s = pb_polynomial_f32(z, PB_COEFFICIENTS(pb_sin_s_near));
  pb_f32v c = pb_polynomial_f32(z, PB_COEFFICIENTS(pb_cos_c_near));
  pb_f32v sine = r + PB_FMA(r * z, s, low * whole);
  pb_f32v cosine = whole + (1 - whole - half + PB_FMA(z * z, c, -(r * low)));
  pb_u32v n = (pb_u32v)shifted + start;
  pb_f32v y = (n & 1) == 1 ? cosine : sine;
  pb_u32v sign = n << 30;
  if (start == 0) sign ^= (pb_u32v)x;
  return (pb_f32v)((pb_u32v)y ^ (sign & (1u << 31)));
}

#define PB_IS_NEAR(x) (__builtin_elementwise_abs(x) <= (PB_HAS_FMA ? pb_circular_near : -1))

// A register with a far number is computed both ways, so that no number's bits depend on others.
#define PB_CIRCULAR(name, start) \
  PB_INLINE pb_f64v pb_##name##_of_f64(pb_f64v x) { return pb_circular_f64(x, start); } \
  static PB_NOT_INLINED void pb_##name##_with_far(pb_f32v *x) { \
    pb_f32v y; \
    y.lo = PB_TO_FLOAT(pb_circular_wide(PB_TO_DOUBLE(x->lo), start)); \
    y.hi = PB_TO_FLOAT(pb_circular_wide(PB_TO_DOUBLE(x->hi), start)); \
    *x = PB_IS_NEAR(*x) ? pb_circular_f32(*x, start) : y; \
  } \
  PB_INLINE pb_f32v pb_##name##_of_f32(pb_f32v x) { \
    if (PB_ALL(PB_IS_NEAR(x))) return pb_circular_f32(x, start); \
    pb_##name##_with_far(&x); \
    return x; \
  }

PB_CIRCULAR(sin, 0)
PB_CIRCULAR(cos, 1)
PB_REGISTER_MAP(sin, f32, float)
PB_REGISTER_MAP(sin, f64, double)
PB_REGISTER_MAP(cos, f32, float)
PB_REGISTER_MAP(cos, f64, double)
