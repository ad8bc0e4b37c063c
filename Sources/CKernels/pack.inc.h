// SPDX-License-Identifier: Apache-2.0
//
// Packing: columns of B laid out as the tile of a matrix multiplication reads them.
//
// Bounds: `b[p * brs + j * bcs]` for p < k and j < columns; `panel` holds k * tile_columns.

// Contiguous columns are turned into rows block by block: PB_BLOCK_* of them, each as long, in
// registers. Column j is at `from + j * stride`, row q goes to `to + q * to_stride`.
enum { PB_BLOCK_32 = 8, PB_BLOCK_64 = 4 };
typedef pb_word32 pb_block_32 __attribute__((ext_vector_type(PB_BLOCK_32)));
typedef pb_word64 pb_block_64 __attribute__((ext_vector_type(PB_BLOCK_64)));
typedef pb_block_32 pb_block_32_at __attribute__((aligned(__alignof__(pb_word32)), may_alias));
typedef pb_block_64 pb_block_64_at __attribute__((aligned(__alignof__(pb_word64)), may_alias));

#define PB_SHUFFLE __builtin_shufflevector
#define PB_LOW_PAIRS(x, y) PB_SHUFFLE(x, y, 0, 8, 1, 9, 4, 12, 5, 13)
#define PB_HIGH_PAIRS(x, y) PB_SHUFFLE(x, y, 2, 10, 3, 11, 6, 14, 7, 15)
#define PB_LOW_FOURS(x, y) PB_SHUFFLE(x, y, 0, 1, 8, 9, 4, 5, 12, 13)
#define PB_HIGH_FOURS(x, y) PB_SHUFFLE(x, y, 2, 3, 10, 11, 6, 7, 14, 15)
#define PB_LOW_HALVES(x, y) PB_SHUFFLE(x, y, 0, 1, 2, 3, 8, 9, 10, 11)
#define PB_HIGH_HALVES(x, y) PB_SHUFFLE(x, y, 4, 5, 6, 7, 12, 13, 14, 15)

PB_INLINE void pb_turn_block_32(
  const pb_word32 *from, long stride, pb_word32 *to, long to_stride) {
  pb_block_32 x[8], pairs[8], fours[8];
  PB_UNROLLED for (long j = 0; j < 8; j++) x[j] = *(const pb_block_32_at *)(from + j * stride);
  PB_UNROLLED for (long j = 0; j < 8; j += 2) {
    pairs[j] = PB_LOW_PAIRS(x[j], x[j + 1]);
    pairs[j + 1] = PB_HIGH_PAIRS(x[j], x[j + 1]);
  }
  PB_UNROLLED for (long j = 0; j < 8; j += 4) {
    fours[j] = PB_LOW_FOURS(pairs[j], pairs[j + 2]);
    fours[j + 1] = PB_HIGH_FOURS(pairs[j], pairs[j + 2]);
    fours[j + 2] = PB_LOW_FOURS(pairs[j + 1], pairs[j + 3]);
    fours[j + 3] = PB_HIGH_FOURS(pairs[j + 1], pairs[j + 3]);
  }
  PB_UNROLLED for (long q = 0; q < 4; q++) {
    *(pb_block_32_at *)(to + q * to_stride) = PB_LOW_HALVES(fours[q], fours[q + 4]);
    *(pb_block_32_at *)(to + (q + 4) * to_stride) = PB_HIGH_HALVES(fours[q], fours[q + 4]);
  }
}

PB_INLINE void pb_turn_block_64(
  const pb_word64 *from, long stride, pb_word64 *to, long to_stride) {
  pb_block_64 x[4], pairs[4];
  PB_UNROLLED for (long j = 0; j < 4; j++) x[j] = *(const pb_block_64_at *)(from + j * stride);
  PB_UNROLLED for (long j = 0; j < 4; j += 2) {
    pairs[j] = PB_SHUFFLE(x[j], x[j + 1], 0, 4, 2, 6);
    pairs[j + 1] = PB_SHUFFLE(x[j], x[j + 1], 1, 5, 3, 7);
  }
  PB_UNROLLED for (long q = 0; q < 2; q++) {
    *(pb_block_64_at *)(to + q * to_stride) = PB_SHUFFLE(pairs[q], pairs[q + 2], 0, 1, 4, 5);
    *(pb_block_64_at *)(to + (q + 2) * to_stride) = PB_SHUFFLE(pairs[q], pairs[q + 2], 2, 3, 6, 7);
  }
}

#define PB_PACK(size, W) \
  static void pb_pack_##size( \
    long k, long columns, long tile_columns, const void *b, long brs, long bcs, void *panel) { \
    enum { block = PB_BLOCK_##size }; \
    W *row = panel; \
    const W *from = b; \
    long p = 0; \
    for (; brs == 1 && p + block <= k; p += block, from += block, row += block * tile_columns) { \
      long j = 0; \
      for (; j + block <= columns; j += block) \
        pb_turn_block_##size(from + j * bcs, bcs, row + j, tile_columns); \
      for (; j < tile_columns; j++) \
        for (long q = 0; q < block; q++) \
          row[q * tile_columns + j] = j < columns ? from[q + j * bcs] : 0; \
    } \
    for (; p < k; p++, from += brs, row += tile_columns) { \
      long j = 0; \
      /* Rows far apart: nobody else asks for the next ones. It need not exist. */ \
      __builtin_prefetch(from + 16 * brs, 0, 3); \
      __builtin_prefetch(from + 16 * brs + 64 / sizeof(W), 0, 3); \
      for (; bcs == 1 && j + block <= columns; j += block) \
        *(pb_block_##size##_at *)(row + j) = *(const pb_block_##size##_at *)(from + j); \
      if (bcs == 1 && columns - j >= block / 2) { \
        __builtin_memcpy(row + j, from + j, block / 2 * sizeof(W)); \
        j += block / 2; \
      } \
      for (; j < columns; j++) row[j] = from[j * bcs]; \
      for (; j < tile_columns; j++) row[j] = 0; \
    } \
  }

PB_PACK(32, pb_word32)
PB_PACK(64, pb_word64)
