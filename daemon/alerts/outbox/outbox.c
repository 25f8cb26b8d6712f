#include "daemon/alerts/outbox/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/fallback.h"
#include "daemon/alerts/outbox/outbox_internal.h"
#include "daemon/core/thread.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	POOL_IDLE_MS = 30000,
	WARM_MS = 90000,       /* a connection is kept so long */
	LOOK_AGAIN_MS = 60000, /* at most, while something waits: the machine may have slept */
	POOL_FULL_MS = 1000,
};

int64_t outbox_boot_ms(const struct outbox *o)
{
	return clock_boot_ms(o->clock);
}

int64_t outbox_wall_ms(const struct outbox *o)
{
	return clock_wall_ms(o->clock);
}

/* ---- lanes ---------------------------------------------------------------------------------- */

struct lane *lane_find(struct outbox *o, uint64_t notifier)
{
	for (size_t i = 0; i < o->n_lanes; i++) {
		if (o->lanes[i]->notifier == notifier)
			return o->lanes[i];
	}
	return NULL;
}

struct lane *lane_need(struct outbox *o, uint64_t notifier, const char *name)
{
	struct lane *l = lane_find(o, notifier);

	if (l)
		return l;
	l = mem_zalloc(sizeof *l);
	l->notifier = notifier;
	snprintf(l->name, sizeof l->name, "%s", name);
	if (o->n_lanes == o->cap_lanes) {
		o->cap_lanes = o->cap_lanes ? o->cap_lanes * 2 : 8;
		o->lanes = mem_array(o->lanes, o->cap_lanes, sizeof *o->lanes);
	}
	o->lanes[o->n_lanes++] = l;
	return l;
}

static void lane_free(struct lane *l)
{
	free(l->entries);
	free(l);
}

size_t lane_pending(const struct lane *l)
{
	return l->n - l->first;
}

bool entry_is_held(const struct entry *e, int64_t now_ms)
{
	return !e->tries && e->due_ms > now_ms;
}

/* The oldest that is not held back: while it fails, what is younger waits. What is held back and
 * older goes first once its time comes. */
int64_t lane_due(const struct lane *l, int64_t now_ms, size_t *head)
{
	int64_t due_ms = INT64_MAX;
	size_t at = SIZE_MAX;

	for (size_t i = l->first; i < l->n && !l->paused; i++) {
		const struct entry *e = &l->entries[i];

		if (e->due_ms <= now_ms || e->due_ms < due_ms) {
			due_ms = e->due_ms;
			at = i;
		}
		if (!entry_is_held(e, now_ms))
			break;
	}
	if (head)
		*head = at;
	return due_ms;
}

void lane_add(struct lane *l, const struct entry *e)
{
	size_t i;

	if (l->first && l->n == l->cap) {
		memmove(l->entries, l->entries + l->first, lane_pending(l) * sizeof *l->entries);
		l->n -= l->first;
		l->first = 0;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		l->entries = mem_array(l->entries, l->cap, sizeof *l->entries);
	}
	for (i = l->n; i > l->first && l->entries[i - 1].id > e->id; i--)
		l->entries[i] = l->entries[i - 1];
	l->entries[i] = *e;
	l->n++;
}

struct entry *lane_entry(struct lane *l, uint64_t id)
{
	for (size_t i = l->first; i < l->n; i++) {
		if (l->entries[i].id == id)
			return &l->entries[i];
	}
	return NULL;
}

void lane_remove(struct lane *l, uint64_t id)
{
	struct entry *e = lane_entry(l, id);
	size_t i = e ? (size_t)(e - l->entries) : 0;

	if (!e)
		return;
	if (i == l->first) {
		l->first++;
	} else {
		memmove(e, e + 1, (l->n - i - 1) * sizeof *e);
		l->n--;
	}
	if (l->first == l->n)
		l->first = l->n = 0;
}

void dead_add(struct outbox *o, uint64_t id, int64_t at_ms)
{
	if (o->n_dead == o->cap_dead) {
		o->cap_dead = o->cap_dead ? o->cap_dead * 2 : 16;
		o->dead = mem_array(o->dead, o->cap_dead, sizeof *o->dead);
	}
	o->dead[o->n_dead++] = (struct dead_note){id, at_ms};
}

void dead_remove(struct outbox *o, uint64_t id)
{
	for (size_t i = 0; i < o->n_dead; i++) {
		if (o->dead[i].id == id) {
			o->dead[i] = o->dead[--o->n_dead];
			return;
		}
	}
}

const struct config *outbox_config(struct outbox *o)
{
	const struct config *c;

	pthread_mutex_lock(&o->lock);
	c = config_ref(o->config);
	pthread_mutex_unlock(&o->lock);
	return c;
}

/* ---- the dispatcher ------------------------------------------------------------------------- */

struct run {
	struct outbox *o;
	struct lane *l;
};

static void run_lane(void *arg)
{
	struct run run = *(struct run *)arg;
	struct outbox *o = run.o;

	free(arg);
	lane_run(o, run.l);
	pthread_mutex_lock(&o->lock);
	run.l->busy = false;
	pthread_cond_signal(&o->wake);
	pthread_cond_broadcast(&o->calm);
	pthread_mutex_unlock(&o->lock);
}

static bool start_lane(struct outbox *o, struct lane *l)
{
	struct run *run = mem_alloc(sizeof *run);

	*run = (struct run){o, l};
	l->busy = pool_submit(o->pool, run_lane, run);
	if (!l->busy)
		free(run);
	return l->busy;
}

static void run_unstored(void *arg)
{
	struct outbox *o = arg;

	unstored_store(o);
	pthread_mutex_lock(&o->lock);
	o->storing = false;
	pthread_cond_signal(&o->wake);
	pthread_cond_broadcast(&o->calm);
	pthread_mutex_unlock(&o->lock);
}

/* Start what is due. @return boot time of what comes next, INT64_MAX: nothing waits */
static int64_t start_due(struct outbox *o)
{
	int64_t now_ms = outbox_boot_ms(o), next_ms = INT64_MAX, due_ms;

	for (size_t i = 0; i < o->n_lanes; i++) {
		struct lane *l = o->lanes[i];

		if (l->busy)
			continue;
		if (l->removed) {
			lane_free(l);
			o->lanes[i--] = o->lanes[--o->n_lanes];
			continue;
		}
		due_ms = l->behind || l->nudged ? now_ms : lane_due(l, now_ms, NULL);
		if (due_ms < l->blocked_until_ms)
			due_ms = l->blocked_until_ms;
		if (due_ms <= now_ms && !start_lane(o, l))
			due_ms = now_ms + POOL_FULL_MS;
		if (!l->busy && due_ms < next_ms)
			next_ms = due_ms;
	}
	if (o->unstored && !o->storing) {
		if (o->unstored_at_ms <= now_ms)
			o->storing = pool_submit(o->pool, run_unstored, o);
		if (!o->storing && o->unstored_at_ms + POOL_FULL_MS < next_ms)
			next_ms = o->unstored_at_ms + POOL_FULL_MS;
	}
	due_ms = direct_due(o, now_ms);
	next_ms = due_ms < next_ms ? due_ms : next_ms;
	due_ms = fallback_due(o, now_ms);
	return due_ms < next_ms ? due_ms : next_ms;
}

static void *dispatch(void *arg)
{
	struct outbox *o = arg;

	pthread_mutex_lock(&o->lock);
	while (!o->stopping) {
		int64_t next_ms, wait_ms, warm_ms;

		pthread_mutex_unlock(&o->lock);
		warm_ms = sender_trim(o->sender, WARM_MS);
		pthread_mutex_lock(&o->lock);
		/* From here to the wait the lock is held: no wake-up is missed. */
		if (o->stopping)
			break;
		next_ms = start_due(o);
		wait_ms = next_ms == INT64_MAX ? -1 : next_ms - outbox_boot_ms(o);
		if (next_ms != INT64_MAX && wait_ms <= 0)
			continue;
		if (wait_ms > LOOK_AGAIN_MS)
			wait_ms = LOOK_AGAIN_MS;
		if (warm_ms >= 0 && (wait_ms < 0 || warm_ms < wait_ms))
			wait_ms = warm_ms + 1;
		thread_cond_wait_until(&o->wake, &o->lock,
				       wait_ms < 0 ? INT64_MAX : thread_now_us() + wait_ms * 1000);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

void outbox_wake(struct outbox *o, uint64_t notifier)
{
	pthread_mutex_lock(&o->lock);
	if (notifier)
		lane_need(o, notifier, "")->behind = true;
	pthread_cond_signal(&o->wake);
	pthread_mutex_unlock(&o->lock);
}

/* On the writer thread: a notifier was mended, paused, resumed, renamed, deleted. */
static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct outbox *o = arg;
	const struct resource *any = now ? now : old;
	struct lane *l;

	if (!old ||
	    (strcmp(any->kind->kind, "notifier") && strcmp(any->kind->kind, "subscription")))
		return;
	pthread_mutex_lock(&o->lock);
	l = lane_find(o, any->id);
	if (l) {
		snprintf(l->name, sizeof l->name, "%s", any->name);
		l->paused = false; /* it is looked at before anything is sent */
		l->nudged = true;
		pthread_cond_signal(&o->wake);
	}
	pthread_mutex_unlock(&o->lock);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct outbox *outbox_new_with(struct daemon *d, const struct notifier_type *const *types,
			       struct error *e)
{
	struct outbox *o = mem_zalloc(sizeof *o);

	o->d = d;
	o->clock = d->clock;
	o->types = types;
	pthread_mutex_init(&o->lock, NULL);
	thread_cond_init(&o->wake);
	thread_cond_init(&o->calm);
	o->config = config_ref(d->config);
	o->fallback = fallback_new(d);
	o->pool = pool_new("outbox", OUTBOX_THREADS, OUTBOX_QUEUE, POOL_IDLE_MS);
	o->sender = sender_new(d->clock, getenv("SSL_CERT_FILE"), e);
	if (!o->sender || outbox_load(o, e)) {
		outbox_free(o);
		return NULL;
	}
	return o;
}

struct outbox *outbox_new(struct daemon *d, struct error *e)
{
	return outbox_new_with(d, notifier_table, e);
}

enum err outbox_start(struct outbox *o, struct error *e)
{
	enum err rc;

	resource_listen(o->d->store, on_resource, o);
	store_on_prune(o->d->store, outbox_prune);
	o->listening = true;
	rc = thread_start(&o->dispatcher, "outbox", THREAD_STACK_SMALL, dispatch, o, e);
	o->started = rc == ERR_NONE;
	return rc;
}

static bool is_calm(const struct outbox *o)
{
	for (size_t i = 0; i < o->n_lanes; i++) {
		if (o->lanes[i]->busy)
			return false;
	}
	return !o->storing && !o->alarm_busy && !o->direct_busy;
}

void outbox_stop(struct outbox *o, int limit_ms)
{
	int64_t until_us = thread_now_us() + (int64_t)limit_ms * 1000;

	if (o->listening)
		resource_unlisten(o->d->store, on_resource, o);
	o->listening = false;
	pthread_mutex_lock(&o->lock);
	o->stopping = true;
	atomic_store(&o->cancel, true);
	pthread_cond_signal(&o->wake);
	while (!is_calm(o) && thread_cond_wait_until(&o->calm, &o->lock, until_us) == 0)
		;
	if (!is_calm(o))
		log_warn("outbox", "a message that is under way does not end");
	pthread_mutex_unlock(&o->lock);
	if (o->started)
		pthread_join(o->dispatcher, NULL);
	o->started = false;
	fallback_stop(o->fallback);
	/* What could not be stored gets a last chance. */
	unstored_store(o);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	pool_free(o->pool);
	sender_free(o->sender);
	fallback_free(o->fallback);
	direct_free_all(o);
	while (o->unstored) {
		struct unstored *next = o->unstored->next;

		free(o->unstored);
		o->unstored = next;
	}
	for (size_t i = 0; i < o->n_lanes; i++)
		lane_free(o->lanes[i]);
	free(o->lanes);
	free(o->dead);
	config_unref(o->config);
	pthread_cond_destroy(&o->wake);
	pthread_cond_destroy(&o->calm);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

/* The thread that replaces configurations is the one that calls this. */
void outbox_reload(struct outbox *o)
{
	const struct config *old;

	pthread_mutex_lock(&o->lock);
	old = o->config;
	o->config = config_ref(o->d->config);
	pthread_mutex_unlock(&o->lock);
	config_unref(old);
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* Nothing that is due waits; *pending: what waits at all. */
static bool is_settled(struct outbox *o, size_t *pending)
{
	int64_t now_ms = outbox_boot_ms(o);
	bool settled = true;

	*pending = 0;
	for (size_t i = 0; i < o->n_lanes; i++) {
		struct lane *l = o->lanes[i];

		*pending += lane_pending(l);
		settled = settled && !l->busy && !l->behind && !l->nudged &&
			  lane_due(l, now_ms, NULL) > now_ms;
	}
	return settled;
}

size_t outbox_drain(struct outbox *o, int64_t deadline_boot_ms)
{
	size_t pending;

	pthread_mutex_lock(&o->lock);
	pthread_cond_signal(&o->wake);
	while (!is_settled(o, &pending) && !o->stopping) {
		int64_t left_ms = deadline_boot_ms - outbox_boot_ms(o);

		if (left_ms <= 0)
			break;
		thread_cond_wait_until(&o->calm, &o->lock, thread_now_us() + left_ms * 1000);
	}
	pthread_mutex_unlock(&o->lock);
	return pending;
}
