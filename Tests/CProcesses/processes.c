// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CPullbackProcesses.h"

#if defined(__linux__)

#include <dirent.h>
#include <sched.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int pb_run_in_child(int (*work)(void), unsigned seconds) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    alarm(seconds);
    _exit(work());
  }
  int status;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int pb_restrict_to_processors(int count) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  int kept = 0;
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed)) continue;
    if (kept == count) CPU_CLR(processor, &allowed);
    else kept++;
  }
  return sched_setaffinity(0, sizeof allowed, &allowed) == 0 ? kept : -1;
}

int pb_thread_count(void) {
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) return -1;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(tasks));) count += entry->d_name[0] != '.';
  closedir(tasks);
  return count;
}

#else

int pb_run_in_child(int (*work)(void), unsigned seconds) {
  (void)work;
  (void)seconds;
  return -1;
}

int pb_restrict_to_processors(int count) {
  (void)count;
  return -1;
}

int pb_thread_count(void) { return -1; }

#endif
