#include "daemon/store/series_read.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store/series_open.h"
#include "daemon/store/series_state.h"
#include "shared/mem.h"

/* put_chunk may have moved a key on by this much. */
enum { KEY_MOVED_S = 1000 };

static enum err read_error(struct series_view *v, sqlite3_stmt *st, struct error *e)
{
	sqlite3 *db = sqlite3_db_handle(st);

	return store_error(sqlite3_extended_errcode(db), db, "read samples", e);
}

static sqlite3_stmt *prepare(struct series_view *v, const char *sql, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(v->reader, sql, e);

	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)v->monitor);
	return st;
}

/* Memory is copied before the snapshot is taken: what moves in between is then in the tables, seen
 * by a higher position there, and the copy is not used. @return that position */
static bool copy_memory(struct series_view *v, struct series *s, uint64_t *moved_seq)
{
	struct series_monitor *m;

	pthread_mutex_lock(&s->lock);
	m = series_find(s, v->monitor);
	if (m) {
		v->recent_n = monitor_samples(m, true, &v->recent);
		v->recent_moved = (size_t)(m->moved - m->dropped);
		*moved_seq = m->moved_seq;
	}
	pthread_mutex_unlock(&s->lock);
	return m != NULL;
}

static enum err earliest(struct series_view *v, const char *sql, int64_t *out, struct error *e)
{
	sqlite3_stmt *st = prepare(v, sql, e);
	enum err err = ERR_NONE;
	int code;

	if (!st)
		return ERR_STORE;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW && sqlite3_column_type(st, 0) == SQLITE_INTEGER) {
		int64_t first = sqlite3_column_int64(st, 0);

		*out = first < *out ? first : *out;
	} else if (code != SQLITE_ROW && code != SQLITE_DONE) {
		err = read_error(v, st, e);
	}
	sqlite3_reset(st);
	return err;
}

static enum err read_bounds(struct series_view *v, struct error *e)
{
	struct bytes_reader r = {.data = sqlite3_column_blob(v->open, 2),
				 .len = (size_t)sqlite3_column_bytes(v->open, 2)};
	const uint8_t *data;
	int64_t start;
	enum err err;
	size_t n;
	bool day;

	if (v->chunk.n)
		v->chunk_from_s = v->chunk.low_s;
	while (open_next(&r, &day, &start, &data, &n)) {
		int64_t *from = day ? &v->day_from : &v->hour_from;

		*from = start < *from ? start : *from;
	}
	err = earliest(v, "SELECT min(start_s) FROM sample_chunk WHERE monitor = ?1",
		       &v->chunk_from_s, e);
	if (!err)
		err = earliest(v, "SELECT min(hour) FROM sample_hour WHERE monitor = ?1",
			       &v->hour_from, e);
	if (!err)
		err = earliest(v, "SELECT min(day) FROM sample_day WHERE monitor = ?1",
			       &v->day_from, e);
	return err;
}

/* @return ERR_BUSY when samples moved between copy and snapshot, unless that is accepted */
static enum err try_open(struct series_view *v, struct store *store, uint64_t monitor, bool accept,
			 struct error *e)
{
	uint64_t moved_seq = 0;
	enum err err = ERR_NONE;
	int code;

	*v = (struct series_view){.monitor = monitor,
				  .chunk_from_s = INT64_MAX,
				  .hour_from = INT64_MAX,
				  .day_from = INT64_MAX};
	if (!copy_memory(v, store_series(store), &moved_seq))
		return ERR_NONE;
	v->reader = store_reader(store, e);
	if (!v->reader) {
		err = e && e->code ? e->code : ERR_STORE;
		goto fail;
	}
	v->open = prepare(v, "SELECT moved_seq, chunk, rollups FROM sample_open WHERE monitor = ?1",
			  e);
	if (!v->open) {
		err = ERR_STORE;
		goto fail;
	}
	code = sqlite3_step(v->open);
	if (code == SQLITE_DONE) {
		sqlite3_reset(v->open);
		v->open = NULL;
		reader_done(v->reader);
		v->reader = NULL;
		return ERR_NONE;
	}
	if (code != SQLITE_ROW) {
		err = read_error(v, v->open, e);
		goto fail;
	}
	if ((uint64_t)sqlite3_column_int64(v->open, 0) > moved_seq) {
		if (!accept) {
			err = ERR_BUSY;
			goto fail;
		}
		/* All that was copied is in the tables, and maybe what came after it. */
		v->recent_n = v->recent_moved = 0;
	}
	if (!chunk_decode(&v->chunk, sqlite3_column_blob(v->open, 1),
			  (size_t)sqlite3_column_bytes(v->open, 1)))
		v->chunk.n = 0;
	err = read_bounds(v, e);
	if (!err)
		return ERR_NONE;
fail:
	view_close(v);
	return err;
}

/* Both ways nothing counts twice; trying again only adds the very latest samples. */
enum err view_open(struct series_view *v, struct store *store, uint64_t monitor, struct error *e)
{
	enum err err = try_open(v, store, monitor, false, e);

	return err == ERR_BUSY ? try_open(v, store, monitor, true, e) : err;
}

void view_close(struct series_view *v)
{
	if (v->open)
		sqlite3_reset(v->open);
	if (v->reader)
		reader_done(v->reader);
	free(v->recent);
	*v = (struct series_view){0};
}

static void give_chunk(const struct chunk *c, int64_t from_ms, int64_t until_ms,
		       void (*fn)(void *arg, const struct chunk *c, unsigned i), void *arg)
{
	if (!c->n || c->high_s * 1000 < from_ms || c->low_s * 1000 >= until_ms)
		return;
	for (unsigned i = 0; i < c->n; i++) {
		if (c->at_s[i] * 1000 >= from_ms && c->at_s[i] * 1000 < until_ms)
			fn(arg, c, i);
	}
}

enum err view_samples(struct series_view *v, int64_t from_ms, int64_t until_ms,
		      void (*fn)(void *arg, const struct chunk *c, unsigned i), void *arg,
		      struct error *e)
{
	enum err err = ERR_NONE;
	sqlite3_stmt *st;
	struct chunk c;
	int code;

	if (!v->reader || from_ms >= until_ms)
		return ERR_NONE;
	give_chunk(&v->chunk, from_ms, until_ms, fn, arg);
	st = prepare(v,
		     "SELECT samples FROM sample_chunk WHERE monitor = ?1 AND start_s >= ?2"
		     " AND start_s < ?3",
		     e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 2, from_ms / 1000 - CHUNK_SPAN_S);
	sqlite3_bind_int64(st, 3, until_ms / 1000 + KEY_MOVED_S);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (chunk_decode(&c, sqlite3_column_blob(st, 0),
				 (size_t)sqlite3_column_bytes(st, 0)))
			give_chunk(&c, from_ms, until_ms, fn, arg);
	}
	if (code != SQLITE_DONE)
		err = read_error(v, st, e);
	sqlite3_reset(st);
	return err;
}

enum err view_rollups(struct series_view *v, bool day, int64_t from, int64_t until,
		      void (*fn)(void *arg, int64_t start, const uint8_t *data, size_t n),
		      void *arg, struct error *e)
{
	struct bytes_reader r;
	enum err err = ERR_NONE;
	const uint8_t *data;
	sqlite3_stmt *st;
	int64_t start;
	size_t n;
	bool is_day;
	int code;

	if (!v->reader || from >= until)
		return ERR_NONE;
	r = (struct bytes_reader){.data = sqlite3_column_blob(v->open, 2),
				  .len = (size_t)sqlite3_column_bytes(v->open, 2)};
	while (open_next(&r, &is_day, &start, &data, &n)) {
		if (is_day == day && start >= from && start < until)
			fn(arg, start, data, n);
	}
	st = prepare(v,
		     day ? "SELECT day, rollup FROM sample_day WHERE monitor = ?1 AND day >= ?2"
			   " AND day < ?3"
			 : "SELECT hour, rollup FROM sample_hour WHERE monitor = ?1 AND hour >= ?2"
			   " AND hour < ?3",
		     e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 2, from);
	sqlite3_bind_int64(st, 3, until);
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		fn(arg, sqlite3_column_int64(st, 0), sqlite3_column_blob(st, 1),
		   (size_t)sqlite3_column_bytes(st, 1));
	if (code != SQLITE_DONE)
		err = read_error(v, st, e);
	sqlite3_reset(st);
	return err;
}

enum err view_chunks_back(struct series_view *v, bool (*fn)(void *arg, const struct chunk *c),
			  void *arg, struct error *e)
{
	enum err err = ERR_NONE;
	sqlite3_stmt *st;
	struct chunk c;
	int code;

	if (!v->reader)
		return ERR_NONE;
	st = prepare(v, "SELECT samples FROM sample_chunk WHERE monitor = ?1 ORDER BY start_s DESC",
		     e);
	if (!st)
		return ERR_STORE;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (chunk_decode(&c, sqlite3_column_blob(st, 0),
				 (size_t)sqlite3_column_bytes(st, 0)) &&
		    !fn(arg, &c))
			break;
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		err = read_error(v, st, e);
	sqlite3_reset(st);
	return err;
}
