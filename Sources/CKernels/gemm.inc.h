// SPDX-License-Identifier: Apache-2.0
//
// The inner loop of matrix multiplication: a tile of C stays in registers while p runs.
//
// Bounds: rows i < rows of `a` and `c`, p < k, and whole vectors of `b` and `c`: the caller owns
// `vectors` full ones in each of their rows.

// What a tile asks memory for while it multiplies.
enum { PB_ASKS_FOR_NOTHING, PB_ASKS_FOR_ROWS, PB_ASKS_FOR_COLUMNS, PB_ASKS_FOR_COPY };

// Called with constant `rows`, `vectors` and `chains` alone, so that every loop over them unrolls
// and every element of `sums` is a register. Three rows of `a` share a pointer (x86 addresses p,
// p + ars and p + 2 ars in one instruction each); hidden from the optimiser, or it keeps an index
// for every row and step and spills them: the narrow tile then runs at half its speed. `chains`
// segments of k steps each run side by side and are added in order. If `asks`, memory is asked for
// at `soon` and `pace` elements on with each step: it need not exist, as asking touches nothing.
#define PB_TILE(s, T) \
  PB_INLINE void pb_segments_##s( \
    const long rows, const long vectors, const long chains, const long asks, long k, const T *a, \
    long ars, long acs, const T *b, long ldb, T *c, long ldc, int accumulate, const T *bias, \
    const T *soon, long pace) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    pb_##s##v sums[2][PB_TILE_ROWS][4]; \
    const T *rows_of_a[2][(PB_TILE_ROWS + 2) / 3], *row_of_b[2]; \
    PB_UNROLLED for (long g = 0; g < chains; g++) { \
      PB_UNROLLED for (long i = 0; i < rows; i++) \
        PB_UNROLLED for (long v = 0; v < vectors; v++) sums[g][i][v] = (pb_##s##v)(T)0; \
      PB_UNROLLED for (long i = 0; i < rows; i += 3) \
        rows_of_a[g][i / 3] = a + g * k * acs + i * ars; \
      row_of_b[g] = b + g * k * ldb; \
    } \
    PB_UNROLLED_BY_4 for (long p = 0; p < k; p++) { \
      if (asks) { \
        if (asks == PB_ASKS_FOR_COPY) \
          __builtin_prefetch(soon, 0, 2); \
        else \
          __builtin_prefetch(soon, 0, 3); \
        soon += pace; \
        PB_OPAQUE(soon); \
      } \
      PB_UNROLLED for (long g = 0; g < chains; g++) { \
        pb_##s##v row[4]; \
        PB_UNROLLED for (long v = 0; v < vectors; v++) \
          row[v] = *(const pb_##s##v_at *)(row_of_b[g] + v * lanes); \
        PB_UNROLLED for (long i = 0; i < rows; i++) { \
          pb_##s##v x = (pb_##s##v)rows_of_a[g][i / 3][i % 3 * ars]; \
          PB_UNROLLED for (long v = 0; v < vectors; v++) \
            sums[g][i][v] = PB_MULTIPLY_ADD_##s(x, row[v], sums[g][i][v]); \
        } \
        PB_UNROLLED for (long i = 0; i < rows; i += 3) { \
          rows_of_a[g][i / 3] += acs; \
          PB_OPAQUE(rows_of_a[g][i / 3]); \
        } \
        row_of_b[g] += ldb; \
        PB_OPAQUE(row_of_b[g]); \
      } \
    } \
    PB_UNROLLED for (long i = 0; i < rows; i++) \
      PB_UNROLLED for (long v = 0; v < vectors; v++) { \
        pb_##s##v_at *at = (pb_##s##v_at *)(c + i * ldc + v * lanes); \
        pb_##s##v sum = accumulate ? *at + sums[0][i][v] : sums[0][i][v]; \
        if (chains == 2) sum += sums[1][i][v]; \
        if (bias) sum += *(const pb_##s##v_at *)(bias + v * lanes); \
        *at = sum; \
      } \
  } \
  PB_INLINE void pb_tile_of_##s( \
    const long rows, const long vectors, const long asks, long tile, long tiles, long k, \
    long segment, const T *a, long ars, long acs, const T *b, long ldb, T *c, long ldc, \
    int accumulate, const T *bias) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    /* The next rows of a, as they stand in memory, or the same ones of steps to come; the next */ \
    /* columns of b, of which each tile asks for other ones; or its share of the next copy of b. */ \
    const long share = (vectors * lanes + tiles - 1) / tiles; \
    const T *soon = asks == PB_ASKS_FOR_COPY      ? b + k * ldb + tile * k * share \
                    : asks == PB_ASKS_FOR_COLUMNS ? b + (vectors + tile) * lanes \
                    : acs == 1                    ? a + rows * ars \
                                                  : a + PB_AHEAD * acs; \
    long pace = asks == PB_ASKS_FOR_COPY      ? share \
                : asks == PB_ASKS_FOR_COLUMNS ? ldb \
                : acs == 1                    ? rows \
                                              : acs; \
    do { \
      long length = segment < k ? segment : k, chains = 1; \
      if (PB_HAS_ROOM_FOR_TWO(rows, vectors) && k >= 2 * segment) chains = 2; \
      const T *last = k <= chains * length ? bias : 0; \
      if (PB_HAS_ROOM_FOR_TWO(rows, vectors) && chains == 2) \
        pb_segments_##s( \
          rows, vectors, 2, asks, length, a, ars, acs, b, ldb, c, ldc, accumulate, last, soon, \
          pace); \
      else \
        pb_segments_##s( \
          rows, vectors, 1, asks, length, a, ars, acs, b, ldb, c, ldc, accumulate, last, soon, \
          pace); \
      soon += chains * length * pace; \
      a += chains * length * acs; \
      b += chains * length * ldb; \
      k -= chains * length; \
      accumulate = 1; \
    } while (k > 0); \
  } \
  PB_TILE_ENTRY(s, T, tile, PB_TILE_ROWS, PB_TILE_CASES(s, 2, PB_ASKS_FOR_NOTHING)) \
  PB_TILE_ENTRY(s, T, narrow, PB_TILE_ROWS, PB_TILE_CASES(s, 1, PB_ASKS_FOR_NOTHING)) \
  PB_TILE_ENTRY(s, T, ahead, PB_TILE_ROWS, PB_TILE_CASES(s, 2, PB_ASKS_FOR_ROWS)) \
  PB_TILE_ENTRY(s, T, beside, PB_TILE_ROWS, PB_TILE_CASES(s, 2, PB_ASKS_FOR_COLUMNS)) \
  PB_TILE_ENTRY(s, T, copied, PB_TILE_ROWS, PB_TILE_CASES(s, 2, PB_ASKS_FOR_COPY)) \
  PB_TILE_ENTRY(s, T, wide, PB_WIDE_ROWS, PB_WIDE_CASES(s))

// Fewer chains than the processor has multiply-adds in flight leave it waiting for the one before;
// two segments side by side make up for it, as far as there are registers.
#define PB_HAS_ROOM_FOR_TWO(rows, vectors) \
  ((rows) * (vectors) < 8 && 2 * (rows) * (vectors) + 2 * (vectors) < PB_REGISTERS)

#define PB_TILE_CASE(s, rows, vectors, asks) \
  case rows: \
    pb_tile_of_##s( \
      rows, vectors, asks, tile, tiles, k, segment, x, ars, acs, b, ldb, y, ldc, accumulate, bias); \
    break;

// Rows are split evenly rather than leaving a thin last tile.
#define PB_TILE_ENTRY(s, T, name, most, cases) \
  static void pb_##name##_##s( \
    long rows, long k, long segment, const void *a, long ars, long acs, const void *b, long ldb, \
    void *c, long ldc, int accumulate, const void *bias) { \
    long tiles = (rows + most - 1) / most; \
    const T *x = a; \
    T *y = c; \
    for (long tile = 0; tile < tiles; tile++) { \
      long height = rows / tiles + (tile < rows % tiles); \
      switch (height) { cases } \
      x += height * ars; \
      y += height * ldc; \
    } \
  }

// Few rows of two vectors are few chains as well; four vectors a row are more.
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

// Adding 0 makes -0 the 0 that a chain from 0 gives. A row's last vector ends with the row and may
// overlap the one before it; so it is read before that is written, which may be where it reads.
#define PB_OUTER(s, T) \
  PB_INLINE pb_##s##v pb_outer_part_##s(T x, const T *b, const T *minuend, T factor) { \
    pb_##s##v p = (pb_##s##v)x * *(const pb_##s##v_at *)b + (pb_##s##v)(T)0; \
    return minuend ? *(const pb_##s##v_at *)minuend - (pb_##s##v)factor * p : p; \
  } \
  PB_INLINE void pb_outer_of_##s( \
    long rows, long columns, const T *a, long ars, const T *b, const T *minuend, T factor, T *c) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    long end = columns - lanes; \
    for (long i = 0; i < rows; i++) { \
      T x = a[i * ars]; \
      const T *from = minuend ? minuend + i * columns : 0; \
      T *row = c + i * columns; \
      if (end >= 0) { \
        pb_##s##v last = pb_outer_part_##s(x, b + end, from ? from + end : 0, factor); \
        for (long j = 0; j < end; j += lanes) \
          *(pb_##s##v_at *)(row + j) = pb_outer_part_##s(x, b + j, from ? from + j : 0, factor); \
        *(pb_##s##v_at *)(row + end) = last; \
      } else { \
        for (long j = 0; j < columns; j++) { \
          T p = x * b[j] + (T)0; \
          row[j] = from ? from[j] - factor * p : p; \
        } \
      } \
    } \
  } \
  static void pb_outer_##s( \
    long rows, long columns, const void *a, long ars, const void *b, const void *minuend, \
    const void *factor, void *c) { \
    if (minuend) \
      pb_outer_of_##s(rows, columns, a, ars, b, minuend, *(const T *)factor, c); \
    else \
      pb_outer_of_##s(rows, columns, a, ars, b, 0, 0, c); \
  }

PB_OUTER(f32, float)
PB_OUTER(f64, double)
PB_OUTER(u32, uint32_t)

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
