// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "CPullbackAllocations.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PB_SANITIZED
#endif
#endif

#if defined(__GLIBC__) && !defined(PB_SANITIZED)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local long pb_count, pb_bytes;

static void pb_note(size_t size) {
  pb_count++;
  pb_bytes += (long)size;
}

// A program's own definitions take the place of the library's, for the libraries it uses too.
void *malloc(size_t size) { return pb_note(size), __libc_malloc(size); }

void *calloc(size_t count, size_t size) {
  return pb_note(count * size), __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) { return pb_note(size), __libc_realloc(block, size); }

void *memalign(size_t alignment, size_t size) {
  return pb_note(size), __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return pb_note(size), __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  pb_note(size);
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

int pb_counts_allocations(void) { return 1; }
long pb_allocation_count(void) { return pb_count; }
long pb_allocated_byte_count(void) { return pb_bytes; }

#else

int pb_counts_allocations(void) { return 0; }
long pb_allocation_count(void) { return 0; }
long pb_allocated_byte_count(void) { return 0; }

#endif
