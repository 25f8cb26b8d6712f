#include "daemon/core/pool.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "shared/log.h"
#include "shared/mem.h"

struct task {
	void (*fn)(void *arg);
	void *arg;
};

enum worker_state { WORKER_NONE, WORKER_RUNS, WORKER_ENDED /* to be joined */ };

struct worker {
	struct pool *pool;
	pthread_t thread;
	enum worker_state state;
};

struct pool {
	char name[16];
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct task *ring;
	size_t head, queued, max;
	struct worker *workers;
	unsigned n_workers, idle;
	int idle_ms;
	bool closing, trimming;
};

struct pool *pool_new(const char *name, unsigned threads, size_t queue_max, int idle_ms)
{
	struct pool *p = mem_zalloc(sizeof *p);

	snprintf(p->name, sizeof p->name, "%s", name);
	pthread_mutex_init(&p->lock, NULL);
	thread_cond_init(&p->work);
	p->max = queue_max ? queue_max : 1;
	p->ring = mem_array(NULL, p->max, sizeof *p->ring);
	p->n_workers = threads ? threads : 1;
	p->workers = mem_zalloc(p->n_workers * sizeof *p->workers);
	p->idle_ms = idle_ms;
	return p;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		int64_t until =
			p->idle_ms ? thread_now_us() + (int64_t)p->idle_ms * 1000 : INT64_MAX;
		bool bored = false;

		p->idle++;
		while (!p->queued && !p->closing && !bored)
			bored = thread_cond_wait_until(&p->work, &p->lock, until) == ETIMEDOUT;
		p->idle--;
		if (!p->queued && bored && !p->trimming) {
			/* What a burst of requests left in the heap goes back to the system. */
			p->trimming = true;
			pthread_mutex_unlock(&p->lock);
			malloc_trim(0);
			pthread_mutex_lock(&p->lock);
			p->trimming = false;
		}
		if (!p->queued)
			break; /* closing, or bored: what is queued is always finished */

		struct task t = p->ring[p->head];

		p->head = (p->head + 1) % p->max;
		p->queued--;
		pthread_mutex_unlock(&p->lock);
		t.fn(t.arg);
		pthread_mutex_lock(&p->lock);
	}
	w->state = WORKER_ENDED;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* With the lock held. A worker that ended has let go of the lock, so joining it is short. */
static bool start_worker(struct pool *p)
{
	struct error e;

	for (unsigned i = 0; i < p->n_workers; i++) {
		struct worker *w = &p->workers[i];

		if (w->state == WORKER_RUNS)
			continue;
		if (w->state == WORKER_ENDED)
			pthread_join(w->thread, NULL);
		w->pool = p;
		w->state = WORKER_RUNS;
		if (thread_start(&w->thread, p->name, THREAD_STACK_SMALL, work, w, &e)) {
			w->state = WORKER_NONE;
			log_warn("pool", "%s", e.text);
			return false;
		}
		return true;
	}
	return true; /* all of them run and are busy */
}

static bool any_running(const struct pool *p)
{
	for (unsigned i = 0; i < p->n_workers; i++) {
		if (p->workers[i].state == WORKER_RUNS)
			return true;
	}
	return false;
}

bool pool_submit(struct pool *p, void (*fn)(void *arg), void *arg)
{
	bool taken = false;

	pthread_mutex_lock(&p->lock);
	if (p->closing || p->queued == p->max)
		goto out;
	/* Idle ones that were already signalled are counted by the queue. */
	if (p->idle <= p->queued && !start_worker(p) && !any_running(p))
		goto out;
	p->ring[(p->head + p->queued++) % p->max] = (struct task){fn, arg};
	pthread_cond_signal(&p->work);
	taken = true;
out:
	pthread_mutex_unlock(&p->lock);
	return taken;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	/* No worker is started any more, so the states only move to ENDED. */
	for (unsigned i = 0; i < p->n_workers; i++) {
		enum worker_state state;

		pthread_mutex_lock(&p->lock);
		state = p->workers[i].state;
		pthread_mutex_unlock(&p->lock);
		if (state != WORKER_NONE)
			pthread_join(p->workers[i].thread, NULL);
	}
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p->ring);
	free(p);
}

size_t pool_queued(struct pool *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->queued;
	pthread_mutex_unlock(&p->lock);
	return n;
}
