// SPDX-License-Identifier: Apache-2.0
//
// Reductions of rows in sixteen lanes.
//
// Bounds: `lanes` holds 16 elements, a row (or piece) n; whole vectors are read while 16 elements
// remain, and the rest one by one.

#define PB_SUM_OF(x, y) ((x) + (y))
#define PB_MAX_OF(x, y) (((x) > (y)) | ((x) != (x)) ? (x) : (y))
#define PB_MIN_OF(x, y) (((x) < (y)) | ((x) != (x)) ? (x) : (y))
#define PB_MAX_OF_INTEGERS(x, y) __builtin_elementwise_max(x, y)
#define PB_MIN_OF_INTEGERS(x, y) __builtin_elementwise_min(x, y)

// Lanes beyond the end of a row take the identity, which changes no bits: a lane of a sum is never
// -0, because it starts at +0.
#define PB_REDUCTION(name, s, T, identity, OF) \
  PB_INLINE pb_##s##x16 pb_lanes_##name(long n, pb_##s##x16 lanes, const T *a) { \
    for (; n >= PB_LANES; n -= PB_LANES, a += PB_LANES) { \
      pb_##s##x16 x = *(const pb_##s##x16_at *)a; \
      lanes = OF(lanes, x); \
    } \
    if (n > 0) { \
      pb_##s##x16 x; \
      for (long j = 0; j < PB_LANES; j++) x[j] = j < n ? a[j] : (T)(identity); \
      lanes = OF(lanes, x); \
    } \
    return lanes; \
  } \
  PB_INLINE T pb_combined_##name(pb_##s##x16 x) { \
    __auto_type eight = OF(x.lo, x.hi); \
    __auto_type four = OF(eight.lo, eight.hi); \
    __auto_type two = OF(four.lo, four.hi); \
    return OF(two.x, two.y); \
  } \
  static void pb_start_##name(void *lanes) { \
    *(pb_##s##x16_at *)lanes = (pb_##s##x16)(T)(identity); \
  } \
  static void pb_accumulate_##name(long n, void *lanes, const void *a) { \
    pb_##s##x16_at *all = lanes; \
    *all = pb_lanes_##name(n, *all, a); \
  } \
  static void pb_finish_##name(const void *lanes, void *out) { \
    *(T *)out = pb_combined_##name(*(const pb_##s##x16_at *)lanes); \
  } \
  static void pb_rows_##name(long rows, long n, void *out, const void *a) { \
    const T *row = a; \
    for (long r = 0; r < rows; r++, row += n) { \
      pb_##s##x16 lanes = (pb_##s##x16)(T)(identity); \
      ((T *)out)[r] = pb_combined_##name(pb_lanes_##name(n, lanes, row)); \
    } \
  }

PB_REDUCTION(sum_f32, f32, float, 0, PB_SUM_OF)
PB_REDUCTION(sum_f64, f64, double, 0, PB_SUM_OF)
PB_REDUCTION(sum_i32, u32, uint32_t, 0, PB_SUM_OF)
PB_REDUCTION(max_f32, f32, float, -__builtin_inff(), PB_MAX_OF)
PB_REDUCTION(max_f64, f64, double, -__builtin_inf(), PB_MAX_OF)
PB_REDUCTION(max_i32, i32, int32_t, INT32_MIN, PB_MAX_OF_INTEGERS)
PB_REDUCTION(max_u8, u8, uint8_t, 0, PB_MAX_OF_INTEGERS)
PB_REDUCTION(min_f32, f32, float, __builtin_inff(), PB_MIN_OF)
PB_REDUCTION(min_f64, f64, double, __builtin_inf(), PB_MIN_OF)
PB_REDUCTION(min_i32, i32, int32_t, INT32_MAX, PB_MIN_OF_INTEGERS)
PB_REDUCTION(min_u8, u8, uint8_t, 1, PB_MIN_OF_INTEGERS)
