/* Jobs as rows of a list and one by one; what lives is as the engine knows it. */
#include <string.h>

#include "daemon/api/jobs.h"
#include "daemon/api/jobs_internal.h"
#include "shared/mem.h"

extern const struct resource_kind resource_job;

enum { LOG_SHOWN = 20, RUNS_SHOWN = 10, GIVEN_UP_SHOWN = 20 };

enum column_at {
	J_ID,
	J_NAME,
	J_TYPE,
	J_OWNER_KIND,
	J_OWNER,
	J_CAUSE,
	J_STATE,
	J_FOUND,
	J_DONE,
	J_FAILED,
	J_RETRIES,
	J_SLOT,
	J_CREATED,
	J_STARTED,
	J_ENDED,
	J_RESULT
};
#define COLUMNS                                                                           \
	"j.id, j.name, j.type, j.owner_kind, j.owner, j.cause, j.state, j.found, j.done," \
	" j.failed, j.retries, j.slot_ms, j.created_ms, j.started_ms, j.ended_ms, j.result"

static const char *text_of(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	return text ? text : "";
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void write_ms(struct json_writer *w, const char *key, int64_t ms, bool known)
{
	jw_key(w, key);
	known ? jw_int(w, ms) : jw_null(w);
}

static int64_t took(int64_t started_ms, int64_t ended_ms, int64_t now_ms)
{
	int64_t until = ended_ms ? ended_ms : now_ms;
	return until > started_ms ? until - started_ms : 0;
}

void job_write_members(struct json_writer *w, const struct job_progress *p, int64_t now_ms)
{
	char id[ID_TEXT];
	const struct resource_kind *owner = resource_kind_find(p->owner_kind);
	bool lives = !p->ended_ms && p->started_ms;
	jw_kv_str(w, "kind", "job");
	jw_kv_str(w, "id", id_format(id, "job", p->id));
	jw_kv_str(w, "name", p->name);
	jw_kv_str(w, "type", p->type);
	jw_kv_str(w, "owner", owner ? id_format(id, owner->prefix, p->owner) : NULL);
	jw_kv_str(w, "cause", p->cause);
	jw_kv_str(w, "state", p->state);
	jw_kv_int(w, "found", p->found);
	jw_kv_int(w, "done", p->done);
	jw_kv_int(w, "left", p->ended_ms ? 0 : p->found - p->done - p->failed);
	jw_kv_int(w, "failed", p->failed);
	jw_kv_int(w, "retries", p->retries);
	jw_kv_int(w, "under_way", p->under_way);
	write_ms(w, "eta_ms", p->eta_ms, lives && p->eta_ms >= 0);
	jw_kv_time(w, "created_at", p->created_ms);
	jw_kv_time(w, "started_at", p->started_ms);
	jw_kv_time(w, "ended_at", p->ended_ms);
	write_ms(w, "took_ms", took(p->started_ms, p->ended_ms, now_ms), p->started_ms != 0);
	jw_kv_time(w, "scheduled_at", p->slot_ms);
	jw_kv_str(w, "result", p->ended_ms ? or_null(p->result) : NULL);
}

static void read_row(const struct sql_row *row, struct job_progress *p)
{
	sqlite3_stmt *st = row->st;
	*p = (struct job_progress){
		.id = (uint64_t)sqlite3_column_int64(st, J_ID),
		.owner = (uint64_t)sqlite3_column_int64(st, J_OWNER),
		.found = sqlite3_column_int64(st, J_FOUND),
		.done = sqlite3_column_int64(st, J_DONE),
		.failed = sqlite3_column_int64(st, J_FAILED),
		.retries = sqlite3_column_int64(st, J_RETRIES),
		.slot_ms = sqlite3_column_int64(st, J_SLOT),
		.created_ms = sqlite3_column_int64(st, J_CREATED),
		.started_ms = sqlite3_column_int64(st, J_STARTED),
		.ended_ms = sqlite3_column_int64(st, J_ENDED),
		.eta_ms = -1,
	};
	snprintf(p->name, sizeof(p->name), "%s", text_of(st, J_NAME));
	snprintf(p->type, sizeof(p->type), "%s", text_of(st, J_TYPE));
	snprintf(p->owner_kind, sizeof(p->owner_kind), "%s", text_of(st, J_OWNER_KIND));
	snprintf(p->cause, sizeof(p->cause), "%s", text_of(st, J_CAUSE));
	snprintf(p->state, sizeof(p->state), "%s", text_of(st, J_STATE));
	snprintf(p->result, sizeof(p->result), "%s", text_of(st, J_RESULT));
}

/* ---- one by itself --------------------------------------------------------------------------- */

void job_write_log(struct json_writer *w, struct reader *r, uint64_t job, int last)
{
	static const char *const levels[] = {"info", "info", "warning", "error"};
	struct error ignored = {0};
	sqlite3_stmt *st =
		reader_prepare(r,
			       "SELECT at_ms, level, text FROM (SELECT n, at_ms, level, text"
			       " FROM job_log WHERE job = ? ORDER BY n DESC LIMIT ?) ORDER BY n",
			       &ignored);
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_int(st, 2, last);
		while (sqlite3_step(st) == SQLITE_ROW) {
			jw_object(w);
			jw_kv_time(w, "at", sqlite3_column_int64(st, 0));
			jw_kv_str(w, "level", levels[sqlite3_column_int(st, 1) & 3]);
			jw_kv_str(w, "text", text_of(st, 2));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

static void write_given_up(struct json_writer *w, const struct sql_row *row, uint64_t job)
{
	struct error ignored = {0};
	sqlite3_stmt *st =
		reader_prepare(row->reader,
			       "SELECT key, host, attempts, error FROM job_item WHERE job = ?"
			       " AND state = 2 ORDER BY id LIMIT ?",
			       &ignored);
	jw_key(w, "given_up");
	jw_array(w);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)job);
		sqlite3_bind_int(st, 2, GIVEN_UP_SHOWN);
		while (sqlite3_step(st) == SQLITE_ROW) {
			jw_object(w);
			jw_kv_str(w, "item", text_of(st, 0));
			jw_kv_str(w, "host", or_null(text_of(st, 1)));
			jw_kv_int(w, "attempts", sqlite3_column_int64(st, 2));
			jw_kv_str(w, "error", or_null(text_of(st, 3)));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

/* Those before it. */
static void write_runs(struct json_writer *w, const struct sql_row *row,
		       const struct job_progress *p, int64_t now_ms)
{
	struct error ignored = {0};
	char id[ID_TEXT];
	sqlite3_stmt *st = reader_prepare(
		row->reader,
		"SELECT id, state, started_ms, ended_ms, found, failed, result FROM job"
		" WHERE name = ? AND id < ? ORDER BY id DESC LIMIT ?",
		&ignored);
	jw_key(w, "runs");
	jw_array(w);
	if (st) {
		sqlite3_bind_text(st, 1, p->name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 2, (int64_t)p->id);
		sqlite3_bind_int(st, 3, RUNS_SHOWN);
		while (sqlite3_step(st) == SQLITE_ROW) {
			int64_t started = sqlite3_column_int64(st, 2);
			jw_object(w);
			jw_kv_str(w, "id",
				  id_format(id, "job", (uint64_t)sqlite3_column_int64(st, 0)));
			jw_kv_str(w, "state", text_of(st, 1));
			jw_kv_time(w, "started_at", started);
			write_ms(w, "took_ms", took(started, sqlite3_column_int64(st, 3), now_ms),
				 started != 0);
			jw_kv_int(w, "found", sqlite3_column_int64(st, 4));
			jw_kv_int(w, "failed", sqlite3_column_int64(st, 5));
			jw_kv_str(w, "result", or_null(text_of(st, 6)));
			jw_object_end(w);
		}
		sqlite3_reset(st);
	}
	jw_array_end(w);
}

static void write_job(struct json_writer *w, const struct sql_row *row)
{
	struct jobs *jobs = row->ctx;
	struct job_progress p, now;
	int64_t now_ms = clock_wall_ms(jobs->d->clock);
	read_row(row, &p);
	/* The pace and what is under way are nowhere else. */
	if (!p.ended_ms && items_progress(jobs->items, p.id, &now)) {
		p.eta_ms = now.eta_ms;
		p.under_way = now.under_way;
	}
	jw_object(w);
	job_write_members(w, &p, now_ms);
	if (row->alone) {
		write_given_up(w, row, p.id);
		write_runs(w, row, &p, now_ms);
		jw_key(w, "log");
		job_write_log(w, row->reader, p.id, LOG_SHOWN);
	}
	jw_object_end(w);
}

static bool filter(struct sql_query *q, const char *name, const char *value)
{
	static const char *const states[] = {"queued", "running",   "done",
					     "failed", "cancelled", NULL};
	if (!strcmp(name, "state"))
		sql_where_words(q, "j.state", name, value, states);
	else if (!strcmp(name, "name"))
		sql_where_words(q, "j.name", name, value, NULL);
	else if (!strcmp(name, "type"))
		sql_where_words(q, "j.type", name, value, NULL);
	else
		return false;
	return true;
}

static const struct sql_sort sorts[] = {
	{"created_at", "j.created_ms"},
	{"name", "j.name"},
	{"found", "j.found"},
};

const struct sql_list job_list = {
	.kind = &resource_job,
	.columns = COLUMNS,
	.from = "job j",
	.id = "j.id",
	.number = "j.id",
	.words = "j.name || ' ' || j.type || ' ' || coalesce(j.result, '')",
	.sorts = sorts,
	.n_sorts = ARRAY_LEN(sorts),
	.filter = filter,
	.write = write_job,
};
