// SPDX-License-Identifier: Apache-2.0
//
// Vector types, and the few operations on them that depend on the instruction set.
// Included by kernels.inc.h under the target of one instruction set.

// A sum of a product is rounded twice, unless fma is written.
#pragma clang fp contract(off)

#define PB_INLINE static inline __attribute__((always_inline))
#define PB_NOT_INLINED __attribute__((noinline))

// A loop over elements without ties between them, apart from reading and writing the same index:
// the compiler writes the vector loop and its tail, BY_16 for loops on 32-bit numbers whose results
// are wider. -Wpass-failed reports if it ever cannot; with a sanitizer it does not try.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) \
  || __has_feature(undefined_behavior_sanitizer)
#define PB_ELEMENTWISE
#define PB_ELEMENTWISE_BY_16
#else
#define PB_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#define PB_ELEMENTWISE_BY_16 _Pragma("clang loop vectorize(assume_safety) vectorize_width(16)")
#endif

// A loop whose trip count is a constant once its function is inlined.
#define PB_UNROLLED _Pragma("clang loop unroll(full)")

// Copying needs only the size of an element, so one loop serves types of the same size.
typedef uint8_t pb_word8 __attribute__((may_alias));
typedef uint32_t pb_word32 __attribute__((may_alias));
typedef uint64_t pb_word64 __attribute__((may_alias));

// pb_<type>x16: sixteen elements (the PB_LANES of a reduction), in as many registers as it takes.
// pb_<type>v: one register. Their _at forms are how they lie in memory: aligned as elements are.
#define PB_VECTOR(name, T, count) \
  typedef T pb_##name __attribute__((ext_vector_type(count))); \
  typedef pb_##name pb_##name##_at __attribute__((aligned(__alignof__(T)), may_alias));

#define PB_VECTORS(s, T) \
  PB_VECTOR(s##x2, T, 2) \
  PB_VECTOR(s##x4, T, 4) \
  PB_VECTOR(s##x8, T, 8) \
  PB_VECTOR(s##x16, T, 16) \
  PB_VECTOR(s##v, T, PB_VECTOR_BYTES / sizeof(T))

PB_VECTORS(f32, float)
PB_VECTORS(f64, double)
PB_VECTORS(i32, int32_t)
PB_VECTORS(u32, uint32_t)
PB_VECTORS(u8, uint8_t)
PB_VECTOR(u64v, uint64_t, PB_VECTOR_BYTES / 8)
PB_VECTOR(f32_half, float, PB_VECTOR_BYTES / 8)

// What comparisons of registers give: all bits of a lane, or none.
typedef pb_u32v pb_f32_holds;
typedef pb_u64v pb_f64_holds;

// Half a register of floats as one of doubles, and back.
#define PB_TO_DOUBLE(half) __builtin_convertvector(half, pb_f64v)
#define PB_TO_FLOAT(x) __builtin_convertvector(x, pb_f32_half)

#define PB_PAIR(x, y) __builtin_shufflevector(x, y, 0, 1, 2, 3)
#define PB_QUAD(x, y) __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7)
#define PB_OCTO(x, y) \
  __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

// The last n < 16 elements of an array as a vector, and back. The binary digits of n say how many
// are read eight, four, two and one at a time, so nothing beyond them is touched. Vectors go by
// address: one wider than a register has no settled way to be passed by value.
#define PB_TAIL(s, T) \
  PB_INLINE void pb_load_tail_##s(long n, pb_##s##x16 *to, const T *a, T padding) { \
    pb_##s##x2 two = { n & 1 ? a[n - 1] : padding, padding }; \
    pb_##s##x4 four = PB_PAIR(two, (pb_##s##x2)padding); \
    if (n & 2) four = PB_PAIR(*(const pb_##s##x2_at *)(a + (n & 12)), two); \
    pb_##s##x8 eight = PB_QUAD(four, (pb_##s##x4)padding); \
    if (n & 4) eight = PB_QUAD(*(const pb_##s##x4_at *)(a + (n & 8)), four); \
    *to = PB_OCTO(eight, (pb_##s##x8)padding); \
    if (n & 8) *to = PB_OCTO(*(const pb_##s##x8_at *)a, eight); \
  } \
  PB_INLINE void pb_store_tail_##s(long n, T *out, const pb_##s##x16 *from) { \
    pb_##s##x8 eight = from->lo; \
    if (n & 8) { \
      *(pb_##s##x8_at *)out = eight; \
      eight = from->hi; \
    } \
    pb_##s##x4 four = eight.lo; \
    if (n & 4) { \
      *(pb_##s##x4_at *)(out + (n & 8)) = four; \
      four = eight.hi; \
    } \
    pb_##s##x2 two = four.lo; \
    if (n & 2) { \
      *(pb_##s##x2_at *)(out + (n & 12)) = two; \
      two = four.hi; \
    } \
    if (n & 1) out[n - 1] = two.x; \
  }

PB_TAIL(f32, float)
PB_TAIL(f64, double)
PB_TAIL(i32, int32_t)
PB_TAIL(u32, uint32_t)
PB_TAIL(u8, uint8_t)

// x * y + z, rounded once where the processor can. Never a call to the C library's fma.
#if PB_HAS_FMA
#define PB_FMA(x, y, z) __builtin_elementwise_fma(x, y, z)
#else
#define PB_FMA(x, y, z) ((x) * (y) + (z))
#endif

#if !defined(PB_AT_MOST_f32)
#define PB_AT_MOST_f32(x, limit) ((x) > (pb_f32v)(limit) ? (pb_f32v)(limit) : (x))
#define PB_AT_MOST_f64(x, limit) ((x) > (pb_f64v)(limit) ? (pb_f64v)(limit) : (x))
#endif

// Whether a comparison holds in all lanes.
#define PB_ALL(holds) (__builtin_reduce_and(holds) != 0)

// The same, rounded twice everywhere: for results that must not depend on the instruction set.
#define PB_MULTIPLY_THEN_ADD(x, y, z) ((x) * (y) + (z))

// c[0] + c[1] x + ... by Horner's rule; the coefficients become constants of the loop around it.
#define PB_POLYNOMIAL(name, s, T, MULTIPLY_ADD) \
  PB_INLINE pb_##s##v pb_##name##_##s(pb_##s##v x, const T *c, const long count) { \
    pb_##s##v y = (pb_##s##v)c[count - 1]; \
    PB_UNROLLED for (long i = count - 2; i >= 0; i--) \
      y = MULTIPLY_ADD(y, x, (pb_##s##v)c[i]); \
    return y; \
  }

PB_POLYNOMIAL(polynomial, f32, float, PB_FMA)
PB_POLYNOMIAL(polynomial, f64, double, PB_FMA)
PB_POLYNOMIAL(same_polynomial, f64, double, PB_MULTIPLY_THEN_ADD)

#define PB_COEFFICIENTS(array) array, sizeof array / sizeof *array

// Sums and products of doubles with what rounding took from them (Knuth, Dekker): together the
// parts are the exact result, as long as nothing overflows.
PB_INLINE pb_f64v pb_sum_f64(pb_f64v x, pb_f64v y, pb_f64v *lost) {
  pb_f64v sum = x + y;
  pb_f64v from_y = sum - x;
  *lost = (x - (sum - from_y)) + (y - from_y);
  return sum;
}

PB_INLINE pb_f64v pb_product_f64(pb_f64v x, pb_f64v y, pb_f64v *lost) {
  pb_f64v product = x * y;
#if PB_HAS_FMA
  *lost = PB_FMA(x, y, -product);
#else
  // Halves of 26 bits, whose products are exact.
  pb_f64v a = x * 0x8000001p0, b = y * 0x8000001p0;
  pb_f64v x_high = a - (a - x), y_high = b - (b - y);
  pb_f64v x_low = x - x_high, y_low = y - y_high;
  *lost = x_high * y_high - product + x_high * y_low + x_low * y_high + x_low * y_low;
#endif
  return product;
}
