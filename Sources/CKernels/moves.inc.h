// SPDX-License-Identifier: Apache-2.0
//
// Copies, fills, conversions, arithmetic progressions and the check of indices.
//
// Bounds: `out[i]` and `a[i]` for i < n; the caller guarantees that what it asks of a plane lies
// inside one allocation.

// Whole vectors, the last one from the end: a loop over single elements would take as long as the
// vectors of a short row. What overlaps is written twice.
#define PB_RUN_BY(lanes, size, W) \
  typedef W pb_word##size##x##lanes \
    __attribute__((ext_vector_type(lanes), aligned(__alignof__(W)), may_alias)); \
  PB_INLINE void pb_spread_##size##_by_##lanes(long n, W *r, W value) { \
    pb_word##size##x##lanes values = value; \
    for (long i = 0; i < n - lanes; i += lanes) *(pb_word##size##x##lanes *)(r + i) = values; \
    *(pb_word##size##x##lanes *)(r + n - lanes) = values; \
  } \
  PB_INLINE void pb_copy_##size##_by_##lanes(long n, W *restrict r, const W *restrict x) { \
    for (long i = 0; i < n - lanes; i += lanes) \
      *(pb_word##size##x##lanes *)(r + i) = *(const pb_word##size##x##lanes *)(x + i); \
    *(pb_word##size##x##lanes *)(r + n - lanes) = \
      *(const pb_word##size##x##lanes *)(x + n - lanes); \
  }

#define PB_RUNS(size, W) \
  PB_RUN_BY(4, size, W) \
  PB_RUN_BY(8, size, W) \
  PB_RUN_BY(16, size, W) \
  PB_INLINE void pb_spread_##size(long n, W *r, W value) { \
    if (n >= 16) \
      pb_spread_##size##_by_16(n, r, value); \
    else if (n >= 8) \
      pb_spread_##size##_by_8(n, r, value); \
    else if (n >= 4) \
      pb_spread_##size##_by_4(n, r, value); \
    else \
      for (long i = 0; i < n; i++) r[i] = value; \
  } \
  PB_INLINE void pb_copy_run_##size(long n, W *restrict r, const W *restrict x) { \
    if (n >= 16) \
      pb_copy_##size##_by_16(n, r, x); \
    else if (n >= 8) \
      pb_copy_##size##_by_8(n, r, x); \
    else if (n >= 4) \
      pb_copy_##size##_by_4(n, r, x); \
    else \
      for (long i = 0; i < n; i++) r[i] = x[i]; \
  }

// Rows of a view one after the other: `at` is where one begins, `index` its number along each
// axis behind the first. Axes beyond those counted here are found by division, when all of
// these have ended.
enum { PB_COUNTED = 8 };

typedef struct {
  long at;
  long number;
  long index[PB_COUNTED];
} pb_rows;

// The outermost axis has no end.
PB_INLINE pb_rows pb_rows_from(long number, const pb_axis *axes, long count) {
  pb_rows rows = { .at = 0, .number = number };
  for (long k = 1; k < count; k++) {
    long i = k == count - 1 ? number : number % axes[k].extent;
    number /= axes[k].extent;
    rows.at += i * axes[k].stride;
    if (k < PB_COUNTED) rows.index[k] = i;
  }
  return rows;
}

// Moves on along an axis, at most to its end.
PB_INLINE void pb_skip_along(pb_rows *rows, long k, long skipped, const pb_axis *axes, long count) {
  for (; k < count; k++, skipped = 1) {
    if (k == PB_COUNTED) {
      *rows = pb_rows_from(rows->number, axes, count);
      return;
    }
    rows->at += skipped * axes[k].stride;
    rows->index[k] += skipped;
    if (k == count - 1 || rows->index[k] < axes[k].extent) return;
    rows->at -= axes[k].extent * axes[k].stride;
    rows->index[k] = 0;
  }
}

// Moves on by no more rows than are left.
PB_INLINE void pb_skip_rows(pb_rows *rows, long skipped, const pb_axis *axes, long count) {
  rows->number += skipped;
  pb_skip_along(rows, 1, skipped, axes, count);
}

// How many rows, or planes of rows, are left along an axis, of so many.
PB_INLINE long pb_left_along(
  const pb_rows *rows, long k, long wanted, const pb_axis *axes, long count) {
  long left = axes[k].extent - rows->index[k];
  return k == count - 1 || wanted < left ? wanted : left;
}

#define PB_MOVES(size, W) \
  PB_RUNS(size, W) \
  PB_UNARY(copy_##size, W, W, x) \
  static void pb_fill_##size(long n, void *out, const void *scalar) { \
    pb_spread_##size(n, out, *(const W *)scalar); \
  } \
  /* Rows at one distance; those of the usual few channels are a vector each. */ \
  PB_INLINE void pb_load_rows_##size( \
    long rows, long extent, W *restrict r, const W *x, long stride, long outer) { \
    if (stride == 1 && extent == 8) \
      for (; rows > 0; rows--, r += 8, x += outer) pb_copy_##size##_by_8(8, r, x); \
    else if (stride == 1 && extent == 16) \
      for (; rows > 0; rows--, r += 16, x += outer) pb_copy_##size##_by_16(16, r, x); \
    else if (stride == 1) \
      for (; rows > 0; rows--, r += extent, x += outer) pb_copy_run_##size(extent, r, x); \
    else if (stride == 0) \
      for (; rows > 0; rows--, r += extent, x += outer) pb_spread_##size(extent, r, *x); \
    else if (stride == -1) \
      for (; rows > 0; rows--, r += extent, x += outer) \
        PB_ELEMENTWISE for (long i = 0; i < extent; i++) r[i] = x[-i]; \
    else \
      for (; rows > 0; rows--, r += extent, x += outer) \
        for (long i = 0; i < extent; i++) r[i] = x[i * stride]; \
  } \
  static void pb_load_##size( \
    long n, void *out, const void *a, long position, const pb_axis *axes, long count) { \
    W *restrict r = out; \
    long extent = axes[0].extent, stride = axes[0].stride, column = position % extent; \
    long outer = count > 1 ? axes[1].stride : 0; \
    pb_rows rows = pb_rows_from(position / extent, axes, count); \
    if (column > 0 || n < extent) { \
      long length = extent - column < n ? extent - column : n; \
      pb_load_rows_##size(1, length, r, (const W *)a + rows.at + column * stride, stride, 0); \
      r += length; \
      n -= length; \
      pb_skip_rows(&rows, 1, axes, count); \
    } \
    for (long whole = n / extent; whole > 0;) { \
      long next = count < 2 ? whole : pb_left_along(&rows, 1, whole, axes, count); \
      const W *x = (const W *)a + rows.at; \
      if (count > 2 && rows.index[1] == 0 && next == axes[1].extent) { \
        long planes = pb_left_along(&rows, 2, whole / next, axes, count); \
        for (long i = 0; i < planes; i++) \
          pb_load_rows_##size( \
            next, extent, r + i * next * extent, x + i * axes[2].stride, stride, outer); \
        rows.number += planes * next; \
        pb_skip_along(&rows, 2, planes, axes, count); \
        next *= planes; \
      } else { \
        pb_load_rows_##size(next, extent, r, x, stride, outer); \
        pb_skip_rows(&rows, next, axes, count); \
      } \
      r += next * extent; \
      n -= next * extent; \
      whole -= next; \
    } \
    if (n > 0) pb_load_rows_##size(1, n, r, (const W *)a + rows.at, stride, 0); \
  }

PB_MOVES(8, pb_word8)
PB_MOVES(32, pb_word32)
PB_MOVES(64, pb_word64)

// Rows of tables by number, each group of indices with a table of its own.
#define PB_GATHER(size, W) \
  static void pb_gather_##size( \
    long n, void *out, const void *table, const int32_t *indices, long position, long rest, \
    long index_count, long count) { \
    W *restrict r = out; \
    long row = position / rest, column = position % rest; \
    long group = row / index_count, left = index_count - row % index_count; \
    const W *x = (const W *)table + group * count * rest; \
    for (const int32_t *index = indices + row; n > 0; left = index_count, x += count * rest) { \
      if (rest == 1) { \
        long length = left < n ? left : n; \
        for (long i = 0; i < length; i++) r[i] = x[index[i]]; \
        r += length, index += length, n -= length; \
      } else { \
        for (; left > 0 && n > 0; left--, index++, column = 0) { \
          long length = rest - column < n ? rest - column : n; \
          pb_copy_run_##size(length, r, x + *index * rest + column); \
          r += length, n -= length; \
        } \
      } \
    } \
  }

PB_GATHER(8, pb_word8)
PB_GATHER(32, pb_word32)
PB_GATHER(64, pb_word64)

// Writes past the caches: whole lines of 64 bytes, what is left at the ends as usual.
static void pb_stream_bytes(long n, void *out, const void *a) {
  char *r = out;
  const char *x = a;
  long head = (long)(-(uintptr_t)r & 63);
  if (head > n) head = n;
  __builtin_memcpy(r, x, (unsigned long)head);
  for (r += head, x += head, n -= head; n >= 64; r += 64, x += 64, n -= 64)
    __builtin_nontemporal_store(*(const pb_u32x16_at *)x, (pb_u32x16 *)r);
  __builtin_memcpy(r, x, (unsigned long)n);
}

// Rows and columns of two planes; where columns stand side by side the loop is one of vectors.
#define PB_PLACE(name, W, operator) \
  static void pb_##name( \
    long rows, long columns, void *out, long out_row, long out_column, const void *a, long a_row, \
    long a_column) { \
    for (long row = 0; row < rows; row++) { \
      W *restrict r = (W *)out + row * out_row; \
      const W *restrict x = (const W *)a + row * a_row; \
      if (out_column == 1 && a_column == 1) \
        PB_ELEMENTWISE for (long i = 0; i < columns; i++) r[i] operator x[i]; \
      else \
        for (long i = 0; i < columns; i++) r[i * out_column] operator x[i * a_column]; \
    } \
  }

PB_PLACE(place_8, pb_word8, =)
PB_PLACE(place_32, pb_word32, =)
PB_PLACE(place_64, pb_word64, =)
PB_PLACE(add_at_f32, float, +=)
PB_PLACE(add_at_f64, double, +=)
PB_PLACE(add_at_i32, uint32_t, +=)
PB_PLACE(add_at_u8, uint8_t, |=)

// Between sizes `out` is elsewhere than `a`.
PB_UNARY(convert_f32_f64, double, float, x)
PB_UNARY(convert_f64_f32, float, double, x)
PB_UNARY(convert_i32_f32, float, int32_t, x)
PB_UNARY(convert_i32_f64, double, int32_t, x)
PB_UNARY(convert_u8_f32, float, uint8_t, x)
PB_UNARY(convert_u8_f64, double, uint8_t, x)
PB_UNARY(convert_u8_i32, int32_t, uint8_t, x)
PB_UNARY(convert_f32_u8, uint8_t, float, x != 0)
PB_UNARY(convert_f64_u8, uint8_t, double, x != 0)
PB_UNARY(convert_i32_u8, uint8_t, int32_t, x != 0)

// C leaves the conversion of numbers out of range undefined, so they are sorted out first.
#define PB_TRUNCATE(name, T) \
  PB_UNARY(name, int32_t, T, \
           x >= (T)2147483648.0 ? INT32_MAX \
           : x > (T)-2147483649.0 ? (int32_t)x : x != x ? 0 : INT32_MIN)

PB_TRUNCATE(convert_f32_i32, float)
PB_TRUNCATE(convert_f64_i32, double)

#define PB_IOTA(s, R, expression) \
  static void pb_iota_##s( \
    long n, void *out, int64_t offset, long position, const pb_axis *axes, long count) { \
    R *r = out; \
    long extent = axes[0].extent, stride = axes[0].stride, column = position % extent; \
    pb_rows rows = pb_rows_from(position / extent, axes, count); \
    for (; n > 0; column = 0, pb_skip_rows(&rows, 1, axes, count)) { \
      uint64_t start = (uint64_t)offset + (uint64_t)(rows.at + column * stride); \
      long length = extent - column < n ? extent - column : n; \
      PB_ELEMENTWISE for (long i = 0; i < length; i++) { \
        int64_t x = (int64_t)(start + (uint64_t)i * (uint64_t)stride); \
        r[i] = (R)(expression); \
      } \
      r += length; \
      n -= length; \
    } \
  }

PB_IOTA(f32, float, x)
PB_IOTA(f64, double, x)
PB_IOTA(i32, uint32_t, x)
PB_IOTA(u8, uint8_t, x != 0)

// The first i < n for which `condition` (on x = a[i]) holds, or n. Blocks are searched as vectors;
// the loop over single elements finds the place in the block, and does the rest.
#define PB_FIND_FIRST(result, n, a, T, condition) \
  long result = 0; \
  for (; result + 64 <= (n); result += 64) { \
    uint32_t found = 0; \
    PB_ELEMENTWISE for (long j = 0; j < 64; j++) { \
      T x = (a)[result + j]; \
      found |= (condition) ? 1u : 0u; \
    } \
    if (found) break; \
  } \
  for (; result < (n); result++) { \
    T x = (a)[result]; \
    if (condition) break; \
  }

static long pb_first_outside_i32(long n, const int32_t *a, int32_t count) {
  // A negative index is a large unsigned one.
  PB_FIND_FIRST(first, n, a, int32_t, (uint32_t)x >= (uint32_t)count)
  return first < n ? first : -1;
}
