/* Reading a heartbeat's last pings. Worker threads. */
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100 };

static const struct resource *heartbeat_named(struct sitemonitor *sm, struct request *r,
					      struct error *e)
{
	const struct resource *m = route_monitor(sm, request_param(r, "ref"), e);
	if (!m)
		return NULL;
	json_t *spec = resource_spec(m);
	const char *type = spec_text(&resource_monitor, spec, "type");
	if (strcmp(type, "heartbeat")) {
		error_set(e, ERR_INVALID, "%s is of type %s: only heartbeats get pings", m->name,
			  type);
		error_hint(e, "sellersmart monitor samples %s lists its last answers", m->name);
		resource_unref(m);
		m = NULL;
	}
	json_decref(spec);
	return m;
}

static void write_int(struct json_writer *w, const char *key, sqlite3_stmt *st, int column)
{
	jw_key(w, key);
	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		jw_null(w);
	else
		jw_int(w, sqlite3_column_int64(st, column));
}

static void write_ping(struct json_writer *w, sqlite3_stmt *st)
{
	jw_object(w);
	jw_kv_time(w, "at", sqlite3_column_int64(st, 0));
	jw_kv_str(w, "kind", column_text(st, 1));
	write_int(w, "exit_status", st, 2);
	jw_kv_str(w, "run", column_text(st, 3));
	write_int(w, "duration_ms", st, 4);
	jw_kv_str(w, "body", column_text(st, 5));
	jw_object_end(w);
}

static long limit_of(struct request *r, struct error *e)
{
	const char *text = request_query(r, "limit", NULL);
	char *end = NULL;
	long n = text ? strtol(text, &end, 10) : LIMIT_DEFAULT;
	if (n >= 1 && n <= LIMIT_MAX && (!text || (*text && !*end)))
		return n;
	error_field(e, ERR_INVALID, "limit", "limit: 1..%d, not \"%.20s\"", LIMIT_MAX, text);
	return 0;
}

struct answered route_pings(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	long limit = limit_of(r, &e);
	const struct resource *m = limit ? heartbeat_named(sm, r, &e) : NULL;
	if (!m)
		return reply_error(r, &e);
	uint64_t id = m->id;
	resource_unref(m);
	struct reader *reader = store_reader(sm->d->store, &e);
	sqlite3_stmt *st =
		reader ? reader_prepare(reader,
					"SELECT at_ms, kind, exit_status, run, duration_ms, body"
					" FROM heartbeat_ping WHERE monitor = ? ORDER BY id DESC"
					" LIMIT ?",
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
		write_ping(&w, st);
	sqlite3_reset(st);
	jw_array_end(&w);
	jw_object_end(&w);
	reader_done(reader);
	return reply_send(r, 200);
}
