/* Samples and changed states go to the store together, at most a second after they arose. While the
 * store takes no writes they are kept, bounded, and the checks go on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	FLUSH_MS = 1000,
	SAMPLES_AT_ONCE = 4096, /* an operation lasts a few milliseconds at most */
	ROWS_AT_ONCE = 256,
	SAMPLES_KEPT = 50000, /* while the store takes no writes */
	RETRY_MAX_MS = 30000,
	TRIES_MAX = 8, /* of what the store refuses for its own sake */
};

struct batch_op {
	struct store_op op;
	struct sitemonitor *sm;
	struct sample *samples;
	size_t n;
	struct state_row *rows;
	size_t n_rows;
	enum err code;
	char why[160];
};

/* ---- operations in general ------------------------------------------------------------------ */

static void count_in_flight(struct sitemonitor *sm, int by)
{
	pthread_mutex_lock(&sm->lock);
	sm->in_flight += (unsigned)by;
	pthread_mutex_unlock(&sm->lock);
}

enum err writing_submit(struct sitemonitor *sm, enum op_queue q, struct store_op *op,
			struct error *e)
{
	count_in_flight(sm, 1);
	enum err err = store_submit(sm->d->store, q, op, e);
	if (err)
		count_in_flight(sm, -1);
	return err;
}

void writing_ended(struct sitemonitor *sm, loop_fn *fn, loop_fn *dropped, void *arg)
{
	pthread_mutex_lock(&sm->lock);
	bool stopped = sm->stopped;
	if (!stopped)
		loop_post(sm->d->net, fn, arg);
	sm->in_flight--;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
	if (stopped)
		dropped(arg);
}

bool writing_is_refused(enum err code)
{
	return code && !err_info(code)->retry;
}

int64_t writing_backoff_ms(unsigned failed)
{
	int64_t ms = FLUSH_MS << (failed < 5 ? failed : 5);
	return ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
}

/* ---- collecting ----------------------------------------------------------------------------- */

static void flush_soon(struct sitemonitor *sm)
{
	struct batch *b = &sm->batch;
	if (!heap_has(&b->due.node) && !b->in_flight)
		due_set(sm, &b->due, now_boot(sm) + FLUSH_MS);
	b->wanted = true;
}

void batch_sample(struct sitemonitor *sm, const struct sample *s)
{
	struct batch *b = &sm->batch;
	if (b->n == SAMPLES_KEPT) {
		size_t cut = SAMPLES_KEPT / 10;
		memmove(b->samples, b->samples + cut, (b->n - cut) * sizeof(*b->samples));
		b->n -= cut;
		b->dropped += cut;
		log_warn("sitemonitor",
			 "the store takes no writes: %zu of the oldest samples dropped", cut);
	}
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 64;
		b->samples = mem_array(b->samples, b->cap, sizeof(*b->samples));
	}
	b->samples[b->n++] = *s;
	flush_soon(sm);
}

void batch_dirty(struct sitemonitor *sm, struct monitor *m)
{
	m->state_dirty = true;
	if (!m->in_dirty) {
		m->in_dirty = true;
		m->next_dirty = sm->batch.dirty;
		sm->batch.dirty = m;
	}
	flush_soon(sm);
}

void batch_forget(struct sitemonitor *sm, struct monitor *m)
{
	struct batch *b = &sm->batch;
	size_t kept = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->samples[i].monitor != m->id)
			b->samples[kept++] = b->samples[i];
	b->n = kept;
	for (struct monitor **p = &b->dirty; m->in_dirty && *p; p = &(*p)->next_dirty) {
		if (*p == m) {
			*p = m->next_dirty;
			break;
		}
	}
	m->in_dirty = false;
}

/* ---- writing -------------------------------------------------------------------------------- */

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

void state_row_take(struct monitor *m, struct state_row *row)
{
	*row = (struct state_row){
		.monitor = m->id,
		.rev = ++m->rev,
		.track = track_essence(&m->track, &m->shown.rules),
		.last_ms = m->shown.last_ms,
		.reason = copy(m->shown.reason),
		.incident = m->shown.incident,
		.with_evidence = m->evidence_dirty,
	};
	m->saved = track_print(&row->track);
	m->state_dirty = false;
	if (!m->evidence_dirty)
		return;
	m->evidence_dirty = false;
	row->good_ms = m->good_ms;
	row->good = copy(m->good);
	row->good_body = m->good_body;
	m->good_rev = row->rev;
	if (m->bad) {
		row->bad_cause = copy(m->bad->cause);
		row->bad_message = copy(m->bad->message);
		row->bad = copy(m->bad->evidence);
	}
	row->certificate = copy(m->shown.certificate);
	row->certificate_ends_ms = m->shown.ends_ms;
}

void state_row_written(struct sitemonitor *sm, const struct state_row *row)
{
	struct monitor *m = row->good ? table_find(&sm->table, row->monitor) : NULL;
	if (!m || !m->good || m->good_rev != row->rev || m->evidence_dirty)
		return;
	free(m->good);
	m->good = NULL;
}

static void batch_op_free(struct batch_op *op)
{
	for (size_t i = 0; i < op->n_rows; i++)
		state_row_fini(&op->rows[i]);
	free(op->rows);
	free(op->samples);
	free(op);
}

static enum err write_batch(struct txn *t, void *arg, struct error *e)
{
	struct batch_op *op = arg;
	enum err err = op->n ? series_append(t, op->samples, op->n, e) : ERR_NONE;
	for (size_t i = 0; i < op->n_rows && !err; i++)
		err = state_row_write(t, &op->rows[i], e);
	return err;
}

/* Back to where it came from; what arose meanwhile is newer and stays behind it. */
static void put_back(struct sitemonitor *sm, struct batch_op *op)
{
	struct batch *b = &sm->batch;
	size_t room = SAMPLES_KEPT - b->n, skip = op->n > room ? op->n - room : 0,
	       keep = op->n - skip;
	if (b->n + keep > b->cap) {
		b->cap = b->n + keep;
		b->samples = mem_array(b->samples, b->cap, sizeof(*b->samples));
	}
	if (keep) {
		memmove(b->samples + keep, b->samples, b->n * sizeof(*b->samples));
		memcpy(b->samples, op->samples + skip, keep * sizeof(*b->samples));
	}
	b->n += keep;
	b->dropped += skip;
	for (size_t i = 0; i < op->n_rows; i++) {
		struct monitor *m = table_find(&sm->table, op->rows[i].monitor);
		if (!m)
			continue;
		m->evidence_dirty |= op->rows[i].with_evidence;
		batch_dirty(sm, m);
	}
}

static void failed(struct sitemonitor *sm, struct batch_op *op, const char *why)
{
	struct batch *b = &sm->batch;
	if (writing_is_refused(op->code) && b->failed >= TRIES_MAX) {
		log_error("sitemonitor", "%zu samples dropped: %s", op->n, why);
		b->dropped += op->n;
		b->failed = 0;
		return;
	}
	if (b->failed++ == 0)
		log_warn("sitemonitor", "samples cannot be written, kept in memory: %s", why);
	put_back(sm, op);
	if (sm->running)
		due_set(sm, &b->due, now_boot(sm) + writing_backoff_ms(b->failed));
}

static void batch_ended(void *arg)
{
	struct batch_op *op = arg;
	struct sitemonitor *sm = op->sm;
	sm->batch.in_flight = false;
	if (!op->code) {
		if (sm->batch.failed)
			log_info("sitemonitor", "samples are written again");
		sm->batch.failed = 0;
		for (size_t i = 0; i < op->n_rows; i++)
			state_row_written(sm, &op->rows[i]);
		if (sm->running && (sm->batch.n || sm->batch.dirty))
			flush_soon(sm);
	} else {
		failed(sm, op, op->why);
	}
	batch_op_free(op);
}

static void batch_dropped(void *arg)
{
	batch_op_free(arg);
}

static void batch_done(void *arg, enum err code, const struct error *e)
{
	struct batch_op *op = arg;
	op->code = code;
	snprintf(op->why, sizeof(op->why), "%.150s",
		 e && e->text[0] ? e->text : err_info(code)->title);
	writing_ended(op->sm, batch_ended, batch_dropped, op);
}

static struct batch_op *take(struct sitemonitor *sm)
{
	struct batch *b = &sm->batch;
	struct batch_op *op = mem_zalloc(sizeof(*op));
	op->op = (struct store_op){.run = write_batch, .done = batch_done, .arg = op};
	op->sm = sm;
	op->n = b->n < SAMPLES_AT_ONCE ? b->n : SAMPLES_AT_ONCE;
	if (op->n == b->n) { /* usual: the array goes along */
		op->samples = b->samples;
		b->samples = NULL;
		b->cap = 0;
	} else {
		op->samples = mem_array(NULL, op->n, sizeof(*op->samples));
		memcpy(op->samples, b->samples, op->n * sizeof(*op->samples));
		memmove(b->samples, b->samples + op->n, (b->n - op->n) * sizeof(*op->samples));
	}
	b->n -= op->n;
	size_t rows = 0;
	for (const struct monitor *m = b->dirty; m && rows < ROWS_AT_ONCE; m = m->next_dirty)
		rows++;
	op->rows = rows ? mem_array(NULL, rows, sizeof(*op->rows)) : NULL;
	while (b->dirty && op->n_rows < rows) {
		struct monitor *m = b->dirty;
		b->dirty = m->next_dirty;
		m->in_dirty = false;
		if (m->state_dirty || m->evidence_dirty)
			state_row_take(m, &op->rows[op->n_rows++]);
	}
	return op;
}

void batch_flush(struct sitemonitor *sm)
{
	struct batch *b = &sm->batch;
	due_clear(sm, &b->due);
	if (b->in_flight || (!b->n && !b->dirty))
		return;
	if (sm->running)
		machine_look(sm);
	struct batch_op *op = take(sm);
	struct error e = {0};
	b->in_flight = true;
	if (!writing_submit(sm, OP_BACKGROUND, &op->op, &e))
		return;
	b->in_flight = false;
	failed(sm, op, e.text);
	batch_op_free(op);
}

void batch_fini(struct sitemonitor *sm)
{
	free(sm->batch.samples);
	sm->batch.samples = NULL;
	sm->batch.n = sm->batch.cap = 0;
}
