// SPDX-License-Identifier: Apache-2.0
//
// Normal random numbers by the inverse distribution function: Wichura, "Algorithm AS 241: the
// percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
//
// Bounds: `out[i]` for i < n.

#include <math.h>

#define PB_POLYNOMIAL7(x, c0, c1, c2, c3, c4, c5, c6, c7) \
  PB_FMA(PB_FMA(PB_FMA(PB_FMA(PB_FMA(PB_FMA(PB_FMA(x, c7, c6), x, c5), x, c4), x, c3), x, c2), \
                x, c1), x, c0)

// The quantile of 1/2 + q for |q| <= 0.425: 85 numbers of 100.
PB_INLINE double pb_quantile_centre(double q) {
  double r = 0.180625 - q * q;
  double above = PB_POLYNOMIAL7(
    r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
    3.3430575583588128105e4, 2.5090809287301226727e3);
  double below = PB_POLYNOMIAL7(
    r, 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
    5.2264952788528545610e3);
  return q * above / below;
}

// The rest, on both sides.
PB_INLINE double pb_quantile_tail(double q) {
  double r = sqrt(-log(0.5 - fabs(q)));
  double above, below;
  if (r <= 5) {
    r -= 1.6;
    above = PB_POLYNOMIAL7(
      r, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4);
    below = PB_POLYNOMIAL7(
      r, 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9);
  } else {
    r -= 5;
    above = PB_POLYNOMIAL7(
      r, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7);
    below = PB_POLYNOMIAL7(
      r, 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15);
  }
  return copysign(above / below, q);
}

// A block of uniform numbers at a time: the centre for all of them as vectors, then the tails.
#define PB_NORMAL(s, T) \
  static void pb_normal_##s(long n, void *out, uint64_t key, uint64_t position) { \
    enum { block = 64 }; \
    T *r = out; \
    for (long start = 0; start < n; start += block) { \
      double q[block], normal[block]; \
      long count = n - start < block ? n - start : block; \
      pb_open_uniform_f64(count, q, key, position + (uint64_t)start); \
      PB_ELEMENTWISE for (long i = 0; i < count; i++) { \
        q[i] -= 0.5; \
        normal[i] = pb_quantile_centre(q[i]); \
      } \
      for (long i = 0; i < count; i++) { \
        if (fabs(q[i]) > 0.425) normal[i] = pb_quantile_tail(q[i]); \
        r[start + i] = (T)normal[i]; \
      } \
    } \
  }

PB_NORMAL(f32, float)
PB_NORMAL(f64, double)
