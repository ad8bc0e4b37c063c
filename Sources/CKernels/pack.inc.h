// SPDX-License-Identifier: Apache-2.0
//
// Packing: columns of B laid out as the tile of a matrix multiplication reads them.
//
// Bounds: `b[p * brs + j * bcs]` for p < k and j < columns; `panel` holds k * tile_columns.

#define PB_PACK(size, W) \
  static void pb_pack_##size( \
    long k, long columns, long tile_columns, const void *b, long brs, long bcs, void *panel) { \
    typedef W pb_four __attribute__((ext_vector_type(4))); \
    typedef pb_four pb_four_at __attribute__((aligned(__alignof__(W)), may_alias)); \
    W *row = panel; \
    const W *from = b; \
    long p = 0; \
    /* Columns that are contiguous: blocks of 4 x 4, read by columns and written by rows. */ \
    for (; brs == 1 && p + 4 <= k; p += 4, from += 4, row += 4 * tile_columns) { \
      long j = 0; \
      for (; j + 4 <= columns; j += 4) { \
        const W *block = from + j * bcs; \
        pb_four x0 = *(const pb_four_at *)block; \
        pb_four x1 = *(const pb_four_at *)(block + bcs); \
        pb_four x2 = *(const pb_four_at *)(block + 2 * bcs); \
        pb_four x3 = *(const pb_four_at *)(block + 3 * bcs); \
        pb_four y0 = __builtin_shufflevector(x0, x1, 0, 4, 1, 5); \
        pb_four y1 = __builtin_shufflevector(x2, x3, 0, 4, 1, 5); \
        pb_four y2 = __builtin_shufflevector(x0, x1, 2, 6, 3, 7); \
        pb_four y3 = __builtin_shufflevector(x2, x3, 2, 6, 3, 7); \
        W *to = row + j; \
        *(pb_four_at *)to = __builtin_shufflevector(y0, y1, 0, 1, 4, 5); \
        *(pb_four_at *)(to + tile_columns) = __builtin_shufflevector(y0, y1, 2, 3, 6, 7); \
        *(pb_four_at *)(to + 2 * tile_columns) = __builtin_shufflevector(y2, y3, 0, 1, 4, 5); \
        *(pb_four_at *)(to + 3 * tile_columns) = __builtin_shufflevector(y2, y3, 2, 3, 6, 7); \
      } \
      for (; j < tile_columns; j++) \
        for (long q = 0; q < 4; q++) \
          row[q * tile_columns + j] = j < columns ? from[q + j * bcs] : 0; \
    } \
    for (; p < k; p++, from += brs, row += tile_columns) { \
      long j = 0; \
      for (; bcs == 1 && j + 4 <= columns; j += 4) \
        *(pb_four_at *)(row + j) = *(const pb_four_at *)(from + j); \
      for (; j < columns; j++) row[j] = from[j * bcs]; \
      for (; j < tile_columns; j++) row[j] = 0; \
    } \
  }

PB_PACK(32, pb_word32)
PB_PACK(64, pb_word64)
