// SPDX-License-Identifier: Apache-2.0
//
// Matrix times vector: a lane for each row of `a`, whose elements are turned block by block in
// registers. The chains are those of gemm.inc.h.
//
// Bounds: as there, with one column.

// Of the parts of 16 bytes: the first elements of two registers in turn, and the last ones; the
// first pairs of elements, and the last ones.
#if PB_VECTOR_BYTES == 16
#define PB_FIRST_32(x, y) PB_SHUFFLE(x, y, 0, 4, 1, 5)
#define PB_LAST_32(x, y) PB_SHUFFLE(x, y, 2, 6, 3, 7)
#define PB_FIRST_TWOS(x, y) PB_SHUFFLE(x, y, 0, 1, 4, 5)
#define PB_LAST_TWOS(x, y) PB_SHUFFLE(x, y, 2, 3, 6, 7)
#define PB_FIRST_64(x, y) PB_SHUFFLE(x, y, 0, 2)
#define PB_LAST_64(x, y) PB_SHUFFLE(x, y, 1, 3)
#elif PB_VECTOR_BYTES == 32
#define PB_FIRST_32 PB_LOW_PAIRS
#define PB_LAST_32 PB_HIGH_PAIRS
#define PB_FIRST_TWOS PB_LOW_FOURS
#define PB_LAST_TWOS PB_HIGH_FOURS
#define PB_FIRST_64(x, y) PB_SHUFFLE(x, y, 0, 4, 2, 6)
#define PB_LAST_64(x, y) PB_SHUFFLE(x, y, 1, 5, 3, 7)
#else
#define PB_FIRST_32(x, y) \
  PB_SHUFFLE(x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define PB_LAST_32(x, y) \
  PB_SHUFFLE(x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define PB_FIRST_TWOS(x, y) \
  PB_SHUFFLE(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define PB_LAST_TWOS(x, y) \
  PB_SHUFFLE(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define PB_FIRST_64(x, y) PB_SHUFFLE(x, y, 0, 8, 2, 10, 4, 12, 6, 14)
#define PB_LAST_64(x, y) PB_SHUFFLE(x, y, 1, 9, 3, 11, 5, 13, 7, 15)
#endif

// A register of parts of 16 bytes: from each of these rows, and from those that are as far behind.
#define PB_PART(name, a) (*(const pb_##name##_at *)(a))
#if PB_VECTOR_BYTES == 16
#define PB_PARTS(name, rows, behind, JOIN, JOIN_TWO) PB_PART(name, rows[0] + (behind))
#elif PB_VECTOR_BYTES == 32
#define PB_PARTS(name, rows, behind, JOIN, JOIN_TWO) \
  JOIN(PB_PART(name, rows[0] + (behind)), PB_PART(name, rows[1] + (behind)))
#else
#define PB_PARTS(name, rows, behind, JOIN, JOIN_TWO) \
  JOIN_TWO( \
    JOIN(PB_PART(name, rows[0] + (behind)), PB_PART(name, rows[1] + (behind))), \
    JOIN(PB_PART(name, rows[2] + (behind)), PB_PART(name, rows[3] + (behind))))
#endif

// Elements side by side of as many rows as there are lanes: those of one column in each register.
#define PB_TURN_32(s, T) \
  PB_INLINE void pb_turn_##s(const T *const *rows, long ars, pb_##s##v columns[4]) { \
    pb_##s##v x[4]; \
    PB_UNROLLED for (long i = 0; i < 4; i++) \
      x[i] = PB_PARTS(s##x4, rows, i * ars, PB_QUAD, PB_OCTO); \
    pb_##s##v first = PB_FIRST_32(x[0], x[1]), second = PB_FIRST_32(x[2], x[3]); \
    pb_##s##v third = PB_LAST_32(x[0], x[1]), fourth = PB_LAST_32(x[2], x[3]); \
    columns[0] = PB_FIRST_TWOS(first, second); \
    columns[1] = PB_LAST_TWOS(first, second); \
    columns[2] = PB_FIRST_TWOS(third, fourth); \
    columns[3] = PB_LAST_TWOS(third, fourth); \
  }
#define PB_TURN_64(s, T) \
  PB_INLINE void pb_turn_##s(const T *const *rows, long ars, pb_##s##v columns[2]) { \
    pb_##s##v x = PB_PARTS(s##x2, rows, 0, PB_PAIR, PB_QUAD); \
    pb_##s##v y = PB_PARTS(s##x2, rows, ars, PB_PAIR, PB_QUAD); \
    columns[0] = PB_FIRST_64(x, y); \
    columns[1] = PB_LAST_64(x, y); \
  }

// Called with constant `groups`: as many registers of sums, whose chains run side by side. Of each
// the lanes from `first` on are wanted. Hidden from the optimiser is how rows follow each other, or
// it keeps a pointer to each.
#define PB_SINGLE(s, T) \
  PB_INLINE void pb_add_to_single_##s(T *c, T sum, int accumulate, const T *bias) { \
    if (accumulate) sum = *c + sum; \
    *c = bias ? sum + *bias : sum; \
  } \
  PB_INLINE void pb_groups_##s( \
    const long groups, long first, long k, long segment, const T *a, long ars, const T *b, \
    long ldb, T *c, long ldc, int accumulate, const T *bias) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T), block = 16 / sizeof(T) }; \
    enum { parts = PB_VECTOR_BYTES / 16 }; \
    do { \
      long length = segment < k ? segment : k, p = 0; \
      pb_##s##v sums[PB_GROUPS]; \
      PB_UNROLLED for (long g = 0; g < groups; g++) sums[g] = (pb_##s##v)(T)0; \
      for (; p + block <= length; p += block) { \
        const T *next = a + p; \
        PB_UNROLLED for (long g = 0; g < groups; g++) { \
          pb_##s##v columns[block]; \
          const T *rows[parts]; \
          PB_UNROLLED for (long i = 0; i < parts; i++, next += block * ars) { \
            PB_OPAQUE(next); \
            rows[i] = next; \
          } \
          pb_turn_##s(rows, ars, columns); \
          PB_UNROLLED for (long q = 0; q < block; q++) \
            sums[g] = PB_MULTIPLY_ADD_##s(columns[q], (pb_##s##v)b[(p + q) * ldb], sums[g]); \
        } \
      } \
      for (; p < length; p++) \
        PB_UNROLLED for (long g = 0; g < groups; g++) { \
          pb_##s##v column; \
          PB_UNROLLED for (long i = 0; i < lanes; i++) column[i] = a[(g * lanes + i) * ars + p]; \
          sums[g] = PB_MULTIPLY_ADD_##s(column, (pb_##s##v)b[p * ldb], sums[g]); \
        } \
      for (long g = 0; g < groups; g++) \
        for (long i = first; i < lanes; i++) \
          pb_add_to_single_##s( \
            c + (g * lanes + i - first) * ldc, sums[g][i], accumulate, length == k ? bias : 0); \
      a += length; \
      b += length * ldb; \
      k -= length; \
      accumulate = 1; \
    } while (k > 0); \
  } \
  static void pb_single_##s( \
    long rows, long k, long segment, const void *a, long ars, long acs, const void *b, long ldb, \
    void *c, long ldc, int accumulate, const void *bias) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    (void)acs; \
    const T *x = a; \
    T *y = c; \
    for (long groups; rows >= lanes; rows -= groups * lanes) { \
      groups = rows / lanes < PB_GROUPS ? rows / lanes : PB_GROUPS; \
      switch (groups) { \
        PB_SINGLE_CASE(s, 1) PB_SINGLE_CASE(s, 2) PB_SINGLE_CASE(s, 3) PB_SINGLE_CASE(s, 4) \
      } \
      x += groups * lanes * ars; \
      y += groups * lanes * ldc; \
    } \
    /* The last rows with some before them, which are not written again; if there are none, each */ \
    /* row in all lanes. */ \
    if (rows > 0 && x != a) \
      pb_groups_##s( \
        1, lanes - rows, k, segment, x - (lanes - rows) * ars, ars, b, ldb, y, ldc, accumulate, \
        bias); \
    else \
      for (; rows > 0; rows--, x += ars, y += ldc) \
        pb_groups_##s(1, lanes - 1, k, segment, x, 0, b, ldb, y, ldc, accumulate, bias); \
  }

enum { PB_GROUPS = 4 };
#define PB_SINGLE_CASE(s, groups) \
  case groups: \
    pb_groups_##s(groups, 0, k, segment, x, ars, b, ldb, y, ldc, accumulate, bias); \
    break;

PB_TURN_32(f32, float)
PB_TURN_64(f64, double)
PB_TURN_32(u32, uint32_t)
PB_SINGLE(f32, float)
PB_SINGLE(f64, double)
PB_SINGLE(u32, uint32_t)
