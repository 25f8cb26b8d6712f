#include "daemon/services/sitemonitor/rows.h"

#include <stdlib.h>

#include "daemon/store/feed.h"
#include "daemon/store/series.h"
#include "shared/mem.h"

void state_row_fini(struct state_row *r)
{
	free(r->reason);
	free(r->good);
	free(r->bad_cause);
	free(r->bad_message);
	free(r->bad);
	free(r->certificate);
	*r = (struct state_row){0};
}

void bind_text(sqlite3_stmt *st, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, at);
}

const char *column_text(sqlite3_stmt *st, int at)
{
	return (const char *)sqlite3_column_text(st, at);
}

static void bind_id(sqlite3_stmt *st, int at, uint64_t id)
{
	if (id)
		sqlite3_bind_int64(st, at, (sqlite3_int64)id);
	else
		sqlite3_bind_null(st, at);
}

/* ---- state ---------------------------------------------------------------------------------- */

static const char state_sql[] =
	"INSERT INTO monitor_state (monitor, rev, base, hold, base_since_ms, hold_since_ms, fails,"
	" oks, slows, fasts, unknowns, quiet, first_bad_ms, first_good_ms, first_slow_ms,"
	" first_fast_ms, first_unknown_ms, last_ms, reason, incident, flapping, recent,"
	" flapping_since_ms)"
	" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
	" ?19, ?20, ?21, ?22, ?23 WHERE EXISTS (SELECT 1 FROM resource WHERE id = ?1)"
	" ON CONFLICT (monitor) DO UPDATE SET rev = excluded.rev, base = excluded.base,"
	" hold = excluded.hold, base_since_ms = excluded.base_since_ms,"
	" hold_since_ms = excluded.hold_since_ms, fails = excluded.fails, oks = excluded.oks,"
	" slows = excluded.slows, fasts = excluded.fasts, unknowns = excluded.unknowns,"
	" quiet = excluded.quiet, first_bad_ms = excluded.first_bad_ms,"
	" first_good_ms = excluded.first_good_ms, first_slow_ms = excluded.first_slow_ms,"
	" first_fast_ms = excluded.first_fast_ms, first_unknown_ms = excluded.first_unknown_ms,"
	" last_ms = excluded.last_ms, reason = excluded.reason, incident = excluded.incident,"
	" flapping = excluded.flapping, recent = excluded.recent,"
	" flapping_since_ms = excluded.flapping_since_ms"
	" WHERE excluded.rev > monitor_state.rev";

/* The good answer differs from the one that is stored by its body at most. */
#define STORED_GOOD(hash, bytes)                                                       \
	"iif(" hash " IS NULL, monitor_evidence.good, json_set(monitor_evidence.good," \
	" '$.body_bytes', " bytes ", '$.body_hash', " hash "))"

static void bind_body(sqlite3_stmt *st, int at, const struct evidence_body *body)
{
	char hash[EVIDENCE_HASH_TEXT];
	if (body->bytes < 0)
		return; /* both are NULL */
	sqlite3_bind_text(st, at, evidence_hash_text(body, hash), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, at + 1, body->bytes);
}

static const char evidence_sql[] =
	"INSERT INTO monitor_evidence (monitor, rev, good_ms, good, bad_cause, bad_message, bad,"
	" certificate, certificate_ends_ms)"
	" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"
	" WHERE EXISTS (SELECT 1 FROM resource WHERE id = ?1)"
	" ON CONFLICT (monitor) DO UPDATE SET rev = excluded.rev, good_ms = excluded.good_ms,"
	" good = coalesce(excluded.good, " STORED_GOOD(
		"?10",
		"?11") "), bad_cause = excluded.bad_cause, bad_message = excluded.bad_message,"
		       " bad = excluded.bad, certificate = excluded.certificate,"
		       " certificate_ends_ms = excluded.certificate_ends_ms"
		       " WHERE excluded.rev > monitor_evidence.rev";

static enum err write_evidence(struct txn *t, const struct state_row *r, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, evidence_sql, e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)r->monitor);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)r->rev);
	sqlite3_bind_int64(st, 3, r->good_ms);
	bind_text(st, 4, r->good);
	bind_text(st, 5, r->bad_cause);
	bind_text(st, 6, r->bad_message);
	bind_text(st, 7, r->bad);
	bind_text(st, 8, r->certificate);
	sqlite3_bind_int64(st, 9, r->certificate_ends_ms);
	bind_body(st, 10, &r->good_body);
	return txn_exec(t, st, e);
}

enum err state_row_write(struct txn *t, const struct state_row *r, struct error *e)
{
	const struct track *k = &r->track;
	const int64_t numbers[] = {
		k->base_since.wall_ms,
		k->hold_since.wall_ms,
		k->fails,
		k->oks,
		k->slows,
		k->fasts,
		k->unknowns,
		k->quiet_unknown,
		k->first_bad.wall_ms,
		k->first_good.wall_ms,
		k->first_slow.wall_ms,
		k->first_fast.wall_ms,
		k->first_unknown.wall_ms,
		r->last_ms,
	};
	sqlite3_stmt *st = txn_prepare(t, state_sql, e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)r->monitor);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)r->rev);
	bind_text(st, 3, monitor_state_name(k->base));
	bind_text(st, 4, monitor_state_name(k->hold));
	for (int i = 0; i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++)
		sqlite3_bind_int64(st, 5 + i, numbers[i]);
	bind_text(st, 19, r->reason);
	bind_id(st, 20, r->incident);
	sqlite3_bind_int64(st, 21, k->flapping);
	sqlite3_bind_int64(st, 22, k->recent);
	sqlite3_bind_int64(st, 23, k->flapping_since.wall_ms);
	enum err err = txn_exec(t, st, e);
	return err || !r->with_evidence ? err : write_evidence(t, r, e);
}

static enum monitor_state column_state(sqlite3_stmt *st, int at)
{
	const char *text = column_text(st, at);
	enum monitor_state s = text ? monitor_state_parse(text) : STATE_NEW;
	return s == STATE_COUNT ? STATE_NEW : s;
}

static void read_row(sqlite3_stmt *st, struct state_row *r)
{
	struct track *k = &r->track;
	r->monitor = (uint64_t)sqlite3_column_int64(st, 0);
	r->rev = (uint64_t)sqlite3_column_int64(st, 1);
	k->base = column_state(st, 2);
	k->hold = column_state(st, 3);
	k->base_since.wall_ms = sqlite3_column_int64(st, 4);
	k->hold_since.wall_ms = sqlite3_column_int64(st, 5);
	k->fails = (uint32_t)sqlite3_column_int64(st, 6);
	k->oks = (uint32_t)sqlite3_column_int64(st, 7);
	k->slows = (uint32_t)sqlite3_column_int64(st, 8);
	k->fasts = (uint32_t)sqlite3_column_int64(st, 9);
	k->unknowns = (uint32_t)sqlite3_column_int64(st, 10);
	k->quiet_unknown = sqlite3_column_int(st, 11) != 0;
	k->first_bad.wall_ms = sqlite3_column_int64(st, 12);
	k->first_good.wall_ms = sqlite3_column_int64(st, 13);
	k->first_slow.wall_ms = sqlite3_column_int64(st, 14);
	k->first_fast.wall_ms = sqlite3_column_int64(st, 15);
	k->first_unknown.wall_ms = sqlite3_column_int64(st, 16);
	r->last_ms = sqlite3_column_int64(st, 17);
	r->reason = (char *)column_text(st, 18);
	r->incident = (uint64_t)sqlite3_column_int64(st, 19);
	r->with_evidence = sqlite3_column_type(st, 20) != SQLITE_NULL;
	r->good_ms = sqlite3_column_int64(st, 20);
	r->good = (char *)column_text(st, 21);
	r->bad_cause = (char *)column_text(st, 22);
	r->bad_message = (char *)column_text(st, 23);
	r->bad = (char *)column_text(st, 24);
	r->certificate = (char *)column_text(st, 25);
	r->certificate_ends_ms = sqlite3_column_int64(st, 26);
	k->flapping = sqlite3_column_int(st, 27) != 0;
	k->recent = (uint32_t)sqlite3_column_int64(st, 28);
	k->flapping_since.wall_ms = sqlite3_column_int64(st, 29);
}

enum err state_rows_read(struct store *s, void (*fn)(const struct state_row *r, void *arg),
			 void *arg, struct error *e)
{
	static const char sql[] =
		"SELECT s.monitor, max(s.rev, coalesce(v.rev, 0)), base, hold, base_since_ms,"
		" hold_since_ms, fails, oks, slows, fasts, unknowns, quiet, first_bad_ms,"
		" first_good_ms, first_slow_ms, first_fast_ms, first_unknown_ms, last_ms, reason,"
		" incident, v.good_ms, v.good, v.bad_cause, v.bad_message, v.bad, v.certificate,"
		" coalesce(v.certificate_ends_ms, 0), flapping, recent, flapping_since_ms"
		" FROM monitor_state s LEFT JOIN monitor_evidence v USING (monitor)";
	struct reader *reader = store_reader(s, e);
	if (!reader)
		return e ? e->code : ERR_STORE;
	enum err err = ERR_NONE;
	sqlite3_stmt *st = reader_prepare(reader, sql, e);
	int rc = SQLITE_ERROR;
	while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct state_row row = {0};
		read_row(st, &row);
		fn(&row, arg);
	}
	if (!st)
		err = ERR_STORE;
	else if (rc != SQLITE_DONE)
		err = store_error(rc, sqlite3_db_handle(st), "reading the monitors' states", e);
	if (st)
		sqlite3_reset(st);
	reader_done(reader);
	return err;
}

enum err monitor_row_exists(struct txn *t, uint64_t monitor, bool *exists, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM resource WHERE id = ?1", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)monitor);
	int rc = sqlite3_step(st);
	*exists = rc == SQLITE_ROW;
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? ERR_NONE
		       : store_error(rc, txn_db(t), "looking up a monitor", e);
}

/* ---- incidents ------------------------------------------------------------------------------ */

static enum err returned_number(struct txn *t, sqlite3_stmt *st, int64_t *number, struct error *e)
{
	int rc = sqlite3_step(st);
	*number = 0;
	if (rc == SQLITE_ROW) {
		*number = sqlite3_column_int64(st, 0);
		rc = sqlite3_step(st);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? ERR_NONE : store_error(rc, txn_db(t), "writing an incident", e);
}

/* The end of an earlier one can be lost, when the store took no writes for long. */
static enum err close_earlier(struct txn *t, const struct incident_open *o, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "UPDATE incident SET closed_ms = max(?2, opened_ms),"
				       " duration_ms = max(?2 - opened_ms, 0)"
				       " WHERE monitor = ?1 AND closed_ms IS NULL",
				       e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->monitor);
	sqlite3_bind_int64(st, 2, o->opened_ms);
	return txn_exec(t, st, e);
}

enum err incident_row_open(struct txn *t, const struct incident_open *o, int64_t *number,
			   struct error *e)
{
	enum err err = close_earlier(t, o, e);
	if (err)
		return err;
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO incident (id, monitor, opened_ms, confirmed_ms, failures, cause,"
		" message, evidence, good_ms, good) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" coalesce(?10, (SELECT " STORED_GOOD("?11", "?12") " FROM monitor_evidence"
								    " WHERE monitor = ?2)))"
								    " RETURNING number",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)o->id);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)o->monitor);
	sqlite3_bind_int64(st, 3, o->opened_ms);
	sqlite3_bind_int64(st, 4, o->confirmed_ms);
	sqlite3_bind_int64(st, 5, o->failures);
	bind_text(st, 6, o->cause ? o->cause : "");
	bind_text(st, 7, o->message ? o->message : "");
	bind_text(st, 8, o->evidence);
	sqlite3_bind_int64(st, 9, o->good_ms);
	bind_text(st, 10, o->good);
	bind_body(st, 11, &o->good_body);
	err = returned_number(t, st, number, e);
	return err ? err : feed_change(t, "incident", o->id, false, e);
}

enum err incident_row_close(struct txn *t, uint64_t id, int64_t closed_ms, int64_t duration_ms,
			    int64_t *number, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE incident SET closed_ms = max(?2, opened_ms), duration_ms = max(?3, 0)"
		" WHERE id = ?1 RETURNING number",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	sqlite3_bind_int64(st, 2, closed_ms);
	sqlite3_bind_int64(st, 3, duration_ms);
	enum err err = returned_number(t, st, number, e);
	return err || !*number ? err : feed_change(t, "incident", id, false, e);
}

static char *column_copy(sqlite3_stmt *st, int at)
{
	const char *text = column_text(st, at);
	return text ? mem_strdup(text) : NULL;
}

enum err incident_row_story(struct txn *t, uint64_t id, struct incident_story *out, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "SELECT number, cause, message, evidence, good FROM incident WHERE id = ?1", e);
	*out = (struct incident_story){0};
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		out->number = sqlite3_column_int64(st, 0);
		out->cause = column_copy(st, 1);
		out->message = column_copy(st, 2);
		out->evidence = column_copy(st, 3);
		out->good = column_copy(st, 4);
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? ERR_NONE
		       : store_error(rc, txn_db(t), "reading an incident", e);
}

void incident_story_fini(struct incident_story *s)
{
	free(s->cause);
	free(s->message);
	free(s->evidence);
	free(s->good);
}

enum { INCIDENTS_AT_ONCE = 100 };

enum err incidents_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	uint64_t gone[INCIDENTS_AT_ONCE];
	size_t n = 0;
	sqlite3_stmt *st = txn_prepare(
		t,
		"DELETE FROM incident WHERE number IN (SELECT number FROM incident"
		" WHERE opened_ms < ?1 AND closed_ms < ?1 ORDER BY opened_ms LIMIT ?2) RETURNING id",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, before_ms);
	sqlite3_bind_int(st, 2, INCIDENTS_AT_ONCE);
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < INCIDENTS_AT_ONCE)
		gone[n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return store_error(rc, txn_db(t), "removing old incidents", e);
	*more = n == INCIDENTS_AT_ONCE;
	enum err err = ERR_NONE;
	for (size_t i = 0; i < n && !err; i++)
		err = feed_change(t, "incident", gone[i], true, e);
	return err;
}

/* ---- what was left over --------------------------------------------------------------------- */

enum { ORPHANS_AT_ONCE = 64 };

enum err orphans_forget(struct txn *t, void *unused, struct error *e)
{
	uint64_t gone[ORPHANS_AT_ONCE];
	size_t n = 0;
	sqlite3_stmt *st = txn_prepare(t,
				       "SELECT monitor FROM sample_open WHERE NOT EXISTS"
				       " (SELECT 1 FROM resource WHERE id = monitor) LIMIT 64",
				       e);
	if (!st)
		return ERR_STORE;
	while (n < ORPHANS_AT_ONCE && sqlite3_step(st) == SQLITE_ROW)
		gone[n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	enum err err = ERR_NONE;
	for (size_t i = 0; i < n && !err; i++)
		err = series_forget(t, gone[i], e);
	return err;
}
