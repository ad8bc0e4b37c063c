// SPDX-License-Identifier: Apache-2.0
//
// Loops of functions that are computed a register at a time: f(x), f(x, y), and f(x, y) with
// one y for all x.
//
// Bounds: index i < n of `out`, `a` and, if there is one, `b`, of which a single element is read
// where `one` says so; whole registers while they fit, and the rest as a tail.

// The tail is padded to a register, so that its elements get the same bits, and loaded before
// anything is stored.
#define PB_REGISTER_LOOP(map, s, T, one, OF) \
  static PB_NOT_INLINED void pb_##map##_registers_##s( \
    long n, T *r, const T *x, const T *y) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    const pb_##s##v same = (pb_##s##v)(one ? *y : (T)0); \
    for (; n >= lanes; n -= lanes, x += lanes, y += one ? 0 : lanes, r += lanes) \
      *(pb_##s##v_at *)r = \
        OF(*(const pb_##s##v_at *)x, one ? same : *(const pb_##s##v_at *)y); \
    if (n > 0) { \
      pb_##s##x16 tail, other; \
      pb_load_tail_##s(n, &tail, x, (T)1); \
      *(pb_##s##v_at *)&other = same; \
      if (!one) pb_load_tail_##s(n, &other, y, (T)1); \
      *(pb_##s##v_at *)&tail = \
        OF(*(const pb_##s##v_at *)&tail, *(const pb_##s##v_at *)&other); \
      pb_store_tail_##s(n, r, &tail); \
    } \
  }

// `second` is the array of y, `a` again for a function of x alone. AHEAD has done the first
// numbers, as many as it says.
#define PB_LOOP_AFTER(map, s, T, second, one, AHEAD) \
  static void pb_##map##_##s( \
    long n, void *out, const void *a, const void *b, const void *c, const void *d) { \
    (void)b, (void)c, (void)d; \
    const T *y = second; \
    long done = AHEAD(n, out, a, y); \
    pb_##map##_registers_##s(n - done, (T *)out + done, (const T *)a + done, y + (one ? 0 : done)); \
  }

#define PB_NOTHING_AHEAD(n, r, x, y) 0

// Functions whose pb_<name>_of_<type> is all there is.
#define PB_REGISTER_MAP(name, s, T) \
  PB_INLINE pb_##s##v pb_##name##_of_first_##s(pb_##s##v x, pb_##s##v y) { \
    (void)y; \
    return pb_##name##_of_##s(x); \
  } \
  PB_REGISTER_LOOP(name, s, T, 0, pb_##name##_of_first_##s) \
  PB_LOOP_AFTER(name, s, T, a, 0, PB_NOTHING_AHEAD)

#define PB_REGISTER_MAP_OF_TWO(name, s, T) \
  PB_REGISTER_LOOP(name, s, T, 0, pb_##name##_of_##s) \
  PB_LOOP_AFTER(name, s, T, b, 0, PB_NOTHING_AHEAD)

// A function in two stages: end(z, begin(z)) where is_near(z) holds in all lanes, else far(z).
//
// Each operation of such a function waits for the one before, so a processor is only busy with
// several registers under way at once. One whose schedulers hold the operations of three registers
// (Zen 3: 64) is up to 1.6 times as fast when the first half of sixteen is done before the second
// half of any: what lies between the stages goes through the first cache. Bits are those of one
// register after the other.
#define PB_STAGED(name, s) \
  PB_INLINE pb_##s##v pb_##name##_of_##s(pb_##s##v z) { \
    if (PB_ALL(pb_##name##_is_near_##s(z))) \
      return pb_##name##_end_##s(z, pb_##name##_begin_##s(z)); \
    return pb_##name##_far_##s(z); \
  }

// The same for one that has no far numbers.
#define PB_STAGED_EVERYWHERE(name, s) \
  PB_INLINE pb_##s##_holds pb_##name##_is_near_##s(pb_##s##v z) { \
    (void)z; \
    return ~(pb_##s##_holds)0; \
  } \
  PB_INLINE pb_##s##v pb_##name##_of_##s(pb_##s##v z) { \
    return pb_##name##_end_##s(z, pb_##name##_begin_##s(z)); \
  }

enum { PB_STAGED_REGISTERS = 16 };

// The map RESULT(x, y, f(Z(x, y))) of a function in stages, each of which has the processor's
// registers for its own constants. Blocks with far numbers go to OTHERWISE.
// The last register is asked first: it is far in most rows that a mask has ended with -infinity.
#if PB_IN_STAGES
#define PB_STAGED_AHEAD(map, name, s, T, one, Z, RESULT, OTHERWISE) \
  static PB_NOT_INLINED int pb_##map##_first_##s( \
    long count, pb_##name##_parts_##s *parts, const T *x, const T *y) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    const pb_##s##v same = (pb_##s##v)(one ? *y : (T)0); \
    pb_##s##_holds near = ~(pb_##s##_holds)0; \
    for (long i = 0; i < count; i++, x += lanes, y += one ? 0 : lanes) { \
      pb_##s##v v = *(const pb_##s##v_at *)x, w = one ? same : *(const pb_##s##v_at *)y; \
      near &= pb_##name##_is_near_##s(Z(v, w)); \
      parts[i] = pb_##name##_begin_##s(Z(v, w)); \
    } \
    return PB_ALL(near); \
  } \
  static PB_NOT_INLINED void pb_##map##_second_##s( \
    long count, T *r, const pb_##name##_parts_##s *parts, const T *x, const T *y) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    const pb_##s##v same = (pb_##s##v)(one ? *y : (T)0); \
    for (long i = 0; i < count; i++, x += lanes, y += one ? 0 : lanes, r += lanes) { \
      pb_##s##v v = *(const pb_##s##v_at *)x, w = one ? same : *(const pb_##s##v_at *)y; \
      *(pb_##s##v_at *)r = RESULT(v, w, pb_##name##_end_##s(Z(v, w), parts[i])); \
    } \
  } \
  PB_INLINE long pb_##map##_ahead_##s(long n, T *r, const T *x, const T *y) { \
    enum { lanes = PB_VECTOR_BYTES / sizeof(T) }; \
    pb_##name##_parts_##s parts[PB_STAGED_REGISTERS]; \
    const pb_##s##v same = (pb_##s##v)(one ? *y : (T)0); \
    long done = 0; \
    while (n - done >= 2 * lanes) { \
      long count = (n - done) / lanes; \
      count = count < PB_STAGED_REGISTERS ? count : PB_STAGED_REGISTERS; \
      const long last = (count - 1) * lanes; \
      pb_##s##v v = *(const pb_##s##v_at *)(x + last); \
      pb_##s##v w = one ? same : *(const pb_##s##v_at *)(y + last); \
      if (PB_ALL(pb_##name##_is_near_##s(Z(v, w))) \
          && pb_##map##_first_##s(count, parts, x, y)) \
        pb_##map##_second_##s(count, r, parts, x, y); \
      else \
        OTHERWISE(count * lanes, r, x, y); \
      done += count * lanes, r += count * lanes, x += count * lanes, y += one ? 0 : count * lanes; \
    } \
    return done; \
  }
#else
#define PB_STAGED_AHEAD(map, name, s, T, one, Z, RESULT, OTHERWISE) \
  PB_INLINE long pb_##map##_ahead_##s(long n, T *r, const T *x, const T *y) { \
    (void)n, (void)r, (void)x, (void)y; \
    return 0; \
  }
#endif

#define PB_STAGED_REST(map, name, s, T, one, Z, RESULT) \
  PB_INLINE pb_##s##v pb_##map##_of_both_##s(pb_##s##v x, pb_##s##v y) { \
    return RESULT(x, y, pb_##name##_of_##s(Z(x, y))); \
  } \
  PB_REGISTER_LOOP(map, s, T, one, pb_##map##_of_both_##s)

#define PB_STAGED_LOOPS(map, name, s, T, one, Z, RESULT) \
  PB_STAGED_REST(map, name, s, T, one, Z, RESULT) \
  PB_STAGED_AHEAD(map, name, s, T, one, Z, RESULT, pb_##map##_registers_##s)

#define PB_STAGED_LOOP(map, name, s, T, second, one, Z, RESULT) \
  PB_STAGED_LOOPS(map, name, s, T, one, Z, RESULT) \
  PB_LOOP_AFTER(map, s, T, second, one, pb_##map##_ahead_##s)

#define PB_NEVER(n, r, x, y) ((void)0)

// The same where far numbers are as many as near ones: f's other form, which takes both, goes in
// stages too.
#define PB_STAGED_LOOP_OF_ANY(map, name, s, T, second, one, Z, RESULT) \
  PB_STAGED_AHEAD(map##_of_any, name##_of_any, s, T, one, Z, RESULT, PB_NEVER) \
  PB_STAGED_REST(map, name, s, T, one, Z, RESULT) \
  PB_STAGED_AHEAD(map, name, s, T, one, Z, RESULT, pb_##map##_of_any_ahead_##s) \
  PB_LOOP_AFTER(map, s, T, second, one, pb_##map##_ahead_##s)

#define PB_FIRST(x, y) ((void)(y), (x))
#define PB_RESULT(x, y, result) (result)
#define PB_STAGED_MAP(name, s, T) PB_STAGED_LOOP(name, name, s, T, a, 0, PB_FIRST, PB_RESULT)
