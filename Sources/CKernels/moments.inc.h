// SPDX-License-Identifier: Apache-2.0
//
// Norms and squared deviations of rows, in doubles: squares of floats have no more digits than
// those have, and neither overflow nor vanish.
//
// Bounds: `lanes` holds a pb_moments, a row (or piece) n elements; whole vectors are read while
// sixteen elements remain, and the rest as a tail.

// Sums in sixteen lanes, each element less `shift`, which is the first one of the row: near the
// others, so that little is lost when the square of their sum is subtracted.
typedef struct {
  pb_f64x16 squares;
  pb_f64x16 sums;
  double shift;
  double count;
} pb_moments;

// Squares of floats in short chains of floats, as in sums; false where one may overflow or
// too many vanish.
PB_INLINE _Bool pb_add_squares_f32(long n, pb_f64x16 *all, const float *row) {
  pb_f32x16 sums[4] = { 0.0f, 0.0f, 0.0f, 0.0f }, x;
  for (; n >= 4 * PB_LANES; n -= 4 * PB_LANES, row += 4 * PB_LANES)
    PB_UNROLLED for (long i = 0; i < 4; i++) {
      x = *(const pb_f32x16_at *)(row + i * PB_LANES);
      sums[i] = PB_FMA(x, x, sums[i]);
    }
  for (; n > 0; n -= PB_LANES, row += PB_LANES) {
    PB_LOAD_OR_TAIL(f32, x, n, row, 0)
    sums[0] = PB_FMA(x, x, sums[0]);
  }
  pb_f32x16 sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  if (__builtin_reduce_or(~(sum <= 0x1p120f)) || !__builtin_reduce_or(sum >= 0x1p-60f)) return 0;
  *all += PB_WIDENED(sum);
  return 1;
}

PB_INLINE _Bool pb_add_squares_f64(long n, pb_f64x16 *all, const double *row) {
  (void)n, (void)all, (void)row;
  return 0;
}

#define PB_MOMENTS(s, T) \
  static void pb_start_norm_##s(void *lanes) { *(pb_moments *)lanes = (pb_moments){ 0 }; } \
  static void pb_start_deviations_##s(void *lanes) { *(pb_moments *)lanes = (pb_moments){ 0 }; } \
  static void pb_accumulate_norm_##s(long n, void *lanes, const void *a) { \
    const T *row = a; \
    if (pb_add_squares_##s(n, &((pb_moments *)lanes)->squares, row)) return; \
    pb_moments *moments = lanes; \
    pb_f64x16 squares = moments->squares, others[3] = { 0.0, 0.0, 0.0 }; \
    for (; n >= 4 * PB_LANES; n -= 4 * PB_LANES, row += 4 * PB_LANES) { \
      pb_f64x16 x = PB_WIDENED(*(const pb_##s##x16_at *)row); \
      squares = PB_FMA(x, x, squares); \
      PB_UNROLLED for (long i = 0; i < 3; i++) { \
        x = PB_WIDENED(*(const pb_##s##x16_at *)(row + (i + 1) * PB_LANES)); \
        others[i] = PB_FMA(x, x, others[i]); \
      } \
    } \
    for (; n > 0; n -= PB_LANES, row += PB_LANES) { \
      pb_##s##x16 few; \
      PB_LOAD_OR_TAIL(s, few, n, row, 0) \
      pb_f64x16 x = PB_WIDENED(few); \
      squares = PB_FMA(x, x, squares); \
    } \
    moments->squares = (squares + others[0]) + (others[1] + others[2]); \
  } \
  static void pb_finish_norm_##s(const void *lanes, void *out) { \
    const pb_moments *moments = lanes; \
    *(T *)out = (T)__builtin_elementwise_sqrt(pb_combined_sum_f64(&moments->squares)); \
  } \
  static void pb_accumulate_deviations_##s(long n, void *lanes, const void *a) { \
    const T *row = a; \
    pb_moments *moments = lanes; \
    if (n > 0 && moments->count == 0) moments->shift = row[0]; \
    moments->count += n; \
    pb_f64x16 squares = moments->squares, sums = moments->sums, shift = moments->shift; \
    for (; n > 0; n -= PB_LANES, row += PB_LANES) { \
      pb_##s##x16 few; \
      PB_LOAD_OR_TAIL(s, few, n, row, (T)moments->shift) \
      pb_f64x16 x = PB_WIDENED(few) - shift; \
      squares = PB_FMA(x, x, squares); \
      sums += x; \
    } \
    moments->squares = squares; \
    moments->sums = sums; \
  } \
  static void pb_finish_deviations_##s(const void *lanes, void *out) { \
    const pb_moments *moments = lanes; \
    double sum = pb_combined_sum_f64(&moments->sums), count = moments->count; \
    double rest = \
      pb_combined_sum_f64(&moments->squares) - (count > 0 ? sum * sum / count : 0); \
    *(T *)out = (T)(rest < 0 ? 0 : rest); \
  } \
  PB_ROWS_OF_MOMENTS(norm_##s, T) \
  PB_ROWS_OF_MOMENTS(deviations_##s, T)

#define PB_ROWS_OF_MOMENTS(name, T) \
  static void pb_rows_##name(long rows, long n, void *out, const void *a) { \
    const T *row = a; \
    for (long r = 0; r < rows; r++, row += n) { \
      pb_moments moments = { 0 }; \
      PB_BY_PIECES(n, row, pb_accumulate_##name(length, &moments, piece)) \
      pb_finish_##name(&moments, (T *)out + r); \
    } \
  }

PB_MOMENTS(f32, float)
PB_MOMENTS(f64, double)
