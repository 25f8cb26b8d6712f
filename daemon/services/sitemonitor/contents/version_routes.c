/* Reading versions of what is watched, and what changed between two of them. Worker threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/query.h"
#include "shared/diff.h"
#include "shared/mem.h"

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100, CONTEXT = 3, HUNK_LINES_MAX = 4000 };

static const struct resource *content_monitor(struct sitemonitor *sm, struct request *r,
					      struct error *e)
{
	return query_monitor_of(sm, r, "content", "only content checks keep versions",
				"sellersmart monitor add URL --type content --css SELECTOR", e);
}

static void write_version(struct json_writer *w, sqlite3_stmt *st, bool with_text)
{
	jw_object(w);
	jw_kv_int(w, "version", sqlite3_column_int64(st, 0));
	jw_kv_time(w, "first_at", sqlite3_column_int64(st, 1));
	jw_kv_time(w, "last_at", sqlite3_column_int64(st, 2));
	jw_kv_int(w, "times", sqlite3_column_int64(st, 3));
	jw_kv_int(w, "lines", sqlite3_column_int64(st, 4));
	jw_kv_int(w, "bytes", sqlite3_column_bytes(st, 5));
	jw_kv_str(w, "summary", column_text(st, 6));
	if (with_text)
		jw_kv_str(w, "text", column_text(st, 5));
	jw_object_end(w);
}

#define COLUMNS "version, first_ms, last_ms, times, lines, text, summary"

struct answered route_versions(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	int64_t limit;
	const struct resource *m = content_monitor(sm, r, &e);
	if (!m)
		return reply_error(r, &e);
	uint64_t id = m->id;
	resource_unref(m);
	if (!query_number(r, "limit", LIMIT_DEFAULT, LIMIT_MAX, &limit, &e))
		return reply_error(r, &e);
	bool with_text = !strcmp(request_query(r, "text", "false"), "true");
	struct reader *reader = store_reader(sm->d->store, &e);
	sqlite3_stmt *st = reader ? reader_prepare(reader,
						   "SELECT " COLUMNS " FROM content_version WHERE"
						   " monitor = ? ORDER BY last_ms DESC,"
						   " version DESC LIMIT ?",
						   &e)
				  : NULL;
	if (!st) {
		if (reader)
			reader_done(reader);
		return reply_error(r, &e);
	}
	struct json_writer w;
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	sqlite3_bind_int64(st, 1, (sqlite3_int64)id);
	sqlite3_bind_int64(st, 2, limit);
	while (sqlite3_step(st) == SQLITE_ROW)
		write_version(&w, st, with_text);
	sqlite3_reset(st);
	jw_array_end(&w);
	jw_object_end(&w);
	reader_done(reader);
	return reply_send(r, 200);
}

/* ---- differences ---------------------------------------------------------------------------- */

/* One side; version 0: there is none. */
struct side {
	int64_t version, first_ms, last_ms, times;
	char *text, *summary;
};

static void side_fini(struct side *s)
{
	free(s->text);
	free(s->summary);
}

static enum err take_side(struct reader *r, const char *sql, uint64_t monitor, int64_t at,
			  struct side *s, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r, sql, e);
	if (!st)
		return ERR_STORE;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)monitor);
	sqlite3_bind_int64(st, 2, at);
	if (sqlite3_step(st) == SQLITE_ROW) {
		const char *summary = column_text(st, 6);
		s->version = sqlite3_column_int64(st, 0);
		s->first_ms = sqlite3_column_int64(st, 1);
		s->last_ms = sqlite3_column_int64(st, 2);
		s->times = sqlite3_column_int64(st, 3);
		s->text = mem_strdup(column_text(st, 5));
		s->summary = summary ? mem_strdup(summary) : NULL;
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

#define OF_MONITOR "SELECT " COLUMNS " FROM content_version WHERE monitor = ?1"

static enum err take_named(struct reader *r, uint64_t monitor, const char *name, int64_t version,
			   struct side *s, struct error *e)
{
	enum err err = take_side(r, OF_MONITOR " AND version = ?2", monitor, version, s, e);
	if (err || s->version)
		return err;
	error_field(e, ERR_NOT_FOUND, name, "%s: there is no version %lld of it", name,
		    (long long)version);
	error_hint(e, "see sellersmart monitor versions");
	return ERR_NOT_FOUND;
}

/* Without numbers: the last change, from what was there before it. */
static enum err take_sides(struct reader *r, uint64_t monitor, int64_t from, int64_t to,
			   struct side *old, struct side *now, struct error *e)
{
	enum err err = to ? take_named(r, monitor, "to", to, now, e)
			  : take_side(r,
				      OF_MONITOR " AND summary IS NOT NULL AND ?2 = 0"
						 " ORDER BY first_ms DESC, version DESC LIMIT 1",
				      monitor, 0, now, e);
	if (!err && !now->version)
		return take_side(
			r, OF_MONITOR " AND ?2 = 0 ORDER BY last_ms DESC, version DESC LIMIT 1",
			monitor, 0, now, e);
	if (!err && from)
		err = take_named(r, monitor, "from", from, old, e);
	else if (!err)
		err = take_side(r,
				OF_MONITOR " AND first_ms < ?2 ORDER BY last_ms DESC, version DESC"
					   " LIMIT 1",
				monitor, now->first_ms, old, e);
	return err;
}

static void write_side(struct json_writer *w, const char *key, const struct side *s)
{
	jw_key(w, key);
	if (!s->version) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_int(w, "version", s->version);
	jw_kv_time(w, "first_at", s->first_ms);
	jw_kv_time(w, "last_at", s->last_ms);
	jw_kv_int(w, "times", s->times);
	jw_kv_str(w, "summary", s->summary);
	jw_object_end(w);
}

static void write_line(struct json_writer *w, const struct diff_line *l)
{
	static const char *const ops[] = {
		[DIFF_SAME] = " ", [DIFF_REMOVED] = "-", [DIFF_ADDED] = "+"};
	jw_object(w);
	jw_kv_str(w, "op", ops[l->op]);
	jw_key(w, "text");
	jw_strn(w, l->text, l->len);
	jw_object_end(w);
}

/* Number of the first line of a hunk in one of the texts; 0: it has none of it. */
static int line_at(const struct diff *d, size_t first, size_t end, bool to)
{
	for (size_t i = first; i < end; i++)
		if (to ? d->lines[i].to : d->lines[i].from)
			return to ? d->lines[i].to : d->lines[i].from;
	return 0;
}

static void write_hunks(struct json_writer *w, const struct side *old, const struct side *now)
{
	struct diff d;
	size_t at = 0, first, end, lines = 0;
	diff_make(&d, old->version ? old->text : now->text, now->text);
	jw_kv_int(w, "added", (int64_t)d.added);
	jw_kv_int(w, "removed", (int64_t)d.removed);
	jw_key(w, "hunks");
	jw_array(w);
	while (lines < HUNK_LINES_MAX && diff_hunk(&d, CONTEXT, &at, &first, &end)) {
		jw_object(w);
		jw_kv_int(w, "from_line", line_at(&d, first, end, false));
		jw_kv_int(w, "to_line", line_at(&d, first, end, true));
		jw_key(w, "lines");
		jw_array(w);
		for (size_t i = first; i < end && lines < HUNK_LINES_MAX; i++, lines++)
			write_line(w, &d.lines[i]);
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_kv_bool(w, "cut", lines >= HUNK_LINES_MAX);
	diff_fini(&d);
}

struct answered route_diff(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct side old = {0}, now = {0};
	struct json_writer w;
	int64_t from, to;
	const struct resource *m = content_monitor(sm, r, &e);
	if (!m)
		return reply_error(r, &e);
	struct reader *reader = NULL;
	enum err err = query_number(r, "from", 0, INT64_MAX, &from, &e) &&
				       query_number(r, "to", 0, INT64_MAX, &to, &e)
			       ? ERR_NONE
			       : e.code;
	if (!err && !(reader = store_reader(sm->d->store, &e)))
		err = e.code;
	if (!err)
		err = take_sides(reader, m->id, from, to, &old, &now, &e);
	if (reader)
		reader_done(reader);
	if (!err && !now.version) {
		err = error_set(&e, ERR_NOT_FOUND, "%s: nothing was seen yet", m->name);
		error_hint(&e, "sellersmart monitor check %s", m->name);
	}
	if (!err) {
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		jw_object(&w);
		jw_kv_str(&w, "monitor", m->name);
		write_side(&w, "from", &old);
		write_side(&w, "to", &now);
		write_hunks(&w, &old, &now);
		jw_object_end(&w);
		jw_object_end(&w);
	}
	resource_unref(m);
	side_fini(&old);
	side_fini(&now);
	return err ? reply_error(r, &e) : reply_send(r, 200);
}
