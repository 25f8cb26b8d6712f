#include "daemon/store/series_chunk.h"
#include "daemon/store/series_state.h"

enum { SLICE_MONITORS = 128, SLICE_ROWS = 256, MONITOR_ROWS = 64 };

/* Delete up to MONITOR_ROWS rows of one monitor before a time. */
static enum err delete_before(struct txn *t, const char *sql, uint64_t monitor, int64_t before,
			      int *deleted, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, sql, e);
	enum err err;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)monitor);
	sqlite3_bind_int64(st, 2, before);
	sqlite3_bind_int64(st, 3, MONITOR_ROWS);
	err = txn_exec(t, st, e);
	if (!err)
		*deleted += sqlite3_changes(txn_db(t));
	return err;
}

/* A chunk's key is its earliest time and it spans at most a day. */
static enum err prune_monitor(struct txn *t, uint64_t monitor, int64_t raw_before_ms,
			      int64_t hourly_before_ms, int *deleted, struct error *e)
{
	enum err err = delete_before(
		t,
		"DELETE FROM sample_chunk WHERE monitor = ?1 AND start_s IN (SELECT start_s FROM"
		" sample_chunk WHERE monitor = ?1 AND start_s < ?2 ORDER BY start_s LIMIT ?3)",
		monitor, raw_before_ms / 1000 - CHUNK_SPAN_S, deleted, e);

	if (err)
		return err;
	return delete_before(
		t,
		"DELETE FROM sample_hour WHERE monitor = ?1 AND hour IN (SELECT hour FROM sample_hour"
		" WHERE monitor = ?1 AND hour < ?2 ORDER BY hour LIMIT ?3)",
		monitor, hourly_before_ms / SERIES_HOUR_MS, deleted, e);
}

enum err series_prune(struct txn *t, int64_t raw_before_ms, int64_t hourly_before_ms, bool *more,
		      struct error *e)
{
	struct series *s = store_series(txn_store(t));
	int total = 0;

	for (int i = 0; i < SLICE_MONITORS && s->pruned < s->count && total < SLICE_ROWS; i++) {
		int deleted = 0;
		enum err err = prune_monitor(t, s->slots[s->pruned].id, raw_before_ms,
					     hourly_before_ms, &deleted, e);

		if (err)
			return err;
		total += deleted;
		if (deleted < MONITOR_ROWS)
			s->pruned++;
	}
	*more = s->pruned < s->count;
	if (!*more)
		s->pruned = 0;
	return ERR_NONE;
}
