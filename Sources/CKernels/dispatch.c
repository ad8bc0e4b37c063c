// SPDX-License-Identifier: Apache-2.0
//
// Chooses a table once, and answers every question of the public header from it.

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

// Every table this program was built with, best first. The last one runs everywhere.
static const struct pb_kernels *const pb_all[] = {
#if defined(__x86_64__)
  &pb_kernels_avx512,
  &pb_kernels_avx2,
#elif defined(__aarch64__)
  &pb_kernels_neon,
#endif
  &pb_kernels_baseline,
};
enum { PB_ALL = sizeof pb_all / sizeof pb_all[0] };

static int pb_runs_here(const struct pb_kernels *kernels) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (kernels == &pb_kernels_avx2) return has_avx2;
  if (kernels == &pb_kernels_avx512)
    return has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
      && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  (void)kernels;
#endif
  return 1;
}

static const char *pb_requested(void) {
  const char *name = getenv("PULLBACK_INSTRUCTION_SET");
  return name && *name ? name : NULL;
}

// Apart, so that asking for what was chosen is no call.
__attribute__((noinline)) static const struct pb_kernels *pb_choose(void) {
  const char *name = pb_requested();
  const struct pb_kernels *best = NULL;
  for (int i = 0; i < PB_ALL; i++) {
    if (!pb_runs_here(pb_all[i])) continue;
    if (name && strcmp(name, pb_all[i]->name) == 0) return pb_all[i];
    if (!best) best = pb_all[i];
  }
  return best;
}

// Two threads that meet here first may both choose, and choose the same; tables are constants,
// so no order beyond that of the pointer itself is needed.
static const struct pb_kernels *pb_current(void) {
  static _Atomic(const struct pb_kernels *) chosen;
  const struct pb_kernels *kernels = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (!kernels) {
    kernels = pb_choose();
    atomic_store_explicit(&chosen, kernels, memory_order_relaxed);
  }
  return kernels;
}

const char *pb_instruction_set(void) { return pb_current()->name; }

int pb_instruction_set_requested_unavailable(void) {
  const char *name = pb_requested();
  return name && strcmp(name, pb_current()->name) != 0;
}

// Codes may come from anywhere: an enum value outside its range has no kernel.
#define PB_IN(value, count) ((unsigned)(value) < (unsigned)(count))

pb_map pb_map_for(pb_map_code code, pb_type type) {
  return PB_IN(code, PB_MAP_COUNT) && PB_IN(type, PB_TYPES) ? pb_current()->maps[code][type] : NULL;
}

pb_map pb_convert_for(pb_type from, pb_type to) {
  return PB_IN(from, PB_TYPES) && PB_IN(to, PB_TYPES) ? pb_current()->converts[from][to] : NULL;
}

#define PB_BY_TYPE(result, name, field) \
  result name(pb_type type) { return PB_IN(type, PB_TYPES) ? pb_current()->field[type] : 0; }

PB_BY_TYPE(pb_fill, pb_fill_for, fills)
PB_BY_TYPE(pb_load, pb_load_for, loads)
PB_BY_TYPE(pb_gather, pb_gather_for, gathers)
PB_BY_TYPE(pb_place, pb_place_for, places)
PB_BY_TYPE(pb_place, pb_add_at_for, adds_at)
PB_BY_TYPE(pb_iota, pb_iota_for, iotas)
PB_BY_TYPE(pb_random, pb_uniform_for, uniforms)
PB_BY_TYPE(pb_random, pb_normal_for, normals)
PB_BY_TYPE(pb_gemm, pb_gemm_for, tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_narrow_for, narrow_tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_single_for, single_tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_ahead_for, ahead_tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_beside_for, beside_tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_copied_for, copied_tiles)
PB_BY_TYPE(pb_gemm, pb_gemm_wide_for, wide_tiles)
PB_BY_TYPE(pb_outer, pb_outer_for, outers)
PB_BY_TYPE(long, pb_wide_columns, wide_columns)
PB_BY_TYPE(long, pb_wide_rows, wide_rows)
PB_BY_TYPE(long, pb_tile_columns, tile_columns)
PB_BY_TYPE(long, pb_narrow_columns, narrow_columns)
PB_BY_TYPE(long, pb_tile_rows, tile_rows)
PB_BY_TYPE(pb_pack, pb_pack_for, packs)
PB_BY_TYPE(pb_scattered, pb_scattered_for, scattered_tiles)
PB_BY_TYPE(pb_scattered, pb_scattered_narrow_for, scattered_narrow_tiles)
PB_BY_TYPE(long, pb_scattered_rows, scattered_rows)
PB_BY_TYPE(pb_by_runs, pb_runs_for, runs_tiles)
PB_BY_TYPE(pb_by_runs, pb_runs_narrow_for, runs_narrow_tiles)
PB_BY_TYPE(pb_by_runs_turned, pb_runs_turned_for, runs_turned)
PB_BY_TYPE(pb_pack_scattered, pb_pack_scattered_for, packs_scattered)

#define PB_BY_REDUCTION(result, name, field) \
  result name(pb_reduction reduction, pb_type type) { \
    int known = PB_IN(reduction, PB_REDUCTION_COUNT) && PB_IN(type, PB_TYPES); \
    return known ? pb_current()->field[reduction][type] : NULL; \
  }

PB_BY_REDUCTION(pb_row_start, pb_row_start_for, row_starts)
PB_BY_REDUCTION(pb_row_accumulate, pb_row_accumulate_for, row_accumulates)
PB_BY_REDUCTION(pb_row_finish, pb_row_finish_for, row_finishes)
PB_BY_REDUCTION(pb_rows_reduce, pb_rows_reduce_for, rows_reduces)
PB_BY_REDUCTION(pb_columns_reduce, pb_columns_reduce_for, columns_reduces)

pb_stream pb_stream_for_bytes(void) { return pb_current()->stream; }

void pb_fence(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

pb_row_accumulate pb_sum_row_wide(void) { return pb_current()->sum_row_wide; }

pb_rows_reduce pb_sum_rows_wide(void) { return pb_current()->sum_rows_wide; }

pb_columns_reduce pb_sum_columns_wide(void) { return pb_current()->sum_columns_wide; }

pb_rows_of pb_rows_of_for(pb_term term, pb_type type) {
  int known = PB_IN(term, PB_TERM_COUNT) && PB_IN(type, PB_TYPES);
  return known ? pb_current()->rows_of[term][type] : NULL;
}

pb_rows_of pb_rows_of_wide(pb_term term) {
  return PB_IN(term, PB_TERM_COUNT) ? pb_current()->rows_of_wide[term] : NULL;
}

pb_arg_row pb_arg_row_for(int is_max, pb_type type) {
  return PB_IN(type, PB_TYPES) ? pb_current()->arg_rows[is_max != 0][type] : NULL;
}

pb_arg_column pb_arg_column_for(int is_max, pb_type type) {
  return PB_IN(type, PB_TYPES) ? pb_current()->arg_columns[is_max != 0][type] : NULL;
}

pb_scan_rows pb_scan_rows_for(pb_scan scan, pb_type type) {
  int known = PB_IN(scan, PB_SCAN_COUNT) && PB_IN(type, PB_TYPES);
  return known ? pb_current()->scan_rows[scan][type] : NULL;
}

pb_scan_columns pb_scan_columns_for(pb_scan scan, pb_type type) {
  int known = PB_IN(scan, PB_SCAN_COUNT) && PB_IN(type, PB_TYPES);
  return known ? pb_current()->scan_columns[scan][type] : NULL;
}

long pb_first_outside(long n, const int32_t *a, int32_t count) {
  return pb_current()->first_outside(n, a, count);
}

double pb_fma_peak(long iterations) { return pb_current()->fma_peak(iterations); }

long pb_gemm_segment(long k) {
  // Two can run side by side where there are few chains. Beginning another one costs a tile some
  // 150 cycles. Very long ones would keep less of their operands in cache.
  long segments = k <= 400 ? 1 : k <= 2048 ? 2 : k <= 4096 ? (k + 1023) / 1024 : (k + 399) / 400;
  return segments > 1 ? (k + segments - 1) / segments : k;
}
