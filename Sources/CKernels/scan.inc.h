// SPDX-License-Identifier: Apache-2.0
//
// Running sums, products, extremes and linear recurrences.
//
// Bounds: rows of n elements that follow each other; or n rows of `width` columns, `stride` apart,
// width at most PB_SCAN_WIDTH. Reversed, they are met from the last to the first.

// Rows side by side: each is one chain, in which every step waits for the one before.
enum { PB_SCAN_TOGETHER = 4 };

// T is the type of the elements, W that of what runs along: Double for Float, which is rounded
// where it is written and nowhere else. NEXT makes it of the one before, of x and of the factor f.
#define PB_SCAN_ROWS(name, T, W, NEXT) \
  PB_INLINE void pb_scan_together_##name( \
    long rows, long n, long step, T *to, const T *from, const T *factors) { \
    W kept[PB_SCAN_TOGETHER]; \
    for (long r = 0; r < rows; r++) { \
      kept[r] = from[r * n]; \
      to[r * n] = from[r * n]; \
    } \
    for (long i = 1; i < n; i++) { \
      PB_UNROLLED for (long r = 0; r < rows; r++) { \
        W x = from[r * n + i * step], f = factors[r * n + i * step]; \
        kept[r] = NEXT(kept[r], x, f); \
        to[r * n + i * step] = (T)kept[r]; \
      } \
    } \
  } \
  static void pb_scan_rows_##name( \
    long rows, long n, int is_reversed, void *out, const void *a, const void *b) { \
    if (n == 0) return; \
    long step = is_reversed ? -1 : 1, first = is_reversed ? n - 1 : 0; \
    const T *from = (const T *)a + first, *factors = (const T *)b + first; \
    T *to = (T *)out + first; \
    for (; rows >= PB_SCAN_TOGETHER; rows -= PB_SCAN_TOGETHER) { \
      pb_scan_together_##name(PB_SCAN_TOGETHER, n, step, to, from, factors); \
      to += PB_SCAN_TOGETHER * n, from += PB_SCAN_TOGETHER * n, factors += PB_SCAN_TOGETHER * n; \
    } \
    for (; rows > 0; rows--, to += n, from += n, factors += n) \
      pb_scan_together_##name(1, n, step, to, from, factors); \
  }

#define PB_SCAN_COLUMNS(name, T, W, NEXT) \
  static void pb_scan_columns_##name( \
    long n, long width, long stride, int is_reversed, void *out, const void *a, const void *b) { \
    if (n == 0) return; \
    long first = is_reversed ? (n - 1) * stride : 0, step = is_reversed ? -stride : stride; \
    const T *from = (const T *)a + first, *factors = (const T *)b + first; \
    T *to = (T *)out + first; \
    W kept[PB_SCAN_WIDTH]; \
    for (long j = 0; j < width; j++) { \
      kept[j] = from[j]; \
      to[j] = from[j]; \
    } \
    for (long i = 1; i < n; i++) { \
      const T *row = from + i * step, *by = factors + i * step; \
      T *made = to + i * step; \
      PB_ELEMENTWISE for (long j = 0; j < width; j++) { \
        W x = row[j], f = by[j]; \
        W next = NEXT(kept[j], x, f); \
        kept[j] = next; \
        made[j] = (T)next; \
      } \
    } \
  }

#define PB_SCAN(name, T, W, NEXT) \
  PB_SCAN_ROWS(name, T, W, NEXT) \
  PB_SCAN_COLUMNS(name, T, W, NEXT)

#define PB_NEXT_SUM(kept, x, f) ((void)f, (kept) + (x))
#define PB_NEXT_PRODUCT(kept, x, f) ((void)f, (kept) * (x))
#define PB_NEXT_MAX(kept, x, f) ((void)f, PB_MAX_OF(kept, x))
#define PB_NEXT_MIN(kept, x, f) ((void)f, PB_MIN_OF(kept, x))
#define PB_NEXT_TERM(kept, x, f) PB_FMA(kept, f, x)

PB_SCAN_COLUMNS(sum_f32, float, double, PB_NEXT_SUM)
PB_SCAN_COLUMNS(sum_f64, double, double, PB_NEXT_SUM)
PB_SCAN_COLUMNS(sum_i32, uint32_t, uint32_t, PB_NEXT_SUM)
PB_SCAN(product_f32, float, double, PB_NEXT_PRODUCT)
PB_SCAN(product_f64, double, double, PB_NEXT_PRODUCT)
PB_SCAN(product_i32, uint32_t, uint32_t, PB_NEXT_PRODUCT)
PB_SCAN(max_f32, float, float, PB_NEXT_MAX)
PB_SCAN(max_f64, double, double, PB_NEXT_MAX)
PB_SCAN(max_i32, int32_t, int32_t, PB_NEXT_MAX)
PB_SCAN(max_u8, uint8_t, uint8_t, PB_NEXT_MAX)
PB_SCAN(min_f32, float, float, PB_NEXT_MIN)
PB_SCAN(min_f64, double, double, PB_NEXT_MIN)
PB_SCAN(min_i32, int32_t, int32_t, PB_NEXT_MIN)
PB_SCAN(min_u8, uint8_t, uint8_t, PB_NEXT_MIN)
PB_SCAN(recurrence_f32, float, double, PB_NEXT_TERM)
PB_SCAN(recurrence_f64, double, double, PB_NEXT_TERM)

// Sums of rows, eight elements at a time: each eight are added up among themselves in three steps,
// then what came before is added to them. `none` changes no number that it is added
// to, not even -0.
#define PB_EIGHT_REVERSED(x) __builtin_shufflevector(x, x, 7, 6, 5, 4, 3, 2, 1, 0)
#define PB_ADDED_UP(x, none) \
  x += __builtin_shufflevector(none, x, 0, 8, 9, 10, 11, 12, 13, 14); \
  x += __builtin_shufflevector(none, x, 0, 1, 8, 9, 10, 11, 12, 13); \
  x += __builtin_shufflevector(none, x, 0, 1, 2, 3, 8, 9, 10, 11)

#define PB_SCAN_SUMS(s, T, w, W, identity) \
  static void pb_scan_rows_sum_##s( \
    long rows, long n, int is_reversed, void *out, const void *a, const void *b) { \
    (void)b; \
    const pb_##w##x8 none = (pb_##w##x8)(W)(identity); \
    for (long r = 0; r < rows; r++) { \
      const T *from = (const T *)a + r * n; \
      T *to = (T *)out + r * n; \
      W kept = (W)(identity); \
      long i = 0; \
      for (; i + 8 <= n; i += 8) { \
        long place = is_reversed ? n - 8 - i : i; \
        pb_##s##x8 read = *(const pb_##s##x8_at *)(from + place); \
        if (is_reversed) read = PB_EIGHT_REVERSED(read); \
        pb_##w##x8 x = __builtin_convertvector(read, pb_##w##x8); \
        PB_ADDED_UP(x, none); \
        x += (pb_##w##x8)kept; \
        kept = x[7]; \
        pb_##s##x8 sums = __builtin_convertvector(x, pb_##s##x8); \
        if (is_reversed) sums = PB_EIGHT_REVERSED(sums); \
        *(pb_##s##x8_at *)(to + place) = sums; \
      } \
      for (; i < n; i++) { \
        long place = is_reversed ? n - 1 - i : i; \
        kept += from[place]; \
        to[place] = (T)kept; \
      } \
    } \
  }

PB_SCAN_SUMS(f32, float, f64, double, -0.0)
PB_SCAN_SUMS(f64, double, f64, double, -0.0)
PB_SCAN_SUMS(u32, uint32_t, u32, uint32_t, 0)
#define pb_scan_rows_sum_i32 pb_scan_rows_sum_u32
