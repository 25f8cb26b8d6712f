/* Transitions on their way to the store: in order, each in one operation; several that wait share
 * one. What each of them is stands in transition.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/core/fault.h"
#include "daemon/core/thread.h"
#include "daemon/services/sitemonitor/transition.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	TRANSITIONS_AT_ONCE = 64,
	TRANSITIONS_KEPT = 20000, /* while the store takes no writes */
	TRIES_MAX = 8,            /* of what the store refuses for its own sake */
	WAIT_MS = 1000,           /* of a reader for a slow disk */
};

struct journal_op {
	struct store_op op;
	struct sitemonitor *sm;
	struct transition *first;
	enum err code;
	char why[160];
};

/* ---- writing ------------------------------------------------------------------------------- */

static enum err write_journal(struct txn *t, void *arg, struct error *e)
{
	struct journal_op *op = arg;
	enum err err = ERR_NONE;
	for (struct transition *tr = op->first; tr && !err; tr = tr->next)
		err = transition_write(t, tr, e);
	fault_point("transition.in_op");
	return err;
}

/* ---- readers wait for what is under way ----------------------------------------------------- */

void journal_begin(struct sitemonitor *sm)
{
	pthread_mutex_lock(&sm->lock);
	sm->journal.begun++;
	pthread_mutex_unlock(&sm->lock);
}

static void settle(struct sitemonitor *sm, uint64_t n)
{
	pthread_mutex_lock(&sm->lock);
	sm->journal.settled += n;
	sm->journal.stuck = sm->journal.failed > 0;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}

void journal_wait(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	int64_t until = thread_now_us() + WAIT_MS * 1000;
	pthread_mutex_lock(&sm->lock);
	uint64_t wanted = j->begun;
	while (j->settled < wanted && !j->stuck && !sm->stopped &&
	       !thread_cond_wait_until(&sm->changed, &sm->lock, until))
		;
	pthread_mutex_unlock(&sm->lock);
}

/* ---- what waits ----------------------------------------------------------------------------- */

static void drop_oldest(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	struct transition *oldest = j->first;
	if (j->dropped++ == 0)
		log_error("sitemonitor",
			  "the store takes no writes: the oldest transitions are dropped");
	j->first = oldest->next;
	j->n--;
	j->bytes -= transition_bytes(oldest);
	transition_free(oldest);
	settle(sm, 1);
}

/* The newest state counts: the row of the last one has it. */
static void keep_newest(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	while (j->n > TRANSITIONS_KEPT || (j->n > 1 && j->bytes > j->bytes_max))
		drop_oldest(sm);
}

static void put_back(struct sitemonitor *sm, struct journal_op *op)
{
	struct journal *j = &sm->journal;
	struct transition **end = &op->first;
	while (*end) {
		j->n++;
		j->bytes += transition_bytes(*end);
		end = &(*end)->next;
	}
	*end = j->first;
	j->first = op->first;
	op->first = NULL;
	struct transition *last = j->first;
	while (last->next)
		last = last->next;
	j->last = last;
	keep_newest(sm);
}

static void failed(struct sitemonitor *sm, struct journal_op *op, const char *why)
{
	struct journal *j = &sm->journal;
	if (writing_is_refused(op->code) && j->failed >= TRIES_MAX) { /* then it is alone in op */
		log_error("sitemonitor", "a transition of %s was dropped: %s", op->first->name,
			  why);
		j->dropped++;
		j->failed = 0;
		settle(sm, 1);
		return;
	}
	if (j->failed++ == 0)
		log_warn("sitemonitor", "transitions cannot be written, kept in memory: %s", why);
	put_back(sm, op);
	settle(sm, 0);
	if (sm->running)
		due_set(sm, &j->due, now_boot(sm) + writing_backoff_ms(j->failed));
}

static void written(struct sitemonitor *sm, const struct transition *tr)
{
	state_row_written(sm, &tr->row);
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, tr->monitor);
	if (m && tr->seq)
		m->shown.seq = tr->seq;
	table_unlock(&sm->table);
	live_touch(sm->d->live, "monitor", tr->monitor);
}

static void op_free(struct journal_op *op)
{
	for (struct transition *t = op->first, *next; t; t = next) {
		next = t->next;
		transition_free(t);
	}
	free(op);
}

static void journal_ended(void *arg)
{
	struct journal_op *op = arg;
	struct sitemonitor *sm = op->sm;
	sm->journal.in_flight = false;
	if (op->code) {
		failed(sm, op, op->why);
	} else {
		uint64_t n = 0;
		sm->journal.failed = 0;
		for (const struct transition *tr = op->first; tr; tr = tr->next, n++)
			written(sm, tr);
		settle(sm, n);
		live_list(sm->d->live, "monitor");
		live_list(sm->d->live, "incident");
	}
	bool more = sm->running && sm->journal.first && !heap_has(&sm->journal.due.node);
	op_free(op);
	if (more)
		journal_flush(sm);
}

/* The loop is gone: there is nobody to tell. */
static void journal_dropped(void *arg)
{
	op_free(arg);
}

static void journal_done(void *arg, enum err code, const struct error *e)
{
	struct journal_op *op = arg;
	if (!code)
		fault_point("transition.committed");
	op->code = code;
	snprintf(op->why, sizeof(op->why), "%.150s",
		 e && e->text[0] ? e->text : err_info(code)->title);
	writing_ended(op->sm, journal_ended, journal_dropped, op);
}

void journal_flush(struct sitemonitor *sm)
{
	struct journal *j = &sm->journal;
	struct error e = {0};
	due_clear(sm, &j->due);
	if (j->in_flight || !j->first)
		return;
	struct journal_op *op = mem_zalloc(sizeof(*op));
	op->op = (struct store_op){.run = write_journal, .done = journal_done, .arg = op};
	op->sm = sm;
	struct transition **end = &op->first;
	int most = j->failed ? 1 : TRANSITIONS_AT_ONCE; /* so that one that is refused is found */
	for (int n = 0; j->first && n < most; n++) {
		*end = j->first;
		j->first = j->first->next;
		j->n--;
		j->bytes -= transition_bytes(*end);
		end = &(*end)->next;
	}
	*end = NULL;
	if (!j->first)
		j->last = NULL;
	j->in_flight = true;
	if (!writing_submit(sm, OP_PEOPLE, &op->op, &e))
		return;
	j->in_flight = false;
	failed(sm, op, e.text);
	op_free(op);
}

/* ---- noting one ----------------------------------------------------------------------------- */

void journal_transition(struct sitemonitor *sm, struct monitor *m, const struct change *c,
			struct moment at, const struct outage *outage)
{
	struct journal *j = &sm->journal;
	struct transition *t = transition_new(m, c, at, outage);
	*(j->first ? &j->last->next : &j->first) = t;
	j->last = t;
	j->n++;
	j->bytes += transition_bytes(t);
	keep_newest(sm);
	if (!heap_has(&j->due.node)) /* else it waits for the store */
		journal_flush(sm);
}

void journal_fini(struct sitemonitor *sm)
{
	struct journal_op rest = {.first = sm->journal.first};
	if (sm->journal.n)
		log_warn("sitemonitor", "%zu transitions could not be written", sm->journal.n);
	for (struct transition *t = rest.first, *next; t; t = next) {
		next = t->next;
		transition_free(t);
	}
	sm->journal.first = sm->journal.last = NULL;
	sm->journal.n = sm->journal.bytes = 0;
}

/* ---- a deleted monitor ---------------------------------------------------------------------- */

struct forget_op {
	struct store_op op;
	struct sitemonitor *sm;
	uint64_t id;
};

static enum err write_forget(struct txn *t, void *arg, struct error *e)
{
	return series_forget(t, ((struct forget_op *)arg)->id, e);
}

static void forget_done(void *arg, enum err code, const struct error *e)
{
	struct forget_op *op = arg;
	if (code) /* the next start finds what has no monitor */
		log_debug("sitemonitor", "samples of a deleted monitor stay for now: %s",
			  e ? e->text : "");
	writing_ended(op->sm, free, free, op);
}

void forget_submit(struct sitemonitor *sm, uint64_t id)
{
	struct error e = {0};
	struct forget_op *op = mem_zalloc(sizeof(*op));
	op->op = (struct store_op){.run = write_forget, .done = forget_done, .arg = op};
	op->sm = sm;
	op->id = id;
	if (writing_submit(sm, OP_BACKGROUND, &op->op, &e))
		free(op);
}
