// SPDX-License-Identifier: Apache-2.0
//
// exp, log and tanh.

#include <math.h>

#define PB_CALL(name, T, function) \
  static void pb_##name(long n, void *out, const void *a, const void *b, const void *c) { \
    (void)b, (void)c; \
    T *r = out; \
    const T *x = a; \
    for (long i = 0; i < n; i++) r[i] = function(x[i]); \
  }

PB_CALL(exp_f32, float, expf)
PB_CALL(log_f32, float, logf)
PB_CALL(tanh_f32, float, tanhf)
PB_CALL(exp_f64, double, exp)
PB_CALL(log_f64, double, log)
PB_CALL(tanh_f64, double, tanh)
