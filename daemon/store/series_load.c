#include <stdlib.h>

#include "daemon/store/series_chunk.h"
#include "daemon/store/series_state.h"
#include "shared/log.h"
#include "shared/mem.h"

static enum err sql_error(sqlite3 *db, struct error *e)
{
	return store_error(sqlite3_errcode(db), db, "read the samples", e);
}

/* Few monitors were ever forgotten; they come sorted by id. */
static void note_forgotten(struct series *s, uint64_t id, uint64_t seq)
{
	size_t n = s->forgotten_count;

	if (!seq)
		return;
	if (!(n & (n - 1)))
		s->forgotten = mem_array(s->forgotten, n ? 2 * n : 1, sizeof *s->forgotten);
	s->forgotten[s->forgotten_count++] = (struct series_forgotten){id, seq};
}

/* The journal position up to which it was forgotten, 0: never. */
static uint64_t forgotten_until(const struct series *s, uint64_t id)
{
	size_t low = 0, high = s->forgotten_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->forgotten[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->forgotten_count && s->forgotten[low].id == id ? s->forgotten[low].seq : 0;
}

static enum err load_monitors(struct series *s, sqlite3 *db, struct error *e)
{
	sqlite3_stmt *st = NULL;
	int code;

	if (sqlite3_prepare_v2(db,
			       "SELECT monitor, moved_seq, cells, forgotten_seq FROM sample_open"
			       " ORDER BY monitor",
			       -1, &st, NULL))
		return sql_error(db, e);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		struct series_monitor *m = series_get(s, (uint64_t)sqlite3_column_int64(st, 0));
		size_t n = (size_t)sqlite3_column_bytes(st, 2);

		m->moved_seq = (uint64_t)sqlite3_column_int64(st, 1);
		note_forgotten(s, m->id, (uint64_t)sqlite3_column_int64(st, 3));
		if (n && !cells_decode(&m->cells, sqlite3_column_blob(st, 2), n))
			log_warn("series", "the last 24 hours of a monitor in short are damaged");
		if (m->moved_seq > s->applied_seq)
			s->applied_seq = m->moved_seq;
	}
	sqlite3_finalize(st);
	return code == SQLITE_DONE ? ERR_NONE : sql_error(db, e);
}

/* Where the last sample's monitor is, and how far that was from the one before. Monitors that are
 * checked in turn come at equal distances: look there before searching. */
struct place {
	size_t at, stride;
};

static struct series_monitor *next_monitor(struct series *s, uint64_t id, struct place *p)
{
	size_t guess = p->at + p->stride;

	if (guess >= s->count || s->slots[guess].id != id) {
		series_get(s, id);
		guess = series_place(s, id);
		p->stride = guess > p->at ? guess - p->at : 1;
	}
	p->at = guess;
	return s->slots[guess].monitor;
}

/* Neighbours in a row are sorted by monitor. Whoever is new comes in at once. */
static void meet(struct series *s, const uint8_t *data, size_t n)
{
	struct bytes_reader r = {.data = data, .len = n};
	struct sample_context context = {0};
	uint64_t previous = 0, ids[JOURNAL_ROW_SAMPLES];
	struct sample sample;
	size_t count = 0;

	while (r.at < r.len && count < JOURNAL_ROW_SAMPLES &&
	       journal_get(&r, &context, &previous, &sample)) {
		/* damaged bytes may say anything */
		if (count && sample.monitor < ids[count - 1])
			break;
		ids[count++] = sample.monitor;
	}
	series_get_all(s, ids, count);
}

static bool replay_row(struct series *s, uint64_t seq, const uint8_t *data, size_t n)
{
	struct bytes_reader r = {.data = data, .len = n};
	struct sample_context context = {0};
	uint64_t previous = 0;
	uint32_t limit = series_limit(s);
	struct place place = {0};
	struct sample sample;

	while (r.at < r.len && journal_get(&r, &context, &previous, &sample)) {
		struct series_monitor *m = next_monitor(s, sample.monitor, &place);
		bool moved = seq <= m->moved_seq;

		if (seq <= forgotten_until(s, m->id))
			continue;
		if (!moved && !m->first_seq)
			m->first_seq = seq;
		monitor_add(m, &sample, limit, moved);
		if (!moved)
			series_note_crowded(s, m);
	}
	return !r.bad && r.at == r.len;
}

static enum err replay(struct series *s, sqlite3 *db, uint64_t *first_seq, struct error *e)
{
	sqlite3_stmt *st = NULL;
	int code;

	*first_seq = 0;
	if (sqlite3_prepare_v2(db, "SELECT seq, samples FROM sample_journal ORDER BY seq", -1, &st,
			       NULL))
		return sql_error(db, e);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(st, 0);

		if (!*first_seq)
			*first_seq = seq;
		meet(s, sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1));
		if (!replay_row(s, seq, sqlite3_column_blob(st, 1),
				(size_t)sqlite3_column_bytes(st, 1)))
			log_warn("series", "a row of the journal of samples is damaged");
		if (seq > s->applied_seq)
			s->applied_seq = seq;
	}
	sqlite3_finalize(st);
	return code == SQLITE_DONE ? ERR_NONE : sql_error(db, e);
}

/* A slow monitor's last sample may be older than the journal. */
static enum err load_last(struct series *s, sqlite3 *db, struct error *e)
{
	struct chunk *c = mem_alloc(sizeof *c);
	sqlite3_stmt *st = NULL;
	enum err err = ERR_NONE;

	if (sqlite3_prepare_v2(db, "SELECT chunk FROM sample_open WHERE monitor = ?1", -1, &st,
			       NULL))
		err = sql_error(db, e);
	for (size_t i = 0; !err && i < s->count; i++) {
		struct series_monitor *m = s->slots[i].monitor;

		if (m->added)
			continue;
		sqlite3_bind_int64(st, 1, (int64_t)m->id);
		if (sqlite3_step(st) == SQLITE_ROW &&
		    chunk_decode(c, sqlite3_column_blob(st, 0),
				 (size_t)sqlite3_column_bytes(st, 0)) &&
		    c->n) {
			struct sample last = chunk_sample(c, m->id, c->n - 1);

			monitor_set_last(m, &last);
		}
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	free(c);
	return err;
}

/* Rows that only remember the position of a forgotten monitor go when no journal row is left
 * before it. */
static enum err drop_forgotten(struct series *s, sqlite3 *db, uint64_t first_seq, struct error *e)
{
	sqlite3_stmt *st = NULL;
	enum err err = ERR_NONE;

	if (sqlite3_prepare_v2(db, "DELETE FROM sample_open WHERE monitor = ?1", -1, &st, NULL))
		return sql_error(db, e);
	for (size_t i = s->count; !err && i--;) {
		struct series_monitor *m = s->slots[i].monitor;
		uint64_t until = forgotten_until(s, m->id);

		/* forgotten, and nothing came after */
		if (!until || m->moved_seq != until || m->added)
			continue;
		if (!first_seq || m->moved_seq < first_seq) {
			sqlite3_bind_int64(st, 1, (int64_t)m->id);
			if (sqlite3_step(st) != SQLITE_DONE)
				err = sql_error(db, e);
			sqlite3_reset(st);
		}
		series_drop(s, m->id);
	}
	sqlite3_finalize(st);
	return err;
}

enum err series_load(struct series *s, sqlite3 *db, struct error *e)
{
	int64_t now_ms = clock_wall_ms(store_clock(s->store));
	uint64_t first_seq;
	enum err err;

	err = load_monitors(s, db, e);
	if (!err)
		err = replay(s, db, &first_seq, e);
	if (!err)
		err = drop_forgotten(s, db, first_seq, e);
	if (!err)
		err = load_last(s, db, e);
	free(s->forgotten);
	s->forgotten = NULL;
	s->forgotten_count = 0;
	s->next_seq = s->applied_seq + 1;
	/* Whose turn was already in this hour waits for the next. */
	s->swept_hour = now_ms / SERIES_HOUR_MS;
	s->swept = (size_t)((double)(now_ms % SERIES_HOUR_MS) / (double)SERIES_HOUR_MS *
			    (double)s->count);
	return err;
}
