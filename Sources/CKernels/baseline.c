// SPDX-License-Identifier: Apache-2.0
//
// What every processor of the architecture can do: SSE2 on x86-64, and multiply-then-add instead
// of fma.

#include <stdint.h>

#include "table.h"

#define PB_ISA baseline
#define PB_ISA_NAME "baseline"
#define PB_VECTOR_BYTES 16
#define PB_HAS_FMA 0
#define PB_TILE_ROWS 6
#define PB_REGISTERS 16
#define PB_IN_STAGES 0

#include "kernels.inc.h"
