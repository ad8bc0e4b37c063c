// SPDX-License-Identifier: Apache-2.0
//
// Stable sorting by the bytes of keys, the lowest first: unsigned numbers in the order of the
// elements. One file for all instruction sets, because there is nothing in it for vectors.
//
// Bounds: element i is at a[i * stride] and out[i * stride] for i < n; `scratch` has
// room for 2 n items.

#include <string.h>

#include "CPullbackKernels.h"

// Below this many items moving them into place one by one is faster than counting bytes.
enum { PB_FEW = 40 };

// A key with the place of its element: above it, or beside it where there is no room.
typedef struct { uint64_t key, place; } pb_placed_key;

#define PB_ITSELF(item) (item)
#define PB_KEY_OF(item) ((item).key)

// Sorts by `count` bytes of WORD(item) from byte `first` on. Returns where the items are in the
// end: `items` or `other`. A digit that all have in common is passed over.
#define PB_SORT_ITEMS(name, Item, WORD) \
  static Item *pb_sort_##name(long n, Item *items, Item *other, int first, int count) { \
    if (n <= PB_FEW) { \
      for (long i = 1; i < n; i++) { \
        Item item = items[i]; \
        long j = i; \
        for (; j > 0 && WORD(items[j - 1]) > WORD(item); j--) items[j] = items[j - 1]; \
        items[j] = item; \
      } \
      return items; \
    } \
    long starts[8][256]; \
    memset(starts, 0, (size_t)count * sizeof starts[0]); \
    for (long i = 0; i < n; i++) \
      for (int byte = 0; byte < count; byte++) \
        starts[byte][WORD(items[i]) >> 8 * (first + byte) & 255]++; \
    for (int byte = 0; byte < count; byte++) { \
      long *start = starts[byte], next = 0; \
      int shift = 8 * (first + byte); \
      if (start[WORD(items[0]) >> shift & 255] == n) continue; \
      for (int digit = 0; digit < 256; digit++) { \
        long found = start[digit]; \
        start[digit] = next; \
        next += found; \
      } \
      for (long i = 0; i < n; i++) { \
        Item item = items[i]; \
        other[start[WORD(item) >> shift & 255]++] = item; \
      } \
      Item *sorted = other; \
      other = items; \
      items = sorted; \
    } \
    return items; \
  }

PB_SORT_ITEMS(u32, uint32_t, PB_ITSELF)
PB_SORT_ITEMS(u64, uint64_t, PB_ITSELF)
PB_SORT_ITEMS(placed, pb_placed_key, PB_KEY_OF)

// Below this share of the items a heap that keeps the first of them is faster than sorting all.
enum { PB_FEWER = 8 };

#define PB_BEFORE(a, b) ((a) < (b))
#define PB_PLACED_BEFORE(a, b) ((a).key < (b).key || ((a).key == (b).key && (a).place < (b).place))

// Leaves the `first` items that come first, in the order in which they stood, if they are few: no
// two items are equal. Returns how many are left. A heap in `heap`, which has room for them, has on
// top the last of those that are first so far.
#define PB_FIRST_ITEMS(name, Item, BEFORE) \
  static void pb_sink_##name(long n, Item *heap, long i) { \
    Item item = heap[i]; \
    for (;;) { \
      long child = 2 * i + 1; \
      if (child >= n) break; \
      if (child + 1 < n && BEFORE(heap[child], heap[child + 1])) child++; \
      if (!BEFORE(item, heap[child])) break; \
      heap[i] = heap[child]; \
      i = child; \
    } \
    heap[i] = item; \
  } \
  static long pb_first_##name(long n, long first, Item *items, Item *heap) { \
    if (first > n / PB_FEWER || first == 0) return first == 0 ? 0 : n; \
    memcpy(heap, items, (size_t)first * sizeof(Item)); \
    for (long i = first / 2; i-- > 0;) pb_sink_##name(first, heap, i); \
    for (long i = first; i < n; i++) { \
      if (!BEFORE(items[i], heap[0])) continue; \
      heap[0] = items[i]; \
      pb_sink_##name(first, heap, 0); \
    } \
    Item last = heap[0]; \
    long left = 0; \
    for (long i = 0; i < n; i++) \
      if (!BEFORE(last, items[i])) items[left++] = items[i]; \
    return left; \
  }

PB_FIRST_ITEMS(u64, uint64_t, PB_BEFORE)
PB_FIRST_ITEMS(placed, pb_placed_key, PB_PLACED_BEFORE)

// Keys. Of a number below 0 all bits are turned over, of others the sign. -0 has the key of 0, and
// NaN the highest, which no number has either way round.
#define PB_FLOAT_KEYS(s, T, K, top) \
  static K pb_key_##s(T x, int is_descending) { \
    if (x != x) return ~(K)0; \
    K bits = 0; \
    if (x != 0) memcpy(&bits, &x, sizeof x); \
    K key = bits >> top ? ~bits : bits | (K)1 << top; \
    return is_descending ? ~key : key; \
  } \
  static T pb_number_##s(K key, int is_descending) { \
    if (is_descending) key = ~key; \
    K bits = key >> top ? key ^ (K)1 << top : ~key; \
    T x; \
    memcpy(&x, &bits, sizeof x); \
    return x; \
  }

PB_FLOAT_KEYS(f32, float, uint32_t, 31)
PB_FLOAT_KEYS(f64, double, uint64_t, 63)

#define PB_WHOLE_KEYS(s, T, offset) \
  static uint32_t pb_key_##s(T x, int is_descending) { \
    uint32_t key = (uint32_t)x ^ (offset); \
    return is_descending ? ~key : key; \
  } \
  static T pb_number_##s(uint32_t key, int is_descending) { \
    return (T)((is_descending ? ~key : key) ^ (offset)); \
  }

PB_WHOLE_KEYS(i32, int32_t, 0x80000000u)
PB_WHOLE_KEYS(u8, uint8_t, 0u)

// Numbers are made of their sorted keys. Those that share a key but not their bits, NaN and zeros
// of both signs, are copied in the order in which they came.
#define PB_SORT_VALUES(s, T, K, k) \
  static void pb_sort_values_##s( \
    long n, void *out, const void *a, long stride, int is_descending, void *scratch) { \
    const T *from = a; \
    T *to = out; \
    K *keys = scratch; \
    long count = 0, zeros = 0, next = 0; \
    for (long i = 0; i < n; i++) { \
      T x = from[i * stride]; \
      keys[count] = pb_key_##s(x, is_descending); \
      count += x == x; \
      zeros += x == 0; \
    } \
    K *sorted = pb_sort_##k(count, keys, keys + n, 0, sizeof(K)); \
    for (long i = 0; i < count; i++) to[i * stride] = pb_number_##s(sorted[i], is_descending); \
    if (zeros > 0) { \
      long place = 0; \
      while (to[place * stride] != 0) place++; \
      for (; next < n && zeros > 0; next++) { \
        if (from[next * stride] != 0) continue; \
        to[place++ * stride] = from[next * stride]; \
        zeros--; \
      } \
    } \
    for (long i = 0; count < n; i++) \
      if (from[i * stride] != from[i * stride]) to[count++ * stride] = from[i * stride]; \
  }

PB_SORT_VALUES(f32, float, uint32_t, u32)
PB_SORT_VALUES(f64, double, uint64_t, u64)
PB_SORT_VALUES(i32, int32_t, uint32_t, u32)
PB_SORT_VALUES(u8, uint8_t, uint32_t, u32)

#define PB_SORT_POSITIONS(s, T) \
  static void pb_sort_positions_##s( \
    long n, long first, void *out, const void *a, long stride, int is_descending, \
    void *scratch) { \
    const T *from = a; \
    int32_t *to = out; \
    uint64_t *items = scratch; \
    for (long i = 0; i < n; i++) \
      items[i] = (uint64_t)pb_key_##s(from[i * stride], is_descending) << 32 | (uint64_t)i; \
    long left = pb_first_u64(n, first, items, items + n); \
    uint64_t *sorted = pb_sort_u64(left, items, items + n, 4, 4); \
    for (long i = 0; i < left; i++) to[i * stride] = (int32_t)sorted[i]; \
  }

PB_SORT_POSITIONS(f32, float)
PB_SORT_POSITIONS(i32, int32_t)
PB_SORT_POSITIONS(u8, uint8_t)

static void pb_sort_positions_f64(
  long n, long first, void *out, const void *a, long stride, int is_descending, void *scratch) {
  const double *from = a;
  int32_t *to = out;
  pb_placed_key *items = scratch;
  for (long i = 0; i < n; i++)
    items[i] = (pb_placed_key) { pb_key_f64(from[i * stride], is_descending), (uint64_t)i };
  long left = pb_first_placed(n, first, items, items + n);
  pb_placed_key *sorted = pb_sort_placed(left, items, items + n, 0, 8);
  for (long i = 0; i < left; i++) to[i * stride] = (int32_t)sorted[i].place;
}

pb_sort pb_sort_values_for(pb_type type) {
  switch (type) {
    case PB_F32: return pb_sort_values_f32;
    case PB_F64: return pb_sort_values_f64;
    case PB_I32: return pb_sort_values_i32;
    case PB_U8: return pb_sort_values_u8;
  }
  return NULL;
}

pb_sort_positions pb_sort_positions_for(pb_type type) {
  switch (type) {
    case PB_F32: return pb_sort_positions_f32;
    case PB_F64: return pb_sort_positions_f64;
    case PB_I32: return pb_sort_positions_i32;
    case PB_U8: return pb_sort_positions_u8;
  }
  return NULL;
}

long pb_sort_item_size(pb_type type, int gives_positions) {
  long key = type == PB_F64 ? 8 : 4;
  return gives_positions ? 2 * key : key;
}
