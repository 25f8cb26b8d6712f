#include "daemon/core/loop.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/thread.h"
#include "shared/log.h"
#include "shared/mem.h"

struct task {
	loop_fn *fn;
	void *arg;
};

struct task_list {
	struct task *items;
	size_t n, cap;
};

/* What a burst left allocated is given back beyond this. */
enum { TASKS_KEPT = 1024 };

enum loop_state { LOOP_NEW, LOOP_RUNNING, LOOP_ENDED };

struct loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_prepare_t prepare;
	char name[16];
	pthread_t thread;
	_Atomic pthread_t self; /* set by the thread itself; 0 while there is none */
	loop_fn *setup, *teardown;
	void *setup_arg, *teardown_arg;

	pthread_mutex_t lock; /* tasks, state */
	pthread_cond_t ended;
	struct task_list tasks;
	enum loop_state state;

	atomic_bool give_up;                   /* the limit of loop_stop passed */
	_Atomic int64_t asked_us, answered_us; /* signs of life */
	_Atomic int64_t lag_us;
	int64_t turn_us, idle_us; /* the loop's thread: when this turn began, idle until then */
};

static void run_tasks(struct loop *l)
{
	struct task_list now;

	pthread_mutex_lock(&l->lock);
	now = l->tasks;
	l->tasks = (struct task_list){0};
	pthread_mutex_unlock(&l->lock);
	for (size_t i = 0; i < now.n; i++)
		now.items[i].fn(now.items[i].arg);
	pthread_mutex_lock(&l->lock);
	if (!l->tasks.items && now.cap <= TASKS_KEPT) {
		l->tasks = (struct task_list){.items = now.items, .cap = now.cap};
		now.items = NULL;
	}
	pthread_mutex_unlock(&l->lock);
	free(now.items);
}

static void on_wake(uv_async_t *a)
{
	struct loop *l = a->data;

	atomic_store(&l->answered_us, thread_now_us());
	run_tasks(l);
	if (atomic_load(&l->give_up))
		uv_stop(&l->uv);
}

/* Callbacks of descriptors run inside the poll, so what counts is a whole turn less its idle time.
 */
static void on_prepare(uv_prepare_t *p)
{
	struct loop *l = p->data;
	int64_t now = thread_now_us();
	int64_t idle = (int64_t)(uv_metrics_idle_time(&l->uv) / 1000);
	int64_t away = now - l->turn_us - (idle - l->idle_us);

	l->turn_us = now;
	l->idle_us = idle;
	if (away > atomic_load_explicit(&l->lag_us, memory_order_relaxed))
		atomic_store_explicit(&l->lag_us, away, memory_order_relaxed);
}

struct loop *loop_new(const char *name)
{
	struct loop *l = mem_zalloc(sizeof *l);

	snprintf(l->name, sizeof l->name, "%s", name);
	pthread_mutex_init(&l->lock, NULL);
	thread_cond_init(&l->ended);
	if (uv_loop_init(&l->uv) || uv_loop_configure(&l->uv, UV_METRICS_IDLE_TIME) ||
	    uv_async_init(&l->uv, &l->wake, on_wake)) {
		log_error("loop", "%s: cannot be made: descriptors used up?", l->name);
		abort(); /* at start only; there is no daemon without its loops */
	}
	uv_prepare_init(&l->uv, &l->prepare);
	l->wake.data = l->prepare.data = l;
	uv_prepare_start(&l->prepare, on_prepare);
	uv_unref((uv_handle_t *)&l->prepare);
	return l;
}

static bool is_own(const struct loop *l, const uv_handle_t *h)
{
	return h == (const uv_handle_t *)&l->wake || h == (const uv_handle_t *)&l->prepare;
}

static void name_open(uv_handle_t *h, void *arg)
{
	const struct loop *l = arg;

	if (!is_own(l, h) && !uv_is_closing(h))
		log_warn("loop", "%s: a %s handle was still open at the end", l->name,
			 uv_handle_type_name(h->type));
}

static void *loop_main(void *arg)
{
	struct loop *l = arg;

	atomic_store(&l->self, pthread_self());
	l->turn_us = thread_now_us();
	if (l->setup)
		l->setup(l->setup_arg);
	uv_run(&l->uv, UV_RUN_DEFAULT);

	uv_walk(&l->uv, name_open, l);
	/* Nothing may be posted into the void: what came until here still runs. */
	for (bool more = true; more;) {
		run_tasks(l);
		pthread_mutex_lock(&l->lock);
		more = l->tasks.n > 0;
		if (!more) {
			l->state = LOOP_ENDED;
			pthread_cond_broadcast(&l->ended);
		}
		pthread_mutex_unlock(&l->lock);
	}
	return NULL;
}

enum err loop_start(struct loop *l, loop_fn *setup, void *arg, struct error *e)
{
	enum err rc;

	l->setup = setup;
	l->setup_arg = arg;
	l->state = LOOP_RUNNING;
	rc = thread_start(&l->thread, l->name, THREAD_STACK_LOOP, loop_main, l, e);
	if (rc)
		l->state = LOOP_NEW;
	return rc;
}

/* False when the loop has ended: nobody will run the task. */
static bool post(struct loop *l, loop_fn *fn, void *arg)
{
	struct task_list *t = &l->tasks;
	bool first;

	pthread_mutex_lock(&l->lock);
	if (l->state == LOOP_ENDED) {
		pthread_mutex_unlock(&l->lock);
		return false;
	}
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->items = mem_array(t->items, t->cap, sizeof *t->items);
	}
	first = t->n == 0;
	t->items[t->n++] = (struct task){fn, arg};
	/* Inside the lock: the handle stays open as long as the state says so. */
	if (first)
		uv_async_send(&l->wake);
	pthread_mutex_unlock(&l->lock);
	return true;
}

void loop_post(struct loop *l, loop_fn *fn, void *arg)
{
	if (!post(l, fn, arg))
		log_debug("loop", "%s: ended, a task was dropped", l->name);
}

struct call {
	loop_fn *fn;
	void *arg;
	sem_t returned;
};

static void run_call(void *arg)
{
	struct call *c = arg;

	c->fn(c->arg);
	sem_post(&c->returned);
}

void loop_call(struct loop *l, loop_fn *fn, void *arg)
{
	struct call c = {.fn = fn, .arg = arg};

	sem_init(&c.returned, 0, 0);
	if (post(l, run_call, &c)) {
		while (sem_wait(&c.returned))
			; /* EINTR */
	}
	sem_destroy(&c.returned);
}

bool loop_here(const struct loop *l)
{
	pthread_t self = atomic_load(&l->self);

	return self && pthread_equal(self, pthread_self());
}

uv_loop_t *loop_uv(struct loop *l)
{
	return &l->uv;
}

static void run_teardown(void *arg)
{
	struct loop *l = arg;

	if (l->teardown)
		l->teardown(l->teardown_arg);
	/* From here on only the handles of others keep the loop running. */
	uv_unref((uv_handle_t *)&l->wake);
}

void loop_stop(struct loop *l, loop_fn *teardown, void *arg, int limit_ms)
{
	int64_t deadline = thread_now_us() + (int64_t)limit_ms * 1000;
	bool late = false;

	if (l->state == LOOP_NEW)
		return;
	l->teardown = teardown;
	l->teardown_arg = arg;
	post(l, run_teardown, l);
	pthread_mutex_lock(&l->lock);
	while (l->state != LOOP_ENDED && !late)
		late = thread_cond_wait_until(&l->ended, &l->lock, deadline) != 0;
	if (l->state != LOOP_ENDED) {
		atomic_store(&l->give_up, true);
		uv_async_send(&l->wake);
	}
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	atomic_store(&l->self, 0);
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	uv_close((uv_handle_t *)&l->wake, NULL);
	uv_close((uv_handle_t *)&l->prepare, NULL);
	uv_run(&l->uv, UV_RUN_NOWAIT);
	if (uv_loop_close(&l->uv)) {
		/* Somebody's handles are still linked into the loop: freeing it would be worse. */
		log_warn("loop", "%s: not freed, handles are open", l->name);
		return;
	}
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->ended);
	free(l->tasks.items);
	free(l);
}

bool loop_alive(struct loop *l, int max_age_ms)
{
	int64_t now = thread_now_us(), asked = atomic_load(&l->asked_us);
	bool alive = true, running;

	pthread_mutex_lock(&l->lock);
	running = l->state == LOOP_RUNNING;
	if (running && atomic_load(&l->answered_us) < asked) {
		alive = now - asked <= (int64_t)max_age_ms * 1000;
	} else if (running) {
		atomic_store(&l->asked_us, now);
		uv_async_send(&l->wake);
	}
	pthread_mutex_unlock(&l->lock);
	return running && alive;
}

int64_t loop_take_lag_us(struct loop *l)
{
	return atomic_exchange(&l->lag_us, 0);
}
