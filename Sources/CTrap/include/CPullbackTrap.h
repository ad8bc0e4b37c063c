// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_TRAP_H
#define CPULLBACK_TRAP_H

// Ends the program where this is inlined, in any build: a backtrace then begins with the Swift
// function that stops and goes on to the user's line. After `abort` it would show libc and no more;
// Swift's own traps print nothing under -O, or a line of their own.
static inline __attribute__((always_inline, noreturn)) void pb_trap(void) { __builtin_trap(); }

#endif
