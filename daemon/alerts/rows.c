#include "daemon/alerts/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/store/feed.h"
#include "shared/mem.h"

enum { PRUNED_AT_ONCE = 64, RESOLVED_WAIT_MS = 7 * 24 * 3600 * 1000 };

static void bind(sqlite3_stmt *st, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, at);
}

static const char *column(sqlite3_stmt *st, int at)
{
	return (const char *)sqlite3_column_text(st, at);
}

static char *column_dup(sqlite3_stmt *st, int at)
{
	const char *text = column(st, at);
	return text ? mem_strdup(text) : NULL;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* What ended it is kept with what its last event said: whoever is told of it after a start only
 * reads it from there. */
enum err alert_row_write(struct txn *t, const struct alert *a, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO alert(number, id, fingerprint, rule, state, severity, topic,"
		" subject_kind, subject, name, labels, text, data, runbook, notify, incident, seq,"
		" rev, events, since_ms, opened_ms, changed_ms, acknowledged_ms, acknowledged_by,"
		" note, snoozed_until_ms, resolved_ms)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" iif(?28 IS NULL, ?13, json_set(coalesce(?13, '{}'), '$.ended', ?28)), ?14, ?15,"
		" ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)"
		" ON CONFLICT(number) DO UPDATE SET state = ?5, severity = ?6, topic = ?7,"
		" name = ?10, labels = ?11, text = ?12, data = iif(?28 IS NULL,"
		" coalesce(?13, data), json_set(coalesce(?13, data, '{}'), '$.ended', ?28)),"
		" runbook = ?14, notify = ?15, incident = ?16, seq = ?17, rev = ?18, events = ?19,"
		" since_ms = ?20, opened_ms = ?21, changed_ms = ?22, acknowledged_ms = ?23,"
		" acknowledged_by = ?24, note = ?25, snoozed_until_ms = ?26, resolved_ms = ?27",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, a->number);
	sqlite3_bind_int64(st, 2, (int64_t)a->id);
	bind(st, 3, a->fingerprint);
	bind(st, 4, a->rule);
	bind(st, 5, alert_state_name(a->state));
	sqlite3_bind_int(st, 6, a->severity);
	bind(st, 7, a->topic);
	bind(st, 8, a->kind);
	sqlite3_bind_int64(st, 9, (int64_t)a->subject);
	bind(st, 10, a->name);
	bind(st, 11, a->labels);
	bind(st, 12, a->text);
	bind(st, 13, a->data);
	bind(st, 14, a->runbook);
	bind(st, 15, a->notify);
	if (a->incident)
		sqlite3_bind_int64(st, 16, (int64_t)a->incident);
	sqlite3_bind_int64(st, 17, (int64_t)a->seq);
	sqlite3_bind_int64(st, 18, a->rev);
	sqlite3_bind_int64(st, 19, a->events);
	sqlite3_bind_int64(st, 20, a->since_ms);
	sqlite3_bind_int64(st, 21, a->opened_ms);
	sqlite3_bind_int64(st, 22, a->changed_ms);
	sqlite3_bind_int64(st, 23, a->acknowledged_ms);
	bind(st, 24, a->by);
	bind(st, 25, a->note);
	sqlite3_bind_int64(st, 26, a->snoozed_ms);
	if (a->state == ALERT_RESOLVED) {
		sqlite3_bind_int64(st, 27, a->resolved_ms);
		bind(st, 28, a->ended);
	}
	enum err err = txn_exec(t, st, e);
	return err ? err : feed_change(t, "alert", a->id, false, e);
}

enum err alert_row_delete(struct txn *t, uint64_t id, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "DELETE FROM alert WHERE id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)id);
	enum err err = txn_exec(t, st, e);
	return err ? err : feed_change(t, "alert", id, true, e);
}

enum err alert_step_write(struct txn *t, const struct alert_step *s, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t, "INSERT INTO alert_step(alert, at_ms, what, text) VALUES(?, ?, ?, ?)", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)s->alert);
	sqlite3_bind_int64(st, 2, s->at_ms);
	bind(st, 3, s->what);
	bind(st, 4, s->text ? s->text : "");
	return txn_exec(t, st, e);
}

enum err alert_told_write(struct txn *t, uint64_t alert, uint64_t notifier, int64_t rev,
			  int64_t at_ms, struct error *e)
{
	sqlite3_stmt *st =
		txn_prepare(t,
			    "INSERT INTO alert_told(alert, notifier, rev, at_ms) VALUES(?, ?, ?, ?)"
			    " ON CONFLICT(alert, notifier) DO UPDATE SET rev = excluded.rev,"
			    " at_ms = excluded.at_ms",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)alert);
	sqlite3_bind_int64(st, 2, (int64_t)notifier);
	sqlite3_bind_int64(st, 3, rev);
	sqlite3_bind_int64(st, 4, at_ms);
	return txn_exec(t, st, e);
}

/* ---- reading -------------------------------------------------------------------------------- */

static struct alert *alert_of_row(sqlite3_stmt *st)
{
	struct alert *a = alert_new();
	a->number = sqlite3_column_int64(st, 0);
	a->id = (uint64_t)sqlite3_column_int64(st, 1);
	a->fingerprint = column_dup(st, 2);
	a->rule = column_dup(st, 3);
	alert_state_parse(column(st, 4), &a->state);
	a->severity = sqlite3_column_int(st, 5);
	snprintf(a->topic, sizeof(a->topic), "%s", column(st, 6));
	snprintf(a->kind, sizeof(a->kind), "%s", column(st, 7));
	a->subject = (uint64_t)sqlite3_column_int64(st, 8);
	a->name = column_dup(st, 9);
	a->labels = column_dup(st, 10);
	a->text = column_dup(st, 11);
	const char *condition = column(st, 12);
	snprintf(a->condition, sizeof(a->condition), "%s", condition ? condition : "");
	a->runbook = column_dup(st, 13);
	a->notify = column_dup(st, 14);
	a->incident = (uint64_t)sqlite3_column_int64(st, 15);
	a->seq = (uint64_t)sqlite3_column_int64(st, 16);
	a->rev = sqlite3_column_int64(st, 17);
	a->events = sqlite3_column_int64(st, 18);
	a->since_ms = sqlite3_column_int64(st, 19);
	a->opened_ms = sqlite3_column_int64(st, 20);
	a->changed_ms = sqlite3_column_int64(st, 21);
	a->acknowledged_ms = sqlite3_column_int64(st, 22);
	a->by = column_dup(st, 23);
	a->note = column_dup(st, 24);
	a->snoozed_ms = sqlite3_column_int64(st, 25);
	a->resolved_ms = sqlite3_column_int64(st, 26);
	a->ended = a->state == ALERT_RESOLVED ? column_dup(st, 27) : NULL;
	a->stored = true;
	return a;
}

static enum err ended(int code, sqlite3_stmt *st, const char *what, struct error *e)
{
	return code == SQLITE_DONE ? ERR_NONE : store_error(code, sqlite3_db_handle(st), what, e);
}

enum err alert_rows_read(struct store *s, void (*fn)(struct alert *a, void *arg), void *arg,
			 int64_t *next_number, struct error *e)
{
	struct reader *r = store_reader(s, e);
	enum err err = ERR_STORE;
	int code;
	*next_number = 1;
	if (!r)
		return e && e->code ? e->code : ERR_BUSY;
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT number, id, fingerprint, rule, state, severity, topic, subject_kind,"
		" subject, name, labels, text, json_extract(data, '$.state'), runbook, notify,"
		" incident, seq, rev, events, since_ms, opened_ms, changed_ms, acknowledged_ms,"
		" acknowledged_by, note, snoozed_until_ms, coalesce(resolved_ms, 0),"
		" json_extract(data, '$.ended') FROM alert a"
		" WHERE resolved_ms IS NULL OR (resolved_ms > ?1 AND EXISTS (SELECT 1 FROM"
		" alert_told t WHERE t.alert = a.id AND t.rev < a.rev)) ORDER BY number",
		e);
	if (!st)
		goto out;
	sqlite3_bind_int64(st, 1, clock_wall_ms(store_clock(s)) - RESOLVED_WAIT_MS);
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		fn(alert_of_row(st), arg);
	if ((err = ended(code, st, "reading the alerts", e)))
		goto out;
	st = reader_prepare(r, "SELECT seq FROM sqlite_sequence WHERE name = 'alert'", e);
	if (st && sqlite3_step(st) == SQLITE_ROW)
		*next_number = sqlite3_column_int64(st, 0) + 1;
	err = st ? ERR_NONE : ERR_STORE;
out:
	reader_done(r);
	return err;
}

enum err alert_told_read(struct store *s,
			 void (*fn)(uint64_t alert, uint64_t notifier, int64_t rev, int64_t at_ms,
				    void *arg),
			 void *arg, struct error *e)
{
	struct reader *r = store_reader(s, e);
	enum err err = ERR_STORE;
	int code;
	if (!r)
		return e && e->code ? e->code : ERR_BUSY;
	sqlite3_stmt *st =
		reader_prepare(r,
			       "SELECT t.alert, t.notifier, t.rev, t.at_ms FROM alert a CROSS JOIN"
			       " alert_told t ON t.alert = a.id WHERE a.resolved_ms IS NULL"
			       " OR a.resolved_ms > ?1",
			       e);
	if (!st)
		goto out;
	sqlite3_bind_int64(st, 1, clock_wall_ms(store_clock(s)) - RESOLVED_WAIT_MS);
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		fn((uint64_t)sqlite3_column_int64(st, 0), (uint64_t)sqlite3_column_int64(st, 1),
		   sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3), arg);
	err = ended(code, st, "reading who was told", e);
out:
	reader_done(r);
	return err;
}

char *alert_data_read(struct store *s, uint64_t id)
{
	struct reader *r = store_reader(s, NULL);
	char *data = NULL;
	if (!r)
		return NULL;
	sqlite3_stmt *st = reader_prepare(r, "SELECT data FROM alert WHERE id = ?", NULL);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		if (sqlite3_step(st) == SQLITE_ROW)
			data = column_dup(st, 0);
	}
	reader_done(r);
	return data;
}

int64_t alert_number_read(struct store *s, uint64_t id)
{
	struct reader *r = store_reader(s, NULL);
	int64_t number = 0;
	if (!r)
		return 0;
	sqlite3_stmt *st = reader_prepare(r, "SELECT number FROM alert WHERE id = ?", NULL);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		if (sqlite3_step(st) == SQLITE_ROW)
			number = sqlite3_column_int64(st, 0);
	}
	reader_done(r);
	return number;
}

int64_t alert_last_resolved(struct store *s, uint64_t subject, const char *fingerprint)
{
	struct reader *r = store_reader(s, NULL);
	int64_t at = 0;
	if (!r)
		return 0;
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT max(resolved_ms) FROM (SELECT resolved_ms FROM"
					  " alert WHERE subject = ?1 AND fingerprint = ?2"
					  " ORDER BY opened_ms DESC LIMIT 1)",
					  NULL);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)subject);
		sqlite3_bind_text(st, 2, fingerprint, -1, SQLITE_STATIC);
		if (sqlite3_step(st) == SQLITE_ROW)
			at = sqlite3_column_int64(st, 0);
	}
	reader_done(r);
	return at;
}

/* ---- what is old ---------------------------------------------------------------------------- */

enum err alerts_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	uint64_t gone[PRUNED_AT_ONCE];
	size_t n = 0;
	int code;
	sqlite3_stmt *st =
		txn_prepare(t,
			    "DELETE FROM alert WHERE number IN (SELECT number FROM alert"
			    " WHERE resolved_ms < ?1 ORDER BY resolved_ms LIMIT ?2) RETURNING id",
			    e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, before_ms);
	sqlite3_bind_int(st, 2, PRUNED_AT_ONCE);
	while ((code = sqlite3_step(st)) == SQLITE_ROW && n < PRUNED_AT_ONCE)
		gone[n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		return store_error(code, txn_db(t), "removing old alerts", e);
	*more = n == PRUNED_AT_ONCE;
	enum err err = ERR_NONE;
	for (size_t i = 0; i < n && !err; i++)
		err = feed_change(t, "alert", gone[i], true, e);
	return err;
}
