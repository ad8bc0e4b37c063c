// SPDX-License-Identifier: Apache-2.0
//
// Where a row, or each of many columns, is greatest or least.
//
// Bounds: `a[i]` for i < n; `best` and `index` hold one element for a row, n for columns.

// A row: first its extreme, then the place of it. NaN is the extreme of any row that has one, and
// is found by being unequal to itself; once NaN is best, nothing beats it.
#define PB_ARG(name, T, V, beats, is_nan) \
  static void pb_arg_row_##name( \
    long n, const void *a, int32_t base, void *best, int32_t *index, int is_first) { \
    if (n <= 0) return; \
    const T *row = a; \
    T *kept = best; \
    V lanes = (V)row[0]; \
    pb_lanes_##name(n, &lanes, row); \
    T x = pb_combined_##name(&lanes); \
    T y = is_first ? x : *kept; \
    if (!is_first && !(x beats y || (is_nan(x) && !is_nan(y)))) return; \
    T extreme = x; \
    PB_FIND_FIRST(first, n, row, T, (x == extreme) | is_nan(x)) \
    *kept = extreme; \
    *index = base + (int32_t)first; \
  } \
  static void pb_arg_column_##name( \
    long n, const void *a, int32_t row, void *best, int32_t *index) { \
    const T *values = a; \
    T *kept = best; \
    if (row == 0) { \
      PB_ELEMENTWISE for (long i = 0; i < n; i++) { \
        kept[i] = values[i]; \
        index[i] = 0; \
      } \
      return; \
    } \
    PB_ELEMENTWISE for (long i = 0; i < n; i++) { \
      T x = values[i]; \
      T y = kept[i]; \
      int wins = (x beats y) | (is_nan(x) & !is_nan(y)); \
      kept[i] = wins ? x : y; \
      index[i] = wins ? row : index[i]; \
    } \
  }

#define PB_IS_NAN(x) ((x) != (x))
#define PB_NEVER_NAN(x) 0

PB_ARG(max_f32, float, pb_f32x16, >, PB_IS_NAN)
PB_ARG(min_f32, float, pb_f32x16, <, PB_IS_NAN)
PB_ARG(max_f64, double, pb_f64x16, >, PB_IS_NAN)
PB_ARG(min_f64, double, pb_f64x16, <, PB_IS_NAN)
PB_ARG(max_i32, int32_t, pb_i32x16, >, PB_NEVER_NAN)
PB_ARG(min_i32, int32_t, pb_i32x16, <, PB_NEVER_NAN)
PB_ARG(max_u8, uint8_t, pb_u8x16, >, PB_NEVER_NAN)
PB_ARG(min_u8, uint8_t, pb_u8x16, <, PB_NEVER_NAN)
