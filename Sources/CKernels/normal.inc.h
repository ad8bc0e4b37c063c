// SPDX-License-Identifier: Apache-2.0
//
// Normal random numbers by the inverse distribution function: Wichura, "Algorithm AS 241: the
// percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16. Without
// fma, so that a seed gives the same numbers on every instruction set.
//
// Bounds: `out[i]` for i < n; arrays of a block have room for it and one register.

// Numerators and denominators: for |p - 1/2| <= 0.425, for the tails, and for their far ends.
static const double pb_centre_above[] = {
  3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
  3.3430575583588128105e4, 2.5090809287301226727e3
};
static const double pb_centre_below[] = {
  1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
  2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
  5.2264952788528545610e3
};
static const double pb_tail_above[] = {
  1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
  3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
  2.27238449892691845833e-2, 7.74545014278341407640e-4
};
static const double pb_tail_below[] = {
  1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
  1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
  1.05075007164441684324e-9
};
static const double pb_end_above[] = {
  6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
  2.71155556874348757815e-5, 2.01033439929228813265e-7
};
static const double pb_end_below[] = {
  1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
  7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
  2.04426310338993978564e-15
};

PB_INLINE pb_f64v pb_ratio_f64(pb_f64v x, const double *above, const double *below) {
  return pb_same_polynomial_f64(x, above, 8) / pb_same_polynomial_f64(x, below, 8);
}

// The quantile of 1/2 + q: 85 numbers of 100 lie in the centre.
PB_INLINE pb_f64v pb_centre_f64(pb_f64v q) {
  return q * pb_ratio_f64(0.180625 - q * q, pb_centre_above, pb_centre_below);
}

// The rest. Far ends, fewer than one number in 10^10, are computed when a lane asks for them.
PB_INLINE pb_f64v pb_tail_f64(pb_f64v q) {
  pb_f64v r = __builtin_elementwise_sqrt(-pb_log_of_f64(0.5 - __builtin_elementwise_abs(q)));
  pb_f64v size = pb_ratio_f64(r - 1.6, pb_tail_above, pb_tail_below);
  if (__builtin_reduce_or(r > 5.0))
    size = r > 5.0 ? pb_ratio_f64(r - 5.0, pb_end_above, pb_end_below) : size;
  return __builtin_elementwise_copysign(size, q);
}

// n <= PB_NORMAL_BLOCK numbers: the centre for all, then tails, gathered, for those that need
// them. Both run over whole registers, so arrays have room for one more, and the surplus is some
// number of the tail.
enum { PB_NORMAL_BLOCK = 64 };

static void pb_normal_block_f64(long n, double *normal, uint64_t key, uint64_t position) {
  enum { lanes = PB_VECTOR_BYTES / sizeof(double) };
  double q[PB_NORMAL_BLOCK + lanes], tail[PB_NORMAL_BLOCK + lanes];
  uint8_t place[PB_NORMAL_BLOCK];
  pb_open_uniform_f64(n, q, key, position);
  for (long j = 0; j < lanes; j++) q[n + j] = 0.99;
  for (long i = 0; i < n; i += lanes) {
    pb_f64v_at *at = (pb_f64v_at *)(q + i);
    *at -= 0.5;
    *(pb_f64v_at *)(normal + i) = pb_centre_f64(*at);
  }
  long count = 0;
  for (long i = 0; i < n; i++) {
    tail[count] = q[i];
    place[count] = (uint8_t)i;
    count += __builtin_fabs(q[i]) > 0.425;
  }
  for (long j = 0; j < lanes; j++) tail[count + j] = 0.49;
  for (long i = 0; i < count; i += lanes) {
    pb_f64v_at *at = (pb_f64v_at *)(tail + i);
    *at = pb_tail_f64(*at);
  }
  for (long i = 0; i < count; i++) normal[place[i]] = tail[i];
}

#define PB_NORMAL(s, T) \
  static void pb_normal_##s(long n, void *out, uint64_t key, uint64_t position) { \
    T *r = out; \
    while (n > 0) { \
      double normal[PB_NORMAL_BLOCK + PB_VECTOR_BYTES / sizeof(double)]; \
      long count = n < PB_NORMAL_BLOCK ? n : PB_NORMAL_BLOCK; \
      pb_normal_block_f64(count, normal, key, position); \
      PB_ELEMENTWISE for (long i = 0; i < count; i++) r[i] = (T)normal[i]; \
      n -= count; \
      r += count; \
      position += (uint64_t)count; \
    } \
  }

PB_NORMAL(f32, float)
PB_NORMAL(f64, double)
