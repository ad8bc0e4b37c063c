// SPDX-License-Identifier: Apache-2.0
//
// Inner loops over numbers, chosen once for the processor the program runs on.
//
// Nothing here allocates, starts threads or knows of shapes. Lengths and strides count elements.
// Pointers must be aligned as their element type asks, no more. A kernel touches exactly the
// elements its contract names. `out` may start exactly where an input whose elements have the same
// size starts, and may not overlap one otherwise. The result for an element never depends on its
// place in the array.

#ifndef CPULLBACK_KERNELS_H
#define CPULLBACK_KERNELS_H

#include <stdint.h>

#include "CPullbackMaps.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Element types. `PB_U8` holds booleans: 0 or 1.
typedef enum pb_type { PB_F32, PB_F64, PB_I32, PB_U8 } pb_type;

// Choosing --------------------------------------------------------------------------------------

/// "baseline", "avx2", "avx512" or "neon": the best that runs here, or what the environment
/// variable PULLBACK_INSTRUCTION_SET asks for.
const char *pb_instruction_set(void);

/// 1 if the environment asked for an instruction set that is unknown or cannot run here.
int pb_instruction_set_requested_unavailable(void);

/// Processors that affinity and the quota of the control group let this process use; at least 1.
long pb_available_processors(void);

/// Bytes of a processor's second cache; 0 where the system does not say.
long pb_second_cache_bytes(void);

/// A clock that is read in a few nanoseconds and moves at a constant rate, whichever that is.
uint64_t pb_ticks(void);

/// Tells the processor that this thread waits for another one.
void pb_pause(void);

/// Lets another thread have the processor.
void pb_yield(void);

/// Moves this thread to another processor, if it may run on one.
void pb_leave_processor(void);

/// The number of the processor that this thread runs on right now; -1 where the
/// system does not say.
long pb_processor(void);

// Elementwise -----------------------------------------------------------------------------------

/// `out[i] = f(a[i], b[i], c[i], d[i])` for i < n; operands a map does not take are not read.
typedef void (*pb_map)(
  long n, void *out, const void *a, const void *b, const void *c, const void *d);

/// What a map does: see CPullbackMaps.h.
typedef enum pb_map_code {
#define PB_CODE(code, loop, types) PB_##code,
  PB_FOR_EACH_MAP(PB_CODE)
#undef PB_CODE
  PB_MAP_COUNT
} pb_map_code;

/// The map for operands of `type`; NULL where it has no meaning (exp of Int32).
/// U8 has NOT, EQUAL, NOT_EQUAL, MAXIMUM (or), MINIMUM (and) and SELECT.
pb_map pb_map_for(pb_map_code code, pb_type type);

/// Conversion: to Int32 truncates, saturates, and NaN gives 0; to U8 is `!= 0`. Reads `a` only.
pb_map pb_convert_for(pb_type from, pb_type to);

/// `out[i] = *scalar`.
typedef void (*pb_fill)(long n, void *out, const void *scalar);
pb_fill pb_fill_for(pb_type type);

/// An axis of a view: its extent, and the distance of neighbours in elements.
typedef struct {
  long extent;
  long stride;
} pb_axis;

/// `out[i] = a[e]` where e is where position + i stands in a view of these axes, the
/// innermost first; strides may be 0 or negative, and the outermost axis has no end. `out`
/// must not overlap `a`.
typedef void (*pb_load)(
  long n, void *out, const void *a, long position, const pb_axis *axes, long count);
pb_load pb_load_for(pb_type type);

/// Rows of `rest` elements by number, each `index_count` indices out of a table of `count` rows of
/// their own: `out[i] = a[(g * count + indices[row]) * rest + column]` where position + i is
/// row * rest + column and g is row / index_count. `out` must not overlap `a`.
typedef void (*pb_gather)(
  long n, void *out, const void *a, const int32_t *indices, long position, long rest,
  long index_count, long count);
pb_gather pb_gather_for(pb_type type);

/// `out[r * out_row + c * out_column] = a[r * a_row + c * a_column]`, or `+=` (for U8 `|=`), for
/// r < rows and c < columns; strides may be 0 (those of `a`) or negative. `out` must
/// not overlap `a`.
typedef void (*pb_place)(
  long rows, long columns, void *out, long out_row, long out_column, const void *a, long a_row,
  long a_column);
pb_place pb_place_for(pb_type type);
pb_place pb_add_at_for(pb_type type);

/// `out[i] = offset + e`, for e as `pb_load` has it, wrapping in 64 bits, then
/// converted to the type.
typedef void (*pb_iota)(
  long n, void *out, int64_t offset, long position, const pb_axis *axes, long count);
pb_iota pb_iota_for(pb_type type);

/// The first i with `a[i] < 0 || a[i] >= count`, else -1. Requires count >= 0.
long pb_first_outside(long n, const int32_t *a, int32_t count);

// Random numbers --------------------------------------------------------------------------------

/// Element i is a function of `key` and `position + i`, high words first, by Threefry-2x32 with 20
/// rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers, SC 2011): the same on every
/// instruction set.
typedef void (*pb_random)(long n, void *out, uint64_t key, uint64_t position);

/// Uniform in [0, 1): 24 bits for F32, 53 for F64; NULL for other types.
pb_random pb_uniform_for(pb_type type);

/// Standard normal, by the inverse distribution function (Wichura, AS 241); NULL for other types.
pb_random pb_normal_for(pb_type type);

// Reductions ------------------------------------------------------------------------------------

/// Copies n bytes past the caches, to where nobody reads soon: so nothing is read there first, and
/// what is in the caches stays. `pb_fence` before another thread is told of it.
typedef void (*pb_stream)(long n, void *out, const void *a);
pb_stream pb_stream_for_bytes(void);
void pb_fence(void);

/// Has n bytes brought to the second cache while something else is computed. Reads nothing, so any
/// place will do.
static inline void pb_prefetch(long n, const void *a) {
  for (long i = 0; i < n; i += 64) __builtin_prefetch((const char *)a + i, 0, 2);
}

/// A row is reduced in this many lanes: lane j takes elements j, j + 16, ... in order. So a row cut
/// at multiples of 16 gives the same bits as a whole one.
enum { PB_LANES = 16 };
/// Chains of a long row end after so many elements.
enum { PB_PIECE = 512 };
/// Rows that are added up in Float before their sum goes to Double.
enum { PB_CHAIN = 16 };

/// All reductions: the code PB_..., the name of the loops, and the element types of rows and of
/// columns that they are written for (see kernels.inc.h).
///
/// Maximum and minimum propagate NaN. U8: PB_MAX is any, PB_MIN is all, PB_SUM is undefined (NULL).
/// PB_PRODUCT is defined for rows of F32, F64 and I32, and computed in F64 for F32. PB_NORM, the
/// root of the sum of squares, and PB_SQUARED_DEVIATIONS, the sum of the squares of what lies
/// between the elements and their mean, are defined for rows of F32 and F64 and computed in F64.
#define PB_FOR_EACH_REDUCTION(REDUCTION) \
  REDUCTION(SUM, sum, NUMBERS, NUMBERS) \
  REDUCTION(MAX, max, ALL_TYPES, ALL_TYPES) \
  REDUCTION(MIN, min, ALL_TYPES, ALL_TYPES) \
  REDUCTION(PRODUCT, product, NUMBERS, NO_TYPES) \
  REDUCTION(NORM, norm, FLOATS, NO_TYPES) \
  REDUCTION(SQUARED_DEVIATIONS, deviations, FLOATS, NO_TYPES)

#define PB_CODE(code, ...) PB_##code,
typedef enum pb_reduction { PB_FOR_EACH_REDUCTION(PB_CODE) PB_REDUCTION_COUNT } pb_reduction;
#undef PB_CODE

/// Sets `lanes` to the identity: PB_LANES elements of the type, of F64 for a product of F32, and
/// 3 PB_LANES of F64 for the last two.
typedef void (*pb_row_start)(void *lanes);
/// Takes in the next n elements; every piece but the last holds a multiple of PB_LANES.
typedef void (*pb_row_accumulate)(long n, void *lanes, const void *a);
/// Combines the lanes, pairwise and in a fixed order, into one element.
typedef void (*pb_row_finish)(const void *lanes, void *out);
/// `out[r]` is the reduction of `a[r * n ..< (r + 1) * n]`, with the bits of the three above for
/// pieces of PB_PIECE.
/// `out` must not overlap `a`.
typedef void (*pb_rows_reduce)(long rows, long n, void *out, const void *a);

pb_row_start pb_row_start_for(pb_reduction reduction, pb_type type);
pb_row_accumulate pb_row_accumulate_for(pb_reduction reduction, pb_type type);
pb_row_finish pb_row_finish_for(pb_reduction reduction, pb_type type);
pb_rows_reduce pb_rows_reduce_for(pb_reduction reduction, pb_type type);
/// `out[j] = out[j] op a[r * apart + j]` for n columns and the rows r in order: what PB_ADD,
/// PB_MAXIMUM or PB_MINIMUM row by row gives. `out` must not overlap `a`.
typedef void (*pb_columns_reduce)(long rows, long n, long apart, void *out, const void *a);
pb_columns_reduce pb_columns_reduce_for(pb_reduction reduction, pb_type type);

/// Sums of F32 in lanes of F64, for long axes: each call adds up the next n elements in Float, in
/// chains of n / 64, and adds that to the lanes. The lanes start and finish as those of F64 do.
pb_row_accumulate pb_sum_row_wide(void);
/// Whole rows, in pieces of PB_PIECE; `out` is F32.
pb_rows_reduce pb_sum_rows_wide(void);
/// Sums of rows whose elements are computed on the way: a b, a - b, or (a - b)^2, where b in
/// the last two is one element for each row.
#define PB_FOR_EACH_TERM(TERM) \
  TERM(PRODUCT, products) TERM(DIFFERENCE, differences) TERM(SQUARE, squares)

#define PB_CODE(code, ...) PB_TERM_##code,
typedef enum pb_term { PB_FOR_EACH_TERM(PB_CODE) PB_TERM_COUNT } pb_term;
#undef PB_CODE
/// `out[r]` is the sum of row r, with the bits of the maps one after the other and PB_SUM. One b of
/// a row is b[r * apart]; a - b is written to `made` too, which may start where `a` does, unless it
/// is NULL. `out` must not overlap others. Of F32 and F64.
typedef void (*pb_rows_of)(
  long rows, long n, void *out, const void *a, const void *b, long apart, void *made);
pb_rows_of pb_rows_of_for(pb_term term, pb_type type);
/// With the bits of pb_sum_rows_wide.
pb_rows_of pb_rows_of_wide(pb_term term);
/// The same for columns, in chains of PB_CHAIN rows: `out` holds n elements of F64.
pb_columns_reduce pb_sum_columns_wide(void);

/// Where the extreme of a row is: the first wins among equals, NaN wins over numbers. A row may
/// come in pieces: `base` is the index of a[0], `is_first` says that best and index hold nothing
/// yet. A piece with n = 0 changes nothing.
typedef void (*pb_arg_row)(
  long n, const void *a, int32_t base, void *best, int32_t *index, int is_first);
pb_arg_row pb_arg_row_for(int is_max, pb_type type);

/// The same for n columns at once: `a` is row number `row`, and row 0 initialises.
typedef void (*pb_arg_column)(long n, const void *a, int32_t row, void *best, int32_t *index);
pb_arg_column pb_arg_column_for(int is_max, pb_type type);

// Scans and sorts -------------------------------------------------------------------------------

/// What runs along an axis. Of F32 it is kept in F64 (but for extremes), and each element is
/// rounded once; Int32 wraps. NaN goes on to the end. U8: PB_SCAN_MAX is or, PB_SCAN_MIN is and. A
/// recurrence, of F32 and F64, multiplies what is kept by `b[i]` and adds `a[i]`; others do not
/// look at b, which must be as long all the same. The first result is `a[0]`.
#define PB_FOR_EACH_SCAN(SCAN) \
  SCAN(SUM, sum, NUMBERS) \
  SCAN(PRODUCT, product, NUMBERS) \
  SCAN(MAX, max, ALL_TYPES) \
  SCAN(MIN, min, ALL_TYPES) \
  SCAN(RECURRENCE, recurrence, FLOATS)

#define PB_CODE(code, ...) PB_SCAN_##code,
typedef enum pb_scan { PB_FOR_EACH_SCAN(PB_CODE) PB_SCAN_COUNT } pb_scan;
#undef PB_CODE

/// Rows of n elements, each from its first to its last, or from its last to its first. Sums are of
/// eight elements at a time, added to what came before. `out` must not overlap `a` or `b`.
typedef void (*pb_scan_rows)(
  long rows, long n, int is_reversed, void *out, const void *a, const void *b);
pb_scan_rows pb_scan_rows_for(pb_scan scan, pb_type type);

/// Columns side by side: `width` of them, at most PB_SCAN_WIDTH, of n elements that are `stride`
/// apart, one after the other. `out` must not overlap `a` or `b`.
typedef void (*pb_scan_columns)(
  long n, long width, long stride, int is_reversed, void *out, const void *a, const void *b);
pb_scan_columns pb_scan_columns_for(pb_scan scan, pb_type type);
enum { PB_SCAN_WIDTH = 256 };

/// Sorts n elements that are `stride` apart in `a`, and in `out` too: the least first, or the
/// greatest, NaN last either way, those that are equal (as -0 and 0 are) in their order in `a`.
/// `scratch` is aligned to 8 bytes and holds 2 n items of pb_sort_item_size bytes. `out` must
/// not overlap `a`.
typedef void (*pb_sort)(
  long n, void *out, const void *a, long stride, int is_descending, void *scratch);
pb_sort pb_sort_values_for(pb_type type);

/// Where each of them was, of Int32: at least the first `first` of these; the others
/// may not be written.
typedef void (*pb_sort_positions)(
  long n, long first, void *out, const void *a, long stride, int is_descending, void *scratch);
pb_sort_positions pb_sort_positions_for(pb_type type);
long pb_sort_item_size(pb_type type, int gives_positions);

// Matrix multiplication -------------------------------------------------------------------------

/// `c[i * ldc + j] (+)= sum over p of a[i * ars + p * acs] * b[p * ldb + j]` for i < rows, p < k
/// and every j < pb_tile_columns: full rows of b are read and full rows of c written. k is cut into
/// segments of `segment` > 0 steps, of which the last may be shorter. Each is one chain over p in
/// order, from 0; their sums are added to c (accumulate) or to each other, in order. Then `bias[j]`
/// is added, unless it is NULL. So calling segment by segment changes no bits (with the bias in the
/// last call), nor do `rows` or the choice of the kernel. k may be 0. `c` must not overlap `a` or
/// `b`. F32, F64 and Int32 (wrapping); NULL for U8.
typedef void (*pb_gemm)(
  long rows, long k, long segment, const void *a, long ars, long acs, const void *b, long ldb,
  void *c, long ldc, int accumulate, const void *bias);
pb_gemm pb_gemm_for(pb_type type);
long pb_tile_columns(pb_type type);
/// Rows that are worked on together: multiples of it are fastest.
long pb_tile_rows(pb_type type);

/// Steps of a segment: k up to 400, half of it up to 2048, then the length of as few equal ones as
/// have 1024 at most, and beyond 4096 as have 400.
long pb_gemm_segment(long k);

/// The same with pb_narrow_columns columns, one vector: for what is left of a matrix's columns.
pb_gemm pb_gemm_narrow_for(pb_type type);
long pb_narrow_columns(pb_type type);

/// The same with one column, of which no more is read or written; acs is 1.
pb_gemm pb_gemm_single_for(pb_type type);

/// The same as the first, for an `a` that comes from memory: it asks for what comes next, which may
/// be beyond the end of `a`. If acs = 1, these are the next rows, taken to follow each other
/// without a gap; else the elements of p + PB_AHEAD.
pb_gemm pb_gemm_ahead_for(pb_type type);
enum { PB_AHEAD = 256 };

/// The same for a `b` that comes from memory: it asks for the columns beside those at hand.
pb_gemm pb_gemm_beside_for(pb_type type);

/// The same for a `b` that is one of many copies, each of k rows of ldb elements, one behind the
/// other and too large for the second cache: while the rows of `a` use it, it asks for the next.
pb_gemm pb_gemm_copied_for(pb_type type);

/// The same with pb_wide_columns columns, four vectors, for pb_wide_rows rows or fewer.
pb_gemm pb_gemm_wide_for(pb_type type);
long pb_wide_columns(pb_type type);
long pb_wide_rows(pb_type type);

/// The outer product, what pb_gemm does for k = 1 and any number of columns: with p = a[i * ars] *
/// b[j] + 0, `c[i * columns + j] = p`, or `minuend[i * columns + j] - *factor * p` if there is a
/// minuend, which may be `c` itself. Each operation is rounded by itself.
typedef void (*pb_outer)(
  long rows, long columns, const void *a, long ars, const void *b, const void *minuend,
  const void *factor, void *c);
pb_outer pb_outer_for(pb_type type);

/// Copies `columns` columns of B, element (p, j) at `b[p * brs + j * bcs]`, into a panel of
/// k x tile_columns, row after row, with zeros in columns `columns ..< tile_columns`.
typedef void (*pb_pack)(
  long k, long columns, long tile_columns, const void *b, long brs, long bcs, void *panel);
pb_pack pb_pack_for(pb_type type);

/// pb_gemm and its narrow form for an `a` whose element (i, p) stands at
/// `a[rows_at[i] + steps_at[p]]`: the same sums, the same bits, of which `columns` are written.
/// Multiples of pb_scattered_rows are fastest.
typedef void (*pb_scattered)(
  long rows, long columns, long k, const void *a, const long *rows_at, const long *steps_at, const void *b,
  long ldb, void *c, long ldc, int accumulate, const void *bias);
pb_scattered pb_scattered_for(pb_type type);
pb_scattered pb_scattered_narrow_for(pb_type type);
long pb_scattered_rows(pb_type type);

/// Steps along the inner axis of a product: runs of `length` elements at the distance `stride`, the
/// first of which lacks its first `skipped` ones. Each begins, were it whole, at one of `runs_at`.
typedef struct {
  const long *runs_at;
  long length;
  long skipped;
  long stride;
} pb_steps;

/// The same for rows of a at the distance ars, with steps in runs: the same sums, the same bits.
typedef void (*pb_by_runs)(
  long rows, long columns, long k, const void *a, long ars, const pb_steps *steps, const void *b, long ldb,
  void *c, long ldc, int accumulate, const void *bias);
pb_by_runs pb_runs_for(pb_type type);
pb_by_runs pb_runs_narrow_for(pb_type type);

/// The same for rows of a side by side, whole vectors of them (pb_narrow_columns), and a few
/// columns, also side by side: element (i, j) of the product goes to `c[j * ldc + i]`.
typedef void (*pb_by_runs_turned)(
  long rows, long columns, long k, const void *a, const pb_steps *steps, const void *b, long ldb,
  void *c, long ldc, int accumulate);
pb_by_runs_turned pb_runs_turned_for(pb_type type);

/// pb_pack for a B whose element (p, j) stands at `b[steps_at[p] + columns_at[j]]`.
typedef void (*pb_pack_scattered)(
  long k, long columns, long tile_columns, const void *b, const long *steps_at,
  const long *columns_at, void *panel);
pb_pack_scattered pb_pack_scattered_for(pb_type type);

// Measuring -------------------------------------------------------------------------------------

/// Runs multiply-adds on float registers alone and returns how many floating-point operations
/// that was: the peak that matrix multiplication is compared with.
double pb_fma_peak(long iterations);

#ifdef __cplusplus
}
#endif

#endif
