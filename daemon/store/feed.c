#include "daemon/store/feed.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/database.h"
#include "daemon/store/store_internal.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

enum { EVENT_DATA_MAX = 4096, EVENT_TEXT_MAX = 1024 };

const char *severity_name(enum severity s)
{
	switch (s) {
	case SEVERITY_INFO: return "info";
	case SEVERITY_WARNING: return "warning";
	case SEVERITY_CRITICAL: return "critical";
	}
	return "info";
}

enum severity severity_parse(const char *word, enum severity fallback)
{
	for (int s = SEVERITY_INFO; word && s <= SEVERITY_CRITICAL; s++)
		if (!strcmp(word, severity_name((enum severity)s)))
			return (enum severity)s;
	return fallback;
}

enum err feed_change(struct txn *t, const char *kind, uint64_t id, bool deleted, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO changes(kind, id, seq, deleted, at_ms) "
				       "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(kind, id) DO UPDATE "
				       "SET seq = ?3, deleted = ?4, at_ms = ?5",
				       e);
	struct feed_note note = {.kind = kind, .id = id, .deleted = deleted};
	enum err rc;

	if (st) {
		note.seq = txn_seq(t);
		sqlite3_bind_text(st, 1, kind, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 2, (int64_t)id);
		sqlite3_bind_int64(st, 3, (int64_t)note.seq);
		sqlite3_bind_int(st, 4, deleted);
		sqlite3_bind_int64(st, 5, txn_now_ms(t));
	}
	rc = txn_exec(t, st, e);
	if (!rc)
		txn_add_note(t, &note);
	return rc;
}

enum err feed_event(struct txn *t, const struct event *ev, struct error *e)
{
	struct event copy = *ev;
	sqlite3_stmt *st;
	enum err rc;

	if (ev->data_json && strlen(ev->data_json) > EVENT_DATA_MAX)
		return error_set(e, ERR_TOO_LARGE, "data of event %s has more than %d bytes",
				 ev->topic, EVENT_DATA_MAX);
	if (ev->text && strlen(ev->text) > EVENT_TEXT_MAX)
		return error_set(e, ERR_TOO_LARGE, "text of event %s has more than %d bytes",
				 ev->topic, EVENT_TEXT_MAX);
	st = txn_prepare(t,
			 "INSERT INTO events(seq, at_ms, topic, severity, subject_kind, subject, "
			 "name, text, data) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
			 e);
	if (!copy.at_ms)
		copy.at_ms = txn_now_ms(t);
	if (st) {
		copy.seq = txn_seq(t);
		sqlite3_bind_int64(st, 1, (int64_t)copy.seq);
		sqlite3_bind_int64(st, 2, copy.at_ms);
		txn_bind_text(st, 3, copy.topic);
		sqlite3_bind_int(st, 4, (int)copy.severity);
		txn_bind_text(st, 5, copy.subject_kind);
		sqlite3_bind_int64(st, 6, (int64_t)copy.subject);
		txn_bind_text(st, 7, copy.name);
		txn_bind_text(st, 8, copy.text ? copy.text : "");
		txn_bind_text(st, 9, copy.data_json);
	}
	rc = txn_exec(t, st, e);
	if (!rc)
		txn_add_event(t, &copy);
	return rc;
}

void event_fini(struct event *ev)
{
	free(ev->text);
	free(ev->data_json);
	ev->text = ev->data_json = NULL;
}

void event_write_json(struct json_writer *w, uint64_t epoch, const struct event *ev)
{
	const struct resource_kind *k = resource_kind_find(ev->subject_kind);
	char id[64], prefix[ID_PREFIX_MAX + 1];

	jw_object(w);
	jw_kv_str(w, "kind", "event");
	snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, epoch, ev->seq);
	jw_kv_str(w, "id", id);
	jw_kv_int(w, "seq", (int64_t)ev->seq);
	jw_kv_time(w, "at", ev->at_ms);
	jw_kv_str(w, "topic", ev->topic);
	jw_kv_str(w, "severity", severity_name(ev->severity));
	jw_key(w, "subject");
	if (ev->subject) {
		snprintf(prefix, sizeof prefix, "%.*s", ID_PREFIX_MAX,
			 k ? k->prefix : ev->subject_kind);
		jw_str(w, id_format(id, prefix, ev->subject));
	} else {
		jw_null(w);
	}
	jw_kv_str(w, "name", ev->name);
	jw_kv_str(w, "text", ev->text ? ev->text : "");
	jw_key(w, "data");
	if (ev->data_json)
		jw_raw(w, ev->data_json, strlen(ev->data_json));
	else
		jw_raw(w, "{}", 2);
	jw_object_end(w);
}

/* ---- listeners ------------------------------------------------------------------------------ */

static void call_listener(listener_fn *fn, void *arg, void *context)
{
	((feed_listener_fn *)fn)(context, arg);
}

void feed_tell(struct store *s, const struct feed_commit *c)
{
	struct feed_commit copy = *c;

	listener_set_each(&s->feed_listeners, call_listener, &copy);
}

void feed_listen(struct store *s, feed_listener_fn *fn, void *arg)
{
	listener_set_add(&s->feed_listeners, (listener_fn *)fn, arg);
}

void feed_unlisten(struct store *s, feed_listener_fn *fn, void *arg)
{
	listener_set_remove(&s->feed_listeners, (listener_fn *)fn, arg);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void copy_text(char *out, size_t cap, sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	snprintf(out, cap, "%s", s ? s : "");
}

/* text and data stay SQLite's: event_fini is not for this one. */
static struct event event_of_row(sqlite3_stmt *st)
{
	struct event ev = {
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.at_ms = sqlite3_column_int64(st, 1),
		.severity = (enum severity)sqlite3_column_int(st, 3),
		.subject = (uint64_t)sqlite3_column_int64(st, 5),
		.text = (char *)(uintptr_t)sqlite3_column_text(st, 7),
		.data_json = (char *)(uintptr_t)sqlite3_column_text(st, 8),
	};

	copy_text(ev.topic, sizeof ev.topic, st, 2);
	copy_text(ev.subject_kind, sizeof ev.subject_kind, st, 4);
	copy_text(ev.name, sizeof ev.name, st, 6);
	return ev;
}

#define EVENT_COLUMNS "seq, at_ms, topic, severity, subject_kind, subject, name, text, data"

enum err feed_events(struct store *s, const struct event_query *q,
		     bool (*fn)(const struct event *ev, void *arg), void *arg, struct error *e)
{
	/* One statement for each order and way in; conditions that are off cost nothing. */
	static const char *const sql[2][2] = {
		{"SELECT " EVENT_COLUMNS " FROM events WHERE seq > ?1 AND seq < ?2 AND at_ms >= ?3 "
		 "AND at_ms < ?4 ORDER BY seq LIMIT ?5",
		 "SELECT " EVENT_COLUMNS
		 " FROM events WHERE subject = ?6 AND seq > ?1 AND seq < ?2 "
		 "AND at_ms >= ?3 AND at_ms < ?4 ORDER BY seq LIMIT ?5"},
		{"SELECT " EVENT_COLUMNS " FROM events WHERE seq > ?1 AND seq < ?2 AND at_ms >= ?3 "
		 "AND at_ms < ?4 ORDER BY seq DESC LIMIT ?5",
		 "SELECT " EVENT_COLUMNS
		 " FROM events WHERE subject = ?6 AND seq > ?1 AND seq < ?2 "
		 "AND at_ms >= ?3 AND at_ms < ?4 ORDER BY seq DESC LIMIT ?5"},
	};
	struct reader *r = store_reader(s, e);
	enum err rc = ERR_STORE;
	sqlite3_stmt *st;
	int code;

	if (!r)
		return e && e->code ? e->code : ERR_BUSY;
	st = reader_prepare(r, sql[q->newest_first][q->subject != 0], e);
	if (!st)
		goto out;
	sqlite3_bind_int64(st, 1, (int64_t)q->after);
	sqlite3_bind_int64(st, 2, q->before ? (int64_t)q->before : INT64_MAX);
	sqlite3_bind_int64(st, 3, q->since_ms);
	sqlite3_bind_int64(st, 4, q->until_ms ? q->until_ms : INT64_MAX);
	sqlite3_bind_int64(st, 5, q->limit ? (int64_t)q->limit : -1);
	if (q->subject)
		sqlite3_bind_int64(st, 6, (int64_t)q->subject);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		struct event ev = event_of_row(st);

		if (!fn(&ev, arg)) {
			code = SQLITE_DONE;
			break;
		}
	}
	rc = code == SQLITE_DONE ? ERR_NONE
				 : store_error(code, sqlite3_db_handle(st), "read the events", e);
out:
	reader_done(r);
	return rc;
}

enum err feed_events_after(struct store *s, uint64_t after, size_t limit,
			   bool (*fn)(const struct event *ev, void *arg), void *arg,
			   struct error *e)
{
	return feed_events(s, &(struct event_query){.after = after, .limit = limit}, fn, arg, e);
}

/* Without any events, what comes after the last one that was removed. */
void feed_find_oldest(struct store *s)
{
	int64_t seq =
		database_int(s->db,
			     "SELECT coalesce((SELECT min(seq) FROM events), (SELECT "
			     "CAST(value AS INTEGER) + 1 FROM meta WHERE key = 'feed.pruned'))",
			     0);

	atomic_store(&s->oldest_event, (uint64_t)seq);
}

uint64_t feed_oldest(struct store *s)
{
	return atomic_load(&s->oldest_event);
}

enum err feed_load(struct store *s, struct error *e)
{
	int64_t seq = database_int(s->db, "SELECT max(seq) FROM changes", 0);
	int64_t event = database_int(s->db, "SELECT max(seq) FROM events", 0);
	/* What was pruned had numbers too. */
	int64_t floor = database_int(
		s->db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'feed.floor'", 0);
	int64_t epoch = database_int(
		s->db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'feed.epoch'", 0);
	char sql[160];

	seq = seq > event ? seq : event;
	seq = seq > floor ? seq : floor;
	atomic_store(&s->seq, (uint64_t)seq);
	feed_find_oldest(s);
	s->epoch = (uint64_t)epoch;
	/* The directory saw more than this file has: an older copy was put in its place. */
	if (s->lock.epoch > s->epoch || (s->lock.epoch == s->epoch && s->lock.seq > (uint64_t)seq))
		s->epoch = s->lock.epoch + 1;
	if (s->epoch == 0)
		s->epoch = 1;
	if (s->epoch == (uint64_t)epoch)
		return ERR_NONE;
	snprintf(sql, sizeof sql,
		 "INSERT INTO meta(key, value) VALUES('feed.epoch', '%" PRIu64 "') "
		 "ON CONFLICT(key) DO UPDATE SET value = excluded.value",
		 s->epoch);
	return database_exec(s->db, sql, "begin the feed", e);
}

/* ---- cursors -------------------------------------------------------------------------------- */

enum err cursor_set(struct txn *t, const char *name, uint64_t seq, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO cursors(name, seq) VALUES(?, ?) "
				       "ON CONFLICT(name) DO UPDATE SET seq = excluded.seq",
				       e);

	if (st) {
		txn_bind_text(st, 1, name);
		sqlite3_bind_int64(st, 2, (int64_t)seq);
	}
	return txn_exec(t, st, e);
}

enum err cursor_get(struct store *s, const char *name, uint64_t *seq, bool *lost, struct error *e)
{
	struct reader *r = store_reader(s, e);
	enum err rc = ERR_STORE;
	sqlite3_stmt *st;
	int code;

	*seq = 0;
	*lost = false;
	if (!r)
		return e && e->code ? e->code : ERR_BUSY;
	/* Lost: an event behind the cursor was pruned. */
	st = reader_prepare(r,
			    "SELECT seq, seq < coalesce((SELECT CAST(value AS INTEGER) FROM meta "
			    "WHERE key = 'feed.pruned'), 0) FROM cursors WHERE name = ?",
			    e);
	if (!st)
		goto out;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		*seq = (uint64_t)sqlite3_column_int64(st, 0);
		*lost = sqlite3_column_int(st, 1) != 0;
	}
	rc = code == SQLITE_ROW || code == SQLITE_DONE
		     ? ERR_NONE
		     : store_error(code, sqlite3_db_handle(st), "read a cursor", e);
out:
	reader_done(r);
	return rc;
}
