// SPDX-License-Identifier: Apache-2.0
//
// What every instruction set supplies: one constant table of function pointers.

#ifndef PB_TABLE_H
#define PB_TABLE_H

#include "CPullbackKernels.h"

enum {
  PB_TYPES = PB_U8 + 1,
};

// Indexed by the enums of the public header; NULL where an entry has no meaning.
struct pb_kernels {
  const char *name;
  pb_map maps[PB_MAP_COUNT][PB_TYPES];
  pb_map converts[PB_TYPES][PB_TYPES];  // from, to
  pb_fill fills[PB_TYPES];
  pb_load loads[PB_TYPES];
  pb_gather gathers[PB_TYPES];
  pb_place places[PB_TYPES];
  pb_place adds_at[PB_TYPES];
  pb_iota iotas[PB_TYPES];
  pb_stream stream;
  long (*first_outside)(long n, const int32_t *a, int32_t count);

  pb_random uniforms[PB_TYPES];
  pb_random normals[PB_TYPES];

  pb_row_start row_starts[PB_REDUCTION_COUNT][PB_TYPES];
  pb_row_accumulate row_accumulates[PB_REDUCTION_COUNT][PB_TYPES];
  pb_row_finish row_finishes[PB_REDUCTION_COUNT][PB_TYPES];
  pb_rows_reduce rows_reduces[PB_REDUCTION_COUNT][PB_TYPES];
  pb_columns_reduce columns_reduces[PB_REDUCTION_COUNT][PB_TYPES];
  pb_row_accumulate sum_row_wide;
  pb_rows_reduce sum_rows_wide;
  pb_columns_reduce sum_columns_wide;
  pb_rows_of rows_of[PB_TERM_COUNT][PB_TYPES];
  pb_rows_of rows_of_wide[PB_TERM_COUNT];
  pb_arg_row arg_rows[2][PB_TYPES];  // minimum, maximum
  pb_arg_column arg_columns[2][PB_TYPES];

  pb_scan_rows scan_rows[PB_SCAN_COUNT][PB_TYPES];
  pb_scan_columns scan_columns[PB_SCAN_COUNT][PB_TYPES];

  pb_gemm tiles[PB_TYPES];
  pb_gemm narrow_tiles[PB_TYPES];
  pb_gemm single_tiles[PB_TYPES];
  pb_gemm ahead_tiles[PB_TYPES];
  pb_gemm beside_tiles[PB_TYPES];
  pb_gemm copied_tiles[PB_TYPES];
  pb_gemm wide_tiles[PB_TYPES];
  pb_outer outers[PB_TYPES];
  long wide_columns[PB_TYPES];
  long wide_rows[PB_TYPES];
  long tile_columns[PB_TYPES];
  long narrow_columns[PB_TYPES];
  long tile_rows[PB_TYPES];
  pb_pack packs[PB_TYPES];
  pb_scattered scattered_tiles[PB_TYPES];
  pb_scattered scattered_narrow_tiles[PB_TYPES];
  long scattered_rows[PB_TYPES];
  pb_by_runs runs_tiles[PB_TYPES];
  pb_by_runs runs_narrow_tiles[PB_TYPES];
  pb_by_runs_turned runs_turned[PB_TYPES];
  pb_pack_scattered packs_scattered[PB_TYPES];

  double (*fma_peak)(long iterations);
};

extern const struct pb_kernels pb_kernels_baseline;
#if defined(__x86_64__)
extern const struct pb_kernels pb_kernels_avx2;
extern const struct pb_kernels pb_kernels_avx512;
#elif defined(__aarch64__)
extern const struct pb_kernels pb_kernels_neon;
#endif

#endif
