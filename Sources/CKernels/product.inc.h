// SPDX-License-Identifier: Apache-2.0
//
// Products of rows in sixteen lanes: of floats in doubles, for few steps take a float out of its
// range, and the rest may bring it back.
//
// Bounds: `lanes` holds 16 elements of W, a row (or piece) n; whole vectors are read while 16
// elements remain, and the rest as a tail.

// Two chains, so that a product need not wait for the one before.
#define PB_PRODUCT_OF_ROWS(name, s, T, w, W) \
  PB_INLINE void pb_lanes_##name(long n, pb_##w##x16 *all, const T *row) { \
    pb_##w##x16 one = *all, other = (pb_##w##x16)(W)1; \
    for (; n >= 2 * PB_LANES; n -= 2 * PB_LANES, row += 2 * PB_LANES) { \
      one *= __builtin_convertvector(*(const pb_##s##x16_at *)row, pb_##w##x16); \
      other *= __builtin_convertvector(*(const pb_##s##x16_at *)(row + PB_LANES), pb_##w##x16); \
    } \
    for (; n > 0; n -= PB_LANES, row += PB_LANES) { \
      pb_##s##x16 few; \
      PB_LOAD_OR_TAIL(s, few, n, row, 1) \
      one *= __builtin_convertvector(few, pb_##w##x16); \
    } \
    *all = one * other; \
  } \
  PB_INLINE T pb_combined_##name(const pb_##w##x16 *all) { \
    __auto_type eight = all->lo * all->hi; \
    __auto_type four = eight.lo * eight.hi; \
    __auto_type two = four.lo * four.hi; \
    return (T)(two.x * two.y); \
  } \
  static void pb_start_##name(void *lanes) { \
    *(pb_##w##x16_at *)lanes = (pb_##w##x16)(W)1; \
  } \
  static void pb_accumulate_##name(long n, void *lanes, const void *a) { \
    pb_##w##x16 all = *(const pb_##w##x16_at *)lanes; \
    pb_lanes_##name(n, &all, a); \
    *(pb_##w##x16_at *)lanes = all; \
  } \
  static void pb_finish_##name(const void *lanes, void *out) { \
    pb_##w##x16 all = *(const pb_##w##x16_at *)lanes; \
    *(T *)out = pb_combined_##name(&all); \
  } \
  static void pb_rows_##name(long rows, long n, void *out, const void *a) { \
    const T *row = a; \
    for (long r = 0; r < rows; r++, row += n) { \
      pb_##w##x16 all = (pb_##w##x16)(W)1; \
      PB_BY_PIECES(n, row, pb_lanes_##name(length, &all, piece)) \
      ((T *)out)[r] = pb_combined_##name(&all); \
    } \
  }

PB_PRODUCT_OF_ROWS(product_f32, f32, float, f64, double)
PB_PRODUCT_OF_ROWS(product_f64, f64, double, f64, double)
PB_PRODUCT_OF_ROWS(product_i32, u32, uint32_t, u32, uint32_t)
