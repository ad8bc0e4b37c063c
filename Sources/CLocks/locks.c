// SPDX-License-Identifier: Apache-2.0

#include "CPullbackLocks.h"

#include <pthread.h>

// A power of two.
enum { count = 64 };

// Each on lines of its own, so that neighbours do not disturb each other.
static struct {
  _Alignas(128) pthread_mutex_t mutex;
} locks[count];

// Written only while a child of fork() has no second thread.
unsigned pb_fork_count;

static _Thread_local bool holds_one;

// In bounds, here and below: the number of a lock is below the power of two that `count` is.
static pthread_mutex_t *mutex(unsigned number) { return &locks[number & (count - 1)].mutex; }

void pb_lock(unsigned number) {
  if (holds_one) __builtin_trap();
  pthread_mutex_lock(mutex(number));
  holds_one = true;
}

bool pb_try_lock(unsigned number) {
  if (holds_one) __builtin_trap();
  return holds_one = pthread_mutex_trylock(mutex(number)) == 0;
}

void pb_unlock(unsigned number) {
  holds_one = false;
  pthread_mutex_unlock(mutex(number));
}

static void prepare(void) {
  for (unsigned number = 0; number < count; number++) pthread_mutex_lock(mutex(number));
}

static void release(void) {
  for (unsigned number = count; number-- > 0;) pthread_mutex_unlock(mutex(number));
}

static void release_in_child(void) {
  pb_fork_count++;
  release();
}

__attribute__((constructor)) static void start(void) {
  for (unsigned number = 0; number < count; number++) pthread_mutex_init(mutex(number), NULL);
  pthread_atfork(prepare, release, release_in_child);
}
