// SPDX-License-Identifier: Apache-2.0
//
// x86-64 with AVX-512 (F, DQ, BW, VL): 32 registers of 64 bytes. A tile of 12 x 2 vectors holds 24.

#if defined(__x86_64__)

#include <stdint.h>

#include "table.h"

#define PB_ISA avx512
#define PB_ISA_NAME "avx512"
#define PB_VECTOR_BYTES 64
#define PB_HAS_FMA 1
#define PB_TILE_ROWS 12
#define PB_REGISTERS 32

#pragma clang attribute push( \
  __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#include "kernels.inc.h"
#pragma clang attribute pop

#endif
