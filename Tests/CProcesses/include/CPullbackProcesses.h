// SPDX-License-Identifier: Apache-2.0
//
// What Swift hides of processes: forks, processors that a thread may run on, and what a program
// inherits. For tests; all but the last two on Linux.

#ifndef CPULLBACK_PROCESSES_H
#define CPULLBACK_PROCESSES_H

/// Runs `work` in a forked child, which exits with what it returns, and which an alarm ends after
/// `seconds`. Returns that status; -1 if the child was ended by a signal, or there is no fork here.
int pb_run_in_child(int (*work)(void), unsigned seconds);

/// Lets the calling thread run on `count` of the processors that it may run on now. Returns how
/// many those are then; -1 where that is not possible.
int pb_restrict_to_processors(int count);

/// How many threads this process has; -1 where the system does not tell.
int pb_thread_count(void);

/// How many threads of this process block a signal; -1 where the system does not tell.
int pb_threads_blocking(int signal);

/// Starts the program whose path and arguments are `words`, which a null pointer ends. Whatever the
/// tests were started with, it finds no signal blocked and all at their default action, but
/// `ignored`, unless that is 0, ignored. What it prints goes nowhere. Returns its process; -1 if
/// there is none.
int pb_start(char *const words[], int ignored);

/// Waits until the process ends, for `seconds` at most, then kills it. Returns its status as a
/// shell has it, 128 and the signal's number if a signal ended it; -1 if it had to be killed.
int pb_end(int process, unsigned seconds);

#endif
