// SPDX-License-Identifier: Apache-2.0
//
// x86-64 with AVX-512 (F, DQ, BW, VL): 32 registers of 64 bytes. A tile of 12 x 2 vectors holds 24.

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>

#include "table.h"

#define PB_ISA avx512
#define PB_ISA_NAME "avx512"
#define PB_VECTOR_BYTES 64
#define PB_HAS_FMA 1
#define PB_TILE_ROWS 12
#define PB_REGISTERS 32
#define PB_IN_STAGES 0

// x 2^n, rounded once.
#define PB_SCALED_f32(x, n) (pb_f32v)_mm512_scalef_ps((__m512)(x), (__m512)(n))
#define PB_SCALED_f64(x, n) (pb_f64v)_mm512_scalef_pd((__m512d)(x), (__m512d)(n))

// x, but no more than the limit; NaN stays. The compiler makes two instructions of it.
#define PB_AT_MOST_f32(x, limit) (pb_f32v)_mm512_min_ps(_mm512_set1_ps(limit), (__m512)(x))
#define PB_AT_MOST_f64(x, limit) (pb_f64v)_mm512_min_pd(_mm512_set1_pd(limit), (__m512d)(x))

// Numbers of a table of 32, by the lower five bits of each index.
#define PB_LOOKUP_f32(table, index) \
  (pb_f32v)_mm512_permutex2var_ps( \
    _mm512_loadu_ps(table), (__m512i)(index), _mm512_loadu_ps((table) + 16))

// Loops that the compiler makes vectors of have whole registers, too: by itself it
// takes half of one.
#pragma clang attribute push( \
  __attribute__(( \
    target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"), min_vector_width(512))), \
  apply_to = function)
#include "kernels.inc.h"
#pragma clang attribute pop

#endif
