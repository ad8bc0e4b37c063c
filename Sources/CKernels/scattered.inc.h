// SPDX-License-Identifier: Apache-2.0
//
// Tiles of matrix multiplication for an `a` whose rows, or whose steps along the inner axis, do not
// stand at one distance (block-scatter matrices: Matthews, SIAM J. Sci. Comput. 2018), and
// packing of such a `b`.
//
// Bounds: elements `a[rows_at[i] + steps_at[p]]`, or those that runs name, else as in
// gemm.inc.h and pack.inc.h.

// Rows of a tile: of more the compiler keeps pointers in memory.
#if PB_TILE_ROWS == 6
#define PB_SCATTERED_ROWS 6
#define PB_SCATTERED_CASES(s, v) PB_SCATTERED_CASES_6(s, v)
#else
#define PB_SCATTERED_ROWS 8
#define PB_SCATTERED_CASES(s, v) \
  PB_SCATTERED_CASES_6(s, v) PB_SCATTERED_CASE(s, 7, v) PB_SCATTERED_CASE(s, 8, v)
#endif
#define PB_SCATTERED_CASES_6(s, v) \
  PB_SCATTERED_CASE(s, 1, v) PB_SCATTERED_CASE(s, 2, v) PB_SCATTERED_CASE(s, 3, v) \
  PB_SCATTERED_CASE(s, 4, v) PB_SCATTERED_CASE(s, 5, v) PB_SCATTERED_CASE(s, 6, v)

#define PB_SCATTERED_CASE(s, rows, vectors) \
  case rows: \
    pb_scattered_segment_##s( \
      rows, vectors, width, length, a, rows_at, steps_at + p, b + p * ldb, ldb, y, ldc, \
      accumulate || p > 0, p + length == k ? bias : 0); \
    break;

// Up to a whole vector: half of one and single elements.
#define PB_STORE(s, T) \
  PB_INLINE void pb_store_##s(long n, T *out, pb_##s##v x) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    if (n >= lanes) { \
      *(pb_##s##v_at *)out = x; \
      return; \
    } \
    long i = 0; \
    if (n >= lanes / 2) { \
      __builtin_memcpy(out, &x, sizeof(x) / 2); \
      i = lanes / 2; \
    } \
    for (; i < n; i++) out[i] = x[i]; \
  }

// The sums of a segment to their place, of which `width` columns are wanted.
#define PB_STORE_SUMS(s, T) \
  PB_UNROLLED for (long i = 0; i < rows; i++) \
    PB_UNROLLED for (long v = 0; v < vectors; v++) { \
      T *to = c + i * ldc + v * lanes; \
      pb_##s##v sum = sums[i][v]; \
      if (accumulate) sum += *(const pb_##s##v_at *)to; \
      if (bias) sum += *(const pb_##s##v_at *)(bias + v * lanes); \
      pb_store_##s(width - v * lanes, to, sum); \
    }

// One segment of a tile: a chain for each of its elements. The pointers of rows stay in registers,
// and each step adds one offset to all of them.
#define PB_SCATTERED(s, T) \
  PB_INLINE void pb_scattered_segment_##s( \
    const long rows, const long vectors, long width, long k, const T *a, const long *rows_at, \
    const long *steps_at, const T *b, long ldb, T *c, long ldc, int accumulate, const T *bias) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    pb_##s##v sums[PB_SCATTERED_ROWS][2]; \
    const T *row_of_a[PB_SCATTERED_ROWS]; \
    PB_UNROLLED for (long i = 0; i < rows; i++) { \
      row_of_a[i] = a + rows_at[i]; \
      PB_UNROLLED for (long v = 0; v < vectors; v++) sums[i][v] = (pb_##s##v)(T)0; \
    } \
    PB_UNROLLED_BY_4 for (long p = 0; p < k; p++) { \
      long at = steps_at[p]; \
      pb_##s##v row[2]; \
      PB_UNROLLED for (long v = 0; v < vectors; v++) \
        row[v] = *(const pb_##s##v_at *)(b + v * lanes); \
      PB_UNROLLED for (long i = 0; i < rows; i++) { \
        pb_##s##v x = (pb_##s##v)row_of_a[i][at]; \
        PB_UNROLLED for (long v = 0; v < vectors; v++) \
          sums[i][v] = PB_MULTIPLY_ADD_##s(x, row[v], sums[i][v]); \
      } \
      b += ldb; \
      PB_OPAQUE(b); \
    } \
    PB_STORE_SUMS(s, T) \
  } \
  PB_SCATTERED_ENTRY(s, T, scattered, 2) \
  PB_SCATTERED_ENTRY(s, T, scattered_narrow, 1)

#define PB_SCATTERED_ENTRY(s, T, name, vectors) \
  static void pb_##name##_##s( \
    long rows, long width, long k, const void *from, const long *rows_at, const long *steps_at, \
    const void *panel, long ldb, void *c, long ldc, int accumulate, const void *summand) { \
    long segment = pb_gemm_segment(k); \
    long tiles = (rows + PB_SCATTERED_ROWS - 1) / PB_SCATTERED_ROWS; \
    const T *a = from, *b = panel, *bias = summand; \
    T *y = c; \
    for (long tile = 0; tile < tiles; tile++) { \
      long height = rows / tiles + (tile < rows % tiles), p = 0; \
      do { \
        long length = segment < k - p ? segment : k - p; \
        switch (height) { PB_SCATTERED_CASES(s, vectors) } \
        p += length; \
      } while (p < k); \
      rows_at += height; \
      y += height * ldc; \
    } \
  }

PB_STORE(f32, float)
PB_STORE(f64, double)
PB_STORE(u32, uint32_t)

PB_SCATTERED(f32, float)
PB_SCATTERED(f64, double)
PB_SCATTERED(u32, uint32_t)

// Rows at one distance, steps in runs at one distance: nothing is looked up within a run, and three
// rows share a pointer, so that a tile may have more of them. Each row reads as many elements as it
// makes multiply-adds, which is what two loads a cycle allow: more rows share what else is read.
#define PB_RUN_ROWS (PB_REGISTERS / 2)

#define PB_RUN_CASE(s, rows, vectors) \
  case rows: \
    pb_run_segment_##s( \
      rows, vectors, 0, width, length, a, ars, 0, steps, &at, &left, b + p * ldb, ldb, y, ldc, \
      accumulate || p > 0, p + length == k ? bias : 0); \
    break;
#define PB_RUN_CASES_6(s, v) \
  PB_RUN_CASE(s, 1, v) PB_RUN_CASE(s, 2, v) PB_RUN_CASE(s, 3, v) PB_RUN_CASE(s, 4, v) \
  PB_RUN_CASE(s, 5, v) PB_RUN_CASE(s, 6, v)
#define PB_RUN_CASES_8(s, v) PB_RUN_CASES_6(s, v) PB_RUN_CASE(s, 7, v) PB_RUN_CASE(s, 8, v)
#define PB_RUN_CASES_12(s, v) \
  PB_RUN_CASES_8(s, v) PB_RUN_CASE(s, 9, v) PB_RUN_CASE(s, 10, v) PB_RUN_CASE(s, 11, v) \
  PB_RUN_CASE(s, 12, v)
#define PB_RUN_CASES_16(s, v) \
  PB_RUN_CASES_12(s, v) PB_RUN_CASE(s, 13, v) PB_RUN_CASE(s, 14, v) PB_RUN_CASE(s, 15, v) \
  PB_RUN_CASE(s, 16, v)
#if PB_TILE_ROWS == 6
#define PB_RUN_CASES(s) PB_RUN_CASES_6(s, 2)
#elif PB_TILE_ROWS == 8
#define PB_RUN_CASES(s) PB_RUN_CASES_8(s, 2)
#elif PB_TILE_ROWS == 12
#define PB_RUN_CASES(s) PB_RUN_CASES_12(s, 2)
#endif
#if PB_REGISTERS == 16
#define PB_RUN_CASES_NARROW(s) PB_RUN_CASES_8(s, 1)
#else
#define PB_RUN_CASES_NARROW(s) PB_RUN_CASES_16(s, 1)
#endif

// Vectors along rows of the product, where those of a stand side by side: each element of b goes to
// several, so that multiply-adds are not kept waiting. The product comes out transposed.
#define PB_TURNED_ROWS (PB_REGISTERS / 4)
#define PB_TURNED_CASE(s, rows, vectors) \
  case 4 * rows + vectors: \
    pb_run_segment_##s( \
      rows, vectors, 1, (vectors) * lanes, length, b + p * ldb, 1, ldb, steps, &at, &left, a, 0, \
      y, ldc, \
      accumulate || p > 0, 0); \
    break;
#define PB_TURNED_CASES(s, rows) \
  PB_TURNED_CASE(s, rows, 1) PB_TURNED_CASE(s, rows, 2) PB_TURNED_CASE(s, rows, 3)
#define PB_TURNED_CASES_4(s) \
  PB_TURNED_CASES(s, 1) PB_TURNED_CASES(s, 2) PB_TURNED_CASES(s, 3) PB_TURNED_CASES(s, 4)
#if PB_REGISTERS == 16
#define PB_TURNED_CASES_ALL(s) PB_TURNED_CASES_4(s)
#else
#define PB_TURNED_CASES_ALL(s) \
  PB_TURNED_CASES_4(s) PB_TURNED_CASES(s, 5) PB_TURNED_CASES(s, 6) PB_TURNED_CASES(s, 7) \
  PB_TURNED_CASES(s, 8)
#endif

// The operand that goes by runs is a, or, if turned, b. `at` is the run that the segment begins in,
// `left` how many steps of it are left; both are moved on.
#define PB_RUNS_OF_STEPS(s, T) \
  PB_INLINE void pb_run_segment_##s( \
    const long rows, const long vectors, const int turned, long width, long k, const T *a, long ars, \
    long acs, \
    const pb_steps *steps, const long **at, long *left, const T *b, long brs, T *c, long ldc, \
    int accumulate, const T *bias) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    pb_##s##v sums[PB_RUN_ROWS][3]; \
    const T *rows_of_a[(PB_RUN_ROWS + 2) / 3], *row_of_b = b; \
    if (turned) \
      brs = steps->stride; \
    else \
      acs = steps->stride; \
    PB_UNROLLED for (long i = 0; i < rows; i++) { \
      if (i % 3 == 0) rows_of_a[i / 3] = a + i * ars; \
      PB_UNROLLED for (long v = 0; v < vectors; v++) sums[i][v] = (pb_##s##v)(T)0; \
    } \
    while (k > 0) { \
      long length = *left < k ? *left : k; \
      long run = **at + (steps->length - *left) * steps->stride; \
      if (turned) \
        row_of_b = b + run; \
      else \
        PB_UNROLLED for (long i = 0; i < rows; i += 3) rows_of_a[i / 3] = a + run + i * ars; \
      PB_UNROLLED_BY_4 for (long p = 0; p < length; p++) { \
        pb_##s##v row[3]; \
        PB_UNROLLED for (long v = 0; v < vectors; v++) \
          row[v] = *(const pb_##s##v_at *)(row_of_b + v * lanes); \
        PB_UNROLLED for (long i = 0; i < rows; i++) { \
          pb_##s##v x = (pb_##s##v)rows_of_a[i / 3][i % 3 * ars]; \
          PB_UNROLLED for (long v = 0; v < vectors; v++) \
            sums[i][v] = PB_MULTIPLY_ADD_##s(x, row[v], sums[i][v]); \
        } \
        PB_UNROLLED for (long i = 0; i < rows; i += 3) { \
          rows_of_a[i / 3] += acs; \
          PB_OPAQUE(rows_of_a[i / 3]); \
        } \
        row_of_b += brs; \
        PB_OPAQUE(row_of_b); \
      } \
      k -= length; \
      *left -= length; \
      if (*left == 0) { \
        (*at)++; \
        *left = steps->length; \
      } \
    } \
    PB_STORE_SUMS(s, T) \
  } \
  PB_RUN_ENTRY(s, T, runs, PB_TILE_ROWS, PB_RUN_CASES(s)) \
  PB_RUN_ENTRY(s, T, runs_narrow, PB_RUN_ROWS, PB_RUN_CASES_NARROW(s)) \
  static void pb_runs_turned_##s( \
    long rows, long columns, long k, const void *from, const pb_steps *steps, const void *other, \
    long ldb, void *c, long ldc, int accumulate) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T), most = PB_TURNED_ROWS }; \
    long segment = pb_gemm_segment(k), vectors = rows / lanes, groups = (vectors + 2) / 3; \
    long tiles = (columns + most - 1) / most; \
    const T *a = from; \
    for (long group = 0; group < groups; group++) { \
      long width = vectors / groups + (group < vectors % groups); \
      const T *b = other; \
      T *y = (T *)c + (a - (const T *)from); \
      for (long tile = 0; tile < tiles; tile++) { \
        long height = columns / tiles + (tile < columns % tiles), p = 0; \
        long left = steps->length - steps->skipped; \
        const long *at = steps->runs_at; \
        do { \
          long length = segment < k - p ? segment : k - p; \
          switch (4 * height + width) { PB_TURNED_CASES_ALL(s) } \
          p += length; \
        } while (p < k); \
        b += height; \
        y += height * ldc; \
      } \
      a += width * lanes; \
    } \
  }

#define PB_RUN_ENTRY(s, T, name, most, cases) \
  static void pb_##name##_##s( \
    long rows, long width, long k, const void *from, long ars, const pb_steps *steps, \
    const void *panel, long ldb, void *c, long ldc, int accumulate, const void *summand) { \
    long segment = pb_gemm_segment(k), tiles = (rows + most - 1) / most; \
    const T *a = from, *b = panel, *bias = summand; \
    T *y = c; \
    for (long tile = 0; tile < tiles; tile++) { \
      long height = rows / tiles + (tile < rows % tiles), p = 0, left = steps->length - steps->skipped; \
      const long *at = steps->runs_at; \
      do { \
        long length = segment < k - p ? segment : k - p; \
        switch (height) { cases } \
        p += length; \
      } while (p < k); \
      a += height * ars; \
      y += height * ldc; \
    } \
  }

PB_RUNS_OF_STEPS(f32, float)
PB_RUNS_OF_STEPS(f64, double)
PB_RUNS_OF_STEPS(u32, uint32_t)

#define PB_PACK_SCATTERED(size, W) \
  static void pb_pack_scattered_##size( \
    long k, long columns, long tile_columns, const void *b, const long *steps_at, \
    const long *columns_at, void *panel) { \
    enum { block = PB_BLOCK_##size }; \
    long beside = 1; \
    while (beside < columns && columns_at[beside] == columns_at[0] + beside) beside++; \
    W *row = panel; \
    for (long p = 0; p < k; p++, row += tile_columns) { \
      const W *from = (const W *)b + steps_at[p]; \
      long j = 0; \
      for (; j + block <= beside; j += block) \
        *(pb_block_##size##_at *)(row + j) = \
          *(const pb_block_##size##_at *)(from + columns_at[0] + j); \
      for (; j < columns; j++) row[j] = from[columns_at[j]]; \
      for (; j < tile_columns; j++) row[j] = 0; \
    } \
  }

PB_PACK_SCATTERED(32, pb_word32)
PB_PACK_SCATTERED(64, pb_word64)
