// SPDX-License-Identifier: Apache-2.0
//
// Reductions of rows in sixteen lanes.
//
// Bounds: `lanes` holds 16 elements, a row (or piece) n; whole vectors are read while 16 elements
// remain, and the rest as a tail.

#define PB_SUM_OF(x, y) ((x) + (y))
#define PB_MAX_OF(x, y) ((x) != (x) ? (x) : (x) > (y) ? (x) : (y))
#define PB_MIN_OF(x, y) ((x) != (x) ? (x) : (x) < (y) ? (x) : (y))
#define PB_MAX_OF_INTEGERS(x, y) __builtin_elementwise_max(x, y)
#define PB_MIN_OF_INTEGERS(x, y) __builtin_elementwise_min(x, y)

// TAKE is what a loop does with the next sixteen elements. `x > y ? x : y` is one instruction and
// passes over NaN, so a second chain, off the path that the loop waits for, remembers the last NaN
// of each lane; SETTLE puts it where it belongs.
#define PB_TAKE_SUM(lanes, nans, x) lanes += x
#define PB_TAKE_MAX(lanes, nans, x) lanes = x > lanes ? x : lanes, nans = x != x ? x : nans
#define PB_TAKE_MIN(lanes, nans, x) lanes = x < lanes ? x : lanes, nans = x != x ? x : nans
#define PB_TAKE_MAX_OF_INTEGERS(lanes, nans, x) lanes = __builtin_elementwise_max(x, lanes)
#define PB_TAKE_MIN_OF_INTEGERS(lanes, nans, x) lanes = __builtin_elementwise_min(x, lanes)
#define PB_SETTLE_NAN(lanes, nans) lanes = nans != nans ? nans : lanes
#define PB_SETTLE_NOTHING(lanes, nans) (void)nans

// `chains`: how many of them a long row is taken by, side by side, where order does not matter.
//
// Lanes beyond the end of a row take the identity, which changes no bits: a lane of a sum is never
// -0, because it starts at +0.
#define PB_REDUCTION(name, s, T, identity, OF, TAKE, SETTLE, chains) \
  PB_INLINE void pb_lanes_##name(long n, pb_##s##x16 *all, const T *a) { \
    pb_##s##x16 lanes = *all, nans = lanes; \
    for (; n >= PB_LANES; n -= PB_LANES, a += PB_LANES) { \
      pb_##s##x16 x = *(const pb_##s##x16_at *)a; \
      TAKE(lanes, nans, x); \
    } \
    if (n > 0) { \
      pb_##s##x16 x; \
      pb_load_tail_##s(n, &x, a, (T)(identity)); \
      TAKE(lanes, nans, x); \
    } \
    SETTLE(lanes, nans); \
    *all = lanes; \
  } \
  /* Four chains side by side, none of which waits for another: `steps` vectors of each, the chains \
     `apart` elements from each other, their vectors `ahead`. */ \
  PB_INLINE void pb_chains_##name( \
    long steps, pb_##s##x16 *all, const T *a, long apart, long ahead) { \
    pb_##s##x16 lanes[4], nans[4], x; \
    PB_UNROLLED for (long i = 0; i < 4; i++) nans[i] = lanes[i] = all[i]; \
    for (; steps > 0; steps--, a += ahead) \
      PB_UNROLLED for (long i = 0; i < 4; i++) { \
        x = *(const pb_##s##x16_at *)(a + i * apart); \
        TAKE(lanes[i], nans[i], x); \
      } \
    PB_UNROLLED for (long i = 0; i < 4; i++) { \
      SETTLE(lanes[i], nans[i]); \
      all[i] = lanes[i]; \
    } \
  } \
  PB_INLINE T pb_combined_##name(const pb_##s##x16 *lanes) { \
    pb_##s##x16 x = *lanes; \
    __auto_type eight = OF(x.lo, x.hi); \
    __auto_type four = OF(eight.lo, eight.hi); \
    __auto_type two = OF(four.lo, four.hi); \
    return OF(two.x, two.y); \
  } \
  static void pb_start_##name(void *lanes) { \
    *(pb_##s##x16_at *)lanes = (pb_##s##x16)(T)(identity); \
  } \
  static void pb_accumulate_##name(long n, void *lanes, const void *a) { \
    const T *row = a; \
    pb_##s##x16 all = *(const pb_##s##x16_at *)lanes; \
    if (chains > 1 && n >= chains * PB_LANES) { \
      long steps = n / (chains * PB_LANES); \
      pb_##s##x16 parts[4] = { all, all, all, all }; \
      pb_chains_##name(steps, parts, row, PB_LANES, chains * PB_LANES); \
      all = OF(OF(parts[0], parts[1]), OF(parts[2], parts[3])); \
      row += steps * chains * PB_LANES; \
      n -= steps * chains * PB_LANES; \
    } \
    pb_lanes_##name(n, &all, row); \
    *(pb_##s##x16_at *)lanes = all; \
  } \
  static void pb_finish_##name(const void *lanes, void *out) { \
    pb_##s##x16 all = *(const pb_##s##x16_at *)lanes; \
    *(T *)out = pb_combined_##name(&all); \
  } \
  /* A row at a time would wait for `out` at each; all rows of sixteen columns, for memory. */ \
  static void pb_columns_##name(long rows, long n, long apart, void *out, const void *a) { \
    const T *block = a; \
    for (; rows > 0; rows -= PB_CHAIN, block += PB_CHAIN * apart) \
      for (long j = 0; j < n; j += PB_LANES) { \
        long width = n - j < PB_LANES ? n - j : PB_LANES; \
        long count = rows < PB_CHAIN ? rows : PB_CHAIN; \
        const T *row = block + j; \
        T *to = (T *)out + j; \
        pb_##s##x16 all, x; \
        if (width == PB_LANES) { \
          all = *(const pb_##s##x16_at *)to; \
          for (; count > 0; count--, row += apart) { \
            x = *(const pb_##s##x16_at *)row; \
            all = OF(all, x); \
          } \
          *(pb_##s##x16_at *)to = all; \
        } else { \
          pb_load_tail_##s(width, &all, to, (T)(identity)); \
          for (; count > 0; count--, row += apart) { \
            pb_load_tail_##s(width, &x, row, (T)(identity)); \
            all = OF(all, x); \
          } \
          pb_store_tail_##s(width, to, &all); \
        } \
      } \
  } \
  static void pb_rows_##name(long rows, long n, void *out, const void *a) { \
    const T *row = a; \
    long r = 0; \
    for (; r + 4 <= rows; r += 4, row += 4 * n) { \
      pb_##s##x16 lanes[4]; \
      PB_UNROLLED for (long i = 0; i < 4; i++) lanes[i] = (pb_##s##x16)(T)(identity); \
      pb_chains_##name(n / PB_LANES, lanes, row, n, PB_LANES); \
      PB_UNROLLED for (long i = 0; i < 4; i++) { \
        long end = n / PB_LANES * PB_LANES; \
        pb_lanes_##name(n - end, &lanes[i], row + i * n + end); \
        ((T *)out)[r + i] = pb_combined_##name(&lanes[i]); \
      } \
    } \
    for (; r < rows; r++, row += n) { \
      pb_##s##x16 lanes = (pb_##s##x16)(T)(identity); \
      pb_lanes_##name(n, &lanes, row); \
      ((T *)out)[r] = pb_combined_##name(&lanes); \
    } \
  }

PB_REDUCTION(sum_f32, f32, float, 0, PB_SUM_OF, PB_TAKE_SUM, PB_SETTLE_NOTHING, 1)
PB_REDUCTION(sum_f64, f64, double, 0, PB_SUM_OF, PB_TAKE_SUM, PB_SETTLE_NOTHING, 1)
PB_REDUCTION(sum_i32, u32, uint32_t, 0, PB_SUM_OF, PB_TAKE_SUM, PB_SETTLE_NOTHING, 1)
PB_REDUCTION(max_f32, f32, float, -__builtin_inff(), PB_MAX_OF, PB_TAKE_MAX, PB_SETTLE_NAN, 4)
PB_REDUCTION(max_f64, f64, double, -__builtin_inf(), PB_MAX_OF, PB_TAKE_MAX, PB_SETTLE_NAN, 4)
PB_REDUCTION(max_i32, i32, int32_t, INT32_MIN, PB_MAX_OF_INTEGERS, PB_TAKE_MAX_OF_INTEGERS,
             PB_SETTLE_NOTHING, 4)
PB_REDUCTION(max_u8, u8, uint8_t, 0, PB_MAX_OF_INTEGERS, PB_TAKE_MAX_OF_INTEGERS,
             PB_SETTLE_NOTHING, 4)
PB_REDUCTION(min_f32, f32, float, __builtin_inff(), PB_MIN_OF, PB_TAKE_MIN, PB_SETTLE_NAN, 4)
PB_REDUCTION(min_f64, f64, double, __builtin_inf(), PB_MIN_OF, PB_TAKE_MIN, PB_SETTLE_NAN, 4)
PB_REDUCTION(min_i32, i32, int32_t, INT32_MAX, PB_MIN_OF_INTEGERS, PB_TAKE_MIN_OF_INTEGERS,
             PB_SETTLE_NOTHING, 4)
PB_REDUCTION(min_u8, u8, uint8_t, 1, PB_MIN_OF_INTEGERS, PB_TAKE_MIN_OF_INTEGERS,
             PB_SETTLE_NOTHING, 4)

// The next sixteen elements, or those that are left and `padding`.
#define PB_LOAD_OR_TAIL(s, x, n, row, padding) \
  if (n >= PB_LANES) \
    x = *(const pb_##s##x16_at *)(row); \
  else \
    pb_load_tail_##s(n, &x, row, padding);

// A long row goes by pieces: where one ends, chains do.
#define PB_BY_PIECES(n, row, statement) \
  for (long done = 0; done < n; done += PB_PIECE) { \
    long length = n - done < PB_PIECE ? n - done : PB_PIECE; \
    __auto_type piece = row + done; \
    statement; \
  }

// Long sums of floats: short chains in Float, their sums in Double. A chain of eight and two levels
// of pairs lose at most 6 / 2^24 of a sum of numbers of one sign; the chain over all would lose as
// many 2^-25 as it has steps.
#define PB_WIDENED(x) __builtin_convertvector(x, pb_f64x16)

static void pb_wide_row_sum(long n, void *lanes, const void *a) {
  const float *row = a;
  pb_f32x16 sums[4] = { 0.0f, 0.0f, 0.0f, 0.0f };
  for (; n >= 4 * PB_LANES; n -= 4 * PB_LANES, row += 4 * PB_LANES)
    PB_UNROLLED for (long i = 0; i < 4; i++)
      sums[i] += *(const pb_f32x16_at *)(row + i * PB_LANES);
  pb_lanes_sum_f32(n, &sums[0], row);
  pb_f32x16 sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  *(pb_f64x16_at *)lanes += PB_WIDENED(sum);
}

static void pb_wide_rows_sum(long rows, long n, void *out, const void *a) {
  const float *row = a;
  for (long r = 0; r < rows; r++, row += n) {
    pb_f64x16 lanes = 0.0;
    PB_BY_PIECES(n, row, pb_wide_row_sum(length, &lanes, piece))
    ((float *)out)[r] = (float)pb_combined_sum_f64(&lanes);
  }
}

// A chain of rows in Float, then to Double.
static void pb_wide_columns_sum(long rows, long n, long apart, void *out, const void *a) {
  const float *block = a;
  for (; rows > 0; rows -= PB_CHAIN, block += PB_CHAIN * apart)
    for (long j = 0; j < n; j += PB_LANES) {
      long width = n - j < PB_LANES ? n - j : PB_LANES;
      long count = rows < PB_CHAIN ? rows : PB_CHAIN;
      const float *row = block + j;
      double *to = (double *)out + j;
      pb_f32x16 sum = 0.0f, x;
      if (width == PB_LANES) {
        for (; count > 0; count--, row += apart) sum += *(const pb_f32x16_at *)row;
        *(pb_f64x16_at *)to += PB_WIDENED(sum);
      } else {
        for (; count > 0; count--, row += apart) {
          pb_load_tail_f32(width, &x, row, 0.0f);
          sum += x;
        }
        pb_f64x16 all;
        pb_load_tail_f64(width, &all, to, 0.0);
        all += PB_WIDENED(sum);
        pb_store_tail_f64(width, to, &all);
      }
    }
}
