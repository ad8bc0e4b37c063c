// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of matrix multiplication: a tile of C stays in registers while p runs.
//
// Bounds: rows i < rows of `a` and `c`, p < k, and whole vectors of `b` and `c`: the caller owns
// `vectors` full ones in each of their rows.

// Called with constant `rows` and `vectors` alone, so that every loop over them unrolls and every
// element of `sums` is a register. Three rows of `a` share a pointer (x86 addresses p, p + ars and
// p + 2 ars in one instruction each); hidden from the optimiser, or it keeps an index for every row
// and step and spills them: the narrow tile then runs at half its speed. `ahead` is how many steps
// ahead memory is asked for; a row further on need not exist, as asking touches nothing.
#define PB_TILE(s, T) \
  PB_INLINE void pb_tile_of_##s( \
    const long rows, const long vectors, const long ahead, long k, const T *a, long ars, long acs, const T *b, \
    long ldb, T *c, long ldc, int accumulate) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    pb_##s##v sums[PB_TILE_ROWS][4]; \
    PB_UNROLLED for (long i = 0; i < rows; i++) \
      PB_UNROLLED for (long v = 0; v < vectors; v++) \
        sums[i][v] = \
          accumulate ? *(const pb_##s##v_at *)(c + i * ldc + v * lanes) : (pb_##s##v)(T)0; \
    const T *rows_of_a[(PB_TILE_ROWS + 2) / 3]; \
    PB_UNROLLED for (long i = 0; i < rows; i += 3) rows_of_a[i / 3] = a + i * ars; \
    PB_UNROLLED_BY_4 for (long p = 0; p < k; p++) { \
      if (ahead) __builtin_prefetch(rows_of_a[0] + ahead * acs, 0, 3); \
      pb_##s##v row[4]; \
      PB_UNROLLED for (long v = 0; v < vectors; v++) \
        row[v] = *(const pb_##s##v_at *)(b + v * lanes); \
      PB_UNROLLED for (long i = 0; i < rows; i++) { \
        pb_##s##v x = (pb_##s##v)rows_of_a[i / 3][i % 3 * ars]; \
        PB_UNROLLED for (long v = 0; v < vectors; v++) \
          sums[i][v] = PB_MULTIPLY_ADD_##s(x, row[v], sums[i][v]); \
      } \
      PB_UNROLLED for (long i = 0; i < rows; i += 3) { \
        rows_of_a[i / 3] += acs; \
        PB_OPAQUE(rows_of_a[i / 3]); \
      } \
      b += ldb; \
      PB_OPAQUE(b); \
    } \
    PB_UNROLLED for (long i = 0; i < rows; i++) \
      PB_UNROLLED for (long v = 0; v < vectors; v++) \
        *(pb_##s##v_at *)(c + i * ldc + v * lanes) = sums[i][v]; \
  } \
  PB_TILE_ENTRY(s, T, tile, 2, 0) \
  PB_TILE_ENTRY(s, T, narrow, 1, 0) \
  PB_TILE_ENTRY(s, T, ahead, 2, PB_AHEAD) \
  static void pb_wide_##s( \
    long rows, long k, const void *a, long ars, long acs, const void *b, long ldb, void *c, \
    long ldc, int accumulate) { \
    switch (rows) { PB_WIDE_CASES(s) } \
  }

#define PB_TILE_CASE(s, rows, vectors, ahead) \
  case rows: \
    pb_tile_of_##s(rows, vectors, ahead, k, a, ars, acs, b, ldb, c, ldc, accumulate); \
    return;

#define PB_TILE_ENTRY(s, T, name, vectors, ahead) \
  static void pb_##name##_##s( \
    long rows, long k, const void *a, long ars, long acs, const void *b, long ldb, void *c, \
    long ldc, int accumulate) { \
    switch (rows) { PB_TILE_CASES(s, vectors, ahead) } \
  }

// Few rows of two vectors are fewer chains than the processor has multiply-adds in flight; four
// vectors a row make up for it, as far as there are registers.
#if PB_TILE_ROWS == 6
#define PB_WIDE_ROWS 2
#define PB_WIDE_CASES(s) PB_TILE_CASE(s, 1, 4, 0) PB_TILE_CASE(s, 2, 4, 0)
#else
#define PB_WIDE_ROWS 3
#define PB_WIDE_CASES(s) \
  PB_TILE_CASE(s, 1, 4, 0) PB_TILE_CASE(s, 2, 4, 0) PB_TILE_CASE(s, 3, 4, 0)
#endif

#if PB_TILE_ROWS == 6
#define PB_TILE_CASES(s, v, d) PB_TILE_CASES_6(s, v, d)
#elif PB_TILE_ROWS == 8
#define PB_TILE_CASES(s, v, d) PB_TILE_CASES_8(s, v, d)
#elif PB_TILE_ROWS == 12
#define PB_TILE_CASES(s, v, d) PB_TILE_CASES_12(s, v, d)
#endif

#define PB_TILE_CASES_6(s, v, d) \
  PB_TILE_CASE(s, 1, v, d) PB_TILE_CASE(s, 2, v, d) PB_TILE_CASE(s, 3, v, d) \
  PB_TILE_CASE(s, 4, v, d) PB_TILE_CASE(s, 5, v, d) PB_TILE_CASE(s, 6, v, d)
#define PB_TILE_CASES_8(s, v, d) \
  PB_TILE_CASES_6(s, v, d) PB_TILE_CASE(s, 7, v, d) PB_TILE_CASE(s, 8, v, d)
#define PB_TILE_CASES_12(s, v, d) \
  PB_TILE_CASES_8(s, v, d) PB_TILE_CASE(s, 9, v, d) PB_TILE_CASE(s, 10, v, d) \
  PB_TILE_CASE(s, 11, v, d) PB_TILE_CASE(s, 12, v, d)

#define PB_UNROLLED_BY_4 _Pragma("clang loop unroll_count(4)")

#define PB_OPAQUE(pointer) __asm__("" : "+r"(pointer))

#define PB_MULTIPLY_ADD_f32(x, y, z) PB_FMA(x, y, z)
#define PB_MULTIPLY_ADD_f64(x, y, z) PB_FMA(x, y, z)
#define PB_MULTIPLY_ADD_u32(x, y, z) ((x) * (y) + (z))

PB_TILE(f32, float)
PB_TILE(f64, double)
PB_TILE(u32, uint32_t)

// As many chains as a full tile of C has, so that the two meet the same latency. Numbers stay near
// 1 and are handed to a volatile, or the loop would be dropped.
static double pb_fma_peak_f32(long iterations) {
  volatile float factor = 0.5f, summand = 0.5f, sink;
  pb_f32v x = (pb_f32v)factor, y = (pb_f32v)summand;
  pb_f32v sums[PB_TILE_ROWS * 2];
  PB_UNROLLED for (long i = 0; i < PB_TILE_ROWS * 2; i++) sums[i] = y * (float)i;
  for (long n = 0; n < iterations; n++)
    PB_UNROLLED for (long i = 0; i < PB_TILE_ROWS * 2; i++) sums[i] = PB_FMA(sums[i], x, y);
  PB_UNROLLED for (long i = 0; i < PB_TILE_ROWS * 2; i++) sink = sums[i][0];
  (void)sink;
  return 2.0 * PB_TILE_ROWS * 2 * (PB_VECTOR_BYTES / sizeof(float)) * (double)iterations;
}
