// SPDX-License-Identifier: Apache-2.0
//
// Elementwise maps that cost a few instructions an element.
//
// Bounds: index i < n of `out` and of each operand a map takes; the caller owns n elements of each.

// One loop: reads x (and y, z) as T, writes R.
#define PB_MAP_LOOP(name, R, statement) \
  static void pb_##name( \
    long n, void *out, const void *a, const void *b, const void *c, const void *d) { \
    (void)b, (void)c, (void)d; \
    R *r = out; \
    PB_ELEMENTWISE for (long i = 0; i < n; i++) statement \
  }

#define PB_UNARY(name, R, T, expression) \
  PB_MAP_LOOP(name, R, { T x = ((const T *)a)[i]; r[i] = (R)(expression); })

#define PB_BINARY(name, R, T, expression) \
  PB_MAP_LOOP(name, R, { \
    T x = ((const T *)a)[i]; \
    T y = ((const T *)b)[i]; \
    r[i] = (R)(expression); \
  })

// A loop whose second operand, y, is a single element.
#define PB_BY_ONE(name, T, statement) \
  static void pb_##name( \
    long n, void *out, const void *a, const void *b, const void *c, const void *d) { \
    (void)c, (void)d; \
    T *r = out, y = *(const T *)b; \
    PB_ELEMENTWISE for (long i = 0; i < n; i++) statement \
  }

// A map of two operands, and the same where the second one is a single element.
#define PB_ARITHMETIC(name, s, T, expression) \
  PB_BINARY(name##_##s, T, T, expression) \
  PB_BY_ONE(name##_one_##s, T, { T x = ((const T *)a)[i]; r[i] = expression; })

// Each operation is rounded, like the maps they stand for.
#define PB_PRODUCTS(s, T) \
  PB_MAP_LOOP(multiply_add_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    r[i] = product + ((const T *)c)[i]; \
  }) \
  PB_MAP_LOOP(subtract_product_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    r[i] = ((const T *)c)[i] - product; \
  }) \
  PB_MAP_LOOP(sum_of_products_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    T other = ((const T *)c)[i] * ((const T *)d)[i]; \
    r[i] = product + other; \
  })

#define PB_LONGER_SUMS(s, T) \
  PB_MAP_LOOP(sum_with_square_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    T square = ((const T *)d)[i] * ((const T *)d)[i]; \
    T other = ((const T *)c)[i] * square; \
    r[i] = product + other; \
  }) \
  PB_MAP_LOOP(root_add_##s, T, { \
    T root = __builtin_elementwise_sqrt(((const T *)a)[i]); \
    r[i] = root + ((const T *)b)[i]; \
  }) \
  PB_MAP_LOOP(subtract_quotient_##s, T, { \
    T quotient = ((const T *)a)[i] / ((const T *)b)[i]; \
    r[i] = ((const T *)c)[i] - quotient; \
  }) \
  PB_MAP_LOOP(subtract_product_quotient_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    T quotient = product / ((const T *)c)[i]; \
    r[i] = ((const T *)d)[i] - quotient; \
  })

// c or d, where a, b are so related; and numbers between limits. NaN is in no relation.
#define PB_CHOICES(s, T) \
  PB_CHOICE(select_equal_##s, T, ==) \
  PB_CHOICE(select_greater_##s, T, >) \
  PB_CHOICE(select_greater_equal_##s, T, >=) \
  PB_BETWEEN(clamp_##s, T, b, c, , { \
    T x = ((const T *)a)[i]; \
    r[i] = PB_CLAMPED(x); \
  }) \
  PB_BETWEEN(within_##s, T, b, c, , { \
    T x = ((const T *)a)[i]; \
    T inside = ((const T *)d)[i]; \
    r[i] = x <= least ? 0 : x >= most ? 0 : x == x ? inside : x; \
  })

// Limits are the same for all elements. NaN is neither below nor above: it stays.
#define PB_BETWEEN(name, T, low, high, number, statement) \
  static void pb_##name( \
    long n, void *out, const void *a, const void *b, const void *c, const void *d) { \
    (void)b, (void)c, (void)d; \
    T *r = out, least = *(const T *)(low), most = *(const T *)(high); \
    number \
    PB_ELEMENTWISE for (long i = 0; i < n; i++) statement \
  }

#define PB_CLAMPED(x) ((x) <= least ? least : (x) >= most ? most : (x))

#define PB_CHOICE(name, T, relation) \
  PB_MAP_LOOP(name, T, { \
    T x = ((const T *)a)[i]; \
    T y = ((const T *)b)[i]; \
    T chosen = ((const T *)c)[i]; \
    T other = ((const T *)d)[i]; \
    r[i] = x relation y ? chosen : other; \
  })

// NaN is not below `y`: it stays.
#define PB_FLOAT_CHOICES(s, T) \
  PB_BY_ONE(flush_##s, T, { \
    T x = ((const T *)a)[i]; \
    r[i] = x > -y ? x < y ? 0 : x : x; \
  }) \
  PB_BETWEEN(clamp_sum_##s, T, c, d, , { \
    T x = ((const T *)a)[i] + ((const T *)b)[i]; \
    r[i] = PB_CLAMPED(x); \
  }) \
  PB_BETWEEN(ramp_##s, T, b, c, T slope = *(const T *)d;, { \
    T x = ((const T *)a)[i]; \
    T above = PB_CLAMPED(x) + most; \
    r[i] = above * slope; \
  }) \
  PB_BETWEEN(gated_ramp_##s, T, b, c, T slope = *(const T *)d;, { \
    T x = ((const T *)a)[i]; \
    T above = PB_CLAMPED(x) + most; \
    T gate = above * slope; \
    r[i] = (x <= least ? least : x) * gate; \
  }) \
  PB_MAP_LOOP(above_or_product_##s, T, { \
    T x = ((const T *)a)[i]; \
    T y = ((const T *)b)[i]; \
    T product = x * ((const T *)c)[i]; \
    r[i] = x > y ? x : product; \
  }) \
  PB_MAP_LOOP(multiply_product_##s, T, { \
    T product = ((const T *)a)[i] * ((const T *)b)[i]; \
    r[i] = product * ((const T *)c)[i]; \
  }) \
  PB_MAP_LOOP(scale_multiply_add_##s, T, { \
    T scaled = ((const T *)a)[i] * ((const T *)b)[i]; \
    T product = scaled * ((const T *)c)[i]; \
    r[i] = product + ((const T *)d)[i]; \
  }) \
  PB_BY_ONE(scale_multiply_add_one_##s, T, { \
    T scaled = ((const T *)a)[i] * y; \
    T product = scaled * ((const T *)c)[i]; \
    r[i] = product + ((const T *)d)[i]; \
  }) \
  PB_MAP_LOOP(multiply_quotient_##s, T, { \
    T quotient = ((const T *)a)[i] / ((const T *)b)[i]; \
    r[i] = quotient * ((const T *)c)[i]; \
  })

#define PB_COMPARISONS(s, T) \
  PB_BINARY(equal_##s, uint8_t, T, x == y) \
  PB_BINARY(not_equal_##s, uint8_t, T, x != y) \
  PB_BINARY(less_##s, uint8_t, T, x < y) \
  PB_BINARY(less_equal_##s, uint8_t, T, x <= y) \
  PB_BINARY(greater_##s, uint8_t, T, x > y) \
  PB_BINARY(greater_equal_##s, uint8_t, T, x >= y)

// Written so that NaN falls through: relu by `<=`, extremes by asking whether x is NaN.
#define PB_FLOAT_MAPS(s, T) \
  PB_UNARY(negate_##s, T, T, -x) \
  PB_UNARY(absolute_##s, T, T, __builtin_elementwise_abs(x)) \
  PB_UNARY(sign_##s, T, T, x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x) \
  PB_UNARY(sqrt_##s, T, T, __builtin_elementwise_sqrt(x)) \
  PB_UNARY(relu_##s, T, T, x <= 0 ? 0 : x) \
  PB_ARITHMETIC(add, s, T, x + y) \
  PB_ARITHMETIC(subtract, s, T, x - y) \
  PB_ARITHMETIC(multiply, s, T, x * y) \
  PB_ARITHMETIC(divide, s, T, x / y) \
  PB_BINARY(maximum_##s, T, T, x != x ? x : x > y ? x : y) \
  PB_BINARY(minimum_##s, T, T, x != x ? x : x < y ? x : y) \
  PB_PRODUCTS(s, T) \
  PB_LONGER_SUMS(s, T) \
  PB_CHOICES(s, T) \
  PB_FLOAT_CHOICES(s, T) \
  PB_COMPARISONS(s, T)

PB_FLOAT_MAPS(f32, float)
PB_FLOAT_MAPS(f64, double)

// Whole numbers near x, with its sign. From `unit` on all numbers are whole; below it, adding it
// rounds to even: no instruction is needed that an older processor lacks.
#define PB_ROUNDINGS(s, T, unit) \
  PB_INLINE T pb_nearest_##s(T x) { \
    T size = __builtin_elementwise_abs(x); \
    T nearest = (size + (T)(unit)) - (T)(unit); \
    return size < (T)(unit) ? __builtin_elementwise_copysign(nearest, x) : x; \
  } \
  PB_INLINE T pb_below_##s(T x) { \
    T nearest = pb_nearest_##s(x); \
    return nearest > x ? nearest - 1 : nearest; \
  } \
  PB_UNARY(round_##s, T, T, pb_nearest_##s(x)) \
  PB_UNARY(floor_##s, T, T, pb_below_##s(x)) \
  PB_UNARY(ceil_##s, T, T, -pb_below_##s(-x))

PB_ROUNDINGS(f32, float, 0x1p23)
PB_ROUNDINGS(f64, double, 0x1p52)

// Int32 wraps: arithmetic is done on unsigned numbers, where wrapping is defined.
PB_UNARY(negate_i32, uint32_t, uint32_t, 0u - x)
PB_UNARY(absolute_i32, uint32_t, uint32_t, x >> 31 ? 0u - x : x)
PB_UNARY(sign_i32, int32_t, int32_t, (x > 0) - (x < 0))
PB_UNARY(relu_i32, int32_t, int32_t, x > 0 ? x : 0)
PB_BINARY(add_i32, uint32_t, uint32_t, x + y)
PB_BINARY(subtract_i32, uint32_t, uint32_t, x - y)
PB_BINARY(multiply_i32, uint32_t, uint32_t, x * y)
PB_PRODUCTS(i32, uint32_t)
PB_CHOICES(i32, int32_t)
PB_BINARY(maximum_i32, int32_t, int32_t, x > y ? x : y)
PB_BINARY(minimum_i32, int32_t, int32_t, x < y ? x : y)
PB_COMPARISONS(i32, int32_t)

// A double holds every Int32, and the quotient of two rounds to an integer only if it is one: so
// truncating it is exact. -(2^31) / -1 = 2^31 wraps by way of 64 bits; y = 0 divides by 1 instead.
PB_BINARY(divide_i32, int32_t, int32_t,
          (uint32_t)(int64_t)((double)(y == 0 ? 0 : x) / (double)(y == 0 ? 1 : y)))

PB_UNARY(not_u8, uint8_t, uint8_t, x == 0)
PB_BINARY(equal_u8, uint8_t, uint8_t, x == y)
PB_BINARY(not_equal_u8, uint8_t, uint8_t, x != y)
PB_BINARY(maximum_u8, uint8_t, uint8_t, x | y)
PB_BINARY(minimum_u8, uint8_t, uint8_t, x & y)

// `out` may be b or c. It may also be the condition if elements are bytes.
#define PB_SELECTION(size, W) \
  PB_MAP_LOOP(select_##size, W, { \
    W y = ((const W *)b)[i]; \
    W z = ((const W *)c)[i]; \
    r[i] = ((const uint8_t *)a)[i] ? y : z; \
  })

PB_SELECTION(8, pb_word8)
PB_SELECTION(32, pb_word32)
PB_SELECTION(64, pb_word64)
