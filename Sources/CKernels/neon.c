// SPDX-License-Identifier: Apache-2.0
//
// AArch64: NEON with fma, which every such processor has. 32 registers of 16 bytes; a tile of
// 8 x 2 vectors holds 16.

#if defined(__aarch64__)

#include <stdint.h>

#include "table.h"

#define PB_ISA neon
#define PB_ISA_NAME "neon"
#define PB_VECTOR_BYTES 16
#define PB_HAS_FMA 1
#define PB_TILE_ROWS 8
#define PB_REGISTERS 32
#define PB_IN_STAGES 0

#include "kernels.inc.h"

#endif
