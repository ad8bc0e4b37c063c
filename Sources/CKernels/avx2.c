// SPDX-License-Identifier: Apache-2.0
//
// x86-64 with AVX2 and FMA: sixteen registers of 32 bytes. A tile of 6 x 2 vectors holds twelve.

#if defined(__x86_64__)

#include <stdint.h>

#include "table.h"

#define PB_ISA avx2
#define PB_ISA_NAME "avx2"
#define PB_VECTOR_BYTES 32
#define PB_HAS_FMA 1
#define PB_TILE_ROWS 6
#define PB_REGISTERS 16
#define PB_IN_STAGES 1

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels.inc.h"
#pragma clang attribute pop

#endif
