// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CPullbackProcesses.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int pb_start(char *const words[], int ignored) {
  pid_t child = fork();
  if (child != 0) return child;
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  if (ignored) signal(ignored, SIG_IGN);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // A backtrace would take longer than a test waits.
  setenv("SWIFT_BACKTRACE", "enable=no", 1);
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0) _exit(127);
  execv(words[0], words);
  _exit(127);
}

int pb_end(int process, unsigned seconds) {
  int status;
  for (unsigned waited = 0; waited < 1000 * seconds; waited++) {
    pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended < 0) return -1;
    if (ended == process)
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    usleep(1000);
  }
  kill(process, SIGKILL);
  waitpid(process, &status, 0);
  return -1;
}

#if defined(__linux__)

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <sys/types.h>

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

int pb_threads_blocking(int signal) {
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) return -1;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(tasks));) {
    char line[300];
    snprintf(line, sizeof line, "/proc/self/task/%s/status", entry->d_name);
    FILE *status = entry->d_name[0] != '.' ? fopen(line, "r") : NULL;
    if (!status) continue;
    unsigned long long blocked;
    while (fgets(line, sizeof line, status))
      if (sscanf(line, "SigBlk: %llx", &blocked) == 1) count += blocked >> (signal - 1) & 1;
    fclose(status);
  }
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

int pb_threads_blocking(int signal) {
  (void)signal;
  return -1;
}

#endif
