#pragma once
/* Threads of the daemon: named, small stacks, and no signals (those belong to the main thread). */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

enum { THREAD_STACK_SMALL = 256 * 1024, THREAD_STACK_LOOP = 1024 * 1024 };

/** Start a joinable thread. @param name  at most 15 bytes are kept
 *  @return ERR_UNAVAILABLE when the system has no more threads */
enum err thread_start(pthread_t *t, const char *name, size_t stack, void *(*fn)(void *), void *arg,
		      struct error *e) __attribute__((warn_unused_result));

/** CLOCK_MONOTONIC in µs: for waits and intervals of this process only. */
int64_t thread_now_us(void);
/** A condition variable whose timed waits are on CLOCK_MONOTONIC. */
void thread_cond_init(pthread_cond_t *c);
/** pthread_cond_timedwait until thread_now_us() reaches deadline_us; INT64_MAX waits for ever.
 *  @return 0 or ETIMEDOUT */
int thread_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m, int64_t deadline_us);
