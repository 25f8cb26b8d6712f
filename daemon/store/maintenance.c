#include "daemon/store/store_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/core/thread.h"
#include "daemon/store/database.h"
#include "daemon/store/series_internal.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	SLICE_ROWS = 500,
	VACUUM_SLACK_PAGES = 256, /* free pages that are not worth giving back */
	SQUEEZE_STEPS = 8,
	PRUNERS_MAX = 16,
};

static const int64_t first_run_us = 600 * INT64_C(1000000);
static const int64_t run_every_us = 86400 * INT64_C(1000000);
static const int64_t retry_us = 3600 * INT64_C(1000000);
static const int64_t probe_every_us = 1 * INT64_C(1000000);
static const int64_t tombstones_ms = 30 * INT64_C(86400000);
static const int64_t idempotency_ms = 24 * INT64_C(3600000);

enum stage {
	STAGE_EVENTS,
	STAGE_FACTS, /* of services */
	STAGE_CHANGES,
	STAGE_REPLIES,
	STAGE_SAMPLES,
	STAGE_VACUUM,
	STAGE_END
};

/* One run after the other, one slice an operation. A run keeps what the configuration says; while
 * the file is over its limit it is repeated with times that are 1/8 shorter each. */
struct maintenance {
	struct store *store;
	struct store_op op, probe;
	enum stage stage;
	int squeeze; /* eighths taken off, 0..7 */
	bool more, running, probing;
	atomic_int_least64_t next_us;
	int64_t probe_us; /* INT64_MAX: the disk is not full */
	atomic_uint runs;
	struct pruner {
		store_prune_fn *fn;
		bool prices; /* kept as long as these */
	} pruners[PRUNERS_MAX];
	atomic_size_t n_pruners;
};

struct maintenance *maintenance_new(struct store *s)
{
	struct maintenance *m = mem_zalloc(sizeof *m);

	m->store = s;
	m->probe_us = INT64_MAX;
	atomic_init(&m->next_us, thread_now_us() + first_run_us);
	return m;
}

void maintenance_free(struct maintenance *m)
{
	free(m);
}

unsigned maintenance_runs(struct maintenance *m)
{
	return atomic_load(&m->runs);
}

void maintenance_soon(struct maintenance *m)
{
	atomic_store(&m->next_us, 0);
	writer_wake(m->store->writer);
}

int64_t maintenance_next_us(const struct maintenance *m)
{
	int64_t next = m->running ? INT64_MAX : atomic_load(&m->next_us);

	return next < m->probe_us ? next : m->probe_us;
}

void maintenance_full(struct maintenance *m, bool full)
{
	m->probe_us = full && !m->probing ? thread_now_us() + probe_every_us : INT64_MAX;
}

/* ---- slices --------------------------------------------------------------------------------- */

static int64_t before_ms(const struct maintenance *m, const struct txn *t, int64_t kept_ms)
{
	if (kept_ms <= 0)
		return INT64_MIN; /* no limit */
	return txn_now_ms(t) - kept_ms / SQUEEZE_STEPS * (SQUEEZE_STEPS - m->squeeze);
}

static int64_t lowest_cursor(struct txn *t)
{
	return database_int(txn_db(t), "SELECT min(seq) FROM cursors", INT64_MAX);
}

static void oldest_end(void *arg, bool committed)
{
	struct store *s = arg;

	/* Later operations of the group may have added events, never older ones. */
	if (committed)
		feed_find_oldest(s);
}

static enum err remember(struct txn *t, const char *key, uint64_t seq, struct error *e)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, seq);
	return txn_meta_set(t, key, text, e);
}

/* Old ones that every reader has seen; over the limit also those that one has not. What a clock
 * dated in the future is as old as the old ones that follow it: it goes with them, and keeps none
 * back. */
static enum err prune_events(struct maintenance *m, struct txn *t, struct error *e)
{
	int64_t cursor = m->squeeze ? INT64_MAX : lowest_cursor(t), last;
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT max(seq), count(*) FROM (SELECT seq, at_ms FROM "
				       "events WHERE seq <= ?1 AND at_ms <= ?4 ORDER BY seq "
				       "LIMIT ?3) "
				       "WHERE at_ms < ?2",
				       e);
	enum err rc;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, cursor);
	sqlite3_bind_int64(st, 2, before_ms(m, t, m->store->options.retention.events_ms));
	sqlite3_bind_int(st, 3, SLICE_ROWS);
	sqlite3_bind_int64(st, 4, txn_now_ms(t));
	if (sqlite3_step(st) != SQLITE_ROW || sqlite3_column_int(st, 1) == 0)
		return ERR_NONE;
	last = sqlite3_column_int64(st, 0);
	m->more = sqlite3_column_int(st, 1) == SLICE_ROWS;
	sqlite3_reset(st);
	st = txn_prepare(t, "DELETE FROM events WHERE seq <= ?1 AND (at_ms < ?2 OR at_ms > ?3)", e);
	if (st) {
		sqlite3_bind_int64(st, 1, last);
		sqlite3_bind_int64(st, 2, before_ms(m, t, m->store->options.retention.events_ms));
		sqlite3_bind_int64(st, 3, txn_now_ms(t));
	}
	rc = txn_exec(t, st, e);
	if (!rc)
		rc = remember(t, "feed.pruned", (uint64_t)last, e);
	if (!rc)
		rc = remember(t, "feed.floor", atomic_load(&m->store->seq), e);
	if (!rc)
		txn_on_end(t, oldest_end, m->store);
	return rc;
}

static void add_pruner(struct store *s, const struct pruner *p)
{
	struct maintenance *m = s->maintenance;
	size_t n = atomic_load(&m->n_pruners);

	assert(n < PRUNERS_MAX);
	m->pruners[n] = *p;
	atomic_store(&m->n_pruners, n + 1);
}

void store_on_prune(struct store *s, store_prune_fn *fn)
{
	add_pruner(s, &(struct pruner){fn, false});
}

void store_on_prune_prices(struct store *s, store_prune_fn *fn)
{
	add_pruner(s, &(struct pruner){fn, true});
}

static enum err prune_facts(struct maintenance *m, struct txn *t, struct error *e)
{
	const struct store_retention *kept = &m->store->options.retention;
	int64_t hourly = before_ms(m, t, kept->hourly_ms),
		prices = before_ms(m, t, kept->prices_ms);
	size_t n = atomic_load(&m->n_pruners);

	for (size_t i = 0; i < n; i++) {
		bool more = false;
		const struct pruner *p = &m->pruners[i];
		enum err rc = p->fn(t, p->prices ? prices : hourly, &more, e);

		if (rc)
			return rc;
		m->more |= more;
	}
	return ERR_NONE;
}

static enum err prune_changes(struct maintenance *m, struct txn *t, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "DELETE FROM changes WHERE (kind, id) IN (SELECT kind, id "
				       "FROM changes WHERE deleted = 1 AND at_ms < ? LIMIT ?)",
				       e);
	enum err rc;

	if (st) {
		sqlite3_bind_int64(st, 1, txn_now_ms(t) - tombstones_ms);
		sqlite3_bind_int(st, 2, SLICE_ROWS);
	}
	rc = txn_exec(t, st, e);
	m->more = !rc && sqlite3_changes(txn_db(t)) == SLICE_ROWS;
	if (!rc && sqlite3_changes(txn_db(t)) > 0)
		rc = remember(t, "feed.floor", atomic_load(&m->store->seq), e);
	return rc;
}

static enum err prune_replies(struct maintenance *m, struct txn *t, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "DELETE FROM idempotency WHERE key IN (SELECT key FROM "
				       "idempotency WHERE at_ms < ? LIMIT ?)",
				       e);
	enum err rc;

	if (st) {
		sqlite3_bind_int64(st, 1, txn_now_ms(t) - idempotency_ms);
		sqlite3_bind_int(st, 2, SLICE_ROWS);
	}
	rc = txn_exec(t, st, e);
	m->more = !rc && sqlite3_changes(txn_db(t)) == SLICE_ROWS;
	return rc;
}

static enum err prune_samples(struct maintenance *m, struct txn *t, struct error *e)
{
	const struct store_options *o = &m->store->options;
	int64_t raw = before_ms(m, t, o->retention.raw_ms);
	int64_t hourly = before_ms(m, t, o->retention.hourly_ms);

	return series_prune(t, raw > 0 ? raw : 0, hourly > 0 ? hourly : 0, &m->more, e);
}

/* Give pages back when a good part of the file is empty. */
static enum err vacuum(struct maintenance *m, struct txn *t, struct error *e)
{
	int64_t pages = database_int(txn_db(t), "PRAGMA page_count", 0);
	int64_t unused = database_int(txn_db(t), "PRAGMA freelist_count", 0);
	enum err rc;

	if (unused < VACUUM_SLACK_PAGES || unused < pages / 10)
		return ERR_NONE;
	rc = txn_exec(t, txn_prepare(t, "PRAGMA incremental_vacuum(64)", e), e);
	m->more = rc == ERR_NONE;
	return rc;
}

static bool over_limit(const struct store *s)
{
	int64_t used = database_int(s->db, "PRAGMA page_count", 0) -
		       database_int(s->db, "PRAGMA freelist_count", 0);

	return s->options.retention.bytes > 0 && used * 4096 > s->options.retention.bytes;
}

static enum err run_slice(struct txn *t, void *arg, struct error *e)
{
	struct maintenance *m = arg;

	m->more = false;
	switch (m->stage) {
	case STAGE_EVENTS: return prune_events(m, t, e);
	case STAGE_FACTS: return prune_facts(m, t, e);
	case STAGE_CHANGES: return prune_changes(m, t, e);
	case STAGE_REPLIES: return prune_replies(m, t, e);
	case STAGE_SAMPLES: return prune_samples(m, t, e);
	case STAGE_VACUUM: return vacuum(m, t, e);
	case STAGE_END: break;
	}
	return ERR_NONE;
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void end_run(struct maintenance *m, int64_t again_us)
{
	m->running = false;
	atomic_store(&m->next_us, thread_now_us() + again_us);
	atomic_fetch_add(&m->runs, 1);
}

static void submit_slice(struct maintenance *m)
{
	if (store_submit(m->store, OP_BACKGROUND, &m->op, NULL))
		end_run(m, retry_us);
}

static void slice_done(void *arg, enum err code, const struct error *e)
{
	struct maintenance *m = arg;

	if (code) {
		log_warn("store", "old data could not be removed: %s", e->text);
		end_run(m, retry_us);
		return;
	}
	if (!m->more)
		m->stage++;
	/* Before pages are given back: is what is in use still too much? */
	if (m->stage == STAGE_VACUUM && m->squeeze < SQUEEZE_STEPS - 1 && over_limit(m->store)) {
		if (m->squeeze++ == 0)
			log_warn("store",
				 "the store is over its limit of %" PRId64
				 " bytes (retention_size): older data is removed earlier",
				 m->store->options.retention.bytes);
		m->stage = STAGE_EVENTS;
	}
	if (m->stage == STAGE_END)
		end_run(m, run_every_us);
	else
		submit_slice(m);
}

static enum err run_probe(struct txn *t, void *arg, struct error *e)
{
	return remember(t, "store.probe", (uint64_t)txn_now_ms(t), e);
}

static void probe_done(void *arg, enum err code, const struct error *e)
{
	struct maintenance *m = arg;

	m->probing = false;
	if (code == ERR_FULL)
		maintenance_full(m, true);
}

void maintenance_due(struct maintenance *m)
{
	int64_t now = thread_now_us();

	if (now >= m->probe_us) {
		m->probe_us = INT64_MAX;
		m->probe = (struct store_op){.run = run_probe, .done = probe_done, .arg = m};
		m->probing = true;
		if (store_submit(m->store, OP_PEOPLE, &m->probe, NULL)) {
			m->probing = false;
			maintenance_full(m, true);
		}
	}
	if (!m->running && now >= atomic_load(&m->next_us)) {
		m->running = true;
		m->stage = STAGE_EVENTS;
		m->squeeze = 0;
		m->op = (struct store_op){.run = run_slice, .done = slice_done, .arg = m};
		submit_slice(m);
	}
}
