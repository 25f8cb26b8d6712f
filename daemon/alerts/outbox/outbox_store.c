/* The outbox in the store: what is added, what becomes of it, what is there after a start. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/outbox/fallback.h"
#include "daemon/alerts/outbox/outbox_internal.h"
#include "daemon/core/fault.h"
#include "shared/json.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { DEAD_SHOWN_DAYS = 7, KEY_TEXT = 40 };

static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT);
}

static const char *column(sqlite3_stmt *st, int at)
{
	const char *text = (const char *)sqlite3_column_text(st, at);

	return text ? text : "";
}

/* ---- adding --------------------------------------------------------------------------------- */

enum err outbox_add(struct txn *t, struct outbox_message *m, int64_t now_ms, struct error *e)
{
	m->id = txn_new_id(t);
	return outbox_add_as(t, m, now_ms, e);
}

enum err outbox_add_as(struct txn *t, const struct outbox_message *m, int64_t now_ms,
		       struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO delivery(id, notifier, notifier_name, topic, severity, title, state,"
		" message, created_ms, attempts, tried_ms, next_ms, sent_ms, took_ms, status)"
		" VALUES(?, ?, ?, ?, ?, ?, 'pending', ?, ?, 0, 0, ?, 0, 0, 0)",
		e);
	enum err rc;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)m->id);
	sqlite3_bind_int64(st, 2, (int64_t)m->notifier);
	bind_text(st, 3, m->notifier_name);
	bind_text(st, 4, m->topic);
	sqlite3_bind_int(st, 5, m->severity);
	bind_text(st, 6, m->title);
	bind_text(st, 7, m->json);
	sqlite3_bind_int64(st, 8, now_ms);
	sqlite3_bind_int64(st, 9, m->not_before_ms > now_ms ? m->not_before_ms : now_ms);
	rc = txn_exec(t, st, e);
	for (size_t i = 0; i < m->n_alerts && !rc; i++) {
		st = txn_prepare(
			t, "INSERT OR IGNORE INTO delivery_alert(delivery, alert) VALUES(?, ?)", e);
		if (st) {
			sqlite3_bind_int64(st, 1, (int64_t)m->id);
			sqlite3_bind_int64(st, 2, (int64_t)m->alerts[i]);
		}
		rc = txn_exec(t, st, e);
	}
	return rc ? rc : feed_change(t, "delivery", m->id, false, e);
}

/* ---- what is kept of a lane ----------------------------------------------------------------- */

static enum err lane_keep(struct txn *t, const struct lane *l, struct error *e)
{
	char key[KEY_TEXT];
	json_t *kept = json_pack("{s:I, s:I, s:b, s:b, s:s}", "sent", (json_int_t)l->sent_ms,
				 "failing", (json_int_t)l->failing_since_ms, "told",
				 l->told_failing, "gone", l->gone, "why", l->why);
	char *text = kept ? json_dumps(kept, JSON_COMPACT) : NULL;
	enum err rc = ERR_NONE;

	snprintf(key, sizeof key, "outbox.%" PRIu64, l->notifier);
	if (text)
		rc = txn_meta_set(t, key, text, e);
	free(text);
	json_decref(kept);
	return rc;
}

static void lane_recall(struct lane *l, const char *text)
{
	json_t *kept = json_loads(text, 0, NULL);

	l->sent_ms = json_int(kept, "sent", 0);
	l->failing_since_ms = json_int(kept, "failing", 0);
	l->told_failing = json_bool(kept, "told", false);
	l->gone = json_bool(kept, "gone", false);
	l->fails = l->failing_since_ms ? 1 : 0;
	snprintf(l->why, sizeof l->why, "%s", json_str(kept, "why", ""));
	json_decref(kept);
}

/* ---- results -------------------------------------------------------------------------------- */

/* Only what is still pending: somebody may have deleted or merged it meanwhile. */
enum err row_store(struct txn *t, const struct outcome_row *r, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE delivery SET state = ?2, attempts = ?3, status = ?4, tried_ms = "
		"?5, next_ms = ?6, sent_ms = ?7, took_ms = ?8, answer = ?9"
		" WHERE id = ?1 AND state = 'pending'",
		e);
	enum err rc;

	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)r->id);
		bind_text(st, 2, r->state);
		sqlite3_bind_int(st, 3, r->attempts);
		sqlite3_bind_int(st, 4, r->status);
		sqlite3_bind_int64(st, 5, r->tried_ms);
		sqlite3_bind_int64(st, 6, r->next_ms);
		sqlite3_bind_int64(st, 7, r->sent_ms);
		sqlite3_bind_int64(st, 8, r->took_ms);
		bind_text(st, 9, r->answer);
	}
	rc = txn_exec(t, st, e);
	return rc ? rc : feed_change(t, "delivery", r->id, false, e);
}

static enum err tell(struct txn *t, const struct result_op *r, const char *topic,
		     enum severity severity, struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

static enum err tell(struct txn *t, const struct result_op *r, const char *topic,
		     enum severity severity, struct error *e, const char *fmt, ...)
{
	struct buf data = BUF_INIT(2048);
	char text[400];
	struct event ev = {.at_ms = r->row.tried_ms,
			   .severity = severity,
			   .subject = r->notifier->id,
			   .text = text};
	struct json_writer w;
	va_list ap;
	enum err rc;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(ev.topic, sizeof ev.topic, "%s", topic);
	snprintf(ev.subject_kind, sizeof ev.subject_kind, "%s", r->notifier->kind->kind);
	snprintf(ev.name, sizeof ev.name, "%s", r->notifier->name);
	jw_init(&w, &data);
	jw_object(&w);
	jw_kv_int(&w, "status", r->row.status);
	jw_kv_str(&w, "answer", r->row.answer);
	jw_kv_time(&w, "failing_since", r->state.failing_since_ms);
	jw_object_end(&w);
	ev.data_json = data.data;
	rc = feed_event(t, &ev, e);
	buf_fini(&data);
	return rc;
}

static void minutes_text(char *out, size_t cap, int64_t ms)
{
	int64_t minutes = (ms + 30000) / 60000;

	if (minutes < 60)
		snprintf(out, cap, "%lld min", (long long)(minutes > 0 ? minutes : 1));
	else
		snprintf(out, cap, "%lld h %lld min", (long long)(minutes / 60),
			 (long long)(minutes % 60));
}

/* Nobody is there any more: it is told so once, in its own words, and nothing is sent again until a
 * person resumes it. */
static enum err pause_notifier(struct txn *t, struct result_op *r, struct error *e)
{
	json_t *spec = resource_spec(r->notifier);
	struct resource_put put = {.kind = r->notifier->kind,
				   .mode = PUT_REPLACE,
				   .id = r->notifier->id,
				   .name = r->notifier->name};
	char *text;
	enum err rc = ERR_NONE;

	json_object_set_new(spec, "paused", json_true());
	text = spec_dump(spec);
	put.spec = text;
	if (resource_field(put.kind, NULL, "paused"))
		rc = resource_put(t, &put, e);
	r->paused = put.result;
	free(text);
	json_decref(spec);
	return rc;
}

static enum err bury_all(struct txn *t, struct result_op *r, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE delivery SET state = 'dead', next_ms = 0, tried_ms = ?2, answer = ?3"
		" WHERE notifier = ?1 AND state = 'pending' RETURNING id",
		e);
	enum err rc = st ? ERR_NONE : ERR_STORE;
	int step = SQLITE_DONE;

	if (!st)
		return rc;
	sqlite3_bind_int64(st, 1, (int64_t)r->notifier->id);
	sqlite3_bind_int64(st, 2, r->row.tried_ms);
	bind_text(st, 3, "the receiver wants nothing more (410)");
	while (!rc && (step = sqlite3_step(st)) == SQLITE_ROW) {
		r->n_dead++;
		rc = feed_change(t, "delivery", (uint64_t)sqlite3_column_int64(st, 0), false, e);
	}
	sqlite3_reset(st);
	if (!rc && step != SQLITE_DONE)
		rc = store_error(step, txn_db(t), "giving messages up", e);
	return rc;
}

static enum err run_result(struct txn *t, void *arg, struct error *e)
{
	struct result_op *r = arg;
	const char *name = r->notifier->name;
	char during[40];
	enum err rc = row_store(t, &r->row, e);

	resource_unref(r->paused);
	r->paused = NULL;
	r->n_dead = 0;
	if (!rc)
		rc = lane_keep(t, &r->state, e);
	fault_point("outbox.in_result");
	if (rc)
		return rc;
	switch (r->tell) {
	case TELL_NOTHING: break;
	case TELL_FAILING:
		rc = tell(t, r, "notifier.failing", SEVERITY_WARNING, e, "%s gets nothing out: %s",
			  name, r->row.answer);
		break;
	case TELL_BACK:
		minutes_text(during, sizeof during, r->row.sent_ms - r->was_failing_ms);
		rc = tell(t, r, "notifier.back", SEVERITY_INFO, e,
			  "%s is told again; it was not for %s", name, during);
		break;
	case TELL_GONE:
		rc = tell(t, r, "notifier.disabled", SEVERITY_WARNING, e,
			  "%s wants nothing more and is paused: %s", name, r->row.answer);
		if (!rc)
			rc = bury_all(t, r, e);
		if (!rc)
			rc = pause_notifier(t, r, e);
		break;
	}
	return rc;
}

enum err result_store(struct result_op *r, struct error *e)
{
	enum err rc;

	fault_point("outbox.before_result");
	rc = store_run(r->o->d->store, OP_PEOPLE, run_result, r, e);
	fault_point("outbox.after_result");
	return rc;
}

static enum err run_unstored(struct txn *t, void *arg, struct error *e)
{
	return row_store(t, arg, e);
}

void unstored_store(struct outbox *o)
{
	struct outcome_row row;
	struct error e;
	enum err rc = ERR_NONE;

	for (;;) {
		struct unstored **at, *first;

		pthread_mutex_lock(&o->lock);
		o->unstored_at_ms = outbox_boot_ms(o) + UNSTORED_MS;
		first = o->unstored;
		if (first)
			row = first->row;
		pthread_mutex_unlock(&o->lock);
		if (!first)
			return;
		rc = store_run(o->d->store, OP_PEOPLE, run_unstored, &row, &e);
		if (rc)
			return; /* the next time */
		pthread_mutex_lock(&o->lock);
		for (at = &o->unstored; *at && (*at)->row.id != row.id; at = &(*at)->next)
			;
		/* Unless there is something newer to store by now. */
		if (*at && !memcmp(&(*at)->row, &row, sizeof row)) {
			first = *at;
			*at = first->next;
			free(first);
		}
		pthread_mutex_unlock(&o->lock);
	}
}

/* ---- a notifier that is gone ---------------------------------------------------------------- */

static enum err run_drop(struct txn *t, void *arg, struct error *e)
{
	uint64_t notifier = *(uint64_t *)arg;
	sqlite3_stmt *st = txn_prepare(t,
				       "UPDATE delivery SET state = 'dropped', next_ms = 0 WHERE "
				       "notifier = ? AND state = 'pending' RETURNING id",
				       e);
	enum err rc = ERR_NONE;
	char key[KEY_TEXT];

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)notifier);
	while (!rc && sqlite3_step(st) == SQLITE_ROW)
		rc = feed_change(t, "delivery", (uint64_t)sqlite3_column_int64(st, 0), false, e);
	sqlite3_reset(st);
	snprintf(key, sizeof key, "outbox.%" PRIu64, notifier);
	st = rc ? NULL : txn_prepare(t, "DELETE FROM meta WHERE key = ?", e);
	if (st)
		bind_text(st, 1, key);
	return rc ? rc : txn_exec(t, st, e);
}

enum err lane_drop(struct outbox *o, struct lane *l, struct error *e)
{
	uint64_t notifier = l->notifier;
	enum err rc = store_run(o->d->store, OP_PEOPLE, run_drop, &notifier, e);

	pthread_mutex_lock(&o->lock);
	l->removed = !rc && !l->behind;
	l->blocked_until_ms = rc ? outbox_boot_ms(o) + UNSTORED_MS : 0;
	l->behind = l->behind || rc;
	if (!rc)
		l->first = l->n = 0;
	pthread_mutex_unlock(&o->lock);
	return rc;
}

/* ---- reading -------------------------------------------------------------------------------- */

static struct entry entry_of(const struct outbox *o, sqlite3_stmt *st)
{
	int64_t now_ms = outbox_boot_ms(o), wall_ms = outbox_wall_ms(o);
	int64_t wait_ms = sqlite3_column_int64(st, 1) - wall_ms;
	int64_t age_ms = wall_ms - sqlite3_column_int64(st, 3);
	struct entry e = {.id = (uint64_t)sqlite3_column_int64(st, 0),
			  .attempts = sqlite3_column_int(st, 2),
			  .created_ms = sqlite3_column_int64(st, 3),
			  .severity = (uint8_t)sqlite3_column_int(st, 4)};

	/* The wall clock may have gone anywhere since. */
	e.due_ms = now_ms + (wait_ms < 0 ? 0 : wait_ms > DAY_MS ? DAY_MS : wait_ms);
	e.since_ms = now_ms - (age_ms > 0 ? age_ms : 0);
	e.tries = (int16_t)(e.attempts < INT16_MAX ? e.attempts : INT16_MAX);
	return e;
}

enum err lane_read(struct outbox *o, struct lane *l, struct error *e)
{
	struct reader *r = store_reader(o->d->store, e);
	sqlite3_stmt *st;
	int step = SQLITE_DONE;

	if (!r)
		return ERR_UNAVAILABLE;
	st = reader_prepare(
		r,
		"SELECT id, next_ms, attempts, created_ms, severity FROM delivery WHERE "
		"notifier = ? AND id > ? AND state = 'pending' ORDER BY id",
		e);
	if (st) {
		pthread_mutex_lock(&o->lock);
		sqlite3_bind_int64(st, 1, (int64_t)l->notifier);
		sqlite3_bind_int64(st, 2, (int64_t)l->read_up_to);
		pthread_mutex_unlock(&o->lock);
	}
	while (st && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct entry entry = entry_of(o, st);

		pthread_mutex_lock(&o->lock);
		if (!lane_entry(l, entry.id))
			lane_add(l, &entry);
		l->read_up_to = entry.id;
		pthread_mutex_unlock(&o->lock);
	}
	reader_done(r);
	if (!st || step != SQLITE_DONE)
		return error_set(e, ERR_STORE, "the outbox cannot be read");
	return ERR_NONE;
}

char *delivery_read(struct outbox *o, uint64_t id, struct error *e)
{
	struct reader *r = store_reader(o->d->store, e);
	sqlite3_stmt *st;
	char *text = NULL;
	int step;

	if (!r)
		return NULL;
	st = reader_prepare(r, "SELECT message FROM delivery WHERE id = ? AND state = 'pending'",
			    e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)id);
		step = sqlite3_step(st);
		if (step == SQLITE_ROW)
			text = mem_strdup(column(st, 0));
		else if (step != SQLITE_DONE)
			error_set(e, ERR_STORE, "the outbox cannot be read");
	}
	reader_done(r);
	return text;
}

static bool load_lanes(struct outbox *o, struct reader *r, struct error *e)
{
	sqlite3_stmt *st =
		reader_prepare(r, "SELECT key, value FROM meta WHERE key GLOB 'outbox.*'", e);

	while (st && sqlite3_step(st) == SQLITE_ROW) {
		uint64_t id = strtoull(column(st, 0) + 7, NULL, 10);
		const struct resource *notifier = id ? resource_by_id(o->d->store, id) : NULL;
		struct lane *l;

		if (id) {
			l = lane_need(o, id, notifier ? notifier->name : "");
			lane_recall(l, column(st, 1));
			l->nudged = !notifier; /* to be dropped */
			if (l->sent_ms > o->sent_ms) {
				o->sent_ms = l->sent_ms;
				snprintf(o->sent_by, sizeof o->sent_by, "%s", l->name);
			}
		}
		if (!strcmp(column(st, 0), "outbox.alarm"))
			fallback_recall(o, column(st, 1));
		resource_unref(notifier);
	}
	return st != NULL;
}

static bool load_pending(struct outbox *o, struct reader *r, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT id, next_ms, attempts, created_ms, severity, "
					  "notifier, notifier_name FROM delivery WHERE state = "
					  "'pending' ORDER BY id",
					  e);

	while (st && sqlite3_step(st) == SQLITE_ROW) {
		struct lane *l = lane_need(o, (uint64_t)sqlite3_column_int64(st, 5), column(st, 6));
		struct entry entry = entry_of(o, st);

		lane_add(l, &entry);
		l->read_up_to = entry.id;
	}
	return st != NULL;
}

static bool load_dead(struct outbox *o, struct reader *r, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		r, "SELECT id, tried_ms FROM delivery WHERE state = 'dead' AND tried_ms >= ?", e);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, outbox_wall_ms(o) - (int64_t)DEAD_SHOWN_DAYS * DAY_MS);
	while (sqlite3_step(st) == SQLITE_ROW)
		dead_add(o, (uint64_t)sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1));
	return true;
}

enum err outbox_load(struct outbox *o, struct error *e)
{
	struct reader *r = store_reader(o->d->store, e);
	bool fine;

	if (!r)
		return ERR_UNAVAILABLE;
	fine = load_lanes(o, r, e) && load_pending(o, r, e) && load_dead(o, r, e);
	reader_done(r);
	return fine ? ERR_NONE : ERR_STORE;
}

/* ---- what is old ---------------------------------------------------------------------------- */

enum { PRUNED_AT_ONCE = 64, KEPT_DAYS = 30 };

/* Sooner when the store is short of room. */
enum err outbox_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	int64_t month_ms = clock_wall_ms(store_clock(txn_store(t))) - (int64_t)KEPT_DAYS * DAY_MS;
	sqlite3_stmt *st = txn_prepare(
		t,
		"DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE created_ms < ?1"
		" AND state <> 'pending' ORDER BY created_ms LIMIT ?2) RETURNING id",
		e);
	uint64_t gone[PRUNED_AT_ONCE];
	enum err rc = ERR_NONE;
	size_t n = 0;
	int step = SQLITE_DONE;

	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, before_ms > month_ms ? before_ms : month_ms);
	sqlite3_bind_int(st, 2, PRUNED_AT_ONCE);
	while (n < PRUNED_AT_ONCE && (step = sqlite3_step(st)) == SQLITE_ROW)
		gone[n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		return store_error(step, txn_db(t), "removing old deliveries", e);
	*more = n == PRUNED_AT_ONCE;
	for (size_t i = 0; i < n && !rc; i++)
		rc = feed_change(t, "delivery", gone[i], true, e);
	return rc;
}
