/* Pages: what is read again and again, and is skipped while it stays as it was. */
#include <string.h>

#include "daemon/catalog/observe.h"

static enum err step_row(sqlite3_stmt *st, bool *row, struct error *e)
{
	int rc = sqlite3_step(st);
	*row = rc == SQLITE_ROW;
	return *row || rc == SQLITE_DONE
		       ? ERR_NONE
		       : store_error(rc, sqlite3_db_handle(st), "look for a page", e);
}

/* Nothing is in doubt: else the hash would have been forgotten. */
bool observe_is_same(struct store *s, const struct observation *o)
{
	struct error ignored = {0};
	struct reader *r = store_reader(s, &ignored);
	bool same = false;
	sqlite3_stmt *st = r ? reader_prepare(r,
					      "SELECT 1 FROM page WHERE site = ? AND url = ?"
					      " AND state = 0 AND hash = ? AND seen_ms >= ?",
					      &ignored)
			     : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)o->site);
		bind_string(st, 2, o->page_url);
		sqlite3_bind_blob(st, 3, o->hash, EVIDENCE_BYTES, SQLITE_STATIC);
		sqlite3_bind_int64(st, 4, o->at_ms - SIGHTING_GAP_MS);
		same = sqlite3_step(st) == SQLITE_ROW;
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
	return same;
}

enum err observe_same(struct txn *t, const struct observation *o, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "UPDATE page SET seen_ms = max(seen_ms, ?1), status = ?2"
				       " WHERE site = ?3 AND url = ?4 AND state = 0 AND hash = ?5",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, o->at_ms);
	sqlite3_bind_int(st, 2, o->status);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)o->site);
	bind_string(st, 4, o->page_url);
	sqlite3_bind_blob(st, 5, o->hash, EVIDENCE_BYTES, SQLITE_STATIC);
	return txn_exec(t, st, e);
}

enum err page_find(const struct known_source *from, const struct observation *o, uint64_t *id,
		   struct error *e)
{
	bool found = false;
	sqlite3_stmt *st = known_prepare(from, "SELECT id FROM page WHERE site = ? AND url = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->site);
	bind_string(st, 2, o->page_url);
	enum err err = step_row(st, &found, e);
	*id = found ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	return err;
}

enum err page_make(struct txn *t, const struct observation *o, uint64_t *id, struct error *e)
{
	const struct known_source from = {.txn = t};
	enum err err = page_find(&from, o, id, e);
	if (err || *id)
		return err;
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO page (site, url, kind, seen_ms, state, state_ms, status, text, fails)"
		" VALUES (?, ?, ?, 0, 0, ?, ?, '', 0)",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->site);
	bind_string(st, 2, o->page_url);
	sqlite3_bind_int(st, 3, o->page_kind);
	sqlite3_bind_int64(st, 4, o->at_ms);
	sqlite3_bind_int(st, 5, o->status);
	err = txn_exec(t, st, e);
	*id = (uint64_t)sqlite3_last_insert_rowid(txn_db(t));
	return err;
}

/* Of a part only a failure's end is known: the whole was not read, its time does not move. */
enum err page_read(struct txn *t, uint64_t id, const struct observation *o, bool forget,
		   struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "UPDATE page SET hash = ?2, seen_ms = max(seen_ms, ?3), kind = ?4,"
			    " state_ms = CASE state WHEN 0 THEN state_ms ELSE ?5 END, state = 0,"
			    " status = ?6, text = '', fails = 0 WHERE id = ?1",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	if (!forget && !o->part)
		sqlite3_bind_blob(st, 2, o->hash, EVIDENCE_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, o->part ? 0 : o->at_ms);
	sqlite3_bind_int(st, 4, o->page_kind);
	sqlite3_bind_int64(st, 5, o->at_ms);
	sqlite3_bind_int(st, 6, o->status);
	return txn_exec(t, st, e);
}

enum err page_failed(struct txn *t, uint64_t id, const struct observation *o, enum page_state state,
		     const char *text, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "UPDATE page SET hash = NULL,"
			    " state_ms = CASE state WHEN ?2 THEN state_ms ELSE ?3 END, state = ?2,"
			    " status = ?4, text = ?5, fails = fails + 1 WHERE id = ?1",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	sqlite3_bind_int(st, 2, state);
	sqlite3_bind_int64(st, 3, o->at_ms);
	sqlite3_bind_int(st, 4, o->status);
	bind_string(st, 5, text);
	return txn_exec(t, st, e);
}
