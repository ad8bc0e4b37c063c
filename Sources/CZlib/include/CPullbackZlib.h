// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_ZLIB_H
#define CPULLBACK_ZLIB_H

#include <stdbool.h>

// The function of zlib that has this name, if the program was linked with zlib; else NULL.
void *pb_linked_zlib(const char *name);

// False for a program that was linked statically: a library that it loads brings a C library of its
// own along, and two in one process end in a crash.
bool pb_can_load_libraries(void);

#endif
