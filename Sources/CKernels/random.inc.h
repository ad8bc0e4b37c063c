// SPDX-License-Identifier: Apache-2.0
//
// Counter-based random numbers: element i depends on the key and `position + i` alone.
//
// Bounds: `out[i]` for i < n.

#include "threefry.inc.h"

// Runs `statement` with `x0`, `x1` the two words of element i. The counter's high word changes only
// where its low word wraps, so each stretch between wraps is a loop over 32-bit numbers.
#define PB_RANDOM(name, T, statement) \
  static void pb_##name(long n, void *out, uint64_t key, uint64_t position) { \
    T *r = out; \
    while (n > 0) { \
      uint32_t high = (uint32_t)(position >> 32), low = (uint32_t)position; \
      uint64_t until_wrap = (UINT64_C(1) << 32) - low; \
      long count = (uint64_t)n < until_wrap ? n : (long)until_wrap; \
      PB_ELEMENTWISE_BY_16 for (long i = 0; i < count; i++) { \
        uint32_t x0, x1; \
        pb_threefry((uint32_t)(key >> 32), (uint32_t)key, high, low + (uint32_t)i, &x0, &x1); \
        statement \
      } \
      position += (uint64_t)count; \
      r += count; \
      n -= count; \
    } \
  }

PB_RANDOM(uniform_f32, float, { (void)x1; r[i] = (float)(x0 >> 8) * 0x1p-24f; })
PB_RANDOM(uniform_f64, double, {
  r[i] = (double)(((uint64_t)x0 << 32 | x1) >> 11) * 0x1p-53;
})
// The middles of 2^52 equal parts of (0, 1): never 0, never 1, and exact.
PB_RANDOM(open_uniform_f64, double, {
  r[i] = ((double)(((uint64_t)x0 << 32 | x1) >> 12) + 0.5) * 0x1p-52;
})
