// SPDX-License-Identifier: Apache-2.0

#include "CPullbackStart.h"

#if defined(__linux__)

#include <stdlib.h>
#include <unistd.h>

// What a main.swift tells the standard library.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count)
    __attribute__((weak));

// Before all other constructors, for a root without /proc, on which Swift's runtime relies twice.
__attribute__((constructor(101))) static void pb_start(int count, char **arguments) {
  if (access("/proc/self/exe", F_OK) == 0) return;
  // While it starts, it looks beside the program for what prints backtraces, and ends the program
  // if nothing says where that is. It does not look if it is told that there is none.
  setenv("SWIFT_BACKTRACE", "enable=no,swift-backtrace=/nonexistent", 0);
  // It reads the command line there. The GNU C library gives it to constructors, others do not.
#if defined(__GLIBC__)
  if (_swift_stdlib_overrideUnsafeArgvArgc) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
#else
  (void)count, (void)arguments;
#endif
}

#endif
