#include "daemon/core/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_FACTOR = 4 }; /* instrumented frames are several times as large */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { STACK_FACTOR = 4 };
#else
enum { STACK_FACTOR = 1 };
#endif
#else
enum { STACK_FACTOR = 1 };
#endif

struct start {
	char name[16];
	void *(*fn)(void *);
	void *arg;
};

static void *thread_main(void *arg)
{
	struct start s = *(struct start *)arg;

	free(arg);
	pthread_setname_np(pthread_self(), s.name);
	return s.fn(s.arg);
}

enum err thread_start(pthread_t *t, const char *name, size_t stack, void *(*fn)(void *), void *arg,
		      struct error *e)
{
	struct start *s = mem_zalloc(sizeof *s);
	sigset_t all, before;
	pthread_attr_t attr;
	int rc;

	snprintf(s->name, sizeof s->name, "%s", name);
	s->fn = fn;
	s->arg = arg;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack * STACK_FACTOR);
	/* Inherited by the new thread. Faults of its own (SIGSEGV) are delivered all the same. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(t, &attr, thread_main, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (rc) {
		free(s);
		error_set(e, ERR_UNAVAILABLE, "cannot start thread %s: %s", name, strerror(rc));
		error_hint(e, "raise the limit of processes (ulimit -u, TasksMax=) or free memory");
		return ERR_UNAVAILABLE;
	}
	return ERR_NONE;
}

int64_t thread_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void thread_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

int thread_cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m, int64_t deadline_us)
{
	struct timespec t;

	if (deadline_us == INT64_MAX)
		return pthread_cond_wait(c, m);
	t.tv_sec = deadline_us / 1000000;
	t.tv_nsec = deadline_us % 1000000 * 1000;
	return pthread_cond_timedwait(c, m, &t);
}
