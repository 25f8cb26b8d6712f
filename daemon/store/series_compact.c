/* Moving samples from the journal into tables, a few monitors at a time.
 *
 * Once an hour everybody's turn comes, in the order of the ids, spread evenly over the hour:
 * neighbours share pages of their table, which halves what is written against an order by hash. A
 * monitor that has many samples in memory comes earlier. */
#include <stdlib.h>

#include "daemon/store/series_state.h"
#include "shared/log.h"
#include "shared/mem.h"

/* What one operation may do: a monitor costs 1, and 1 more for every 64 samples. */
/* Neighbours share pages, so a slice is large enough that most of its pages are written once. */
enum { SLICE_MONITORS = 64, COST_SAMPLES = 64 };
enum { TRIM_ROWS = 128, TRIM_EVERY_MS = 5 * 60 * 1000 };

void series_note_crowded(struct series *s, struct series_monitor *m)
{
	if (m->crowded || m->added - m->moved < series_limit(s))
		return;
	if (s->crowded_count == s->crowded_cap) {
		s->crowded_cap = s->crowded_cap ? s->crowded_cap * 2 : 16;
		s->crowded = mem_array(s->crowded, s->crowded_cap, sizeof *s->crowded);
	}
	s->crowded[s->crowded_count++] = m->id;
	m->crowded = true;
}

/* How far the hour's sweep should be. What an hour left over is done first in the next; after a
 * longer gap or when the clock was set, it waits for its turn. */
static size_t sweep_target(struct series *s, int64_t now_ms)
{
	int64_t hour = now_ms / SERIES_HOUR_MS;

	if (hour == s->swept_hour + 1 && s->swept < s->count)
		return s->count;
	if (hour != s->swept_hour) {
		s->swept_hour = hour;
		s->swept = 0;
	}
	return (size_t)(((double)(now_ms % SERIES_HOUR_MS) / (double)SERIES_HOUR_MS) *
				(double)s->count +
			0.5);
}

static size_t sweep_due(struct series *s, int64_t now_ms)
{
	size_t target = sweep_target(s, now_ms);

	return target > s->swept ? target - s->swept : 0;
}

/* Worth an operation: a whole slice, or where there are few monitors a part of one. */
static bool is_due(struct series *s, int64_t now_ms)
{
	size_t enough = s->count / 64 + 1;

	if (s->crowded_count || llabs(now_ms - s->trimmed_ms) >= TRIM_EVERY_MS)
		return true;
	return sweep_due(s, now_ms) >= (enough < SLICE_MONITORS ? enough : SLICE_MONITORS);
}

/* ---- the journal -------------------------------------------------------------------------- */

static uint64_t lowest_unmoved(const struct series *s)
{
	uint64_t lowest = s->applied_seq + 1;

	for (size_t i = 0; i < s->count; i++) {
		uint64_t first = s->slots[i].monitor->first_seq;

		if (first && first < lowest)
			lowest = first;
	}
	return lowest;
}

/* Rows of the last hour stay although everything moved: a restart reads the latest samples with
 * their phases from them. */
static enum err trim(struct txn *t, struct series *s, int64_t now_ms, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT seq, at_ms FROM sample_journal WHERE seq < ?1"
				       " ORDER BY seq LIMIT ?2",
				       e);
	int64_t last = 0;
	int code, rows = 0;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)lowest_unmoved(s));
	sqlite3_bind_int64(st, 2, TRIM_ROWS);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (llabs(now_ms - sqlite3_column_int64(st, 1)) < SERIES_HOUR_MS)
			break;
		last = sqlite3_column_int64(st, 0);
		rows++;
	}
	sqlite3_reset(st);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return store_error(code, txn_db(t), "read the journal of samples", e);
	/* When there are more, the next operation goes on. */
	if (rows < TRIM_ROWS)
		s->trimmed_ms = now_ms;
	if (!last)
		return ERR_NONE;
	st = txn_prepare(t, "DELETE FROM sample_journal WHERE seq <= ?1", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, last);
	return txn_exec(t, st, e);
}

/* ---- the operation ------------------------------------------------------------------------ */

static enum err move_one(struct txn *t, struct series *s, struct series_monitor *m, int64_t now_ms,
			 size_t *room, struct move_scratch *scratch, struct error *e)
{
	size_t cost = 1 + (size_t)(m->added - m->moved) / COST_SAMPLES;

	*room -= cost < *room ? cost : *room;
	return series_move(t, s, m, now_ms, scratch, e);
}

static enum err move_crowded(struct txn *t, struct series *s, int64_t now_ms, size_t *room,
			     struct move_scratch *scratch, struct error *e)
{
	while (s->crowded_count && *room) {
		struct series_monitor *m = series_find(s, s->crowded[--s->crowded_count]);
		enum err err;

		if (!m)
			continue;
		m->crowded = false;
		err = move_one(t, s, m, now_ms, room, scratch, e);
		if (err)
			return err;
	}
	return ERR_NONE;
}

enum err series_compact(struct txn *t, bool all, struct error *e)
{
	struct series *s = store_series(txn_store(t));
	int64_t now_ms = clock_wall_ms(store_clock(txn_store(t)));
	struct move_scratch *scratch = move_scratch_new();
	size_t room = SLICE_MONITORS, due = sweep_due(s, now_ms);
	enum err err = ERR_NONE;

	if (all) {
		for (size_t i = 0; !err && i < s->count; i++)
			err = series_move(t, s, s->slots[i].monitor, now_ms, scratch, e);
	} else {
		err = move_crowded(t, s, now_ms, &room, scratch, e);
		for (; !err && room && due; due--)
			err = move_one(t, s, s->slots[s->swept++].monitor, now_ms, &room, scratch,
				       e);
	}
	free(scratch);
	if (err)
		return err;
	return llabs(now_ms - s->trimmed_ms) >= TRIM_EVERY_MS || all ? trim(t, s, now_ms, e)
								     : ERR_NONE;
}

static enum err run_compact(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, false, e);
}

static void compact_done(void *arg, enum err code, const struct error *e)
{
	struct series *s = arg;

	s->compact_queued = false;
	if (code && !s->failing)
		log_warn("series", "samples could not be moved, they stay in the journal: %s",
			 e->text);
	s->failing = code != ERR_NONE;
	if (!code)
		series_schedule(s);
}

void series_schedule(struct series *s)
{
	if (s->compact_queued || !is_due(s, clock_wall_ms(store_clock(s->store))))
		return;
	s->compact_op = (struct store_op){.run = run_compact, .done = compact_done, .arg = s};
	s->compact_queued = true;
	/* A full queue: the next commit asks again. */
	if (store_submit(s->store, OP_BACKGROUND, &s->compact_op, NULL))
		s->compact_queued = false;
}
