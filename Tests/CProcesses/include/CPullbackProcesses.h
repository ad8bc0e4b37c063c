// SPDX-License-Identifier: Apache-2.0
//
// What Swift hides of processes: forks and processors that a thread may run on. For tests on Linux.

#ifndef CPULLBACK_PROCESSES_H
#define CPULLBACK_PROCESSES_H

/// Runs `work` in a forked child, which exits with what it returns, and which an alarm ends after
/// `seconds`. Returns that status; -1 if the child was ended by a signal, or there is no fork here.
int pb_run_in_child(int (*work)(void), unsigned seconds);

/// Lets the calling thread run on `count` of the processors that it may run on now. Returns how many
/// those are then; -1 where that is not possible.
int pb_restrict_to_processors(int count);

/// How many threads this process has; -1 where the system does not tell.
int pb_thread_count(void);

#endif
