#include "daemon/store/store_internal.h"

#include <semaphore.h>
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "daemon/store/group.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { QUEUE_MAX = 4096 };

struct queue {
	struct store_op *head, **tail;
	size_t n;
};

struct writer {
	struct store *store;
	struct group group;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* what follows */
	pthread_cond_t wake;
	struct queue people, background, cancelled;
	bool waiting, stopping, ended;
	int64_t asked_us, answered_us; /* signs of life */

	atomic_size_t people_n; /* a copy of people.n that group_run may look at */
};

static void queue_init(struct queue *q)
{
	*q = (struct queue){.tail = &q->head};
}

static void queue_add(struct queue *q, struct store_op *op)
{
	op->next = NULL;
	*q->tail = op;
	q->tail = &op->next;
	q->n++;
}

static struct store_op *queue_take(struct queue *q)
{
	struct store_op *op = q->head;

	q->head = op->next;
	if (!q->head)
		q->tail = &q->head;
	q->n--;
	return op;
}

static void queue_put_back(struct queue *q, struct store_op *op)
{
	op->next = q->head;
	if (!q->head)
		q->tail = &op->next;
	q->head = op;
	q->n++;
}

static bool queue_remove(struct queue *q, struct store_op *op)
{
	for (struct store_op **p = &q->head; *p; p = &(*p)->next) {
		if (*p != op)
			continue;
		*p = op->next;
		if (!*p)
			q->tail = p;
		q->n--;
		return true;
	}
	return false;
}

struct writer *writer_new(struct store *s)
{
	struct writer *w = mem_zalloc(sizeof *w);

	w->store = s;
	pthread_mutex_init(&w->lock, NULL);
	thread_cond_init(&w->wake);
	queue_init(&w->people);
	queue_init(&w->background);
	queue_init(&w->cancelled);
	group_init(&w->group, s);
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	group_fini(&w->group);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* With the lock held. */
static void take_group(struct writer *w)
{
	struct group *g = &w->group;

	g->n = 0;
	while (w->people.n && g->n < GROUP_PEOPLE)
		g->ops[g->n++] = queue_take(&w->people);
	g->n_people = g->n;
	while (w->background.n && g->n - g->n_people < GROUP_BACKGROUND)
		g->ops[g->n++] = queue_take(&w->background);
	atomic_store_explicit(&w->people_n, w->people.n, memory_order_relaxed);
}

static void finish_cancelled(struct writer *w)
{
	static const struct error e = {.code = ERR_CANCELLED,
				       .text = "cancelled before it took effect"};

	while (w->cancelled.n) {
		struct store_op *op = queue_take(&w->cancelled);

		pthread_mutex_unlock(&w->lock);
		op->code = ERR_CANCELLED;
		if (op->done)
			op->done(op->arg, ERR_CANCELLED, &e);
		pthread_mutex_lock(&w->lock);
	}
}

static bool work_waits(const struct writer *w)
{
	return w->people.n || w->background.n || w->cancelled.n;
}

static void *writer_main(void *arg)
{
	struct writer *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		size_t left;
		bool due = false;

		while (!work_waits(w) && !w->stopping && !due) {
			int64_t next = maintenance_next_us(w->store->maintenance);

			w->answered_us = thread_now_us();
			due = w->answered_us >= next;
			if (due)
				break;
			w->waiting = true;
			thread_cond_wait_until(&w->wake, &w->lock, next);
			w->waiting = false;
		}
		if (due) {
			pthread_mutex_unlock(&w->lock);
			maintenance_due(w->store->maintenance);
			pthread_mutex_lock(&w->lock);
			continue;
		}
		finish_cancelled(w);
		if (!work_waits(w)) {
			if (w->stopping)
				break;
			continue;
		}
		take_group(w);
		pthread_mutex_unlock(&w->lock);
		group_run(&w->group, &w->people_n, &left);
		pthread_mutex_lock(&w->lock);
		w->answered_us = thread_now_us();
		for (size_t i = w->group.n; left > 0; left--)
			queue_put_back(&w->background, w->group.ops[--i]);
		pthread_mutex_unlock(&w->lock);
		group_checkpoint(&w->group);
		pthread_mutex_lock(&w->lock);
	}
	w->ended = true;
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

enum err writer_start(struct writer *w, struct error *e)
{
	enum err rc = thread_start(&w->thread, "writer", THREAD_STACK_LOOP, writer_main, w, e);

	w->started = rc == ERR_NONE;
	return rc;
}

void writer_stop(struct writer *w)
{
	if (!w || !w->started)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->started = false;
}

void writer_wake(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

enum err store_submit(struct store *s, enum op_queue q, struct store_op *op, struct error *e)
{
	struct writer *w = s->writer;
	struct queue *queue = q == OP_PEOPLE ? &w->people : &w->background;
	enum err rc = store_may_write(s, e);
	bool wake = false;

	if (rc)
		return rc;
	op->code = ERR_NONE;
	op->error = NULL;
	pthread_mutex_lock(&w->lock);
	if (w->stopping) {
		rc = error_set(e, ERR_UNAVAILABLE, "the daemon is ending");
	} else if (queue->n >= QUEUE_MAX) {
		rc = error_set(e, ERR_BUSY, "%d changes already wait to be written", QUEUE_MAX);
		error_hint(e, "try again in a moment");
	} else {
		queue_add(queue, op);
		if (q == OP_PEOPLE)
			atomic_store_explicit(&w->people_n, queue->n, memory_order_relaxed);
		wake = w->waiting;
	}
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
	return rc;
}

struct waiting_op {
	enum err (*run)(struct txn *t, void *arg, struct error *e);
	void *arg;
	sem_t done; /* of its own: a commit wakes exactly those it was for */
	enum err code;
	struct error *error;
};

static enum err run_waiting(struct txn *t, void *arg, struct error *e)
{
	struct waiting_op *o = arg;

	return o->run(t, o->arg, e);
}

static void wake_waiter(void *arg, enum err code, const struct error *e)
{
	struct waiting_op *o = arg;

	o->code = code;
	if (e && o->error)
		*o->error = *e;
	sem_post(&o->done);
}

enum err store_run(struct store *s, enum op_queue q,
		   enum err (*run)(struct txn *t, void *arg, struct error *e), void *arg,
		   struct error *e)
{
	struct waiting_op o = {.run = run, .arg = arg, .error = e};
	struct store_op op = {.run = run_waiting, .done = wake_waiter, .arg = &o};
	enum err rc;

	sem_init(&o.done, 0, 0);
	rc = store_submit(s, q, &op, e);
	if (!rc) {
		while (sem_wait(&o.done))
			; /* EINTR */
		rc = o.code;
	}
	sem_destroy(&o.done);
	return rc;
}

bool store_cancel(struct store *s, struct store_op *op)
{
	struct writer *w = s->writer;
	bool found, wake;

	pthread_mutex_lock(&w->lock);
	found = queue_remove(&w->people, op) || queue_remove(&w->background, op);
	if (found) {
		queue_add(&w->cancelled, op);
		atomic_store_explicit(&w->people_n, w->people.n, memory_order_relaxed);
	}
	wake = found && w->waiting;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->wake);
	return found;
}

bool store_alive(struct store *s, int max_age_ms)
{
	struct writer *w = s->writer;
	int64_t now = thread_now_us();
	bool alive = true;

	pthread_mutex_lock(&w->lock);
	if (w->ended) {
		alive = false;
	} else if (w->answered_us < w->asked_us) {
		alive = now - w->asked_us <= (int64_t)max_age_ms * 1000;
	} else {
		w->asked_us = now;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return alive;
}

void writer_take_stats(struct writer *w, struct writer_stats *out)
{
	struct group *g = &w->group;

	*out = (struct writer_stats){
		.commits = atomic_load(&g->commits),
		.operations = atomic_load(&g->operations),
		.bytes_written = atomic_load(&g->bytes_written),
		.commit_us_max = atomic_exchange(&g->commit_us_max, 0),
		.held_us = atomic_load(&g->held_us),
		.held_us_max = atomic_exchange(&g->held_us_max, 0),
		.wal_bytes = atomic_load(&g->wal_bytes),
	};
	for (size_t i = 0; i <= STORE_HOLDS; i++)
		out->held[i] = atomic_load(&g->held[i]);
	pthread_mutex_lock(&w->lock);
	out->queued_people = w->people.n;
	out->queued_background = w->background.n;
	pthread_mutex_unlock(&w->lock);
}

void store_checkpoint_hold(struct store *s)
{
	struct group *g = &s->writer->group;

	pthread_mutex_lock(&g->gate);
	g->holds++;
	pthread_mutex_unlock(&g->gate);
}

void store_checkpoint_release(struct store *s)
{
	struct group *g = &s->writer->group;

	pthread_mutex_lock(&g->gate);
	g->holds--;
	pthread_mutex_unlock(&g->gate);
}

enum err writer_checkpoint_all(struct store *s, struct error *e)
{
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return rc ? store_error(rc, s->db, "move the log into the store", e) : ERR_NONE;
}

void writer_set_id_ceiling(struct writer *w, uint64_t ceiling)
{
	w->group.id_ceiling = ceiling;
}
