// SPDX-License-Identifier: Apache-2.0
//
// Vector types, and the few operations on them that depend on the instruction set.
// Included by kernels.inc.h under the target of one instruction set.

#define PB_INLINE static inline __attribute__((always_inline))

// A loop over elements without ties between them, apart from reading and writing the same index:
// the compiler writes the vector loop and its tail. -Wpass-failed reports if it ever cannot.
#define PB_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

// Copying needs only the size of an element, so one loop serves types of the same size.
typedef uint8_t pb_word8 __attribute__((may_alias));
typedef uint32_t pb_word32 __attribute__((may_alias));
typedef uint64_t pb_word64 __attribute__((may_alias));

// pb_<type>x16: the PB_LANES lanes of a reduction, in as many registers as it takes.
// pb_<type>v: one register. Their _at forms are how they lie in memory: aligned as elements are.
#define PB_VECTORS(s, T) \
  typedef T pb_##s##x16 __attribute__((ext_vector_type(16))); \
  typedef pb_##s##x16 pb_##s##x16_at __attribute__((aligned(__alignof__(T)), may_alias)); \
  typedef T pb_##s##v __attribute__((ext_vector_type(PB_VECTOR_BYTES / sizeof(T)))); \
  typedef pb_##s##v pb_##s##v_at __attribute__((aligned(__alignof__(T)), may_alias));

PB_VECTORS(f32, float)
PB_VECTORS(f64, double)
PB_VECTORS(i32, int32_t)
PB_VECTORS(u32, uint32_t)
PB_VECTORS(i64, int64_t)
PB_VECTORS(u8, uint8_t)

// x * y + z, rounded once where the processor can. Never a call to the C library's fma.
#if PB_HAS_FMA
#define PB_FMA(x, y, z) __builtin_elementwise_fma(x, y, z)
#else
#define PB_FMA(x, y, z) ((x) * (y) + (z))
#endif
