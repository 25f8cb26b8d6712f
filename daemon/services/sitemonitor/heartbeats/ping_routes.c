/* Reading a heartbeat's last pings. Worker threads. */
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/query.h"

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100 };

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

struct answered route_pings(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	int64_t limit;
	const struct resource *m =
		query_number(r, "limit", LIMIT_DEFAULT, LIMIT_MAX, &limit, &e)
			? query_monitor_of(sm, r, "heartbeat", "only heartbeats get pings",
					   "sellersmart monitor samples NAME lists answers", &e)
			: NULL;
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
