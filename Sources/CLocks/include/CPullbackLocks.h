// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_LOCKS_H
#define CPULLBACK_LOCKS_H

#include <stdbool.h>

// A fixed set of pthread mutexes that live as long as the process. All are held while the process
// forks, so the child finds what they guard whole, and free: a mutex of the Swift library knows its
// owner as a thread of the parent, and kills the child. Who needs a lock picks one by any number;
// two that pick the same one wait for each other now and then.
//
// A thread holds one at a time (it traps on taking a second): so they need no order.

void pb_lock(unsigned number);
bool pb_try_lock(unsigned number);
void pb_unlock(unsigned number);

extern unsigned pb_fork_count;

// How many forks lie between this process and the one in which the program began: who left a mark
// with another number is a thread that this process does not have.
static inline unsigned pb_forks(void) { return pb_fork_count; }

#endif
