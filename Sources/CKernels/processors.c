// SPDX-License-Identifier: Apache-2.0
//
// What the system lets this process use of the processors. In C because some of it is hidden from
// Swift: glibc declares affinity for GNU sources only, and a pause is an instruction.

#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "CPullbackKernels.h"

uint64_t pb_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
#endif
}

void pb_pause(void) {
#if defined(__x86_64__)
  // Not `pause`: many of them in a row make a hypervisor take the processor away from this machine.
  // A fence too leaves the processor's other thread its share.
  __builtin_ia32_lfence();
  __builtin_ia32_lfence();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

void pb_yield(void) { sched_yield(); }

long pb_processor(void) {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

#if defined(__linux__)

// Processors' worth of time in a quota "limit period", rounded up; a large number if there is none.
static long pb_quota(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) return 1L << 30;
  double limit = 0, period = 0;
  int found = fscanf(file, "%lf %lf", &limit, &period);
  fclose(file);
  if (found != 2 || limit <= 0 || period <= 0 || limit > 1e15) return 1L << 30;
  long count = (long)(limit / period);
  return limit > (double)count * period ? count + 1 : count > 0 ? count : 1;
}

// The least quota of the control group (version 2) of this process and of all groups above it.
static long pb_group_quota(void) {
  char line[4096], path[4200];
  long least = 1L << 30;
  FILE *groups = fopen("/proc/self/cgroup", "r");
  if (!groups) return least;
  while (fgets(line, sizeof line, groups)) {
    if (strncmp(line, "0::/", 4) != 0) continue;
    line[strcspn(line, "\n")] = 0;
    char *group = line + 3;
    for (;;) {
      snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
      long count = pb_quota(path);
      if (count < least) least = count;
      char *slash = strrchr(group, '/');
      if (!slash) break;
      *slash = 0;
    }
  }
  fclose(groups);
  return least;
}

#endif

void pb_leave_processor(void) {
#if defined(__linux__)
  cpu_set_t allowed, others;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  others = allowed;
  CPU_CLR(sched_getcpu(), &others);
  if (CPU_COUNT(&others) == 0) return;
  sched_setaffinity(0, sizeof others, &others);
  sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

long pb_available_processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0)
    count = CPU_COUNT(&allowed);
  long quota = pb_group_quota();
  if (quota < count) count = quota;
#endif
  return count > 0 ? count : 1;
}

long pb_second_cache_bytes(void) {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? bytes : 0;
#else
  return 0;
#endif
}
