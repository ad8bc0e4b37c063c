// SPDX-License-Identifier: Apache-2.0
//
// All kernels of one instruction set, and the table of them. The including file names the set
// (PB_ISA, PB_ISA_NAME), its registers (PB_VECTOR_BYTES, PB_HAS_FMA, PB_TILE_ROWS) and puts the
// functions under its target.

#include "vectors.inc.h"
#include "maps.inc.h"
#include "registers.inc.h"
#include "transcendental.inc.h"
#include "sigmoids.inc.h"
#include "trigonometric.inc.h"
#include "powers.inc.h"
#include "moves.inc.h"
#include "random.inc.h"
#include "normal.inc.h"
#include "reduce.inc.h"
#include "product.inc.h"
#include "moments.inc.h"
#include "terms.inc.h"
#include "extremes.inc.h"
#include "scan.inc.h"
#include "gemm.inc.h"
#include "pack.inc.h"
#include "single.inc.h"
#include "scattered.inc.h"

// Rows of the table, in the order F32, F64, I32, U8.
#define PB_FLOATS(name) { pb_##name##_f32, pb_##name##_f64 }
#define PB_NUMBERS(name) { pb_##name##_f32, pb_##name##_f64, pb_##name##_i32 }
#define PB_ALL_TYPES(name) { pb_##name##_f32, pb_##name##_f64, pb_##name##_i32, pb_##name##_u8 }
#define PB_NO_TYPES(name) { 0 }
#define PB_TRUTHS(name) { [PB_U8] = pb_##name##_u8 }
#define PB_BY_SIZE(name) { pb_##name##_32, pb_##name##_64, pb_##name##_32, pb_##name##_8 }
#define PB_PASTED(prefix, isa) prefix##isa
#define PB_TABLE(isa) PB_PASTED(pb_kernels_, isa)
#define PB_LANES_OF(T) (PB_VECTOR_BYTES / sizeof(T))

const struct pb_kernels PB_TABLE(PB_ISA) = {
  .name = PB_ISA_NAME,
  .maps = {
#define PB_ENTRY(code, loop, types) [PB_##code] = PB_##types(loop),
    PB_FOR_EACH_MAP(PB_ENTRY)
#undef PB_ENTRY
  },
  .converts = {
    [PB_F32] = { pb_copy_32, pb_convert_f32_f64, pb_convert_f32_i32, pb_convert_f32_u8 },
    [PB_F64] = { pb_convert_f64_f32, pb_copy_64, pb_convert_f64_i32, pb_convert_f64_u8 },
    [PB_I32] = { pb_convert_i32_f32, pb_convert_i32_f64, pb_copy_32, pb_convert_i32_u8 },
    [PB_U8] = { pb_convert_u8_f32, pb_convert_u8_f64, pb_convert_u8_i32, pb_copy_8 },
  },
  .fills = PB_BY_SIZE(fill),
  .loads = PB_BY_SIZE(load),
  .gathers = PB_BY_SIZE(gather),
  .places = PB_BY_SIZE(place),
  .adds_at = PB_ALL_TYPES(add_at),
  .iotas = PB_ALL_TYPES(iota),
  .stream = pb_stream_bytes,
  .first_outside = pb_first_outside_i32,

  .uniforms = PB_FLOATS(uniform),
  .normals = PB_FLOATS(normal),

#define PB_STARTS(code, name, types, ...) [PB_##code] = PB_##types(start_##name),
#define PB_ACCUMULATES(code, name, types, ...) [PB_##code] = PB_##types(accumulate_##name),
#define PB_FINISHES(code, name, types, ...) [PB_##code] = PB_##types(finish_##name),
#define PB_ROWS(code, name, types, ...) [PB_##code] = PB_##types(rows_##name),
#define PB_COLUMNS(code, name, types, of_columns) [PB_##code] = PB_##of_columns(columns_##name),
  .row_starts = { PB_FOR_EACH_REDUCTION(PB_STARTS) },
  .row_accumulates = { PB_FOR_EACH_REDUCTION(PB_ACCUMULATES) },
  .row_finishes = { PB_FOR_EACH_REDUCTION(PB_FINISHES) },
  .rows_reduces = { PB_FOR_EACH_REDUCTION(PB_ROWS) },
  .columns_reduces = { PB_FOR_EACH_REDUCTION(PB_COLUMNS) },
  .sum_row_wide = pb_wide_row_sum,
  .sum_rows_wide = pb_wide_rows_sum,
  .sum_columns_wide = pb_wide_columns_sum,
#define PB_ROWS_OF(code, name) [PB_TERM_##code] = PB_FLOATS(rows_of_##name),
#define PB_ROWS_OF_WIDE(code, name) [PB_TERM_##code] = pb_rows_of_##name##_wide,
  .rows_of = { PB_FOR_EACH_TERM(PB_ROWS_OF) },
  .rows_of_wide = { PB_FOR_EACH_TERM(PB_ROWS_OF_WIDE) },
  .arg_rows = { PB_ALL_TYPES(arg_row_min), PB_ALL_TYPES(arg_row_max) },
  .arg_columns = { PB_ALL_TYPES(arg_column_min), PB_ALL_TYPES(arg_column_max) },

#define PB_ROWS_OF_SCAN(code, name, types) [PB_SCAN_##code] = PB_##types(scan_rows_##name),
#define PB_COLUMNS_OF_SCAN(code, name, types) [PB_SCAN_##code] = PB_##types(scan_columns_##name),
  .scan_rows = { PB_FOR_EACH_SCAN(PB_ROWS_OF_SCAN) },
  .scan_columns = { PB_FOR_EACH_SCAN(PB_COLUMNS_OF_SCAN) },

  .tiles = { pb_tile_f32, pb_tile_f64, pb_tile_u32 },
  .single_tiles = { pb_single_f32, pb_single_f64, pb_single_u32 },
  .narrow_tiles = { pb_narrow_f32, pb_narrow_f64, pb_narrow_u32 },
  .ahead_tiles = { pb_ahead_f32, pb_ahead_f64, pb_ahead_u32 },
  .beside_tiles = { pb_beside_f32, pb_beside_f64, pb_beside_u32 },
  .copied_tiles = { pb_copied_f32, pb_copied_f64, pb_copied_u32 },
  .outers = { pb_outer_f32, pb_outer_f64, pb_outer_u32 },
  .wide_tiles = { pb_wide_f32, pb_wide_f64, pb_wide_u32 },
  .wide_columns = { 4 * PB_LANES_OF(float), 4 * PB_LANES_OF(double), 4 * PB_LANES_OF(int32_t) },
  .wide_rows = { PB_WIDE_ROWS, PB_WIDE_ROWS, PB_WIDE_ROWS },
  .tile_columns = { 2 * PB_LANES_OF(float), 2 * PB_LANES_OF(double), 2 * PB_LANES_OF(int32_t) },
  .narrow_columns = { PB_LANES_OF(float), PB_LANES_OF(double), PB_LANES_OF(int32_t) },
  .tile_rows = { PB_TILE_ROWS, PB_TILE_ROWS, PB_TILE_ROWS },
  .scattered_tiles = { pb_scattered_f32, pb_scattered_f64, pb_scattered_u32 },
  .scattered_narrow_tiles = {
    pb_scattered_narrow_f32, pb_scattered_narrow_f64, pb_scattered_narrow_u32
  },
  .scattered_rows = { PB_SCATTERED_ROWS, PB_SCATTERED_ROWS, PB_SCATTERED_ROWS },
  .runs_tiles = { pb_runs_f32, pb_runs_f64, pb_runs_u32 },
  .runs_narrow_tiles = { pb_runs_narrow_f32, pb_runs_narrow_f64, pb_runs_narrow_u32 },
  .runs_turned = { pb_runs_turned_f32, pb_runs_turned_f64, pb_runs_turned_u32 },
  .packs_scattered = { pb_pack_scattered_32, pb_pack_scattered_64, pb_pack_scattered_32 },
  .packs = { pb_pack_32, pb_pack_64, pb_pack_32 },

  .fma_peak = pb_fma_peak_f32,
};
