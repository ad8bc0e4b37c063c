// SPDX-License-Identifier: Apache-2.0
//
// Sums of rows whose elements are computed on the way: one pass over memory instead of two or
// three, every operation rounded by itself, in the lanes and the order of PB_SUM.
//
// Bounds: rows * n elements of `a`, of `made` if there is one, and of `b` if that is a factor; else
// its elements 0, apart, ..., (rows - 1) * apart. Whole vectors are read while 16 elements of a row
// remain, and the rest as a tail.

// The next sixteen elements, which are added to a sum and in between written to `made`.
#define PB_TERM(x, y, term, is_made, made, STORE) \
  if (term == PB_TERM_PRODUCT) \
    x *= y; \
  else { \
    x -= y; \
    if (is_made) STORE; \
    if (term == PB_TERM_SQUARE) x *= x; \
  }

// A tail is padded so that a lane beyond it takes 0, which changes no bits.
#define PB_ADD_TERMS(s, T) \
  PB_INLINE void pb_add_term_##s( \
    pb_term term, _Bool is_made, pb_##s##x16 *sum, const T *a, const T *b, T one, T *made) { \
    pb_##s##x16 x = *(const pb_##s##x16_at *)a, y = one; \
    if (term == PB_TERM_PRODUCT) y = *(const pb_##s##x16_at *)b; \
    PB_TERM(x, y, term, is_made, made, *(pb_##s##x16_at *)made = x) \
    *sum += x; \
  } \
  PB_INLINE void pb_add_last_term_##s( \
    long n, pb_term term, _Bool is_made, pb_##s##x16 *sum, const T *a, const T *b, T one, \
    T *made) { \
    pb_##s##x16 x, y, same = one; \
    pb_load_tail_##s(n, &x, a, 0); \
    pb_load_tail_##s(n, &y, term == PB_TERM_PRODUCT ? b : (const T *)&same, 0); \
    PB_TERM(x, y, term, is_made, made, pb_store_tail_##s(n, made, &x)) \
    *sum += x; \
  } \
  /* `count` rows side by side, none of which waits for another. */ \
  PB_INLINE void pb_few_term_rows_##s( \
    long count, long n, pb_term term, _Bool is_made, T *out, const T *a, const T *b, long apart, \
    T *made) { \
    pb_##s##x16 sums[4]; \
    T ones[4]; \
    PB_UNROLLED for (long i = 0; i < count; i++) { \
      sums[i] = 0; \
      ones[i] = term == PB_TERM_PRODUCT ? 0 : b[i * apart]; \
    } \
    long j = 0; \
    for (; j + PB_LANES <= n; j += PB_LANES) \
      PB_UNROLLED for (long i = 0; i < count; i++) \
        pb_add_term_##s( \
          term, is_made, &sums[i], a + i * n + j, b + i * n + j, ones[i], made + i * n + j); \
    PB_UNROLLED for (long i = 0; i < count; i++) { \
      if (j < n) \
        pb_add_last_term_##s( \
          n - j, term, is_made, &sums[i], a + i * n + j, b + i * n + j, ones[i], \
          made + i * n + j); \
      out[i] = pb_combined_sum_##s(&sums[i]); \
    } \
  } \
  PB_INLINE void pb_term_rows_##s( \
    long rows, long n, pb_term term, _Bool is_made, T *out, const T *a, const T *b, long apart, \
    T *made) { \
    const long next = term == PB_TERM_PRODUCT ? n : apart; \
    for (; rows >= 4; rows -= 4, out += 4, a += 4 * n, b += 4 * next, made += 4 * n) \
      pb_few_term_rows_##s(4, n, term, is_made, out, a, b, apart, made); \
    for (; rows > 0; rows--, out++, a += n, b += next, made += n) \
      pb_few_term_rows_##s(1, n, term, is_made, out, a, b, apart, made); \
  }

PB_ADD_TERMS(f32, float)
PB_ADD_TERMS(f64, double)

// Long rows of floats, as pb_wide_rows_sum has them.
PB_INLINE void pb_wide_term_piece(
  long n, pb_term term, _Bool is_made, pb_f64x16 *lanes, const float *a, const float *b, float one,
  float *made) {
  pb_f32x16 sums[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
  long j = 0;
  for (; j + 4 * PB_LANES <= n; j += 4 * PB_LANES)
    PB_UNROLLED for (long i = 0; i < 4; i++) {
      const long at = j + i * PB_LANES;
      pb_add_term_f32(term, is_made, &sums[i], a + at, b + at, one, made + at);
    }
  for (; j + PB_LANES <= n; j += PB_LANES)
    pb_add_term_f32(term, is_made, &sums[0], a + j, b + j, one, made + j);
  if (j < n)
    pb_add_last_term_f32(n - j, term, is_made, &sums[0], a + j, b + j, one, made + j);
  pb_f32x16 sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  *lanes += PB_WIDENED(sum);
}

PB_INLINE void pb_term_rows_wide(
  long rows, long n, pb_term term, _Bool is_made, float *out, const float *a, const float *b,
  long apart, float *made) {
  const long next = term == PB_TERM_PRODUCT ? n : apart;
  for (; rows > 0; rows--, out++, a += n, b += next, made += n) {
    pb_f64x16 lanes = 0.0;
    const float one = term == PB_TERM_PRODUCT ? 0 : *b;
    for (long done = 0; done < n; done += PB_PIECE) {
      long length = n - done < PB_PIECE ? n - done : PB_PIECE;
      pb_wide_term_piece(length, term, is_made, &lanes, a + done, b + done, one, made + done);
    }
    *out = (float)pb_combined_sum_f64(&lanes);
  }
}

// Where nothing is written, `made` is any place as large.
#define PB_TERM_LOOP(name, term, s, T) \
  static void pb_rows_of_##name##_##s( \
    long rows, long n, void *out, const void *a, const void *b, long apart, void *made) { \
    if (made) \
      pb_term_rows_##s(rows, n, term, term != PB_TERM_PRODUCT, out, a, b, apart, made); \
    else \
      pb_term_rows_##s(rows, n, term, 0, out, a, b, apart, (T *)a); \
  }

#define PB_TERM_LOOPS(s, T) \
  PB_TERM_LOOP(products, PB_TERM_PRODUCT, s, T) \
  PB_TERM_LOOP(differences, PB_TERM_DIFFERENCE, s, T) \
  PB_TERM_LOOP(squares, PB_TERM_SQUARE, s, T)

PB_TERM_LOOPS(f32, float)
PB_TERM_LOOPS(f64, double)
PB_TERM_LOOPS(wide, float)
