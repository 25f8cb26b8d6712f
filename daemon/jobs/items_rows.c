/* Jobs and items in the store. Counts change in the operation that changes an item, and the last
 * item's operation ends the run, so that a crash leaves nothing half counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/fault.h"
#include "daemon/jobs/items_internal.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { ITEMS_OF_JOB_MAX = 1000000, PRUNE_JOBS = 20 };

#define PROGRESS                                                                                  \
	"id, name, type, owner_kind, owner, cause, state, found, done, failed, retries, slot_ms," \
	" created_ms, started_ms, ended_ms, result"

static void copy_text(char *out, size_t cap, sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	snprintf(out, cap, "%s", text ? text : "");
}

static void read_progress(sqlite3_stmt *st, struct job_progress *p)
{
	*p = (struct job_progress){.id = (uint64_t)sqlite3_column_int64(st, 0), .eta_ms = -1};
	copy_text(p->name, sizeof(p->name), st, 1);
	copy_text(p->type, sizeof(p->type), st, 2);
	copy_text(p->owner_kind, sizeof(p->owner_kind), st, 3);
	p->owner = (uint64_t)sqlite3_column_int64(st, 4);
	copy_text(p->cause, sizeof(p->cause), st, 5);
	copy_text(p->state, sizeof(p->state), st, 6);
	p->found = sqlite3_column_int64(st, 7);
	p->done = sqlite3_column_int64(st, 8);
	p->failed = sqlite3_column_int64(st, 9);
	p->retries = sqlite3_column_int64(st, 10);
	p->slot_ms = sqlite3_column_int64(st, 11);
	p->created_ms = sqlite3_column_int64(st, 12);
	p->started_ms = sqlite3_column_int64(st, 13);
	p->ended_ms = sqlite3_column_int64(st, 14);
	copy_text(p->result, sizeof(p->result), st, 15);
}

static int64_t now_of(struct txn *t)
{
	return clock_wall_ms(store_clock(txn_store(t)));
}

/* ERR_NOT_FOUND: it was pruned. */
static enum err get_job(struct txn *t, uint64_t id, struct job_progress *p, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t, "SELECT " PROGRESS " FROM job WHERE id = ?", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)id);
	bool found = sqlite3_step(st) == SQLITE_ROW;
	if (found)
		read_progress(st, p);
	sqlite3_reset(st);
	return found ? ERR_NONE : error_set(e, ERR_NOT_FOUND, "there is no such job any more");
}

/* ---- events ---------------------------------------------------------------------------------- */

static void write_data(struct buf *out, const struct job_progress *p, int64_t now_ms)
{
	char id[ID_TEXT];
	struct json_writer w;
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "state", p->state);
	jw_kv_str(&w, "job", id_format(id, "job", p->id));
	jw_kv_str(&w, "name", p->name);
	jw_kv_str(&w, "type", p->type);
	jw_kv_str(&w, "cause", p->cause);
	jw_kv_int(&w, "found", p->found);
	jw_kv_int(&w, "done", p->done);
	jw_kv_int(&w, "failed", p->failed);
	if (p->started_ms)
		jw_kv_int(&w, "took_ms", now_ms > p->started_ms ? now_ms - p->started_ms : 0);
	jw_kv_str(&w, "result", p->result[0] ? p->result : NULL);
	jw_object_end(&w);
}

/* About the owner, which is the same from run to run, so that a rule may count them. */
static enum err tell(struct txn *t, const struct job_progress *p, const char *topic,
		     enum severity severity, const char *text, struct error *e)
{
	struct buf data = BUF_INIT(4096);
	struct event ev = {
		.at_ms = now_of(t), .severity = severity, .subject = p->owner ? p->owner : p->id};
	snprintf(ev.topic, sizeof(ev.topic), "%s", topic);
	snprintf(ev.subject_kind, sizeof(ev.subject_kind), "%s", p->owner ? p->owner_kind : "job");
	snprintf(ev.name, sizeof(ev.name), "%s", p->name);
	write_data(&data, p, ev.at_ms);
	ev.text = (char *)text;
	ev.data_json = (char *)buf_str(&data);
	enum err err = feed_event(t, &ev, e);
	buf_fini(&data);
	return err ? err : feed_change(t, "job", p->id, false, e);
}

/* ---- the log --------------------------------------------------------------------------------- */

static enum err put_line(struct txn *t, uint64_t job, enum log_level level, const char *text,
			 struct error *e)
{
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO job_log (job, n, at_ms, level, text)"
				       " SELECT id, logged + 1, ?2, ?3, ?4 FROM job WHERE id = ?1",
				       e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_int64(st, 2, now_of(t));
		sqlite3_bind_int(st, 3, (int)level);
		sqlite3_bind_text(st, 4, text, -1, SQLITE_STATIC);
	}
	enum err err = txn_exec(t, st, e);
	if (err)
		return err;
	st = txn_prepare(t, "UPDATE job SET logged = logged + 1 WHERE id = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)job);
	if ((err = txn_exec(t, st, e)))
		return err;
	st = txn_prepare(t,
			 "DELETE FROM job_log WHERE job = ?1 AND n <="
			 " (SELECT logged FROM job WHERE id = ?1) - ?2",
			 e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_int(st, 2, JOB_LOG_MAX);
	}
	return txn_exec(t, st, e);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static enum err put_item(struct txn *t, uint64_t job, const struct item_add *a, int64_t now_ms,
			 int64_t *added, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO job_item (job, key, host, priority, due_ms, attempts, state, payload)"
		" VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6) ON CONFLICT (job, key) DO NOTHING",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_text(st, 2, a->key, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, a->host, -1, SQLITE_STATIC);
		sqlite3_bind_int(st, 4, a->priority);
		sqlite3_bind_int64(st, 5, now_ms + a->delay_ms);
		sqlite3_bind_text(st, 6, a->payload, -1, SQLITE_STATIC);
	}
	enum err err = txn_exec(t, st, e);
	if (!err)
		*added += sqlite3_changes(txn_db(t));
	return err;
}

static enum err refuse_second(struct txn *t, const char *name, struct error *e)
{
	char id[ID_TEXT];
	sqlite3_stmt *st =
		txn_prepare(t, "SELECT id FROM job WHERE name = ? AND ended_ms IS NULL", e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	uint64_t there = sqlite3_step(st) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	if (!there)
		return ERR_NONE;
	id_format(id, "job", there);
	error_set(e, ERR_NOT_NOW, "%s is running already, as %s", name, id);
	error_hint(e, "sellersmart job show %s; or cancel it: sellersmart job cancel %s", id, id);
	return ERR_NOT_NOW;
}

enum err items_put(struct txn *t, const struct job_start *s, uint64_t *id, struct error *e)
{
	int64_t now = now_of(t), added = 0;
	struct item_add first = {.key = (char *)"",
				 .host = (char *)"",
				 .payload = (char *)(s->payload ? s->payload : "{}")};
	enum err err = refuse_second(t, s->name, e);
	if (err)
		return err;
	*id = txn_new_id(t);
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO job (id, name, type, owner_kind, owner, cause, params, state, found,"
		" done, failed, retries, logged, slot_ms, created_ms, started_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', 1, 0, 0, 0, 0, ?8, ?9, 0)",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)*id);
		sqlite3_bind_text(st, 2, s->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, s->type->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 4, s->owner_kind ? s->owner_kind : "", -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 5, (int64_t)s->owner);
		sqlite3_bind_text(st, 6, s->cause, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 7, first.payload, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 8, s->slot_ms);
		sqlite3_bind_int64(st, 9, now);
	}
	if ((err = txn_exec(t, st, e)) || (err = put_item(t, *id, &first, now, &added, e)))
		return err;
	return feed_change(t, "job", *id, false, e);
}

enum err rows_begin(struct txn *t, uint64_t job, struct error *e)
{
	char text[128];
	struct job_progress p;
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE job SET state = 'running', started_ms = ? WHERE id = ? AND state = 'queued'",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, now_of(t));
		sqlite3_bind_int64(st, 2, (int64_t)job);
	}
	enum err err = txn_exec(t, st, e);
	if (err || !sqlite3_changes(txn_db(t)))
		return err;
	if ((err = get_job(t, job, &p, e)))
		return err;
	snprintf(text, sizeof(text), "%s: the job has begun", p.name);
	fault_point("items.begin");
	return tell(t, &p, "job.started", SEVERITY_INFO, text, e);
}

/* ---- the end --------------------------------------------------------------------------------- */

static enum err tell_end(struct txn *t, const struct job_progress *p, const char *reason,
			 struct error *e)
{
	char text[512];
	if (!strcmp(p->state, "failed")) {
		snprintf(text, sizeof(text), "%s: the job failed: %s", p->name, reason);
		return tell(t, p, "job.failed", SEVERITY_WARNING, text, e);
	}
	if (!strcmp(p->state, "cancelled")) {
		snprintf(text, sizeof(text), "%s: the job was cancelled", p->name);
		return tell(t, p, "job.cancelled", SEVERITY_INFO, text, e);
	}
	snprintf(text, sizeof(text), "%s: the job is done%s%s", p->name, reason[0] ? ": " : "",
		 reason);
	return tell(t, p, "job.done", SEVERITY_INFO, text, e);
}

enum err rows_end(struct txn *t, uint64_t job, const char *state, const char *reason,
		  struct error *e)
{
	struct job_progress p;
	sqlite3_stmt *st =
		txn_prepare(t,
			    "UPDATE job SET state = ?2, ended_ms = ?3, result = nullif(?4, '')"
			    " WHERE id = ?1 AND ended_ms IS NULL",
			    e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_text(st, 2, state, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, now_of(t));
		sqlite3_bind_text(st, 4, reason, -1, SQLITE_STATIC);
	}
	enum err err = txn_exec(t, st, e);
	if (err)
		return err;
	if (!sqlite3_changes(txn_db(t))) {
		if ((err = get_job(t, job, &p, e)))
			return err;
		error_set(e, ERR_NOT_NOW, "the job is over already: %s", p.state);
		error_hint(e, "sellersmart job list --filter state=running");
		return ERR_NOT_NOW;
	}
	if ((err = get_job(t, job, &p, e)))
		return err;
	bool failed = !strcmp(state, "failed");
	if (reason[0] && (err = put_line(t, job, failed ? LOG_ERROR : LOG_INFO, reason, e)))
		return err;
	return tell_end(t, &p, reason, e);
}

/* Which one was given up first, and why. */
static enum err say_given_up(struct txn *t, const struct item_result *r,
			     const struct job_progress *p, char out[static 256], struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"SELECT key, error FROM job_item WHERE job = ? AND state = 2 ORDER BY id LIMIT 1",
		e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (int64_t)r->job);
	bool found = sqlite3_step(st) == SQLITE_ROW;
	const char *key = found ? (const char *)sqlite3_column_text(st, 0) : "";
	const char *why = found ? (const char *)sqlite3_column_text(st, 1) : NULL;
	char text[512];
	/* The error names the item where that says more than its key. */
	bool named = why && key[0] && strstr(why, key);
	snprintf(text, sizeof(text), "%lld of %lld items %s given up: %.120s%s%.160s",
		 (long long)p->failed, (long long)p->found, p->failed == 1 ? "was" : "were",
		 named ? "" : key, named || !key[0] ? "" : ": ", why ? why : "");
	sqlite3_reset(st);
	text_safe(out, 256, text, strlen(text), 0, 0, NULL);
	return ERR_NONE;
}

/* Once: its key is there then. */
static enum err put_closing(struct txn *t, struct item_result *r, struct error *e)
{
	struct item_add last = {
		.key = (char *)r->type->closing, .host = (char *)"", .payload = (char *)"{}"};
	int64_t added = 0;
	if (!r->type->closing)
		return ERR_NONE;
	enum err err = put_item(t, r->job, &last, now_of(t), &added, e);
	if (err || !added)
		return err;
	r->closing = true;
	sqlite3_stmt *st = txn_prepare(t, "UPDATE job SET found = found + 1 WHERE id = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, (int64_t)r->job);
	return txn_exec(t, st, e);
}

/* Every item is done or given up: how did it go? */
static enum err end_if_over(struct txn *t, struct item_result *r, const struct job_progress *p,
			    struct error *e)
{
	char reason[256];
	if (r->out->fatal[0])
		return rows_end(t, r->job, "failed", r->out->fatal, e);
	if (p->done + p->failed < p->found)
		return ERR_NONE;
	enum err err = put_closing(t, r, e);
	if (err || r->closing)
		return err;
	if (p->failed * 100 <= p->found * r->type->failed_max_pct)
		return rows_end(t, r->job, "done", p->result, e);
	err = say_given_up(t, r, p, reason, e);
	return err ? err : rows_end(t, r->job, "failed", reason, e);
}

/* ---- a result -------------------------------------------------------------------------------- */

static enum err set_item(struct txn *t, const struct item_result *r, struct error *e)
{
	bool waits = r->outcome == ITEM_AGAIN || r->outcome == ITEM_POSTPONED;
	int state = waits ? 0 : r->outcome == ITEM_DONE ? 1 : 2;
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE job_item SET state = ?3, attempts = ?4, due_ms = ?5, error = nullif(?6, ''),"
		" payload = CASE ?3 WHEN 1 THEN '' ELSE payload END"
		" WHERE id = ?1 AND job = ?2 AND state = 0",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)r->item->id);
		sqlite3_bind_int64(st, 2, (int64_t)r->job);
		sqlite3_bind_int(st, 3, state);
		sqlite3_bind_int64(st, 4, r->item->attempts + (r->outcome != ITEM_POSTPONED));
		sqlite3_bind_int64(st, 5, r->due_ms);
		sqlite3_bind_text(st, 6, r->outcome == ITEM_DONE ? "" : r->error, -1,
				  SQLITE_STATIC);
	}
	enum err err = txn_exec(t, st, e);
	if (!err && !sqlite3_changes(txn_db(t)))
		return error_set(e, ERR_CANCELLED, "the item is not there any more");
	return err;
}

/* At most a chunk of them; those that were there already are one item. */
static enum err put_new(struct txn *t, struct item_result *r, struct job_progress *p,
			int64_t *added, struct error *e)
{
	int64_t now = now_of(t);
	enum err err = ERR_NONE;
	size_t n = 0;
	const struct item_add *a;
	for (a = r->out->first; a && n < ITEM_CHUNK && !err; a = a->next, n++) {
		if (p->found + *added >= ITEMS_OF_JOB_MAX)
			break;
		err = put_item(t, r->job, a, now, added, e);
	}
	r->more = a && n == ITEM_CHUNK;
	return err;
}

static enum err add_counts(struct txn *t, const struct item_result *r, int64_t added,
			   struct error *e)
{
	bool ended = !r->more;
	sqlite3_stmt *st = txn_prepare(
		t,
		"UPDATE job SET found = found + ?2, done = done + ?3, failed = failed + ?4,"
		" retries = retries + ?5, result = coalesce(nullif(?6, ''), result) WHERE id = ?1",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)r->job);
		sqlite3_bind_int64(st, 2, added);
		sqlite3_bind_int(st, 3, ended && r->outcome == ITEM_DONE);
		sqlite3_bind_int(st, 4, ended && r->outcome == ITEM_GIVEN_UP);
		sqlite3_bind_int(st, 5, ended && r->outcome == ITEM_AGAIN);
		sqlite3_bind_text(st, 6, ended ? r->out->result : "", -1, SQLITE_STATIC);
	}
	return txn_exec(t, st, e);
}

/* Its facts, a slice of them or the last one; then it is over. */
static enum err put_end_of_item(struct txn *t, struct item_result *r, struct error *e)
{
	enum err err = ERR_NONE;
	if (r->outcome == ITEM_DONE && r->type->keep)
		err = r->type->keep(t, r->item, r->out->facts, &r->more, e);
	if (err || r->more)
		return err;
	err = set_item(t, r, e);
	for (size_t i = 0; i < r->out->n_lines && !err; i++)
		err = put_line(t, r->job, r->out->lines[i].level, r->out->lines[i].text, e);
	return err;
}

enum err rows_put_result(struct txn *t, struct item_result *r, struct error *e)
{
	struct job_progress p;
	int64_t added = 0;
	enum err err = get_job(t, r->job, &p, e);
	r->more = r->closing = false;
	if (!err && strcmp(p.state, "running") != 0)
		err = error_set(e, ERR_CANCELLED, "the job is over");
	if (!err && r->outcome == ITEM_DONE)
		err = put_new(t, r, &p, &added, e);
	if (!err && !r->more)
		err = put_end_of_item(t, r, e);
	if (!err)
		err = add_counts(t, r, added, e);
	fault_point("items.in_op");
	if (!err)
		err = get_job(t, r->job, &p, e);
	if (!err && !r->more)
		err = end_if_over(t, r, &p, e);
	if (!err)
		err = get_job(t, r->job, r->after, e);
	fault_point("items.op_end");
	return err;
}

/* ---- going ----------------------------------------------------------------------------------- */

/* A slice of one run; those given up are kept, the first of them. */
static enum err sweep_slice(struct txn *t, int64_t job, bool *gone, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"DELETE FROM job_item WHERE id IN (SELECT id FROM job_item WHERE job = ?1 AND id NOT IN"
		" (SELECT id FROM job_item WHERE job = ?1 AND state = 2 ORDER BY id LIMIT ?2) LIMIT ?3)",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, job);
		sqlite3_bind_int(st, 2, ITEM_FAILED_KEPT);
		sqlite3_bind_int(st, 3, ITEM_SWEEP_ROWS);
	}
	enum err err = txn_exec(t, st, e);
	*gone = !err && sqlite3_changes(txn_db(t)) < ITEM_SWEEP_ROWS;
	return err;
}

enum err rows_sweep(struct txn *t, bool *more, struct error *e)
{
	bool gone = false;
	sqlite3_stmt *st = txn_prepare(
		t,
		"SELECT id FROM job WHERE ended_ms IS NOT NULL AND swept = 0 ORDER BY id LIMIT 1",
		e);
	*more = false;
	if (!st)
		return ERR_STORE;
	int64_t job = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	if (!job)
		return ERR_NONE;
	enum err err = sweep_slice(t, job, &gone, e);
	*more = !err;
	if (err || !gone)
		return err;
	st = txn_prepare(t, "UPDATE job SET swept = 1 WHERE id = ?", e);
	if (st)
		sqlite3_bind_int64(st, 1, job);
	return txn_exec(t, st, e);
}

enum err items_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"DELETE FROM job WHERE id IN"
		" (SELECT id FROM job WHERE ended_ms IS NOT NULL AND ended_ms < ? LIMIT ?)",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, before_ms);
		sqlite3_bind_int(st, 2, PRUNE_JOBS);
	}
	enum err err = txn_exec(t, st, e);
	*more = !err && sqlite3_changes(txn_db(t)) == PRUNE_JOBS;
	return err;
}

/* ---- reading --------------------------------------------------------------------------------- */

void item_row_fini(struct item_row *r)
{
	free(r->key);
	free(r->payload);
	*r = (struct item_row){0};
}

static enum err read_end(sqlite3_stmt *st, int code, struct error *e)
{
	enum err err = code == SQLITE_ROW || code == SQLITE_DONE
			       ? ERR_NONE
			       : error_set(e, ERR_STORE, "jobs cannot be read: %s",
					   sqlite3_errmsg(sqlite3_db_handle(st)));
	sqlite3_reset(st);
	return err;
}

enum err rows_unfinished(struct store *s, bool (*fn)(const struct job_progress *p, void *arg),
			 void *arg, struct error *e)
{
	struct reader *r = store_reader(s, e);
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT " PROGRESS " FROM job WHERE ended_ms IS NULL"
					  " ORDER BY state = 'queued', id",
					  e);
	enum err err = ERR_STORE;
	int code = SQLITE_DONE;
	struct job_progress p;
	if (st) {
		while ((code = sqlite3_step(st)) == SQLITE_ROW) {
			read_progress(st, &p);
			if (!fn(&p, arg))
				break;
		}
		err = read_end(st, code, e);
	}
	reader_done(r);
	return err;
}

enum err rows_hosts(struct store *s, uint64_t job, bool (*fn)(const char *host, void *arg),
		    void *arg, struct error *e)
{
	struct reader *r = store_reader(s, e);
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT host, min(due_ms) FROM job_item WHERE job = ?"
					  " AND state = 0 GROUP BY host ORDER BY 2",
					  e);
	enum err err = ERR_STORE;
	int code = SQLITE_DONE;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		while ((code = sqlite3_step(st)) == SQLITE_ROW)
			if (!fn((const char *)sqlite3_column_text(st, 0), arg))
				break;
		err = read_end(st, code, e);
	}
	reader_done(r);
	return err;
}

static enum err read_due(sqlite3_stmt *st, struct item_row *out, size_t *n, struct error *e)
{
	int code = SQLITE_DONE;
	while (*n < ITEM_WINDOW && (code = sqlite3_step(st)) == SQLITE_ROW)
		out[(*n)++] = (struct item_row){
			.id = (uint64_t)sqlite3_column_int64(st, 0),
			.key = mem_strdup((const char *)sqlite3_column_text(st, 1)),
			.payload = mem_strdup((const char *)sqlite3_column_text(st, 2)),
			.priority = sqlite3_column_int(st, 3),
			.attempts = (unsigned)sqlite3_column_int(st, 4),
		};
	return read_end(st, code, e);
}

static void bind_host(sqlite3_stmt *st, uint64_t job, const char *host)
{
	sqlite3_bind_int64(st, 1, (int64_t)job);
	sqlite3_bind_text(st, 2, host, -1, SQLITE_STATIC);
}

enum err rows_window(struct store *s, uint64_t job, const char *host, int64_t now_ms,
		     struct item_row out[ITEM_WINDOW], size_t *n, int64_t *next_ms, struct error *e)
{
	struct reader *r = store_reader(s, e);
	*n = 0;
	*next_ms = INT64_MAX;
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT id, key, payload, priority, attempts FROM job_item WHERE job = ?1"
		" AND host = ?2 AND state = 0 AND due_ms <= ?3 ORDER BY priority DESC, due_ms, id"
		" LIMIT ?4",
		e);
	enum err err = ERR_STORE;
	if (st) {
		bind_host(st, job, host);
		sqlite3_bind_int64(st, 3, now_ms);
		sqlite3_bind_int(st, 4, ITEM_WINDOW);
		err = read_due(st, out, n, e);
	}
	if (!err && *n)
		*next_ms = now_ms; /* there may be more */
	if (!err && !*n) {
		st = reader_prepare(r,
				    "SELECT min(due_ms) FROM job_item WHERE job = ?1 AND host = ?2"
				    " AND state = 0",
				    e);
		err = ERR_STORE;
		if (st) {
			bind_host(st, job, host);
			int code = sqlite3_step(st);
			if (code == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL)
				*next_ms = sqlite3_column_int64(st, 0);
			err = read_end(st, code, e);
		}
	}
	reader_done(r);
	return err;
}
