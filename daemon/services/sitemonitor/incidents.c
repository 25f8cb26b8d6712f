/* Incidents: lists by key, never by offset, so that a page stays where it is while others open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000, SQL_MAX = 2048, BINDS_MAX = 16 };

#define COLUMNS                                                                        \
	"i.number, i.id, i.monitor, r.name, i.opened_ms, i.confirmed_ms, i.closed_ms," \
	" i.duration_ms, i.failures, i.cause, i.message, i.evidence, i.good_ms, i.good"
#define FROM " FROM incident i JOIN resource r ON r.id = i.monitor"

/* ---- one incident --------------------------------------------------------------------------- */

static void write_json(struct json_writer *w, const char *key, const char *json)
{
	jw_key(w, key);
	if (json)
		jw_raw(w, json, strlen(json));
	else
		jw_null(w);
}

static void write_incident(struct json_writer *w, struct sitemonitor *sm, sqlite3_stmt *st)
{
	char id[ID_TEXT];
	bool open = sqlite3_column_type(st, 6) == SQLITE_NULL;
	int64_t opened = sqlite3_column_int64(st, 4);
	int64_t lasts = open ? clock_wall_ms(sm->d->clock) - opened : sqlite3_column_int64(st, 7);
	jw_object(w);
	jw_kv_str(w, "kind", "incident");
	jw_kv_str(w, "id", id_format(id, "inc", (uint64_t)sqlite3_column_int64(st, 1)));
	jw_kv_int(w, "number", sqlite3_column_int64(st, 0));
	jw_kv_str(w, "monitor", column_text(st, 3));
	jw_kv_str(w, "monitor_id", id_format(id, "mon", (uint64_t)sqlite3_column_int64(st, 2)));
	jw_kv_str(w, "state", open ? "open" : "closed");
	jw_kv_time(w, "opened_at", opened);
	jw_kv_time(w, "confirmed_at", sqlite3_column_int64(st, 5));
	jw_kv_time(w, "closed_at", sqlite3_column_int64(st, 6));
	jw_kv_int(w, "duration_ms", lasts > 0 ? lasts : 0);
	jw_kv_str(w, "cause", column_text(st, 9));
	jw_kv_str(w, "message", column_text(st, 10));
	write_json(w, "evidence", column_text(st, 11));
	jw_key(w, "last_good");
	if (sqlite3_column_int64(st, 12)) {
		jw_object(w);
		jw_kv_time(w, "at", sqlite3_column_int64(st, 12));
		write_json(w, "evidence", column_text(st, 13));
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	jw_key(w, "changed");
	evidence_write_changes(w, column_text(st, 13), column_text(st, 11));
	jw_kv_int(w, "failures", sqlite3_column_int64(st, 8));
	jw_object_end(w);
}

/* ---- a query made of parts ------------------------------------------------------------------ */

struct bind {
	const char *text; /* or NULL */
	int64_t number;
};

/* Conditions are literals; values are bound. */
struct query {
	struct sitemonitor *sm;
	char where[SQL_MAX / 2];
	struct bind binds[BINDS_MAX];
	int n_binds;
	const char *sort; /* an SQL expression */
	bool descending;
	struct error error;
};

static void add_condition(struct query *q, const char *sql)
{
	size_t n = strlen(q->where);
	snprintf(q->where + n, sizeof(q->where) - n, "%s(%s)", n ? " AND " : " WHERE ", sql);
}

static void add_bind(struct query *q, const char *text, int64_t number)
{
	if (q->n_binds < BINDS_MAX)
		q->binds[q->n_binds++] = (struct bind){text, number};
}

static sqlite3_stmt *prepare(sqlite3 *db, const struct query *q, const char *sql, struct error *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc) {
		store_error(rc, db, "listing incidents", e);
		return NULL;
	}
	for (int i = 0; i < q->n_binds; i++) {
		if (q->binds[i].text)
			bind_text(st, i + 1, q->binds[i].text);
		else
			sqlite3_bind_int64(st, i + 1, q->binds[i].number);
	}
	return st;
}

static void take_filter(const char *name, const char *value, void *arg)
{
	struct query *q = arg;
	if (q->error.code || strncmp(name, "filter[", 7))
		return;
	if (!strcmp(name, "filter[monitor]")) {
		const struct resource *m = route_monitor(q->sm, value, &q->error);
		if (!m)
			return;
		add_condition(q, "i.monitor = ?");
		add_bind(q, NULL, (int64_t)m->id);
		resource_unref(m);
	} else if (!strcmp(name, "filter[open]")) {
		bool yes = !strcmp(value, "true") || !strcmp(value, "1");
		if (!yes && strcmp(value, "false") && strcmp(value, "0"))
			error_field(&q->error, ERR_INVALID, "filter[open]",
				    "filter[open]: true or false, not \"%.40s\"", value);
		add_condition(q, yes ? "i.closed_ms IS NULL" : "i.closed_ms IS NOT NULL");
	} else if (!strcmp(name, "filter[cause]")) {
		add_condition(q, "i.cause = ?");
		add_bind(q, value, 0);
	} else {
		error_field(&q->error, ERR_INVALID, "filter",
			    "%.80s: incidents have no such filter", name);
		error_hint(&q->error, "filters are monitor, open, cause");
	}
}

static void take_sort(struct query *q, const char *sort)
{
	static const struct {
		const char *name, *sql;
	} sorts[] = {
		{"opened_at", "i.opened_ms"},
		{"number", "i.number"},
		{"monitor", "r.name"},
		{"duration_ms", "coalesce(i.duration_ms, 9223372036854775807)"},
	};
	q->descending = *sort == '-';
	const char *name = sort + q->descending;
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
		if (!strcmp(name, sorts[i].name))
			q->sort = sorts[i].sql;
	if (q->sort)
		return;
	error_field(&q->error, ERR_INVALID, "sort", "sort: incidents cannot be sorted by \"%.40s\"",
		    name);
	error_hint(
		&q->error,
		"sort by opened_at, number, monitor or duration_ms, with - in front for descending");
}

/* ---- a page
 * ---------------------------------------------------------------------------------------- */

struct page {
	const char *after, *before, *around; /* ids, NULL */
	bool last;
	int limit;
};

static enum err count_rows(sqlite3 *db, const struct query *q, int64_t *n, struct error *e)
{
	char sql[SQL_MAX];
	snprintf(sql, sizeof(sql), "SELECT count(*)" FROM "%s", q->where);
	sqlite3_stmt *st = prepare(db, q, sql, e);
	if (!st)
		return ERR_STORE;
	int rc = sqlite3_step(st);
	*n = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	enum err err = rc == SQLITE_ROW ? ERR_NONE : store_error(rc, db, "counting incidents", e);
	sqlite3_finalize(st);
	return err;
}

/* The place of an anchor is looked up inside the condition, by its id. */
static void beyond(const struct query *q, bool forward, bool inclusive, char *out, size_t cap)
{
	bool greater = forward != q->descending;
	snprintf(out, cap, "(%s, i.number) %s%s (SELECT %s, i.number" FROM " WHERE i.id = ?)",
		 q->sort, greater ? ">" : "<", inclusive ? "=" : "", q->sort);
}

struct rows {
	uint64_t ids[LIMIT_MAX];
	int n;
};

/* Ids of at most limit rows from the anchor on, in reading order. */
static enum err read_ids(sqlite3 *db, const struct query *q, uint64_t anchor, bool forward,
			 bool inclusive, int limit, struct rows *rows, struct error *e)
{
	char sql[SQL_MAX], condition[512];
	struct query with = *q;
	const char *direction = forward == q->descending ? "DESC" : "ASC";
	rows->n = 0;
	if (anchor) {
		beyond(q, forward, inclusive, condition, sizeof(condition));
		add_condition(&with, condition);
		add_bind(&with, NULL, (int64_t)anchor);
	}
	snprintf(sql, sizeof(sql), "SELECT i.id" FROM "%s ORDER BY %s %s, i.number %s LIMIT %d",
		 with.where, q->sort, direction, direction, limit);
	sqlite3_stmt *st = prepare(db, &with, sql, e);
	if (!st)
		return ERR_STORE;
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && rows->n < LIMIT_MAX)
		rows->ids[rows->n++] = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	for (int i = 0; !forward && i < rows->n / 2; i++) {
		uint64_t swap = rows->ids[i];
		rows->ids[i] = rows->ids[rows->n - 1 - i];
		rows->ids[rows->n - 1 - i] = swap;
	}
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_NONE
						     : store_error(rc, db, "listing incidents", e);
}

static enum err anchor_id(const char *text, uint64_t *id, struct error *e)
{
	if (id_parse(text, "inc", id))
		return ERR_NONE;
	error_set(e, ERR_INVALID, "\"%.40s\" is not the id of an incident", text);
	error_hint(e, "give an id from the list, such as inc_01H5ZK3QW8F2A");
	return ERR_INVALID;
}

static enum err read_page(sqlite3 *db, const struct query *q, const struct page *p,
			  struct rows *rows, struct error *e)
{
	uint64_t anchor = 0;
	const char *given = p->after ? p->after : p->before ? p->before : p->around;
	enum err err = given ? anchor_id(given, &anchor, e) : ERR_NONE;
	if (err)
		return err;
	if (!p->around || p->after || p->before)
		return read_ids(db, q, anchor, !p->before && !p->last, false, p->limit, rows, e);
	struct rows before;
	err = read_ids(db, q, anchor, false, false, p->limit / 2, &before, e);
	if (!err)
		err = read_ids(db, q, anchor, true, true, p->limit - before.n, rows, e);
	if (err)
		return err;
	memmove(rows->ids + before.n, rows->ids, (size_t)rows->n * sizeof(*rows->ids));
	memcpy(rows->ids, before.ids, (size_t)before.n * sizeof(*rows->ids));
	rows->n += before.n;
	return ERR_NONE;
}

static enum err write_rows(struct json_writer *w, sqlite3 *db, struct sitemonitor *sm,
			   const struct rows *rows, struct error *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT " COLUMNS FROM " WHERE i.id = ?", -1, &st, NULL);
	if (rc)
		return store_error(rc, db, "reading incidents", e);
	for (int i = 0; i < rows->n; i++) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)rows->ids[i]);
		if (sqlite3_step(st) == SQLITE_ROW)
			write_incident(w, sm, st);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return ERR_NONE;
}

static void write_id_or_null(struct json_writer *w, const char *key, uint64_t id, bool there)
{
	char text[ID_TEXT];
	jw_kv_str(w, key, there ? id_format(text, "inc", id) : NULL);
}

static enum err write_meta(struct json_writer *w, sqlite3 *db, const struct query *q,
			   const struct page *p, const struct rows *rows, struct error *e)
{
	int64_t total = 0, position = 0;
	enum err err = count_rows(db, q, &total, e);
	if (!err && rows->n) {
		char condition[512];
		struct query with = *q;
		beyond(q, false, false, condition, sizeof(condition));
		add_condition(&with, condition);
		add_bind(&with, NULL, (int64_t)rows->ids[0]);
		err = count_rows(db, &with, &position, e);
	}
	if (err)
		return err;
	jw_key(w, "meta");
	jw_object(w);
	jw_kv_int(w, "total", total);
	jw_kv_int(w, "position", position);
	jw_kv_int(w, "limit", p->limit);
	write_id_or_null(w, "prev", rows->n ? rows->ids[0] : 0, position > 0);
	write_id_or_null(w, "next", rows->n ? rows->ids[rows->n - 1] : 0,
			 rows->n && position + rows->n < total);
	jw_object_end(w);
	return ERR_NONE;
}

static enum err take_page(struct request *r, struct page *p, struct error *e)
{
	const char *limit = request_query(r, "limit", NULL);
	const char *last = request_query(r, "last", "0");
	char *end = NULL;
	long n = limit ? strtol(limit, &end, 10) : LIMIT_DEFAULT;
	*p = (struct page){.after = request_query(r, "after", NULL),
			   .before = request_query(r, "before", NULL),
			   .around = request_query(r, "around", NULL),
			   .last = !strcmp(last, "1"),
			   .limit = (int)n};
	if (strcmp(last, "0") && strcmp(last, "1"))
		return error_field(e, ERR_INVALID, "last", "last: 0 or 1, not \"%.40s\"", last);
	if (n < 1 || n > LIMIT_MAX || (limit && (!*limit || *end))) {
		error_field(e, ERR_INVALID, "limit", "limit: 1..%d, not \"%.40s\"", LIMIT_MAX,
			    limit ? limit : "");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

/* ---- routes
 * ---------------------------------------------------------------------------------------- */

/* The connection below a borrowed reader, for statements that are put together. */
static sqlite3 *reader_db(struct reader *reader, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(reader, "SELECT 1", e);
	return st ? sqlite3_db_handle(st) : NULL;
}

static enum err write_list(struct sitemonitor *sm, struct request *r, const struct query *q,
			   const struct page *p, struct error *e)
{
	struct json_writer w;
	struct rows *rows = mem_zalloc(sizeof(*rows));
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3 *db = reader ? reader_db(reader, e) : NULL;
	enum err err = db ? read_page(db, q, p, rows, e) : e->code;
	if (!err) {
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_array(&w);
		err = write_rows(&w, db, sm, rows, e);
		jw_array_end(&w);
		if (!err)
			err = write_meta(&w, db, q, p, rows, e);
		jw_object_end(&w);
	}
	if (reader)
		reader_done(reader);
	free(rows);
	return err;
}

struct answered route_incidents(struct request *r, void *ctx)
{
	struct query q = {.sm = ctx};
	struct page page;
	struct error e = {0};
	char like[160];
	const char *text = request_query(r, "q", "");
	request_each_query(r, take_filter, &q);
	if (!q.error.code)
		take_sort(&q, request_query(r, "sort", "-opened_at"));
	if (q.error.code)
		return reply_error(r, &q.error);
	journal_wait(ctx);
	if (*text) {
		snprintf(like, sizeof(like), "%.150s", text);
		add_condition(
			&q,
			"instr(lower(r.name || ' ' || i.cause || ' ' || i.message), lower(?)) > 0");
		add_bind(&q, like, 0);
	}
	if (take_page(r, &page, &e) || write_list(ctx, r, &q, &page, &e)) {
		buf_reset(reply_body(r));
		return reply_error(r, &e);
	}
	return reply_send(r, 200);
}

struct answered route_incident(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct json_writer w;
	uint64_t id = 0;
	int64_t number = 0;
	char *end = NULL;
	const char *ref = request_param(r, "ref");
	if (!id_parse(ref, "inc", &id)) /* or the short number */
		number = strtoll(ref, &end, 10);
	journal_wait(sm);
	struct reader *reader = store_reader(sm->d->store, &e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT " COLUMNS FROM " WHERE i.id = ?1 OR i.number = ?2",
					&e)
		       : NULL;
	bool found = false;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
		sqlite3_bind_int64(st, 2, end && !*end ? number : 0);
		found = sqlite3_step(st) == SQLITE_ROW;
		if (found) {
			jw_init(&w, reply_body(r));
			jw_object(&w);
			jw_key(&w, "data");
			write_incident(&w, sm, st);
			jw_object_end(&w);
		}
		sqlite3_reset(st);
	}
	if (reader)
		reader_done(reader);
	if (st && !found) {
		error_set(&e, ERR_NOT_FOUND, "there is no incident \"%.40s\"", ref);
		error_hint(&e, "see sellersmart incident list");
	}
	return found ? reply_send(r, 200) : reply_error(r, &e);
}

enum err incidents_write_of(struct json_writer *w, struct sitemonitor *sm, uint64_t monitor,
			    int64_t from_ms, int64_t until_ms, int max, struct error *e)
{
	journal_wait(sm);
	struct reader *reader = store_reader(sm->d->store, e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT " COLUMNS FROM
					" WHERE i.monitor = ?1 AND i.opened_ms < ?3"
					" AND (i.closed_ms IS NULL OR i.closed_ms >= ?2)"
					" ORDER BY i.opened_ms DESC, i.number DESC LIMIT ?4",
					e)
		       : NULL;
	int rc = SQLITE_ERROR;
	if (st) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)monitor);
		sqlite3_bind_int64(st, 2, from_ms);
		sqlite3_bind_int64(st, 3, until_ms);
		sqlite3_bind_int(st, 4, max);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			write_incident(w, sm, st);
		sqlite3_reset(st);
	}
	enum err err = rc == SQLITE_DONE ? ERR_NONE
		       : st ? store_error(rc, sqlite3_db_handle(st), "reading incidents", e)
			    : ERR_STORE;
	if (reader)
		reader_done(reader);
	return err;
}
