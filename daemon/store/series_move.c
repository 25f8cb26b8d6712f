#include <stdlib.h>
#include <string.h>

#include "daemon/store/series_chunk.h"
#include "daemon/store/series_open.h"
#include "daemon/store/series_state.h"
#include "daemon/store/store_internal.h"
#include "shared/log.h"
#include "shared/mem.h"

struct move_scratch {
	struct open_state open;
	struct rollup kept;
	uint8_t cells[CELLS_ENCODED_MAX], chunk[CHUNK_ENCODED_MAX], rollups[OPEN_ROLLUPS_MAX],
		rollup[ROLLUP_ENCODED_MAX];
};

struct move_scratch *move_scratch_new(void)
{
	return mem_alloc(sizeof(struct move_scratch));
}

static enum err bind_and_run(struct txn *t, sqlite3_stmt *st, uint64_t monitor, int64_t at,
			     const uint8_t *blob, size_t n, struct error *e)
{
	sqlite3_bind_int64(st, 1, (int64_t)monitor);
	sqlite3_bind_int64(st, 2, at);
	sqlite3_bind_blob64(st, 3, blob, n, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

/* The key is the earliest time; when a clock that went back took it already, the next one that is
 * free. At most a chunk starts in a second otherwise, so the search is short. */
static enum err put_chunk(struct txn *t, uint64_t monitor, struct move_scratch *m, struct error *e)
{
	size_t n = chunk_encode(&m->open.chunk, m->chunk, sizeof m->chunk);
	int64_t start_s = m->open.chunk.low_s;
	sqlite3_stmt *st;

	for (int tries = 0; tries < 1000; tries++, start_s++) {
		enum err err;

		st = txn_prepare(t,
				 "INSERT OR IGNORE INTO sample_chunk (monitor, start_s, samples)"
				 " VALUES (?1, ?2, ?3)",
				 e);
		if (!st)
			return ERR_STORE;
		err = bind_and_run(t, st, monitor, start_s, m->chunk, n, e);
		if (err)
			return err;
		if (sqlite3_changes(txn_db(t)))
			return ERR_NONE;
	}
	return error_set(e, ERR_STORE, "no free place for the samples of a monitor");
}

/* Add a roll-up to what its table has. */
static enum err put_rollup(struct txn *t, uint64_t monitor, const struct open_rollup *r,
			   struct move_scratch *m, struct error *e)
{
	sqlite3_stmt *st;
	enum err err = ERR_NONE;
	int code;

	st = txn_prepare(t,
			 r->day ? "SELECT rollup FROM sample_day WHERE monitor = ?1 AND day = ?2"
				: "SELECT rollup FROM sample_hour WHERE monitor = ?1 AND hour = ?2",
			 e);
	if (!st)
		return ERR_STORE;
	memcpy(&m->kept, &r->rollup, sizeof m->kept);
	sqlite3_bind_int64(st, 1, (int64_t)monitor);
	sqlite3_bind_int64(st, 2, r->start);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		if (!rollup_decode_add(&m->kept, sqlite3_column_blob(st, 0),
				       (size_t)sqlite3_column_bytes(st, 0))) {
			log_warn("series", "a damaged roll-up was replaced");
			memcpy(&m->kept, &r->rollup, sizeof m->kept);
		}
	} else if (code != SQLITE_DONE) {
		err = store_error(code, txn_db(t), "read a roll-up", e);
	}
	sqlite3_reset(st);
	if (err)
		return err;
	st = txn_prepare(t,
			 r->day ? "INSERT OR REPLACE INTO sample_day (monitor, day, rollup)"
				  " VALUES (?1, ?2, ?3)"
				: "INSERT OR REPLACE INTO sample_hour (monitor, hour, rollup)"
				  " VALUES (?1, ?2, ?3)",
			 e);
	if (!st)
		return ERR_STORE;
	return bind_and_run(t, st, monitor, r->start, m->rollup,
			    rollup_encode(&m->kept, m->rollup, sizeof m->rollup), e);
}

/* Those that are over; all of them when there is no place for another. */
static enum err put_rollups(struct txn *t, uint64_t monitor, int64_t now_ms, bool all,
			    struct move_scratch *m, struct error *e)
{
	struct open_state *o = &m->open;

	for (unsigned i = o->count; i--;) {
		struct open_rollup *r = &o->rollups[i];
		int64_t current = now_ms / (r->day ? SERIES_DAY_MS : SERIES_HOUR_MS);
		enum err err;

		if (!all && r->start == current)
			continue;
		err = put_rollup(t, monitor, r, m, e);
		if (err)
			return err;
		open_remove(o, i);
	}
	return ERR_NONE;
}

static enum err read_open(struct txn *t, uint64_t monitor, struct open_state *o, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT chunk, rollups FROM sample_open WHERE monitor = ?1", e);
	enum err err = ERR_NONE;
	int code;

	open_clear(o);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)monitor);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		if (!chunk_decode(&o->chunk, sqlite3_column_blob(st, 0),
				  (size_t)sqlite3_column_bytes(st, 0)) ||
		    !open_decode(o, sqlite3_column_blob(st, 1),
				 (size_t)sqlite3_column_bytes(st, 1))) {
			log_warn("series", "damaged samples of the last hours were dropped");
			open_clear(o);
		}
	} else if (code != SQLITE_DONE) {
		err = store_error(code, txn_db(t), "read open samples", e);
	}
	sqlite3_reset(st);
	return err;
}

static enum err write_open(struct txn *t, struct series_monitor *sm, uint64_t seq,
			   struct move_scratch *m, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "INSERT INTO sample_open (monitor, moved_seq, cells, chunk, rollups)"
			    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (monitor) DO UPDATE SET"
			    " moved_seq = ?2, cells = ?3, chunk = ?4, rollups = ?5",
			    e);

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)sm->id);
	sqlite3_bind_int64(st, 2, (int64_t)seq);
	sqlite3_bind_blob64(st, 3, m->cells, cells_encode(&sm->cells, m->cells, sizeof m->cells),
			    SQLITE_STATIC);
	sqlite3_bind_blob64(st, 4, m->chunk,
			    chunk_encode(&m->open.chunk, m->chunk, sizeof m->chunk), SQLITE_STATIC);
	sqlite3_bind_blob64(st, 5, m->rollups, open_encode(&m->open, m->rollups, sizeof m->rollups),
			    SQLITE_STATIC);
	return txn_exec(t, st, e);
}

/* What becomes true in memory when the operation was committed. */
struct moved {
	struct series *series;
	uint64_t monitor, seq;
	uint32_t moved;
};

static void moved_end(void *arg, bool committed)
{
	struct moved *d = arg;
	struct series_monitor *m = series_find(d->series, d->monitor);

	if (m && committed) {
		pthread_mutex_lock(&d->series->lock);
		m->moved = d->moved > m->moved ? d->moved : m->moved;
		m->moved_seq = d->seq;
		m->first_seq = m->added > m->moved ? d->seq + 1 : 0;
		pthread_mutex_unlock(&d->series->lock);
	}
	if (m)
		m->moving = false;
	free(d);
}

static enum err move_samples(struct txn *t, struct series_monitor *sm, const struct sample *samples,
			     size_t n, int64_t now_ms, struct move_scratch *m, struct error *e)
{
	bool closed = false;
	enum err err;

	for (size_t i = 0; i < n; i++) {
		int64_t at_ms;

		if (!chunk_add(&m->open.chunk, &samples[i])) {
			err = put_chunk(t, sm->id, m, e);
			if (err)
				return err;
			m->open.chunk.n = 0;
			closed = true;
			chunk_add(&m->open.chunk, &samples[i]);
		}
		/* by the time as it was kept, so that chunks and roll-ups agree on the hour */
		at_ms = m->open.chunk.at_s[m->open.chunk.n - 1] * 1000;
		if (!open_add(&m->open, &samples[i], at_ms)) {
			err = put_rollups(t, sm->id, now_ms, true, m, e);
			if (err)
				return err;
			open_add(&m->open, &samples[i], at_ms);
		}
	}
	/* Roll-ups wait for their chunk, so that several are written to one page at a time. */
	return closed || m->open.count > OPEN_ROLLUPS_WAIT
		       ? put_rollups(t, sm->id, now_ms, false, m, e)
		       : ERR_NONE;
}

enum err series_move(struct txn *t, struct series *s, struct series_monitor *sm, int64_t now_ms,
		     struct move_scratch *scratch, struct error *e)
{
	uint64_t seq = s->applied_seq;
	struct sample *samples;
	struct moved *d;
	enum err err;
	size_t n;

	if (sm->moving || (n = monitor_samples(sm, false, &samples)) == 0)
		return ERR_NONE;
	err = read_open(t, sm->id, &scratch->open, e);
	if (!err)
		err = move_samples(t, sm, samples, n, now_ms, scratch, e);
	if (!err)
		err = write_open(t, sm, seq, scratch, e);
	if (err)
		goto out;
	d = mem_alloc(sizeof *d);
	*d = (struct moved){.series = s, .monitor = sm->id, .moved = sm->added, .seq = seq};
	sm->moving = true;
	txn_on_end(t, moved_end, d);
out:
	free(samples);
	return err;
}
