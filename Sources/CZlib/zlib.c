// SPDX-License-Identifier: Apache-2.0

#include "CPullbackZlib.h"

#include <stddef.h>
#include <string.h>

#if defined(__linux__)

#include <sys/auxv.h>

// Weak: they are null unless something that is linked defines them, and nobody has to link it.
#define PB_ZLIB(F)                                                                                 \
  F(zlibVersion)                                                                                   \
  F(inflateInit2_) F(inflate) F(inflateReset) F(inflateEnd) F(deflateInit2_) F(deflate) F(deflateEnd)
#define PB_DECLARE(function) extern void function(void) __attribute__((weak));
#define PB_FIND(function)                                                                          \
  if (strcmp(name, #function) == 0) return (void *)function;

PB_ZLIB(PB_DECLARE)

void *pb_linked_zlib(const char *name) {
  PB_ZLIB(PB_FIND)
  return NULL;
}

bool pb_can_load_libraries(void) {
  // Where the system put the loader of shared libraries: nowhere if the program needs none.
  return getauxval(AT_BASE) != 0;
}

#else

void *pb_linked_zlib(const char *name) {
  (void)name;
  return NULL;
}

bool pb_can_load_libraries(void) { return true; }

#endif
