// SPDX-License-Identifier: Apache-2.0
//
// Threefry-2x32, 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (SC 2011). Integer arithmetic alone, so every instruction set gives the same bits.

#define PB_THREEFRY_ROUND(rotation) \
  x0 += x1; \
  x1 = (x1 << (rotation)) | (x1 >> (32 - (rotation))); \
  x1 ^= x0;

#define PB_THREEFRY_FOUR(a, b, c, d, add0, add1) \
  PB_THREEFRY_ROUND(a) PB_THREEFRY_ROUND(b) PB_THREEFRY_ROUND(c) PB_THREEFRY_ROUND(d) \
  x0 += (add0); \
  x1 += (add1);

static inline __attribute__((always_inline)) void pb_threefry(
  uint32_t key0, uint32_t key1, uint32_t counter0, uint32_t counter1, uint32_t *out0,
  uint32_t *out1
) {
  uint32_t key2 = 0x1BD11BDAu ^ key0 ^ key1;
  uint32_t x0 = counter0 + key0, x1 = counter1 + key1;
  PB_THREEFRY_FOUR(13, 15, 26, 6, key1, key2 + 1)
  PB_THREEFRY_FOUR(17, 29, 16, 24, key2, key0 + 2)
  PB_THREEFRY_FOUR(13, 15, 26, 6, key0, key1 + 3)
  PB_THREEFRY_FOUR(17, 29, 16, 24, key1, key2 + 4)
  PB_THREEFRY_FOUR(13, 15, 26, 6, key2, key0 + 5)
  *out0 = x0;
  *out1 = x1;
}
