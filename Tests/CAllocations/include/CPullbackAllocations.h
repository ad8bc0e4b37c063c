// SPDX-License-Identifier: Apache-2.0
//
// Counts what a thread allocates, by standing in front of malloc: for tests.

#ifndef CPULLBACK_ALLOCATIONS_H
#define CPULLBACK_ALLOCATIONS_H

/// Whether allocations are counted here: with glibc, and without a sanitizer, which
/// has its own malloc.
int pb_counts_allocations(void);

/// How many blocks this thread has allocated so far.
long pb_allocation_count(void);

/// How many bytes this thread has asked for so far.
long pb_allocated_byte_count(void);

#endif
